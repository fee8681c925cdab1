// Machines with AVX2, FMA and F16C (2013 and later).
#include "CKernels.h"
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c,bmi2"))), apply_to = function)
#define ISA avx2
// Of a register, and rows whose sums fit into the registers.
#define VECTOR_BYTES 32
#define PACKED_ROWS 6
#include "instantiate.inc"
#pragma clang attribute pop
