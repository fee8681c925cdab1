// The two passes of resizing 8-bit RGB, in C because a function can be compiled here for vector
// instructions that the rest of the program must not count on.
#ifndef CPIXELS_H
#define CPIXELS_H

#include <stddef.h>
#include <stdint.h>

/// How each of `outputs` samples along one axis is put together: sample i is the sum, over
/// t < taps, of input sample first[i] + t times weights[i·taps + t], in units of 2^-22, rounded
/// and kept within a byte.
typedef struct {
  const int32_t *first;
  const int32_t *weights;
  size_t taps;
  size_t outputs;
} cpixels_axis;

/// Resamples each of `rows` rows of `width` RGB pixels to axis.outputs pixels.
void cpixels_resample_rows(const uint8_t *source, size_t rows, size_t width, cpixels_axis axis,
                           uint8_t *target);

/// Combines rows of `row_bytes` bytes to axis.outputs rows.
void cpixels_resample_columns(const uint8_t *source, size_t row_bytes, cpixels_axis axis,
                              uint8_t *target);

#endif
