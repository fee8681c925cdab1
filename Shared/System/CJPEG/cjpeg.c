#include "cjpeg.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include <jerror.h>

// Encoders write about ten scans. A few hundred bytes can ask for thousands, and each one passes
// over the whole image.
enum { maximum_scans = 100 };

struct cjpeg_decoder {
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf escape;
  cjpeg_status status;
  char message[JMSG_LENGTH_MAX];
};

static cjpeg_decoder *decoder_of(j_common_ptr jpeg) { return jpeg->client_data; }

_Noreturn static void fail(j_common_ptr jpeg, cjpeg_status status) {
  cjpeg_decoder *decoder = decoder_of(jpeg);
  decoder->status = status;
  jpeg->err->format_message(jpeg, decoder->message);
  longjmp(decoder->escape, 1);
}

static void on_error(j_common_ptr jpeg) {
  switch (jpeg->err->msg_code) {
    case JERR_INPUT_EMPTY:
    case JERR_INPUT_EOF:
      fail(jpeg, cjpeg_truncated);
    case JERR_IMAGE_TOO_BIG:
    case JERR_WIDTH_OVERFLOW:
      fail(jpeg, cjpeg_too_large);
    case JERR_ARITH_NOTIMPL:
    case JERR_BAD_PRECISION:
    case JERR_CCIR601_NOTIMPL:
    case JERR_COMPONENT_COUNT:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_NOT_COMPILED:
    case JERR_SOF_UNSUPPORTED:
      fail(jpeg, cjpeg_unsupported);
    default:
      fail(jpeg, cjpeg_damaged);
  }
}

// libjpeg warns of missing or broken data and paints gray instead; here that is a failure. Its
// other warnings are about oddities that many cameras write.
static void on_message(j_common_ptr jpeg, int level) {
  if (level >= 0) return;
  switch (jpeg->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
      fail(jpeg, cjpeg_truncated);
    case JWRN_ARITH_BAD_CODE:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC:
      fail(jpeg, cjpeg_damaged);
    default:
      break;
  }
}

static void on_progress(j_common_ptr jpeg) {
  if (((j_decompress_ptr)jpeg)->input_scan_number <= maximum_scans) return;
  cjpeg_decoder *decoder = decoder_of(jpeg);
  decoder->status = cjpeg_damaged;
  snprintf(decoder->message, sizeof decoder->message, "more than %d scans", maximum_scans);
  longjmp(decoder->escape, 1);
}

cjpeg_decoder *cjpeg_open(const uint8_t *bytes, size_t count) {
  cjpeg_decoder *decoder = calloc(1, sizeof *decoder);
  if (decoder == NULL) return NULL;
  decoder->jpeg.err = jpeg_std_error(&decoder->errors);
  decoder->jpeg.client_data = decoder;
  decoder->errors.error_exit = on_error;
  decoder->errors.emit_message = on_message;
  if (setjmp(decoder->escape)) {
    cjpeg_close(decoder);
    return NULL;
  }
  jpeg_create_decompress(&decoder->jpeg);
  decoder->progress.progress_monitor = on_progress;
  decoder->jpeg.progress = &decoder->progress;
  jpeg_mem_src(&decoder->jpeg, bytes, count);
  return decoder;
}

cjpeg_status cjpeg_read_header(cjpeg_decoder *decoder) {
  struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  if (setjmp(decoder->escape)) return decoder->status;
  jpeg_read_header(jpeg, TRUE);
  switch (jpeg->num_components) {
    case 1:
    case 3:
      jpeg->out_color_space = JCS_RGB;
      return cjpeg_ok;
    case 4:
      jpeg->out_color_space = JCS_CMYK;
      return cjpeg_ok;
    default:
      snprintf(decoder->message, sizeof decoder->message, "%d color components",
               jpeg->num_components);
      return cjpeg_unsupported;
  }
}

void cjpeg_reduce(cjpeg_decoder *decoder, uint32_t divisor) {
  decoder->jpeg.scale_num = 1;
  decoder->jpeg.scale_denom = divisor;
}

