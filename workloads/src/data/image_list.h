#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "axvp/workloads/dataset.h"

namespace axvp::detail {

/// Images [first, end) of a data set.
struct Selection {
  std::size_t first = 0;
  std::optional<std::size_t> end;  ///< Without it: all from `first` on.

  /// The selected indices of `size` images, at most `limit` (0: any number). Fails if `end` or `first` is beyond.
  struct Bounds {
    std::size_t first = 0, end = 0;
  };
  [[nodiscard]] Result<Bounds> of(std::size_t size, std::size_t limit) const;
};

struct ImageFile {
  std::filesystem::path path;
  int label = 0;
};

/// A data set whose images are files.
struct ImageList {
  int classes = 0;
  std::vector<ImageFile> files;
  bool labels_are_numbers = false;  ///< See Dataset.
};

/// `argument`: FOLDER, FOLDER:train or FOLDER:val.
[[nodiscard]] Result<ImageList> list_tiny_imagenet(const std::string& argument);
/// `argument`: FOLDER or FOLDER:LABELS.
[[nodiscard]] Result<ImageList> list_image_folder(const std::string& argument);

/// Reads and decodes the selected files with all processors. The hash covers their bytes and classes.
[[nodiscard]] Result<Dataset> decode_list(const ImageList& list, const Selection& selection,
                                          const DatasetOptions& options);

}  // namespace axvp::detail
