// Picks the fastest instruction set that this machine has. The choice is the same at each call.
#include "CKernels.h"

#define EXTERN(S)                             \
  extern const CKernels_##S ck_table_##S##_baseline, ck_table_##S##_avx2, ck_table_##S##_avx512; \
  const CKernels_##S *ck_kernels_##S(void) {  \
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&               \
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))                \
      return &ck_table_##S##_avx512;          \
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&                       \
        __builtin_cpu_supports("f16c"))       \
      return &ck_table_##S##_avx2;            \
    return &ck_table_##S##_baseline;          \
  }

EXTERN(f32)
EXTERN(f64)
EXTERN(f16)
EXTERN(depthwise)
EXTERN(preactivation)