uint32_t cjpeg_width(const cjpeg_decoder *decoder) { return decoder->jpeg.image_width; }

uint32_t cjpeg_height(const cjpeg_decoder *decoder) { return decoder->jpeg.image_height; }

uint32_t cjpeg_channels(const cjpeg_decoder *decoder) {
  return decoder->jpeg.num_components == 4 ? 4 : 3;
}

cjpeg_status cjpeg_start(cjpeg_decoder *decoder, uint32_t *width, uint32_t *height) {
  struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  if (setjmp(decoder->escape)) return decoder->status;
  jpeg_start_decompress(jpeg);
  *width = jpeg->output_width;
  *height = jpeg->output_height;
  return cjpeg_ok;
}

cjpeg_status cjpeg_read_rows(cjpeg_decoder *decoder, uint8_t *pixels, uint32_t rows) {
  struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
  size_t stride = (size_t)jpeg->output_width * cjpeg_channels(decoder);
  JDIMENSION first = jpeg->output_scanline, end = first + rows;
  if (setjmp(decoder->escape)) return decoder->status;
  while (jpeg->output_scanline < end) {
    JSAMPROW row = pixels + (jpeg->output_scanline - first) * stride;
    jpeg_read_scanlines(jpeg, &row, 1);
  }
  if (end == jpeg->output_height) jpeg_finish_decompress(jpeg);
  return cjpeg_ok;
}

const char *cjpeg_message(const cjpeg_decoder *decoder) { return decoder->message; }

void cjpeg_close(cjpeg_decoder *decoder) {
  jpeg_destroy_decompress(&decoder->jpeg);
  free(decoder);
}

struct cjpeg_encoder {
  struct jpeg_compress_struct jpeg;
  struct jpeg_error_mgr errors;
  jmp_buf escape;
  unsigned char *bytes;
  unsigned long count;
};

static void on_encoder_error(j_common_ptr jpeg) {
  cjpeg_encoder *encoder = jpeg->client_data;
  longjmp(encoder->escape, 1);
}

static void on_encoder_message(j_common_ptr jpeg, int level) {
  (void)jpeg;
  (void)level;
}

cjpeg_encoder *cjpeg_encode(const uint8_t *pixels, uint32_t width, uint32_t height, int quality) {
  cjpeg_encoder *encoder = calloc(1, sizeof *encoder);
  if (encoder == NULL) return NULL;
  encoder->jpeg.err = jpeg_std_error(&encoder->errors);
  encoder->jpeg.client_data = encoder;
  encoder->errors.error_exit = on_encoder_error;
  encoder->errors.emit_message = on_encoder_message;
  if (setjmp(encoder->escape)) {
    cjpeg_encoder_close(encoder);
    return NULL;
  }
  struct jpeg_compress_struct *jpeg = &encoder->jpeg;
  jpeg_create_compress(jpeg);
  jpeg_mem_dest(jpeg, &encoder->bytes, &encoder->count);
  jpeg->image_width = width;
  jpeg->image_height = height;
  jpeg->input_components = 3;
  jpeg->in_color_space = JCS_RGB;
  jpeg_set_defaults(jpeg);
  jpeg_set_quality(jpeg, quality, TRUE);
  jpeg->optimize_coding = TRUE;
  jpeg_start_compress(jpeg, TRUE);
  while (jpeg->next_scanline < jpeg->image_height) {
    JSAMPROW row = (JSAMPROW)(pixels + (size_t)jpeg->next_scanline * width * 3);
    jpeg_write_scanlines(jpeg, &row, 1);
  }
  jpeg_finish_compress(jpeg);
  return encoder;
}

const uint8_t *cjpeg_encoded_bytes(const cjpeg_encoder *encoder) { return encoder->bytes; }

size_t cjpeg_encoded_count(const cjpeg_encoder *encoder) { return encoder->count; }

void cjpeg_encoder_close(cjpeg_encoder *encoder) {
  jpeg_destroy_compress(&encoder->jpeg);
  free(encoder->bytes);
  free(encoder);
}
