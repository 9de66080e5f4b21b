#include "lattice.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace axvp {
namespace {

constexpr double kLovasz = 0.99;
constexpr double kZeroNorm = 1e-3L;  // squared norms of integer vectors are 0 or at least about 1 here

using RealVector = std::array<double, 256>;

double dot(const RealVector& a, const RealVector& b) {
  std::array<double, 8> sums{};  // independent, so that they can be added side by side
  for (std::size_t i = 0; i < a.size(); i += sums.size())
    for (std::size_t lane = 0; lane < sums.size(); ++lane) sums[lane] += a[i + lane] * b[i + lane];
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

RealVector to_real(const TableVector& v) {
  RealVector real{};
  std::copy(v.begin(), v.end(), real.begin());
  return real;
}

bool is_zero(const TableVector& v) {
  return std::all_of(v.begin(), v.end(), [](std::int64_t x) { return x == 0; });
}

void subtract(TableVector& a, const TableVector& b, std::int64_t times) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] -= times * b[i];
}

/// The orthogonal parts of the first `count` vectors and their squared norms.
struct Orthogonal {
  std::vector<RealVector> parts;
  std::vector<double> norms;

  Orthogonal(const std::vector<TableVector>& basis, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      RealVector rest = to_real(basis[i]);
      for (std::size_t j = 0; j < i; ++j) {
        if (norms[j] < kZeroNorm) continue;
        const double m = dot(rest, parts[j]) / norms[j];
        for (std::size_t e = 0; e < rest.size(); ++e) rest[e] -= m * parts[j][e];
      }
      norms.push_back(dot(rest, rest));
      parts.push_back(rest);
    }
  }
  [[nodiscard]] double coefficient(const TableVector& v, std::size_t j) const {
    return norms[j] < kZeroNorm ? 0 : dot(to_real(v), parts[j]) / norms[j];
  }
};

/// LLL on vectors that may depend on each other; vectors that reduce to 0 are removed.
void reduce(std::vector<TableVector>& basis) {
  std::size_t k = 1;
  while (k < basis.size()) {
    const Orthogonal orthogonal{basis, k + 1};
    for (std::size_t j = k; j-- > 0;) {
      const auto nearest = static_cast<std::int64_t>(std::llround(orthogonal.coefficient(basis[k], j)));
      if (nearest != 0) subtract(basis[k], basis[j], nearest);
    }
    if (is_zero(basis[k])) {
      basis.erase(basis.begin() + static_cast<std::ptrdiff_t>(k));
      k = std::max<std::size_t>(1, k - 1);
      continue;
    }
    const double m = orthogonal.coefficient(basis[k], k - 1);
    const double norm = orthogonal.norms[k] < kZeroNorm ? 0 : orthogonal.norms[k];
    if (norm >= (kLovasz - m * m) * orthogonal.norms[k - 1]) {
      ++k;
    } else {
      std::swap(basis[k], basis[k - 1]);
      k = std::max<std::size_t>(1, k - 1);
    }
  }
}

}  // namespace

std::optional<std::vector<std::int64_t>> Lattice::coordinates(const TableVector& vector) const {
  // Back substitution on the orthogonal parts, rounded to integers and then checked exactly.
  std::vector<std::int64_t> result(basis_.size());
  TableVector rest = vector;
  for (std::size_t i = basis_.size(); i-- > 0;) {
    result[i] = std::llround(dot(to_real(rest), parts_[i]) / norms_[i]);
    if (result[i] != 0) subtract(rest, basis_[i], result[i]);
  }
  if (!is_zero(rest)) return std::nullopt;
  return result;
}

void Lattice::add(const TableVector& vector) {
  basis_.push_back(vector);
  reduce(basis_);
  Orthogonal orthogonal{basis_, basis_.size()};
  parts_ = std::move(orthogonal.parts);
  norms_ = std::move(orthogonal.norms);
}

std::optional<Lattice> Lattice::spanned_by(const std::vector<TableVector>& generators, int max_rank) {
  Lattice lattice;
  for (const TableVector& generator : generators) {
    if (is_zero(generator) || lattice.coordinates(generator)) continue;
    lattice.add(generator);
    if (lattice.basis_.size() > static_cast<std::size_t>(max_rank)) return std::nullopt;
  }
  return lattice;
}

}  // namespace axvp
