// Products by packed weights in bfloat16, summed in float, for machines with AVX512_BF16.
//
// As packed.inc has it, but that inputs come in pairs, which one instruction multiplies and adds: a
// panel has pair after pair, of each pair two numbers an output. Panels of a block fit into the
// nearest cache.
#include "CKernels.h"

#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,avx2,fma")))
#define PANEL 32
#define PAIRS 256
#define ROWS 12
#define CHUNK 48

static long bf16_count(long outputs, long inputs) {
  return (outputs + PANEL - 1) / PANEL * PANEL * ((inputs + 1) / 2) * 2;
}

static uint16_t rounded(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  // To the nearest, ties to even.
  return (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

static void bf16_pack(long outputs, long inputs, const float *w, long output_stride,
                      long input_stride, uint16_t *packed) {
  for (long first = 0; first < inputs; first += 2 * PAIRS) {
    long end = first + 2 * PAIRS < inputs ? first + 2 * PAIRS : inputs;
    for (long panel = 0; panel < outputs; panel += PANEL)
      for (long i = first; i < end; i += 2)
        for (long j = panel; j < panel + PANEL; j++)
          for (long k = i; k < i + 2; k++)
            *packed++ = j < outputs && k < end
                            ? rounded(w[j * output_stride + k * input_stride])
                            : 0;
  }
}

// `rows` is a constant wherever this is inlined, so that the sums stay in registers. x holds the
// rows' pairs pair after pair.
TARGET static inline __attribute__((always_inline)) void bf16_sums(
    const long rows, long pairs, const uint32_t *restrict x, const uint16_t *restrict panel,
    int begins, long columns, float *restrict y, long ldy) {
  __m512 sums[ROWS][2];
#pragma clang loop unroll(full)
  for (long r = 0; r < rows; r++) sums[r][0] = sums[r][1] = _mm512_setzero_ps();
  for (long i = 0; i < pairs; i++) {
    __m512bh low = (__m512bh)_mm512_loadu_si512(panel + i * 2 * PANEL);
    __m512bh high = (__m512bh)_mm512_loadu_si512(panel + i * 2 * PANEL + PANEL);
#pragma clang loop unroll(full)
    for (long r = 0; r < rows; r++) {
      __m512bh both = (__m512bh)_mm512_set1_epi32((int)x[i * rows + r]);
      sums[r][0] = _mm512_dpbf16_ps(sums[r][0], low, both);
      sums[r][1] = _mm512_dpbf16_ps(sums[r][1], high, both);
    }
  }
  __mmask16 masks[2] = {columns >= 16 ? 0xffff : (__mmask16)((1 << columns) - 1),
                        columns >= 32   ? 0xffff
                        : columns <= 16 ? 0
                                        : (__mmask16)((1 << (columns - 16)) - 1)};
#pragma clang loop unroll(full)
  for (long r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (int half = 0; half < 2; half++) {
      float *target = y + r * ldy + half * 16;
      __m512 sum = sums[r][half];
      if (!begins) sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(masks[half], target));
      _mm512_mask_storeu_ps(target, masks[half], sum);
    }
}

TARGET static void bf16_rows(long rows, long pairs, const uint32_t *x, const uint16_t *panel,
                             int begins, long columns, float *y, long ldy) {
#define CASE(n) \
  case n: return bf16_sums(n, pairs, x, panel, begins, columns, y, ldy);
  switch (rows) {
    CASE(1) CASE(2) CASE(3) CASE(4) CASE(5) CASE(6)
    CASE(7) CASE(8) CASE(9) CASE(10) CASE(11) CASE(12)
  }
#undef CASE
}

// Two numbers as one pair.
TARGET static inline uint32_t pair(const float *x, int isWhole) {
  return (uint32_t)rounded(x[0]) | (isWhole ? (uint32_t)rounded(x[1]) << 16 : 0);
}

TARGET static void bf16_product(long rows, long outputs, long inputs, const float *x, long ldx,
                                const uint16_t *packed, long accumulate, float *y, long ldy) {
  uint32_t turned[CHUNK * PAIRS];
  for (long top = 0; top < rows; top += CHUNK) {
    long count = rows - top < CHUNK ? rows - top : CHUNK;
    const uint16_t *panel = packed;
    for (long first = 0; first < inputs; first += 2 * PAIRS) {
      long depth = inputs - first < 2 * PAIRS ? inputs - first : 2 * PAIRS, pairs = (depth + 1) / 2;
      for (long row = 0; row < count; row += ROWS) {
        long block = count - row < ROWS ? count - row : ROWS;
        for (long r = 0; r < block; r++) {
          const float *source = x + (top + row + r) * ldx + first;
          uint32_t *target = turned + row * pairs + r;
          for (long i = 0; i < pairs; i++) target[i * block] = pair(source + 2 * i, 2 * i + 1 < depth);
        }
      }
      for (long j = 0; j < outputs; j += PANEL, panel += pairs * 2 * PANEL)
        for (long row = 0; row < count; row += ROWS)
          bf16_rows(count - row < ROWS ? count - row : ROWS, pairs, turned + row * pairs, panel,
                    first == 0 && !accumulate, outputs - j, y + (top + row) * ldy + j, ldy);
    }
  }
}

const CKernels_bf16 *ck_kernels_bf16(void) {
  static const CKernels_bf16 table = {bf16_count, bf16_pack, bf16_product};
  return __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512vl") &&
                 __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")
             ? &table
             : 0;
}
