#include "cpng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

struct cpng_decoder {
  png_structp png;
  png_infop info;
  const uint8_t *next;
  size_t remaining;
  int passes;
  cpng_status status;
  char message[160];
};

_Noreturn static void on_error(png_structp png, png_const_charp message) {
  cpng_decoder *decoder = png_get_error_ptr(png);
  if (decoder->status == cpng_ok) decoder->status = cpng_damaged;
  snprintf(decoder->message, sizeof decoder->message, "%s", message);
  png_longjmp(png, 1);
}

// libpng's warnings are about chunks that do not bear on the pixels.
static void on_warning(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void on_read(png_structp png, png_bytep target, size_t count) {
  cpng_decoder *decoder = png_get_io_ptr(png);
  if (count > decoder->remaining) {
    decoder->status = cpng_truncated;
    png_error(png, "Premature end of PNG file");
  }
  memcpy(target, decoder->next, count);
  decoder->next += count;
  decoder->remaining -= count;
}

cpng_decoder *cpng_open(const uint8_t *bytes, size_t count) {
  cpng_decoder *decoder = calloc(1, sizeof *decoder);
  if (decoder == NULL) return NULL;
  decoder->next = bytes;
  decoder->remaining = count;
  decoder->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, decoder, on_error, on_warning);
  decoder->info = decoder->png == NULL ? NULL : png_create_info_struct(decoder->png);
  if (decoder->info == NULL) {
    cpng_close(decoder);
    return NULL;
  }
  if (setjmp(png_jmpbuf(decoder->png))) {
    cpng_close(decoder);
    return NULL;
  }
  png_set_read_fn(decoder->png, decoder, on_read);
  // Colour profiles, gamma, texts and times change no pixel here and are not unpacked.
  png_set_keep_unknown_chunks(decoder->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  return decoder;
}

cpng_status cpng_read_header(cpng_decoder *decoder) {
  png_structp png = decoder->png;
  if (setjmp(png_jmpbuf(png))) return decoder->status;
  png_read_info(png, decoder->info);
  png_set_expand(png);
  png_set_strip_16(png);
  png_set_gray_to_rgb(png);
  decoder->passes = png_set_interlace_handling(png);
  png_read_update_info(png, decoder->info);
  return cpng_ok;
}

uint32_t cpng_width(const cpng_decoder *decoder) {
  return png_get_image_width(decoder->png, decoder->info);
}

uint32_t cpng_height(const cpng_decoder *decoder) {
  return png_get_image_height(decoder->png, decoder->info);
}

uint32_t cpng_channels(const cpng_decoder *decoder) {
  return png_get_channels(decoder->png, decoder->info);
}

cpng_status cpng_decode(cpng_decoder *decoder, uint8_t *pixels) {
  png_structp png = decoder->png;
  size_t stride = png_get_rowbytes(png, decoder->info);
  uint32_t height = cpng_height(decoder);
  if (setjmp(png_jmpbuf(png))) return decoder->status;
  for (int pass = 0; pass < decoder->passes; pass++) {
    for (uint32_t row = 0; row < height; row++) {
      png_read_row(png, pixels + row * stride, NULL);
    }
  }
  png_read_end(png, NULL);
  return cpng_ok;
}

const char *cpng_message(const cpng_decoder *decoder) { return decoder->message; }

void cpng_close(cpng_decoder *decoder) {
  png_destroy_read_struct(&decoder->png, &decoder->info, NULL);
  free(decoder);
}
