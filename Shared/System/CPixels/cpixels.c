#include "cpixels.h"

#include <string.h>

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

BODY resample_rows(const uint8_t *source, size_t rows, size_t width, cpixels_axis axis,
                   uint8_t *target) {
  size_t row_bytes = width * channels, target_bytes = axis.outputs * channels;
  size_t row = 0;
  for (; row + block_rows < rows; row += block_rows) {
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

BODY resample_columns(const uint8_t *source, size_t row_bytes, cpixels_axis axis,
                      uint8_t *target) {
  for (size_t y = 0; y < axis.outputs; y++, target += row_bytes) {
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
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void resample_rows_avx2(
    const uint8_t *source, size_t rows, size_t width, cpixels_axis axis, uint8_t *target) {
  resample_rows(source, rows, width, axis, target);
}

__attribute__((target("avx2"))) static void resample_columns_avx2(
    const uint8_t *source, size_t row_bytes, cpixels_axis axis, uint8_t *target) {
  resample_columns(source, row_bytes, axis, target);
}
#endif

void cpixels_resample_rows(const uint8_t *source, size_t rows, size_t width, cpixels_axis axis,
                           uint8_t *target) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) {
    resample_rows_avx2(source, rows, width, axis, target);
    return;
  }
#endif
  resample_rows(source, rows, width, axis, target);
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
