#include "axvp/workloads/dataset.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "axvp/common/file.h"
#include "axvp/common/hash.h"
#include "axvp/common/text.h"
#include "axvp/workloads/synth10.h"
#include "data/image_list.h"
#include "parallel.h"

namespace axvp {
namespace {

using detail::Selection;
using Open = Result<Dataset> (*)(const std::string& argument, const Selection& selection,
                                 const DatasetOptions& options);

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

Result<void> fit_images(std::vector<Image>& images, const std::optional<ImageFitting>& fitting) {
  if (!fitting) return {};
  std::vector<std::string> errors(images.size());
  detail::for_each_parallel(images.size(), detail::worker_count(images.size()), [&](std::size_t, std::size_t i) {
    auto fitted = fit_image(std::move(images[i]), *fitting);
    if (fitted)
      images[i] = std::move(*fitted);
    else
      errors[i] = fitted.error().message;
  });
  for (const std::string& error : errors)
    if (!error.empty()) return tl::unexpected(Error{error});
  return {};
}

Result<Dataset> open_cifar10(const std::string& argument, const Selection& selection, const DatasetOptions& options) {
  const std::string path = find_data_file(argument).string();
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
  const auto bounds = selection.of(records, options.limit);
  if (!bounds) return fail_in(path, bounds);
  Dataset dataset;
  dataset.sha256 = sha256({reinterpret_cast<const char*>(bytes->data()), bytes->size()});
  dataset.classes = kCifarClasses;
  for (std::size_t i = bounds->first; i < bounds->end; ++i)
    dataset.images.push_back(read_cifar10_record(&(*bytes)[i * kCifarRecord]));
  if (const auto fitted = fit_images(dataset.images, options.fitting); !fitted) return fail_in(path, fitted);
  return dataset;
}

struct NamedSplit {
  std::string_view name;
  Synth10Split split;
  std::size_t images;
};
constexpr std::array<NamedSplit, 3> kSynth10Splits{{{"train", Synth10Split::Train, kSynth10TrainImages},
                                                    {"validation", Synth10Split::Validation, kSynth10ValidationImages},
                                                    {"test", Synth10Split::Test, kSynth10TestImages}}};

Result<Dataset> open_synth10(const std::string& name, const Selection& selection, const DatasetOptions& options) {
  for (const NamedSplit& split : kSynth10Splits) {
    if (split.name != name) continue;
    const auto bounds = selection.of(split.images, options.limit);
    if (!bounds) return fail_in("synth10:" + name, bounds);
    Dataset dataset = synth10(split.split, bounds->end);
    dataset.images.erase(dataset.images.begin(), dataset.images.begin() + static_cast<std::ptrdiff_t>(bounds->first));
    if (const auto fitted = fit_images(dataset.images, options.fitting); !fitted) return forward_error(fitted);
    return dataset;
  }
  return fail("synth10 has no split `{}`{}", name, suggestion(name, {"train", "validation", "test"}));
}

Result<Dataset> open_tiny_imagenet(const std::string& argument, const Selection& selection,
                                   const DatasetOptions& options) {
  const auto list = detail::list_tiny_imagenet(argument);
  if (!list) return forward_error(list);
  return detail::decode_list(*list, selection, options);
}

Result<Dataset> open_image_folder(const std::string& argument, const Selection& selection,
                                  const DatasetOptions& options) {
  const auto list = detail::list_image_folder(argument);
  if (!list) return forward_error(list);
  return detail::decode_list(*list, selection, options);
}

struct Kind {
  std::string_view name;
  Open open;
};
constexpr std::array<Kind, 4> kKinds{{{"cifar10", open_cifar10},
                                      {"synth10", open_synth10},
                                      {"tiny-imagenet", open_tiny_imagenet},
                                      {"imagefolder", open_image_folder}}};

Result<std::optional<std::size_t>> parse_bound(const std::string& text) {
  if (text.empty()) return std::optional<std::size_t>{};
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return fail("`{}` is not a number", text);
  return std::optional{number};
}

Result<Selection> parse_selection(const std::string& text) {
  const auto bounds = split(text, ':');
  if (bounds.size() != 2) return fail("`@{}`: expected @FIRST:END", text);
  const auto first = parse_bound(bounds[0]), end = parse_bound(bounds[1]);
  if (!first) return forward_error(first);
  if (!end) return forward_error(end);
  return Selection{first->value_or(0), *end};
}

/// "KIND:last part of the folder or file", the split and the selection as given.
std::string report_name(const std::string& kind, std::string argument, const std::string& selection) {
  std::string suffix;
  if (const std::size_t colon = argument.rfind(':'); colon != std::string::npos) {
    suffix = argument.substr(colon);
    argument.resize(colon);
  }
  while (argument.size() > 1 && argument.back() == '/') argument.pop_back();
  const std::filesystem::path path{argument};
  const std::string name = kind == "cifar10" ? path.stem().string() : path.filename().string();
  return kind + ":" + name + suffix + selection;
}

}  // namespace

namespace {

/// Where a data set that follows another one begins: behind a `+` in front of a known kind.
std::size_t next_part(std::string_view specification) {
  std::size_t first = std::string_view::npos;
  for (const Kind& entry : kKinds) first = std::min(first, specification.find(fmt::format("+{}:", entry.name)));
  return first;
}

Result<Dataset> open_several(std::string_view specification, std::size_t first_end, const DatasetOptions& options) {
  auto result = open_dataset(specification.substr(0, first_end), options);
  if (!result) return result;
  DatasetOptions rest = options;
  if (options.limit > 0) rest.limit = std::max<std::size_t>(1, options.limit - result->images.size());
  auto others = open_dataset(specification.substr(first_end + 1), rest);
  if (!others) return others;
  if (others->classes != result->classes)
    return fail("data `{}`: {} classes in {}, {} in {}", specification, result->classes, result->name, others->classes,
                others->name);
  if (options.limit > 0) others->images.resize(std::min(others->images.size(), options.limit - result->images.size()));
  result->name += "+" + others->name;
  result->sha256 = sha256(result->sha256 + others->sha256);
  std::move(others->images.begin(), others->images.end(), std::back_inserter(result->images));
  return result;
}

}  // namespace

Result<Dataset> open_dataset(std::string_view specification, const DatasetOptions& options) {
  if (const std::size_t end = next_part(specification); end != std::string_view::npos)
    return open_several(specification, end, options);
  const std::size_t colon = specification.find(':');
  const std::size_t at = std::min(specification.rfind('@'), specification.size());
  const std::string kind{specification.substr(0, colon)};
  if (colon == std::string_view::npos || colon + 1 >= at)
    return fail("data `{}`: expected KIND:ARGUMENT, as in synth10:test or cifar10:FILE.bin", specification);
  Selection selection;
  if (at < specification.size()) {
    const auto parsed = parse_selection(std::string{specification.substr(at + 1)});
    if (!parsed) return fail_in(fmt::format("data `{}`", specification), parsed);
    selection = *parsed;
  }
  const std::string argument{specification.substr(colon + 1, at - colon - 1)};
  std::vector<std::string> known;
  for (const Kind& entry : kKinds) {
    known.emplace_back(entry.name);
    if (entry.name != kind) continue;
    auto dataset = entry.open(argument, selection, options);
    if (!dataset) return forward_error(dataset);
    dataset->name = report_name(kind, argument, std::string{specification.substr(at)});
    return dataset;
  }
  return fail("data `{}`: unknown kind `{}`{}", specification, kind, suggestion(kind, known));
}

Result<Dataset> open_dataset(std::string_view specification, std::size_t limit) {
  DatasetOptions options;
  options.limit = limit;
  return open_dataset(specification, options);
}

std::future<Result<Dataset>> open_dataset_in_background(std::string specification, const DatasetOptions& options) {
  return std::async(std::launch::async, [specification = std::move(specification), options] {
    return open_dataset(specification, options);
  });
}

std::filesystem::path find_data_file(const std::filesystem::path& path) {
  std::error_code error;
  const char* const folder = std::getenv("AXVP_DATA");
  if (folder == nullptr || path.is_absolute() || std::filesystem::exists(path, error)) return path;
  auto below = std::filesystem::path(folder) / path;
  return std::filesystem::exists(below, error) ? below : path;
}

ImageFitting fitting_of(const Network& network) {
  const Shape& input = network.tensors[network.input].shape;
  return {input.height, input.width, network.preprocessing.shorter_side};
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
