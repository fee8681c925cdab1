// Machines with AVX-512 F, BW, DQ and VL.
#include "CKernels.h"
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c,bmi2"))), \
    apply_to = function)
#define ISA avx512
// Of a register, and rows whose sums fit into the registers.
#define VECTOR_BYTES 64
#define PACKED_ROWS 12
#include "instantiate.inc"
#pragma clang attribute pop
