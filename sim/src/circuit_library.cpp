#include "circuit_library.h"

#include <algorithm>

#include "axvp/common/hash.h"
#include "axvp/multipliers/error_metrics.h"
#include "axvp/multipliers/npy.h"
#include "csv_columns.h"

namespace axvp::sim {
namespace {

TruthTable swapped(const TruthTable& table) {
  return TruthTable::from_function([&](std::uint8_t x, std::uint8_t w) { return table(w, x); });
}

TruthTable exact(Encoding encoding) {
  return TruthTable::from_function([&](std::uint8_t x, std::uint8_t w) { return exact_product(encoding, x, w); });
}

bool is_constant(const TruthTable& table) {
  const auto& products = table.products();
  return std::all_of(products.begin(), products.end(), [&](std::int32_t p) { return p == products[0]; });
}

/// Letters, digits and _ - . are kept.
std::string as_id(std::string name) {
  std::replace(name.begin(), name.end(), '@', '-');
  return name;
}

}  // namespace

Result<CircuitLibrary> add_circuit_library(const LibraryConfig& config, Encoding encoding, Catalogue& catalogue) {
  const auto file = CsvColumns::read(config.costs.string());
  if (!file) return forward_error(file);
  const auto names = file->column("name");
  if (!names) return forward_error(names);
  const auto hash = sha256_of_file(config.costs);
  if (!hash) return forward_error(hash);
  CircuitLibrary library;
  library.sha256 = *hash;
  bool has_exact = false;
  std::vector<TruthTable> known;
  for (std::size_t row = 1; row < file->rows(); ++row) {
    const auto values = file->numbers(row, {"signed", config.column});
    if (!values) return forward_error(values);
    if (((*values)[0] != 0.0) != (encoding == Encoding::TwosComplement)) continue;
    const std::string name = file->cell(row, *names);
    const auto path = config.tables / (name + ".npy");
    std::error_code error;
    if (!std::filesystem::exists(path, error)) continue;
    auto table = read_npy_table(path);
    if (!table) return forward_error(table);
    if (is_constant(*table) || std::find(known.begin(), known.end(), *table) != known.end()) continue;
    known.push_back(*table);
    const double cost = (*values)[1];
    if (*table == exact(encoding)) {
      library.exact_cost = has_exact ? std::min(library.exact_cost, cost) : cost;
      has_exact = true;
    }
    const auto add = [&](const std::string& id, const TruthTable& products) {
      library.circuits.push_back({id, cost});
      return catalogue.add_table(id, encoding, products, config.costs.filename().string());
    };
    if (const auto added = add(as_id(name), *table); !added) return forward_error(added);
    if (const TruthTable other = swapped(*table); other != *table)
      if (const auto added = add(as_id(name) + ".swap", other); !added) return forward_error(added);
  }
  if (!has_exact)
    return fail("{}: no exact {} circuit with a table in {}: savings have nothing to refer to", config.costs.string(),
                to_string(encoding), config.tables.string());
  return library;
}

}  // namespace axvp::sim
