#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "axvp/common/progress.h"
#include "axvp/workloads/image.h"
#include "axvp/workloads/network.h"

namespace axvp {

/// Images in memory.
struct Dataset {
  std::string name;    ///< As reports show it, e.g. "synth10:test".
  std::string sha256;  ///< Of the file, or of the generator's arguments and version.
  int classes = 0;
  bool labels_are_numbers = false;  ///< Of a network's classes, from a label file; then `classes` is what they need.
  std::vector<Image> images;
};

struct DatasetOptions {
  std::size_t limit = 0;                ///< Keeps the first images; 0 keeps all.
  std::optional<ImageFitting> fitting;  ///< Every image is brought to this size; without it images stay as stored.
  ProgressStyle progress = ProgressStyle::Quiet;
};

/// Opens "KIND:ARGUMENT", with "@FIRST:END" behind it for the images [FIRST, END), counted from 0 (either may be left
/// out):
///   cifar10:FILE.bin                  records of 1 label and 3,072 bytes
///   synth10:train|validation|test     drawn, see synth10.h
///   tiny-imagenet:FOLDER[:train|val]  the customary layout; class k is line k of wnids.txt; val without a split
///   imagefolder:FOLDER                one folder of JPEG and PNG files a class, classes in the order of their names
///   imagefolder:FOLDER:LABELS         a text file in FOLDER: a file's path in FOLDER and its class number a line
/// "A+B": the images of A, then those of B, both as above; they must have the same number of classes.
/// Training images and image folders come one of each class in turn, so that the first n are balanced. Files are
/// decoded by all processors. A relative path that does not exist is looked for in the folder of find_data_file().
/// Errors: unknown kind, missing, truncated or corrupt file, label out of range, empty class folder, empty set.
[[nodiscard]] Result<Dataset> open_dataset(std::string_view specification, const DatasetOptions& options);
[[nodiscard]] Result<Dataset> open_dataset(std::string_view specification, std::size_t limit = 0);

/// The same in a thread of its own; get() waits for it.
[[nodiscard]] std::future<Result<Dataset>> open_dataset_in_background(std::string specification,
                                                                      const DatasetOptions& options);

/// `path` if it exists or is absolute, else the same path in the folder that the environment's AXVP_DATA names, if it
/// exists there; else `path`.
[[nodiscard]] std::filesystem::path find_data_file(const std::filesystem::path& path);

/// How images become the network's input: the input's size, and the preprocessing's shorter side.
[[nodiscard]] ImageFitting fitting_of(const Network& network);

/// Fails if there are no images or one does not have the shape that a network reads.
[[nodiscard]] Result<void> check_images(const Dataset& images, const Shape& input);

/// Fails if the labels cannot be those of a network with `outputs` classes.
[[nodiscard]] Result<void> check_classes(const Dataset& data, int outputs);

/// (value / divisor - mean) / deviation, as channels x height x width.
[[nodiscard]] std::vector<float> preprocess(const Image& image, const Preprocessing& preprocessing);

}  // namespace axvp
