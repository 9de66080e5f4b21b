#include <csetjmp>
#include <cstdio>
// jpeglib.h needs size_t and FILE from <cstdio>
#include <jpeglib.h>

#include "decoders.h"

namespace axvp::detail {
namespace {

/// libjpeg reports an error by calling error_exit, which must not return: it jumps back to where `jump` was set. No
/// object with a destructor lives between the two places.
struct ErrorState {
  jpeg_error_mgr manager{};
  std::jmp_buf jump{};
  char message[JMSG_LENGTH_MAX] = {};
};

void jump_out(j_common_ptr info) {
  auto* state = reinterpret_cast<ErrorState*>(info->err);  // NOLINT: `manager` is its first member
  info->err->format_message(info, state->message);
  std::longjmp(state->jump, 1);
}

/// Warnings stand for data that are missing or do not fit: they are errors here. Trace messages (level >= 0) are not.
void warning_is_error(j_common_ptr info, int level) {
  if (level < 0) jump_out(info);
}

struct Decoder {
  ErrorState errors;
  jpeg_decompress_struct info{};

  Decoder() {
    info.err = jpeg_std_error(&errors.manager);
    errors.manager.error_exit = jump_out;
    errors.manager.emit_message = warning_is_error;
  }
  ~Decoder() { jpeg_destroy_decompress(&info); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
};

/// Reads the header and sets the output to RGB. False: see the decoder's message.
bool read_header(Decoder& decoder, std::string_view bytes) {
  if (setjmp(decoder.errors.jump) != 0) return false;
  jpeg_create_decompress(&decoder.info);
  jpeg_mem_src(&decoder.info, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&decoder.info, TRUE);
  decoder.info.out_color_space = JCS_RGB;
  return true;
}

bool read_rows(Decoder& decoder, std::uint8_t* pixels) {
  if (setjmp(decoder.errors.jump) != 0) return false;
  jpeg_start_decompress(&decoder.info);
  const std::size_t row_bytes = std::size_t{3} * decoder.info.output_width;
  while (decoder.info.output_scanline < decoder.info.output_height) {
    JSAMPROW row = pixels + decoder.info.output_scanline * row_bytes;
    jpeg_read_scanlines(&decoder.info, &row, 1);
  }
  jpeg_finish_decompress(&decoder.info);
  return true;
}

}  // namespace

Result<Image> decode_jpeg(std::string_view bytes) {
  Decoder decoder;
  if (!read_header(decoder, bytes)) return fail("corrupt JPEG: {}", decoder.errors.message);
  const int components = decoder.info.num_components;
  if (components != 1 && components != 3)
    return fail("JPEG of {} components (CMYK?); supported are 1 (grey) and 3", components);
  const auto checked = check_pixels(decoder.info.image_height, decoder.info.image_width);
  if (!checked) return forward_error(checked);
  Image image{static_cast<int>(decoder.info.image_height), static_cast<int>(decoder.info.image_width), {}, 0};
  image.pixels.resize(std::size_t{3} * decoder.info.image_height * decoder.info.image_width);
  if (!read_rows(decoder, image.pixels.data())) return fail("corrupt JPEG: {}", decoder.errors.message);
  return image;
}

}  // namespace axvp::detail
