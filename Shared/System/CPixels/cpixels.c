#include "cpixels.h"

#include <stdlib.h>
#include <string.h>

#include "vbmi.h"

// The bodies below are compiled twice on x86-64: for any machine, and for one with AVX2.
#define BODY static inline __attribute__((always_inline)) void

enum { fraction_bits = 22, half = 1 << (fraction_bits - 1) };
enum { channels = 3, block_rows = 4, pixel_lanes = 4, block_columns = 32 };

// Four RGB pixels, one of each row of a block, each with a fourth lane that is not used.
typedef uint8_t pixel_bytes __attribute__((vector_size(block_rows * pixel_lanes)));
typedef int32_t pixel_sums __attribute__((vector_size(block_rows * pixel_lanes * 4)));

static inline uint8_t rounded(int32_t sum) {
  int32_t value = sum >> fraction_bits;
  return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

BODY resample_row(const uint8_t *source, cpixels_axis axis, uint8_t *target) {
  for (size_t x = 0; x < axis.outputs; x++) {
    const uint8_t *pixel = source + (size_t)axis.first[x] * channels;
    const int32_t *weights = axis.weights + x * axis.taps;
    int32_t red = half, green = half, blue = half;
    for (size_t t = 0; t < axis.taps; t++, pixel += channels) {
      red += pixel[0] * weights[t];
      green += pixel[1] * weights[t];
      blue += pixel[2] * weights[t];
    }
    target[x * channels + 0] = rounded(red);
    target[x * channels + 1] = rounded(green);
    target[x * channels + 2] = rounded(blue);
  }
}

// Reads four bytes a pixel, so at least one byte must follow the block's last row.
BODY resample_row_block(const uint8_t *source, size_t row_bytes, cpixels_axis axis,
                        uint8_t *target) {
  const pixel_sums black = {0}, white = black + 255;
  for (size_t x = 0; x < axis.outputs; x++) {
    const uint8_t *pixel = source + (size_t)axis.first[x] * channels;
    const int32_t *weights = axis.weights + x * axis.taps;
    pixel_sums sums = black + half;
    for (size_t t = 0; t < axis.taps; t++, pixel += channels) {
      pixel_bytes bytes;
      for (size_t row = 0; row < block_rows; row++) {
        memcpy((uint8_t *)&bytes + row * pixel_lanes, pixel + row * row_bytes, pixel_lanes);
      }
      sums += __builtin_convertvector(bytes, pixel_sums) * weights[t];
    }
    sums = __builtin_elementwise_max(sums >> fraction_bits, black);
    sums = __builtin_elementwise_min(sums, white);
    pixel_bytes pixels = __builtin_convertvector(sums, pixel_bytes);
    for (size_t row = 0; row < block_rows; row++) {
      memcpy(target + (row * axis.outputs + x) * channels,
             (const uint8_t *)&pixels + row * pixel_lanes, channels);
    }
  }
}

BODY resample_rows(const uint8_t *source, size_t rows, size_t width, int followed,
                   cpixels_axis axis, uint8_t *target) {
  size_t row_bytes = width * channels, target_bytes = axis.outputs * channels;
  size_t row = 0, in_blocks = followed ? rows : rows - 1;
  for (; row + block_rows <= in_blocks; row += block_rows) {
    resample_row_block(source + row * row_bytes, row_bytes, axis, target + row * target_bytes);
  }
  for (; row < rows; row++) {
    resample_row(source + row * row_bytes, axis, target + row * target_bytes);
  }
}

// Sums `columns` columns in registers: the compiler unrolls it where `columns` is a constant.
BODY resample_column_block(const uint8_t *source, size_t row_bytes, size_t columns,
                           const int32_t *weights, size_t taps, uint8_t *target) {
  int32_t sums[block_columns];
  for (size_t i = 0; i < columns; i++) sums[i] = half;
  for (size_t t = 0; t < taps; t++, source += row_bytes) {
    for (size_t i = 0; i < columns; i++) sums[i] += source[i] * weights[t];
  }
  for (size_t i = 0; i < columns; i++) target[i] = rounded(sums[i]);
}

BODY resample_output_row(const uint8_t *source, size_t row_bytes, cpixels_axis axis, size_t y,
                         uint8_t *target) {
  const uint8_t *rows = source + (size_t)axis.first[y] * row_bytes;
  const int32_t *weights = axis.weights + y * axis.taps;
  size_t column = 0;
  for (; column + block_columns <= row_bytes; column += block_columns) {
    resample_column_block(rows + column, row_bytes, block_columns, weights, axis.taps,
                          target + column);
  }
  resample_column_block(rows + column, row_bytes, row_bytes - column, weights, axis.taps,
                        target + column);
}

BODY resample_columns(const uint8_t *source, size_t row_bytes, cpixels_axis axis,
                      uint8_t *target) {
  for (size_t y = 0; y < axis.outputs; y++)
    resample_output_row(source, row_bytes, axis, y, target + y * row_bytes);
}

BODY resample_columns_to_planes(const uint8_t *source, size_t width, cpixels_axis axis,
                                const float *table, uint8_t *row, float *planes) {
  size_t plane = axis.outputs * width;
  for (size_t y = 0; y < axis.outputs; y++) {
    resample_output_row(source, width * channels, axis, y, row);
    float *target = planes + y * width;
    for (size_t x = 0; x < width; x++) {
      target[x] = table[row[x * channels]];
      target[x + plane] = table[row[x * channels + 1] + 256];
      target[x + 2 * plane] = table[row[x * channels + 2] + 512];
    }
  }
}

BODY split_planes(const uint8_t *restrict source, size_t count, uint8_t *restrict planes) {
  for (size_t i = 0; i < count; i++) {
    planes[i] = source[i * channels];
    planes[i + count] = source[i * channels + 1];
    planes[i + 2 * count] = source[i * channels + 2];
  }
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void resample_rows_avx2(
    const uint8_t *source, size_t rows, size_t width, int followed, cpixels_axis axis,
    uint8_t *target) {
  resample_rows(source, rows, width, followed, axis, target);
}

__attribute__((target("avx2"))) static void resample_columns_avx2(
    const uint8_t *source, size_t row_bytes, cpixels_axis axis, uint8_t *target) {
  resample_columns(source, row_bytes, axis, target);
}

__attribute__((target("avx2"))) static void resample_columns_to_planes_avx2(
    const uint8_t *source, size_t width, cpixels_axis axis, const float *table, uint8_t *row,
    float *planes) {
  resample_columns_to_planes(source, width, axis, table, row, planes);
}

__attribute__((target("avx2"))) static void split_planes_avx2(const uint8_t *source, size_t count,
                                                              uint8_t *planes) {
  split_planes(source, count, planes);
}
#endif

struct cpixels_rows_plan {
  size_t width;
#if defined(__x86_64__)
  int plain;
  vbmi_plan *vbmi;
#endif
};

cpixels_rows_plan *cpixels_plan_rows(size_t width, cpixels_axis axis, int plain) {
  cpixels_rows_plan *plan = calloc(1, sizeof *plan);
  if (plan == NULL) return NULL;
  plan->width = width;
#if defined(__x86_64__)
  plan->plain = plain || !__builtin_cpu_supports("avx2");
  if (!plain && vbmi_is_here()) plan->vbmi = vbmi_plan_rows(width, axis);
#else
  (void)axis, (void)plain;
#endif
  return plan;
}

void cpixels_free_plan(cpixels_rows_plan *plan) {
#if defined(__x86_64__)
  if (plan->vbmi != NULL) vbmi_free_plan(plan->vbmi);
#endif
  free(plan);
}

void cpixels_resample_rows(const cpixels_rows_plan *plan, cpixels_axis axis, const uint8_t *source,
                           size_t rows, int followed, uint8_t *target) {
#if defined(__x86_64__)
  if (plan->vbmi != NULL) {
    vbmi_resample_rows(plan->vbmi, source, rows, target);
    return;
  }
  if (!plan->plain) {
    resample_rows_avx2(source, rows, plan->width, followed, axis, target);
    return;
  }
#endif
  resample_rows(source, rows, plan->width, followed, axis, target);
}

void cpixels_resample_columns(const uint8_t *source, size_t row_bytes, cpixels_axis axis,
                              uint8_t *target) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) {
    resample_columns_avx2(source, row_bytes, axis, target);
    return;
  }
#endif
  resample_columns(source, row_bytes, axis, target);
}

void cpixels_resample_columns_to_planes(const uint8_t *source, size_t width, cpixels_axis axis,
                                        const float *table, uint8_t *row, float *planes) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) {
    resample_columns_to_planes_avx2(source, width, axis, table, row, planes);
    return;
  }
#endif
  resample_columns_to_planes(source, width, axis, table, row, planes);
}

void cpixels_split_planes(const uint8_t *source, size_t count, uint8_t *planes) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) {
    split_planes_avx2(source, count, planes);
    return;
  }
#endif
  split_planes(source, count, planes);
}
