#include "decoders.h"

namespace axvp {
namespace {

bool starts_with(std::string_view bytes, std::string_view signature) {
  return bytes.substr(0, signature.size()) == signature;
}

Result<Image> decode(std::string_view bytes) {
  if (starts_with(bytes, "\xFF\xD8\xFF")) return detail::decode_jpeg(bytes);
  if (starts_with(bytes, "\x89PNG\r\n\x1A\n")) return detail::decode_png(bytes);
  return fail("neither a JPEG nor a PNG file");
}

}  // namespace

Result<void> detail::check_pixels(std::uint64_t height, std::uint64_t width) {
  if (height == 0 || width == 0 || height > kMaximumPixels / width)
    return fail("{}x{} pixels, expected 1 to {}", height, width, kMaximumPixels);
  return {};
}

Result<Image> decode_image(std::string_view bytes, const std::string& name) {
  auto image = decode(bytes);
  if (!image) return fail_in(name, image);
  return image;
}

}  // namespace axvp
