#include "axvp/workloads/dataset.h"

#include <algorithm>
#include <array>
#include <utility>

#include "axvp/common/file.h"
#include "axvp/common/hash.h"
#include "axvp/common/text.h"
#include "axvp/workloads/synth10.h"

namespace axvp {
namespace {

using Open = Result<Dataset> (*)(const std::string& argument, std::size_t limit);

constexpr int kCifarClasses = 10;
constexpr int kCifarSide = 32;
constexpr std::size_t kCifarPlane = std::size_t{kCifarSide} * kCifarSide;
constexpr std::size_t kCifarRecord = 1 + 3 * kCifarPlane;  ///< Label, then the planes R, G, B, row by row.

Image read_cifar10_record(const std::uint8_t* record) {
  Image image{kCifarSide, kCifarSide, std::vector<std::uint8_t>(3 * kCifarPlane), record[0]};
  for (std::size_t channel = 0; channel < 3; ++channel)
    for (std::size_t pixel = 0; pixel < kCifarPlane; ++pixel)
      image.pixels[pixel * 3 + channel] = record[1 + channel * kCifarPlane + pixel];
  return image;
}

Result<Dataset> open_cifar10(const std::string& path, std::size_t limit) {
  const auto bytes = read_binary_file(path);
  if (!bytes) return forward_error(bytes);
  if (bytes->empty()) return fail("{}: empty, expected records of {} bytes", path, kCifarRecord);
  if (bytes->size() % kCifarRecord != 0)
    return fail("{}: {} bytes are not whole records of {}; the file is truncated or not CIFAR-10", path, bytes->size(),
                kCifarRecord);
  const std::size_t records = bytes->size() / kCifarRecord;
  for (std::size_t i = 0; i < records; ++i)
    if (const int label = (*bytes)[i * kCifarRecord]; label >= kCifarClasses)
      return fail("{}: record {} has label {}, expected 0 to {}", path, i, label, kCifarClasses - 1);
  Dataset dataset;
  dataset.name = "cifar10:" + std::filesystem::path(path).stem().string();
  dataset.sha256 = sha256({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
  dataset.classes = kCifarClasses;
  const std::size_t count = limit == 0 ? records : std::min(limit, records);
  dataset.images.reserve(count);
  for (std::size_t i = 0; i < count; ++i) dataset.images.push_back(read_cifar10_record(&(*bytes)[i * kCifarRecord]));
  return dataset;
}

Result<Dataset> open_synth10(const std::string& split, std::size_t limit) {
  if (split == "train") return synth10(Synth10Split::Train, limit);
  if (split == "validation") return synth10(Synth10Split::Validation, limit);
  if (split == "test") return synth10(Synth10Split::Test, limit);
  return fail("synth10 has no split `{}`{}", split, suggestion(split, {"train", "validation", "test"}));
}

constexpr std::array<std::pair<std::string_view, Open>, 2> kKinds{{
    {"cifar10", open_cifar10},
    {"synth10", open_synth10},
}};

}  // namespace

Result<Dataset> open_dataset(std::string_view specification, std::size_t limit) {
  const std::size_t colon = specification.find(':');
  const std::string kind{specification.substr(0, colon)};
  if (colon == std::string_view::npos || colon + 1 == specification.size())
    return fail("data `{}`: expected KIND:ARGUMENT, as in synth10:test or cifar10:FILE.bin", specification);
  const std::string argument{specification.substr(colon + 1)};
  std::vector<std::string> known;
  for (const auto& [name, open] : kKinds) {
    if (name == kind) return open(argument, limit);
    known.emplace_back(name);
  }
  return fail("data `{}`: unknown kind `{}`{}", specification, kind, suggestion(kind, known));
}

std::vector<float> preprocess(const Image& image, const Preprocessing& preprocessing) {
  const std::size_t plane = static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width);
  std::vector<float> tensor(3 * plane);
  for (std::size_t channel = 0; channel < 3; ++channel)
    for (std::size_t pixel = 0; pixel < plane; ++pixel)
      tensor[channel * plane + pixel] =
          static_cast<float>((image.pixels[pixel * 3 + channel] / preprocessing.divisor - preprocessing.mean[channel]) /
                             preprocessing.deviation[channel]);
  return tensor;
}

}  // namespace axvp
