#include "axvp/multipliers/factorisation.h"

#include <algorithm>
#include <numeric>

#include "lattice.h"

namespace axvp {
namespace {

constexpr int kByteSpan = 255;
constexpr std::int64_t kPrime = 2147483647;  // 2^31 - 1: products of residues fit in 64 bits

struct Range {
  std::int64_t low = 0;
  std::int64_t high = 0;
};

Range range_of(const TableVector& v) {
  const auto [low, high] = std::minmax_element(v.begin(), v.end());
  return {*low, *high};
}

bool fits_activation(const TableVector& v) {
  const Range r = range_of(v);
  return r.high - r.low <= kByteSpan && r.low >= -32768 && r.high <= 32767;
}

bool fits_weight(const TableVector& v) {
  const Range r = range_of(v);
  return r.low >= -128 && r.high <= 127;
}

/// products(x, w) minus x * w where `minus_exact`, as rows of x.
std::vector<TableVector> rows_of(const GatedProducts& products, const TableVector* exact_x) {
  std::vector<TableVector> rows(256);
  for (int x = 0; x < 256; ++x)
    for (int w = 0; w < 256; ++w) {
      const std::int64_t exact =
          exact_x == nullptr ? 0 : (*exact_x)[static_cast<std::size_t>(x)] * static_cast<std::int8_t>(w);
      rows[static_cast<std::size_t>(x)][static_cast<std::size_t>(w)] =
          products(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w)) - exact;
    }
  return rows;
}

std::vector<TableVector> transposed(const std::vector<TableVector>& rows) {
  std::vector<TableVector> columns(256);
  for (std::size_t i = 0; i < 256; ++i)
    for (std::size_t j = 0; j < 256; ++j) columns[j][i] = rows[i][j];
  return columns;
}

std::int64_t power(std::int64_t base, std::int64_t exponent) {
  std::int64_t result = 1;
  for (; exponent > 0; exponent /= 2, base = base * base % kPrime)
    if (exponent % 2 != 0) result = result * base % kPrime;
  return result;
}

/// Rank modulo a large prime: never above the rank over the rationals.
int rank_modulo_prime(const std::vector<TableVector>& rows, int limit) {
  std::vector<TableVector> pivots;
  std::vector<std::size_t> columns;
  for (TableVector row : rows) {
    for (std::int64_t& value : row) value = (value % kPrime + kPrime) % kPrime;
    for (std::size_t p = 0; p < pivots.size(); ++p) {
      const std::int64_t factor = row[columns[p]];
      if (factor == 0) continue;
      for (std::size_t i = 0; i < row.size(); ++i) row[i] = (row[i] + (kPrime - factor) * pivots[p][i]) % kPrime;
    }
    const auto lead = std::find_if(row.begin(), row.end(), [](std::int64_t v) { return v != 0; });
    if (lead == row.end()) continue;
    if (static_cast<int>(pivots.size()) == limit) return limit + 1;
    const std::int64_t inverse = power(*lead, kPrime - 2);
    columns.push_back(static_cast<std::size_t>(lead - row.begin()));
    for (std::int64_t& value : row) value = value * inverse % kPrime;
    pivots.push_back(row);
  }
  return static_cast<int>(pivots.size());
}

std::int64_t content(const TableVector& v) {
  std::int64_t gcd = 0;
  for (const std::int64_t value : v) gcd = std::gcd(gcd, value);
  return gcd;
}

void scale_down(TableVector& from, TableVector& to, std::int64_t prime) {
  for (std::int64_t& value : from) value /= prime;
  for (std::int64_t& value : to) value *= prime;
}

/// Moves common prime factors between the two sides, and the sign, until both fit; false if they never do.
bool balance(TableVector& activation, TableVector& weight) {
  for (int round = 0; round < 16; ++round) {
    if (range_of(weight).high == 128)
      for (std::size_t i = 0; i < 256; ++i) weight[i] = -weight[i], activation[i] = -activation[i];
    const bool activation_fits = fits_activation(activation);
    const bool weight_fits = fits_weight(weight);
    if (activation_fits && weight_fits) return true;
    if (!activation_fits && !weight_fits) return false;
    TableVector& large = activation_fits ? weight : activation;
    TableVector& small = activation_fits ? activation : weight;
    const std::int64_t gcd = content(large);
    std::int64_t prime = 0;
    for (const std::int64_t candidate : {2, 3, 5, 7, 11, 13})
      if (prime == 0 && gcd != 0 && gcd % candidate == 0) prime = candidate;
    if (prime == 0) return false;
    scale_down(large, small, prime);
  }
  return false;
}

FactorPlane to_plane(const TableVector& activation, const TableVector& weight) {
  FactorPlane plane;
  for (std::size_t i = 0; i < 256; ++i) {
    plane.of_activation[i] = static_cast<std::int16_t>(activation[i]);
    plane.of_weight[i] = static_cast<std::int8_t>(weight[i]);
  }
  return plane;
}

/// Factorises rows = sum of coefficient x basis; `rows_are_activations` tells which side the row index is.
std::optional<Factorisation> factorise_rows(const std::vector<TableVector>& rows, int max_planes,
                                            bool rows_are_activations) {
  const auto lattice = Lattice::spanned_by(rows, max_planes);
  if (!lattice) return std::nullopt;
  const std::vector<TableVector>& basis = lattice->basis();
  std::vector<TableVector> coefficients(basis.size());
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto found = lattice->coordinates(rows[row]);
    if (!found) return std::nullopt;
    for (std::size_t i = 0; i < basis.size(); ++i) coefficients[i][row] = (*found)[i];
  }
  Factorisation planes;
  for (std::size_t i = 0; i < basis.size(); ++i) {
    TableVector activation = rows_are_activations ? coefficients[i] : basis[i];
    TableVector weight = rows_are_activations ? basis[i] : coefficients[i];
    if (!balance(activation, weight)) return std::nullopt;
    planes.push_back(to_plane(activation, weight));
  }
  return planes;
}

