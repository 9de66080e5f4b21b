#include "external_data.h"

#include <charconv>
#include <fstream>

namespace axvp::onnx_detail {
namespace {

struct Place {
  std::string location;
  std::uint64_t offset = 0;
};

Result<std::uint64_t> parse_number(const std::string& key, const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size())
    return fail("external data: {} is `{}`, expected a number", key, text);
  return number;
}

Result<Place> read_place(const onnx::TensorProto& tensor, std::uint64_t size) {
  Place place;
  for (const auto& entry : tensor.external_data()) {
    if (entry.key() == "location") place.location = entry.value();
    if (entry.key() != "offset" && entry.key() != "length") continue;
    const auto number = parse_number(entry.key(), entry.value());
    if (!number) return forward_error(number);
    if (entry.key() == "offset") place.offset = *number;
    if (entry.key() == "length" && *number != size) return fail("external data: {} bytes, {} expected", *number, size);
  }
  if (place.location.empty()) return fail("external data: the location is missing");
  return place;
}

/// Whether `path` lies in `folder`, links resolved.
bool lies_in(const std::filesystem::path& path, const std::filesystem::path& folder) {
  std::error_code error;
  const auto inner = std::filesystem::weakly_canonical(path, error);
  if (error) return false;
  const auto outer = std::filesystem::weakly_canonical(folder, error);
  if (error) return false;
  const auto relative = inner.lexically_relative(outer);
  return !relative.empty() && *relative.begin() != "..";
}

}  // namespace

Result<std::string> read_external_data(const onnx::TensorProto& tensor, const std::filesystem::path& folder,
                                       std::uint64_t size) {
  if (folder.empty()) return fail("its values lie in an external file, but the model does not come from a folder");
  const auto place = read_place(tensor, size);
  if (!place) return forward_error(place);
  const std::filesystem::path path = folder / place->location;
  if (std::filesystem::path(place->location).is_absolute() || !lies_in(path, folder))
    return fail("external data `{}` lies outside the model's folder", place->location);
  std::error_code error;
  const std::uint64_t length = std::filesystem::file_size(path, error);
  if (error) return fail("external data `{}`: {}", place->location, error.message());
  if (place->offset > length || size > length - place->offset)
    return fail("external data `{}`: {} bytes from {} on do not lie in a file of {} bytes", place->location, size,
                place->offset, length);
  std::string bytes(size, '\0');
  std::ifstream file{path, std::ios::binary};
  file.seekg(static_cast<std::streamoff>(place->offset));
  file.read(bytes.data(), static_cast<std::streamsize>(size));
  if (!file) return fail("external data `{}`: cannot be read", place->location);
  return bytes;
}

}  // namespace axvp::onnx_detail
