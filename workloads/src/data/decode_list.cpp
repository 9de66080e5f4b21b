#include <algorithm>
#include <atomic>

#include "../parallel.h"
#include "axvp/common/file.h"
#include "axvp/common/hash.h"
#include "image_list.h"

namespace axvp::detail {
namespace {

constexpr std::uint64_t kMaximumFileBytes = std::uint64_t{1} << 28;

struct Decoded {
  Image image;
  std::string sha256;
};

Result<Decoded> decode(const ImageFile& file, const std::optional<ImageFitting>& fitting) {
  const auto bytes = read_text_file(file.path, kMaximumFileBytes);
  if (!bytes) return forward_error(bytes);
  auto image = decode_image(*bytes, file.path.string());
  if (!image) return forward_error(image);
  if (fitting) {
    image = fit_image(std::move(*image), *fitting);
    if (!image) return fail_in(file.path.string(), image);
  }
  image->label = file.label;
  return Decoded{std::move(*image), sha256(*bytes)};
}

}  // namespace

Result<Selection::Bounds> Selection::of(std::size_t size, std::size_t limit) const {
  const std::size_t last = end.value_or(size);
  if (last > size || first >= last) return fail("images {} to {} are asked for, but there are {}", first, last, size);
  return Bounds{first, limit == 0 ? last : std::min(last, first + limit)};
}

Result<Dataset> decode_list(const ImageList& list, const Selection& selection, const DatasetOptions& options) {
  const auto bounds = selection.of(list.files.size(), options.limit);
  if (!bounds) return forward_error(bounds);
  const std::size_t count = bounds->end - bounds->first;
  Dataset dataset;
  dataset.classes = list.classes;
  dataset.labels_are_numbers = list.labels_are_numbers;
  dataset.images.resize(count);
  std::vector<std::string> lines(count);   // for the hash
  std::vector<std::string> errors(count);  // the first one is reported, whichever thread met it
  std::atomic<bool> failed{false};
  std::atomic<std::size_t> done{0};
  Progress progress{options.progress, "decode", count, "images"};
  for_each_parallel(count, worker_count(count), [&](std::size_t worker, std::size_t i) {
    if (failed) return;
    const ImageFile& file = list.files[bounds->first + i];
    auto decoded = decode(file, options.fitting);
    if (!decoded) {
      errors[i] = decoded.error().message;
      failed = true;
      return;
    }
    lines[i] = fmt::format("{} {}\n", decoded->sha256, file.label);
    dataset.images[i] = std::move(decoded->image);
    ++done;
    if (worker == 0) progress.update(done);
  });
  for (const std::string& error : errors)
    if (!error.empty()) return tl::unexpected(Error{error});
  progress.finish();
  std::string all;
  for (const std::string& line : lines) all += line;
  dataset.sha256 = sha256(all);
  return dataset;
}

}  // namespace axvp::detail
