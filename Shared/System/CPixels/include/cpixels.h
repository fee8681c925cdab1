// The two passes of resizing 8-bit RGB and the step to an encoder's numbers, in C because a function
// can be compiled here for vector instructions that the rest of the program must not count on.
#ifndef CPIXELS_H
#define CPIXELS_H

#include <stddef.h>
#include <stdint.h>

/// How each of `outputs` samples along one axis is put together: sample i is the sum, over
/// t < taps, of input sample first[i] + t times weights[i·taps + t], in units of 2^-22, rounded
/// and kept within a byte. No weight is negative or above 2^22.
typedef struct {
  const int32_t *first;
  const int32_t *weights;
  size_t taps;
  size_t outputs;
} cpixels_axis;

/// How rows of one width are resampled, laid out for this processor.
typedef struct cpixels_rows_plan cpixels_rows_plan;

/// Plans for rows of `width` RGB pixels. `plain` asks for the way that every processor goes. Returns
/// NULL when memory ran out.
cpixels_rows_plan *cpixels_plan_rows(size_t width, cpixels_axis axis, int plain);

void cpixels_free_plan(cpixels_rows_plan *plan);

/// Resamples each of `rows` rows, one or more which follow each other, to axis.outputs pixels, by the
/// axis that was planned for. `followed` says that one more byte can be read behind them, which
/// makes the last rows faster.
void cpixels_resample_rows(const cpixels_rows_plan *plan, cpixels_axis axis, const uint8_t *source,
                           size_t rows, int followed, uint8_t *target);

/// Combines rows of `row_bytes` bytes to axis.outputs rows.
void cpixels_resample_columns(const uint8_t *source, size_t row_bytes, cpixels_axis axis,
                              uint8_t *target);

/// Combines rows of `width` RGB pixels to axis.outputs rows and writes what table[channel·256 + byte]
/// says of each byte to plane `channel` of `planes`, float [3, axis.outputs, width]. `row` is room
/// for width·3 bytes.
void cpixels_resample_columns_to_planes(const uint8_t *source, size_t width, cpixels_axis axis,
                                        const float *table, uint8_t *row, float *planes);

/// Writes each colour of `count` RGB pixels to a plane of its own: all red, all green, all blue.
void cpixels_split_planes(const uint8_t *source, size_t count, uint8_t *planes);

#endif
