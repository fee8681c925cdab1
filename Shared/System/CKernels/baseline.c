// Any x86-64 machine.
#define ISA baseline
#include "instantiate.inc"
