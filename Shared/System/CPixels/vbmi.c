#include "vbmi.h"

#if defined(__x86_64__)

#include <immintrin.h>
#include <stdlib.h>
#include <string.h>

#define VBMI __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi,avx512vnni")))

// A step makes 16 successive bytes of a row. Each is a sum of bytes times weights of 23 bits, which
// is done four taps at a time by products of unsigned and signed bytes: a weight is split into three
// signed digits to the base 256, each with a sum of its own, and the sums are put together at last.
// The bytes come out of a window of the source, in the order in which the products want them.
enum { channels = 3, lanes = 16, taps_a_part = 4, digits = 3, window = 128, rows_at_once = 4 };
enum { fraction_bits = 22, half = 1 << (fraction_bits - 1) };

// Four taps of each of a step's bytes.
typedef struct {
  uint8_t places[lanes * taps_a_part];
  int8_t weights[digits][lanes * taps_a_part];
} part;

// What a step reads and writes. The masks keep it inside the row.
typedef struct {
  size_t source;
  __mmask64 low, high;
  __mmask16 written;
} step;

struct vbmi_plan {
  size_t row_bytes, target_bytes, parts;
  step *steps;
  part *values;
};

int vbmi_is_here(void) {
  return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vnni");
}

static size_t steps_of(size_t target_bytes) { return (target_bytes + lanes - 1) / lanes; }

static uint64_t first_bits(size_t count) { return count >= 64 ? ~0ull : (1ull << count) - 1; }

static void put(part *target, size_t place, size_t byte, int32_t weight) {
  target->places[place] = (uint8_t)byte;
  for (int digit = 0; digit < digits; digit++) {
    int8_t value = (int8_t)(weight & 0xFF);
    target->weights[digit][place] = value;
    weight = (weight - value) >> 8;
  }
}

// Fills one step; returns 0 when its samples do not fit into the window.
static int plan_step(vbmi_plan *plan, size_t index, cpixels_axis axis) {
  size_t begin = index * lanes, count = plan->target_bytes - begin;
  if (count > lanes) count = lanes;
  step *own = plan->steps + index;
  own->source = (size_t)axis.first[begin / channels] * channels;
  own->written = (__mmask16)((1u << count) - 1);
  size_t left = plan->row_bytes - own->source;
  own->low = first_bits(left);
  own->high = left > 64 ? first_bits(left - 64) : 0;
  for (size_t lane = 0; lane < count; lane++) {
    size_t pixel = (begin + lane) / channels, channel = (begin + lane) % channels;
    size_t first = (size_t)axis.first[pixel] * channels + channel - own->source;
    if (first + (axis.taps - 1) * channels >= window) return 0;
    for (size_t tap = 0; tap < axis.taps; tap++)
      put(plan->values + index * plan->parts + tap / taps_a_part,
          lane * taps_a_part + tap % taps_a_part, first + tap * channels,
          axis.weights[pixel * axis.taps + tap]);
  }
  return 1;
}

vbmi_plan *vbmi_plan_rows(size_t width, cpixels_axis axis) {
  vbmi_plan *plan = calloc(1, sizeof *plan);
  if (plan == NULL) return NULL;
  plan->row_bytes = width * channels;
  plan->target_bytes = axis.outputs * channels;
  plan->parts = (axis.taps + taps_a_part - 1) / taps_a_part;
  size_t count = steps_of(plan->target_bytes);
  plan->steps = calloc(count, sizeof *plan->steps);
  plan->values = calloc(count * plan->parts, sizeof *plan->values);
  int fits = plan->steps != NULL && plan->values != NULL;
  for (size_t index = 0; fits && index < count; index++) fits = plan_step(plan, index, axis);
  if (fits) return plan;
  vbmi_free_plan(plan);
  return NULL;
}

void vbmi_free_plan(vbmi_plan *plan) {
  free(plan->steps);
  free(plan->values);
  free(plan);
}

VBMI static inline __attribute__((always_inline)) void resample(const vbmi_plan *plan,
                                                                const uint8_t *source, size_t rows,
                                                                uint8_t *target) {
  for (size_t index = 0; index < steps_of(plan->target_bytes); index++) {
    const step *own = plan->steps + index;
    const part *values = plan->values + index * plan->parts;
    __m512i low[rows_at_once], high[rows_at_once], sums[rows_at_once][digits];
    for (size_t row = 0; row < rows; row++) {
      const uint8_t *start = source + row * plan->row_bytes + own->source;
      low[row] = _mm512_maskz_loadu_epi8(own->low, start);
      high[row] = _mm512_maskz_loadu_epi8(own->high, start + 64);
      sums[row][0] = _mm512_set1_epi32(half);
      sums[row][1] = sums[row][2] = _mm512_setzero_si512();
    }
    for (size_t p = 0; p < plan->parts; p++) {
      __m512i places = _mm512_loadu_si512(values[p].places);
      for (size_t row = 0; row < rows; row++) {
        __m512i bytes = _mm512_permutex2var_epi8(low[row], places, high[row]);
        for (int digit = 0; digit < digits; digit++)
          sums[row][digit] = _mm512_dpbusd_epi32(sums[row][digit], bytes,
                                                 _mm512_loadu_si512(values[p].weights[digit]));
      }
    }
    for (size_t row = 0; row < rows; row++) {
      __m512i upper = _mm512_slli_epi32(sums[row][2], 16);
      __m512i sum = _mm512_add_epi32(
          _mm512_add_epi32(sums[row][0], _mm512_slli_epi32(sums[row][1], 8)), upper);
      _mm_mask_storeu_epi8(target + row * plan->target_bytes + index * lanes, own->written,
                           _mm512_cvtusepi32_epi8(_mm512_srai_epi32(sum, fraction_bits)));
    }
  }
}

VBMI void vbmi_resample_rows(const vbmi_plan *plan, const uint8_t *source, size_t rows,
                             uint8_t *target) {
  for (; rows >= rows_at_once; rows -= rows_at_once) {
    resample(plan, source, rows_at_once, target);
    source += rows_at_once * plan->row_bytes;
    target += rows_at_once * plan->target_bytes;
  }
  for (; rows > 0; rows--) {
    resample(plan, source, 1, target);
    source += plan->row_bytes;
    target += plan->target_bytes;
  }
}

#endif
