#include <algorithm>
#include <cctype>
#include <charconv>

#include "axvp/common/text.h"
#include "axvp/explore/scalesim.h"

namespace axvp {
namespace {

enum class Column {
  Name,
  Height,
  Width,
  FilterHeight,
  FilterWidth,
  Channels,
  Filters,
  Strides,
  Padding,
  Groups,
  M,
  N,
  K
};

struct KnownColumn {
  const char* heading;
  Column column;
};
constexpr KnownColumn kConvolution[] = {{"layer name", Column::Name},
                                        {"layer", Column::Name},
                                        {"ifmap height", Column::Height},
                                        {"ifmap width", Column::Width},
                                        {"filter height", Column::FilterHeight},
                                        {"filter width", Column::FilterWidth},
                                        {"channels", Column::Channels},
                                        {"num filter", Column::Filters},
                                        {"strides", Column::Strides},
                                        {"padding", Column::Padding},
                                        {"groups", Column::Groups},
                                        {"m", Column::M},
                                        {"n", Column::N},
                                        {"k", Column::K}};

std::string clean(std::string_view cell) {
  while (!cell.empty() && std::isspace(static_cast<unsigned char>(cell.front())) != 0) cell.remove_prefix(1);
  while (!cell.empty() && std::isspace(static_cast<unsigned char>(cell.back())) != 0) cell.remove_suffix(1);
  return std::string{cell};
}

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  for (const std::string& cell : split(line, ',')) cells.push_back(clean(cell));
  while (!cells.empty() && cells.back().empty()) cells.pop_back();  // SCALE-Sim ends its lines with a comma
  return cells;
}

std::string small(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

Result<std::vector<Column>> read_heading(const std::vector<std::string>& cells, const std::string& name) {
  std::vector<Column> columns;
  std::vector<std::string> known;
  for (const auto& candidate : kConvolution) known.emplace_back(candidate.heading);
  for (const std::string& cell : cells) {
    const auto* found = std::find_if(std::begin(kConvolution), std::end(kConvolution),
                                     [&](const auto& candidate) { return small(cell) == candidate.heading; });
    if (found == std::end(kConvolution))
      return fail("{}: line 1: unknown column `{}`{}", name, cell, suggestion(small(cell), known));
    columns.push_back(found->column);
  }
  const auto has = [&](Column column) { return std::find(columns.begin(), columns.end(), column) != columns.end(); };
  const bool is_product = has(Column::M) && has(Column::N) && has(Column::K);
  const bool is_convolution = has(Column::Height) && has(Column::Width) && has(Column::FilterHeight) &&
                              has(Column::FilterWidth) && has(Column::Channels) && has(Column::Filters) &&
                              has(Column::Strides);
  if (!has(Column::Name) || is_product == is_convolution)
    return fail(
        "{}: line 1: expected `Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num "
        "Filter, Strides,` or `Layer, M, N, K,`",
        name);
  return columns;
}

/// The numbers of one line by column; 0 where a column is not there.
struct Row {
  std::string name;
  int of[13] = {};
  [[nodiscard]] int operator[](Column column) const { return of[static_cast<int>(column)]; }
};

Result<Row> read_row(const std::vector<std::string>& cells, const std::vector<Column>& columns,
                     const std::vector<std::string>& heading, const std::string& where) {
  constexpr int kLargest = 1 << 20;
  Row row;
  row.of[static_cast<int>(Column::Groups)] = 1;
  if (cells.size() > columns.size()) return fail("{}: {} cells below {} columns", where, cells.size(), columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool is_optional = columns[i] == Column::Padding || columns[i] == Column::Groups;
    if (i >= cells.size() && is_optional) continue;
    const std::string cell = i < cells.size() ? cells[i] : "";
    if (columns[i] == Column::Name) {
      row.name = cell;
      continue;
    }
    int& number = row.of[static_cast<int>(columns[i])];
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
    const int low = columns[i] == Column::Padding ? 0 : 1;
    if (error != std::errc{} || end != cell.data() + cell.size() || number < low || number > kLargest)
      return fail("{}: {} = `{}`, expected an integer from {} to {}", where, heading[i], cell, low, kLargest);
  }
  return row;
}

/// Rows that SCALE-Sim's rounding up adds below the input.
int missing(int size, int filter, int stride, int outputs) {
  return std::max(0, (outputs - 1) * stride + filter - size);
}

Result<Descriptor> describe(const Row& row, const std::vector<Column>& columns, const std::string& where) {
  const auto has = [&](Column column) { return std::find(columns.begin(), columns.end(), column) != columns.end(); };
  Descriptor d;
  if (has(Column::M)) {
    d.input = {row[Column::K], row[Column::M], 1};
    d.output = {row[Column::N], row[Column::M], 1};
    return d;
  }
  const int height = row[Column::Height], width = row[Column::Width], stride = row[Column::Strides];
  Window& w = d.window;
  w.kernel_height = row[Column::FilterHeight];
  w.kernel_width = row[Column::FilterWidth];
  w.stride_height = w.stride_width = stride;
  d.groups = row[Column::Groups];
  if (row[Column::Channels] % d.groups != 0 || row[Column::Filters] % d.groups != 0)
    return fail("{}: {} groups do not divide {} channels and {} filters", where, d.groups, row[Column::Channels],
                row[Column::Filters]);
  const int padding = row[Column::Padding];
  if (w.kernel_height > height + 2 * padding || w.kernel_width > width + 2 * padding)
    return fail("{}: the filter is larger than the input", where);
  d.input = {row[Column::Channels], height, width};
  if (has(Column::Padding)) {
    w.pad_top = w.pad_left = w.pad_bottom = w.pad_right = padding;
    d.output = {row[Column::Filters], w.output_height(height), w.output_width(width)};
    return d;
  }
  const int rows = (height - w.kernel_height + 2 * stride - 1) / stride;
  const int across = (width - w.kernel_width + 2 * stride - 1) / stride;
  w.pad_bottom = missing(height, w.kernel_height, stride, rows);
  w.pad_right = missing(width, w.kernel_width, stride, across);
  d.output = {row[Column::Filters], rows, across};
  return d;
}

}  // namespace

Result<ExploredNetwork> parse_topology(std::string_view text, const std::string& name) {
  const auto stem = [&] {
    const std::string file = split(name, '/').back();
    return file.substr(0, file.rfind('.'));
  };
  ExploredNetwork network{stem(), {}};
  std::vector<std::string> heading;
  std::vector<Column> columns;
  int number = 0;
  for (const std::string& line : split(text, '\n')) {
    ++number;
    const auto cells = cells_of(line);
    if (cells.empty()) continue;  // SCALE-Sim's own files have blank lines, which its own parser does not read
    const std::string where = fmt::format("{}: line {}", name, number);
    if (columns.empty()) {
      auto read = read_heading(cells, name);
      if (!read) return forward_error(read);
      columns = std::move(*read);
      heading = cells;
      continue;
    }
    const auto row = read_row(cells, columns, heading, where);
    if (!row) return forward_error(row);
    auto descriptor = describe(*row, columns, where);
    if (!descriptor) return forward_error(descriptor);
    network.operations.push_back({row->name, *descriptor});
  }
  if (network.operations.empty()) return fail("{}: no layers", name);
  return network;
}

}  // namespace axvp
