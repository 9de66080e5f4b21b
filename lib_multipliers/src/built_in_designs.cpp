#include <fmt/format.h>

#include <utility>

#include "axvp/multipliers/design.h"

namespace axvp {
namespace {

constexpr const char* kDadda = "Dadda 1965";
constexpr const char* kBaughWooley = "Dadda 1965; Baugh and Wooley 1973";
constexpr const char* kTruncated = "Schulte and Swartzlander 1993; Petra et al. 2010";
constexpr const char* kOr = "Mahdiani et al. 2010";
constexpr const char* kMixed = "Schulte and Swartzlander 1993; Mahdiani et al. 2010";
constexpr const char* kPerforated = "Zervakis et al. 2016";
constexpr const char* kGated = "de la Guia Solaz et al. 2012";

/// The lowest bit of a compensation constant: its bits fall in kept columns or in the one just below.
int lowest_constant_bit(const DaddaParameters& p) {
  return (p.dropped_columns > 0 ? p.dropped_columns : p.or_columns) - 1;
}

/// Makes the designs of one encoding: "dadda_..." in sm8, "bw_..." in s8.
class Family {
 public:
  explicit Family(Encoding encoding)
      : encoding_(encoding), prefix_(encoding == Encoding::TwosComplement ? "bw" : "dadda") {}

  MultiplierDesign exact() const { return {prefix_ + "-exact", prefix_, tree(), parameters()}; }

  MultiplierDesign truncated(int k, bool compensated) const {
    DaddaParameters p = parameters();
    p.dropped_columns = k;
    if (compensated) p.constant = compensation_constant(p, lowest_constant_bit(p));
    return design("trunc", fmt::format("k{}{}", k, compensated ? "c" : ""), kTruncated, p);
  }

  MultiplierDesign or_ed(int v, bool compensated) const {
    DaddaParameters p = parameters();
    p.or_columns = v;
    if (compensated) p.constant = compensation_constant(p, lowest_constant_bit(p));
    return design("or", fmt::format("v{}{}", v, compensated ? "c" : ""), kOr, p);
  }

  MultiplierDesign mixed(int u, int v) const {
    DaddaParameters p = parameters();
    p.dropped_columns = u;
    p.or_columns = v;
    p.constant = compensation_constant(p, lowest_constant_bit(p));
    return design("mix", fmt::format("u{}v{}c", u, v), kMixed, p);
  }

  MultiplierDesign perforated(int rows) const {
    DaddaParameters p = parameters();
    p.w.kept = static_cast<std::uint8_t>(0xff << rows);
    return design("perf", fmt::format("w{}", rows), kPerforated, p);
  }

  MultiplierDesign gated(const std::vector<int>& levels) const {
    DaddaParameters p = parameters();
    p.gate_levels = levels;
    return {fmt::format("gated_{}-{}", prefix_, fmt::join(levels, "")), "gated_" + prefix_,
            fmt::format("{}; {}", tree(), kGated), p};
  }

 private:
  const char* tree() const { return encoding_ == Encoding::TwosComplement ? kBaughWooley : kDadda; }

  DaddaParameters parameters() const {
    DaddaParameters p;
    p.encoding = encoding_;
    return p;
  }

  MultiplierDesign design(const char* kind, const std::string& arguments, const char* source, DaddaParameters p) const {
    return {fmt::format("{}_{}-{}", prefix_, kind, arguments), fmt::format("{}_{}", prefix_, kind),
            fmt::format("{}; {}", tree(), source), std::move(p)};
  }

  Encoding encoding_;
  std::string prefix_;
};

void add_sm8(std::vector<MultiplierDesign>& list) {
  const Family dadda{Encoding::SignMagnitude};
  list.push_back(dadda.exact());
  for (int k = 4; k <= 10; ++k) list.push_back(dadda.truncated(k, true));
  for (int k = 6; k <= 8; ++k) list.push_back(dadda.truncated(k, false));
  for (int v = 5; v <= 9; ++v) list.push_back(dadda.or_ed(v, false));
  for (int v = 5; v <= 9; ++v) list.push_back(dadda.or_ed(v, true));
  for (const auto& [u, v] : {std::pair{4, 6}, {5, 7}, {6, 8}, {6, 9}, {7, 10}}) list.push_back(dadda.mixed(u, v));
  list.push_back(dadda.perforated(2));
  list.push_back(dadda.gated({4, 6, 8}));
  list.push_back(dadda.gated({5, 7, 9}));
}

void add_s8(std::vector<MultiplierDesign>& list) {
  const Family bw{Encoding::TwosComplement};
  list.push_back(bw.exact());
  for (int k = 4; k <= 10; ++k) list.push_back(bw.truncated(k, true));
  for (int k = 6; k <= 8; ++k) list.push_back(bw.truncated(k, false));
  for (int v = 5; v <= 9; ++v) list.push_back(bw.or_ed(v, false));
  for (int v = 5; v <= 9; ++v) list.push_back(bw.or_ed(v, true));
  for (const auto& [u, v] : {std::pair{4, 6}, {5, 7}, {6, 8}, {6, 9}, {7, 10}}) list.push_back(bw.mixed(u, v));
  list.push_back(bw.gated({4, 6, 8}));
}

}  // namespace

const std::vector<MultiplierDesign>& built_in_designs() {
  static const std::vector<MultiplierDesign> list = [] {
    std::vector<MultiplierDesign> designs;
    add_sm8(designs);
    add_s8(designs);
    return designs;
  }();
  return list;
}

}  // namespace axvp
