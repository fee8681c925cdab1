#define _POSIX_C_SOURCE 200809L
#include "CPeak.h"

#include <immintrin.h>
#include <time.h>

// Enough independent sums that none waits for the one before.
#define SUMS 16
#define STEPS 2000000L

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

// Times STEPS rounds of `step` on SUMS sums. What they sum to is written where the compiler must
// suppose that it is read.
#define PEAK(NAME, TARGET, VECTOR, ZERO, OPERATIONS, OPERANDS, STEP)     \
  __attribute__((target(TARGET), noinline)) static double NAME(void) {   \
    VECTOR sum[SUMS];                                                    \
    OPERANDS;                                                            \
    for (int i = 0; i < SUMS; i += 1) sum[i] = ZERO;                     \
    double start = seconds();                                            \
    for (long n = 0; n < STEPS; n += 1) {                                \
      _Pragma("unroll") for (int i = 0; i < SUMS; i += 1) sum[i] = STEP; \
    }                                                                    \
    double elapsed = seconds() - start;                                  \
    volatile VECTOR result;                                              \
    for (int i = 0; i < SUMS; i += 1) result = sum[i];                   \
    (void)result;                                                        \
    return (double)(OPERATIONS) * SUMS * STEPS / elapsed;                \
  }

PEAK(float_512, "avx512f", __m512, _mm512_setzero_ps(), 2 * 16,
     __m512 x = _mm512_set1_ps(0.5f), _mm512_fmadd_ps(sum[i], x, x))
PEAK(float_256, "avx2,fma", __m256, _mm256_setzero_ps(), 2 * 8,
     __m256 x = _mm256_set1_ps(0.5f), _mm256_fmadd_ps(sum[i], x, x))
PEAK(bfloat_512, "avx512f,avx512bf16", __m512, _mm512_setzero_ps(), 2 * 32,
     __m512bh x = (__m512bh)_mm512_set1_epi32(0x3f803f80), _mm512_dpbf16_ps(sum[i], x, x))
PEAK(int_512, "avx512f,avx512vnni", __m512i, _mm512_setzero_si512(), 2 * 64,
     __m512i x = _mm512_set1_epi32(0x01010101), _mm512_dpbusd_epi32(sum[i], x, x))

double peak_float32(void) {
  if (__builtin_cpu_supports("avx512f")) return float_512();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? float_256() : 0;
}

double peak_bfloat16(void) { return __builtin_cpu_supports("avx512bf16") ? bfloat_512() : 0; }

double peak_int8(void) { return __builtin_cpu_supports("avx512vnni") ? int_512() : 0; }
