// Any x86-64 machine.
#define ISA baseline
// Of a register, and rows whose sums fit into the registers.
#define VECTOR_BYTES 16
#define PACKED_ROWS 6
#include "instantiate.inc"
