#include <png.h>

#include <csetjmp>
#include <cstring>

#include "decoders.h"

namespace axvp::detail {
namespace {

struct Source {
  std::string_view bytes;
  std::string message;
};

void read_bytes(png_structp png, png_bytep target, std::size_t count) {
  auto* source = static_cast<Source*>(png_get_io_ptr(png));
  if (count > source->bytes.size()) png_error(png, "the file ends early");
  std::memcpy(target, source->bytes.data(), count);
  source->bytes.remove_prefix(count);
}

/// Must not return: png_longjmp jumps to where png_jmpbuf was set.
void jump_out(png_structp png, png_const_charp message) {
  static_cast<Source*>(png_get_error_ptr(png))->message = message;
  png_longjmp(png, 1);
}

void ignore_warning(png_structp /*png*/, png_const_charp /*message*/) {}

struct Decoder {
  png_structp png;
  png_infop info = nullptr;

  explicit Decoder(Source& source)
      : png(png_create_read_struct(PNG_LIBPNG_VER_STRING, &source, jump_out, ignore_warning)) {
    if (png != nullptr) info = png_create_info_struct(png);
    if (info != nullptr) png_set_read_fn(png, &source, read_bytes);
  }
  ~Decoder() { png_destroy_read_struct(&png, &info, nullptr); }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
};

/// No object with a destructor lives between setjmp and the calls that may jump.
bool read_header(const Decoder& decoder) {
  if (setjmp(png_jmpbuf(decoder.png)) != 0) return false;
  png_read_info(decoder.png, decoder.info);
  return true;
}

/// Everything to 8-bit RGB; no gamma or colour profile is applied.
bool read_rows(const Decoder& decoder, png_bytepp rows) {
  if (setjmp(png_jmpbuf(decoder.png)) != 0) return false;
  png_set_expand(decoder.png);
  png_set_strip_16(decoder.png);
  png_set_strip_alpha(decoder.png);
  png_set_gray_to_rgb(decoder.png);
  png_set_interlace_handling(decoder.png);
  png_read_update_info(decoder.png, decoder.info);
  png_read_image(decoder.png, rows);
  png_read_end(decoder.png, nullptr);
  return true;
}

}  // namespace

Result<Image> decode_png(std::string_view bytes) {
  Source source{bytes, {}};
  const Decoder decoder{source};
  if (decoder.info == nullptr) return fail("libpng cannot be started");
  if (!read_header(decoder)) return fail("corrupt PNG: {}", source.message);
  const std::size_t height = png_get_image_height(decoder.png, decoder.info);
  const std::size_t width = png_get_image_width(decoder.png, decoder.info);
  const auto checked = check_pixels(height, width);
  if (!checked) return forward_error(checked);
  Image image{static_cast<int>(height), static_cast<int>(width), std::vector<std::uint8_t>(3 * height * width), 0};
  std::vector<png_bytep> rows;
  for (std::size_t row = 0; row < height; ++row) rows.push_back(image.pixels.data() + 3 * width * row);
  if (!read_rows(decoder, rows.data())) return fail("corrupt PNG: {}", source.message);
  return image;
}

}  // namespace axvp::detail