/// The better of the two orientations.
std::optional<Factorisation> factorise_table(const std::vector<TableVector>& rows, int max_planes) {
  if (max_planes < 0 || rank_modulo_prime(rows, max_planes) > max_planes) return std::nullopt;
  if (auto planes = factorise_rows(rows, max_planes, true)) return planes;
  return factorise_rows(transposed(rows), max_planes, false);
}

/// What an exact multiplier sees of a stored activation byte: from the table's own behaviour it cannot be told whether
/// bytes above 127 are negative, so both readings are tried.
TableVector activation_values(bool is_signed) {
  TableVector values{};
  for (int x = 0; x < 256; ++x)
    values[static_cast<std::size_t>(x)] = is_signed ? static_cast<std::int8_t>(static_cast<std::uint8_t>(x)) : x;
  return values;
}

TableVector weight_values() {
  return activation_values(true);
}

}  // namespace

int rank_of(const GatedProducts& products, int limit) {
  return rank_modulo_prime(rows_of(products, nullptr), limit);
}

std::optional<Factorisation> factorise(const GatedProducts& products, int max_planes) {
  std::optional<Factorisation> best = factorise_table(rows_of(products, nullptr), max_planes);
  for (const bool is_signed : {false, true}) {
    const TableVector x = activation_values(is_signed);
    const int budget = (best ? std::min<int>(max_planes, static_cast<int>(best->size()) - 1) : max_planes) - 1;
    auto rest = factorise_table(rows_of(products, &x), budget);
    if (!rest) continue;
    rest->insert(rest->begin(), to_plane(x, weight_values()));
    best = std::move(rest);
  }
  if (best && !reproduces(*best, products)) return std::nullopt;
  return best;
}

bool reproduces(const Factorisation& planes, const GatedProducts& products) {
  for (int x = 0; x < 256; ++x)
    for (int w = 0; w < 256; ++w) {
      std::int32_t sum = 0;
      for (const FactorPlane& plane : planes)
        sum += plane.of_activation[static_cast<std::size_t>(x)] * plane.of_weight[static_cast<std::size_t>(w)];
      if (sum != products(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(w))) return false;
    }
  return true;
}

}  // namespace axvp
