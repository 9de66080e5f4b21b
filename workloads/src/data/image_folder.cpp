// Folders of images: the layout of Tiny ImageNet, one folder a class, a list of labels.
#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>

#include "axvp/common/file.h"
#include "axvp/common/text.h"
#include "image_list.h"

namespace axvp::detail {
namespace {

namespace fs = std::filesystem;

constexpr int kMaximumClasses = 1 << 20;

bool is_image(const fs::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return extension == ".jpg" || extension == ".jpeg" || extension == ".png";
}

/// By length, then by bytes: `x_2` before `x_10`.
bool shorter_first(const fs::path& a, const fs::path& b) {
  const std::string& left = a.native();
  const std::string& right = b.native();
  return left.size() != right.size() ? left.size() < right.size() : left < right;
}

Result<std::vector<fs::path>> list_entries(const fs::path& folder) {
  std::error_code error;
  fs::directory_iterator entries{folder, error};
  if (error) return fail("{}: {}", folder.string(), error.message());
  std::vector<fs::path> paths;
  for (const fs::directory_entry& entry : entries)
    if (entry.path().filename().native().front() != '.') paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

Result<std::vector<fs::path>> images_of_class(const fs::path& folder) {
  auto paths = list_entries(folder);
  if (!paths) return paths;
  paths->erase(std::remove_if(paths->begin(), paths->end(), [](const fs::path& path) { return !is_image(path); }),
               paths->end());
  if (paths->empty()) return fail("{}: no JPEG or PNG file in this class's folder", folder.string());
  std::sort(paths->begin(), paths->end(), shorter_first);
  return paths;
}

/// The first of each class, then the second of each, and so on.
ImageList in_turn(const std::vector<std::vector<fs::path>>& images_of) {
  ImageList list{static_cast<int>(images_of.size()), {}};
  std::size_t longest = 0;
  for (const auto& images : images_of) longest = std::max(longest, images.size());
  for (std::size_t i = 0; i < longest; ++i)
    for (std::size_t c = 0; c < images_of.size(); ++c)
      if (i < images_of[c].size()) list.files.push_back({images_of[c][i], static_cast<int>(c)});
  return list;
}

Result<ImageList> list_class_folders(const std::vector<fs::path>& folders) {
  std::vector<std::vector<fs::path>> images_of;
  for (const fs::path& folder : folders) {
    auto images = images_of_class(folder);
    if (!images) return forward_error(images);
    images_of.push_back(std::move(*images));
  }
  return in_turn(images_of);
}

struct Line {
  std::size_t number;
  std::string text;
};

/// Lines that are not empty, without carriage returns.
Result<std::vector<Line>> read_lines(const fs::path& path) {
  const auto text = read_text_file(path);
  if (!text) return forward_error(text);
  std::vector<Line> lines;
  std::size_t number = 0;
  for (std::string& line : split(*text, '\n')) {
    ++number;
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty()) lines.push_back({number, line});
  }
  if (lines.empty()) return fail("{}: no lines", path.string());
  return lines;
}

using Classes = std::map<std::string, int>;

Result<Classes> read_classes(const fs::path& path) {
  const auto lines = read_lines(path);
  if (!lines) return forward_error(lines);
  Classes classes;
  for (const Line& line : *lines)
    if (!classes.emplace(line.text, static_cast<int>(classes.size())).second)
      return fail("{}: line {}: class `{}` stands twice", path.string(), line.number, line.text);
  return classes;
}

Result<ImageList> list_annotated(const fs::path& folder, const Classes& classes) {
  const fs::path annotations = folder / "val_annotations.txt";
  const auto lines = read_lines(annotations);
  if (!lines) return forward_error(lines);
  ImageList list{static_cast<int>(classes.size()), {}};
  for (const Line& line : *lines) {
    const auto fields = split(line.text, '\t');
    if (fields.size() < 2)
      return fail("{}: line {}: expected a file and its class, separated by tabs", annotations.string(), line.number);
    const auto found = classes.find(fields[1]);
    if (found == classes.end())
      return fail("{}: line {}: class `{}` is not in wnids.txt", annotations.string(), line.number, fields[1]);
    list.files.push_back({folder / "images" / fields[0], found->second});
  }
  return list;
}

Result<ImageList> list_train(const fs::path& folder, const Classes& classes) {
  std::vector<fs::path> folders(classes.size());
  for (const auto& [name, label] : classes) folders[static_cast<std::size_t>(label)] = folder / name / "images";
  return list_class_folders(folders);
}

/// The number behind the last blank of a line.
Result<int> parse_label(const Line& line, std::size_t blank) {
  int label = 0;
  const char* const end = line.text.data() + line.text.size();
  const auto [stop, error] = std::from_chars(line.text.data() + blank + 1, end, label);
  if (error != std::errc{} || stop != end || label < 0 || label >= kMaximumClasses)
    return fail("`{}` is not a class number (0 to {})", line.text.substr(blank + 1), kMaximumClasses - 1);
  return label;
}

Result<ImageList> list_labelled(const fs::path& folder, const fs::path& labels) {
  const auto lines = read_lines(labels);
  if (!lines) return forward_error(lines);
  ImageList list;
  list.labels_are_numbers = true;
  for (const Line& line : *lines) {
    const auto where = [&] { return fmt::format("{}: line {}", labels.string(), line.number); };
    const std::size_t blank = line.text.find_last_of(" \t");
    if (blank == std::string::npos || blank == 0) return fail("{}: expected a file and its class number", where());
    const auto label = parse_label(line, blank);
    if (!label) return fail_in(where(), label);
    const std::string file = line.text.substr(0, line.text.find_last_not_of(" \t", blank) + 1);
    std::error_code error;
    if (!fs::is_regular_file(folder / file, error)) return fail("{}: there is no file `{}`", where(), file);
    list.files.push_back({folder / file, *label});
    list.classes = std::max(list.classes, *label + 1);
  }
  return list;
}

}  // namespace

Result<ImageList> list_tiny_imagenet(const std::string& argument) {
  const std::size_t colon = argument.rfind(':');
  const std::string split = colon == std::string::npos ? "val" : argument.substr(colon + 1);
  const fs::path folder = find_data_file(argument.substr(0, colon));
  if (split != "train" && split != "val")
    return fail("tiny-imagenet has no split `{}`{}", split, suggestion(split, {"train", "val"}));
  const auto classes = read_classes(folder / "wnids.txt");
  if (!classes) return forward_error(classes);
  return split == "train" ? list_train(folder / split, *classes) : list_annotated(folder / split, *classes);
}

Result<ImageList> list_image_folder(const std::string& argument) {
  const std::size_t colon = argument.rfind(':');
  const fs::path folder = find_data_file(argument.substr(0, colon));
  if (colon != std::string::npos) return list_labelled(folder, folder / argument.substr(colon + 1));
  auto folders = list_entries(folder);
  if (!folders) return forward_error(folders);
  std::error_code error;
  folders->erase(std::remove_if(folders->begin(), folders->end(),
                                [&](const fs::path& path) { return !fs::is_directory(path, error); }),
                 folders->end());
  if (folders->empty()) return fail("{}: no folder of a class in it", folder.string());
  return list_class_folders(*folders);
}

}  // namespace axvp::detail
