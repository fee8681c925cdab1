// A face for libpng that Swift can call: libpng's errors take setjmp, which cannot be imported,
// and its simplified interface corrects gamma, which would change the numbers.
#ifndef CPNG_H
#define CPNG_H

#include <stddef.h>
#include <stdint.h>

/// How a call ended.
typedef enum __attribute__((enum_extensibility(closed))) : int {
  /// All is well.
  cpng_ok,
  /// Data are missing.
  cpng_truncated,
  /// The data contradict the format, or memory ran out.
  cpng_damaged,
} cpng_status;

/// One file being decoded, by one thread at a time.
typedef struct cpng_decoder cpng_decoder;

/// Starts on `count` bytes, which must stay where they are until the decoder is closed.
/// Returns NULL when memory ran out.
cpng_decoder *cpng_open(const uint8_t *bytes, size_t count);

/// Reads up to the image data. The functions below tell what was found there.
cpng_status cpng_read_header(cpng_decoder *decoder);

uint32_t cpng_width(const cpng_decoder *decoder);
uint32_t cpng_height(const cpng_decoder *decoder);

/// Bytes of a decoded pixel: 3 for RGB, 4 for RGB and alpha. Palettes are looked up, gray is
/// replicated, 16 bits are cut to the upper 8, a transparent colour becomes alpha.
uint32_t cpng_channels(const cpng_decoder *decoder);

/// Decodes width·height·channels bytes, row by row, and checks that the file is complete.
cpng_status cpng_decode(cpng_decoder *decoder, uint8_t *pixels);

/// What libpng said about the call that failed, in English; valid until the decoder is closed.
const char *cpng_message(const cpng_decoder *decoder);

void cpng_close(cpng_decoder *decoder);

#endif
