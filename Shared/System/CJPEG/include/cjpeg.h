// A face for libjpeg that Swift can call: libjpeg reports errors by a callback that must not
// return, which takes setjmp, and starts through macros. Neither can be imported.
#ifndef CJPEG_H
#define CJPEG_H

#include <stddef.h>
#include <stdint.h>

/// How a call ended.
typedef enum __attribute__((enum_extensibility(closed))) : int {
  /// All is well.
  cjpeg_ok,
  /// Data are missing.
  cjpeg_truncated,
  /// The dimensions are beyond the format.
  cjpeg_too_large,
  /// A kind of JPEG that is not read here.
  cjpeg_unsupported,
  /// The data contradict the format, or memory ran out.
  cjpeg_damaged,
} cjpeg_status;

/// One file being decoded, by one thread at a time.
typedef struct cjpeg_decoder cjpeg_decoder;

/// Starts on `count` bytes, which must stay where they are until the decoder is closed.
/// Returns NULL when memory ran out.
cjpeg_decoder *cjpeg_open(const uint8_t *bytes, size_t count);

/// Reads up to the first scan. The functions below tell what was found there.
cjpeg_status cjpeg_read_header(cjpeg_decoder *decoder);

/// The dimensions that are stored.
uint32_t cjpeg_width(const cjpeg_decoder *decoder);
uint32_t cjpeg_height(const cjpeg_decoder *decoder);

/// Bytes of a decoded pixel: 3 for RGB (gray is replicated), 4 for CMYK as it is stored.
uint32_t cjpeg_channels(const cjpeg_decoder *decoder);

/// Asks for an image smaller by `divisor`, which is 1, 2, 4 or 8: blocks of 8×8 pixels are
/// transformed to smaller ones.
void cjpeg_reduce(cjpeg_decoder *decoder, uint32_t divisor);

/// Begins to decode, and tells the dimensions that come out.
cjpeg_status cjpeg_start(cjpeg_decoder *decoder, uint32_t *width, uint32_t *height);

/// Decodes the next `rows` rows of width·channels bytes, of which there must be as many, and checks
/// with the last one that the file is complete.
cjpeg_status cjpeg_read_rows(cjpeg_decoder *decoder, uint8_t *pixels, uint32_t rows);

/// What libjpeg said about the call that failed, in English; valid until the decoder is closed.
const char *cjpeg_message(const cjpeg_decoder *decoder);

void cjpeg_close(cjpeg_decoder *decoder);

/// One image that has been encoded.
typedef struct cjpeg_encoder cjpeg_encoder;

/// Encodes width·height·3 bytes of RGB, row by row, as a baseline JPEG file of a quality of 1 to
/// 100. Returns NULL when memory ran out or a side is beyond JPEG's 65,500 pixels.
cjpeg_encoder *cjpeg_encode(const uint8_t *pixels, uint32_t width, uint32_t height, int quality);

/// The file; valid until the encoder is closed.
const uint8_t *cjpeg_encoded_bytes(const cjpeg_encoder *encoder);
size_t cjpeg_encoded_count(const cjpeg_encoder *encoder);

void cjpeg_encoder_close(cjpeg_encoder *encoder);

#endif
