#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <utility>

#include "axvp/multipliers/design.h"
#include "evolved_circuits.h"

namespace axvp {
namespace {

constexpr const char* kTruncated = "Schulte and Swartzlander 1993; Petra et al. 2010";
constexpr const char* kOr = "Mahdiani et al. 2010";
constexpr const char* kMixed = "Schulte and Swartzlander 1993; Mahdiani et al. 2010";
constexpr const char* kPairs = "Qiqieh et al. 2017";
constexpr const char* kBrokenArray = "Mahdiani et al. 2010";
constexpr const char* kPerforated = "Zervakis et al. 2016";
constexpr const char* kSegment = "Hashemi et al. 2015";
constexpr const char* kGatedColumns = "de la Guia Solaz et al. 2012";
constexpr const char* kGatedBits = "Moons and Verhelst 2015";

enum class Constant : std::uint8_t { None, Added };

OperandBits without_low_bits(int count) {
  return {static_cast<std::uint8_t>(0xff << count), 0};
}

/// The dropped bits' top one taken as 1: nearest to their mean.
OperandBits with_half(int count) {
  return {static_cast<std::uint8_t>(0xff << count), static_cast<std::uint8_t>(1 << (count - 1))};
}

/// The lowest bit of a constant that hits the mean error within a quarter and has two bits or three.
int two_bit_constant(const DaddaParameters& p) {
  return std::max(0, static_cast<int>(std::floor(std::log2(std::abs(mean_error(p))))) - 1);
}

/// Makes the designs of one encoding: "dadda_..." in sm8, "bw_..." in s8.
class Family {
 public:
  explicit Family(Encoding encoding)
      : encoding_(encoding), prefix_(encoding == Encoding::TwosComplement ? "bw" : "dadda") {}

  [[nodiscard]] MultiplierDesign exact() const { return {prefix_ + "-exact", prefix_, tree(), parameters()}; }

  /// Constants of the next three: their bits fall in kept columns or in the one just below.
  [[nodiscard]] MultiplierDesign truncated(int k, Constant constant) const {
    DaddaParameters p = parameters();
    p.dropped_columns = k;
    if (constant == Constant::Added) p.constant = compensation_constant(p, k - 1);
    return design("trunc", fmt::format("k{}{}", k, suffix(constant)), kTruncated, p);
  }

  [[nodiscard]] MultiplierDesign or_ed(int v, Constant constant) const {
    DaddaParameters p = parameters();
    p.or_columns = v;
    if (constant == Constant::Added) p.constant = compensation_constant(p, v - 1);
    return design("or", fmt::format("v{}{}", v, suffix(constant)), kOr, p);
  }

  [[nodiscard]] MultiplierDesign mixed(int u, int v) const {
    DaddaParameters p = parameters();
    p.dropped_columns = u;
    p.or_columns = v;
    p.constant = compensation_constant(p, u - 1);
    return design("mix", fmt::format("u{}v{}c", u, v), kMixed, p);
  }

  [[nodiscard]] MultiplierDesign pairs(int v, Constant constant) const {
    DaddaParameters p = parameters();
    p.pair_columns = v;
    return design("pair", fmt::format("v{}{}", v, suffix(constant)), kPairs, compensated(p, constant));
  }

  [[nodiscard]] MultiplierDesign truncated_pairs(int u, int v) const {
    DaddaParameters p = parameters();
    p.dropped_columns = u;
    p.pair_columns = v;
    p.constant = compensation_constant(p, u - 1);
    return design("pair", fmt::format("u{}v{}c", u, v), fmt::format("{}; {}", kPairs, kTruncated), p);
  }

  [[nodiscard]] MultiplierDesign broken_array(int h, int v, Constant constant) const {
    DaddaParameters p = parameters();
    p.w = without_low_bits(h);
    p.dropped_columns = v;
    return design("bam", fmt::format("h{}v{}{}", h, v, suffix(constant)), kBrokenArray, compensated(p, constant));
  }

  [[nodiscard]] MultiplierDesign perforated(int rows, Constant constant) const {
    DaddaParameters p = parameters();
    p.w = without_low_bits(rows);
    return design("perf", fmt::format("w{}{}", rows, suffix(constant)), kPerforated, compensated(p, constant));
  }

  [[nodiscard]] MultiplierDesign operand_bits(int x_bits, int w_bits, Constant constant) const {
    DaddaParameters p = parameters();
    p.x = without_low_bits(x_bits);
    p.w = without_low_bits(w_bits);
    return design("bits", fmt::format("x{}w{}{}", x_bits, w_bits, suffix(constant)), kPerforated,
                  compensated(p, constant));
  }

  [[nodiscard]] MultiplierDesign segment(int bits) const {
    DaddaParameters p = parameters();
    p.x = p.w = with_half(bits);
    return design("seg", fmt::format("k{}", bits), kSegment, p);
  }

  [[nodiscard]] MultiplierDesign gated(const std::vector<int>& levels, Constant constants) const {
    DaddaParameters p = parameters();
    p.gate_levels = levels;
    if (constants == Constant::Added) add_gate_constants(p);
    return {fmt::format("gated_{}-{}{}", prefix_, fmt::join(levels, ""), suffix(constants)), "gated_" + prefix_,
            fmt::format("{}; {}", tree(), kGatedColumns), p};
  }

  [[nodiscard]] MultiplierDesign gated_operands(const std::vector<int>& levels) const {
    MultiplierDesign d = gated(levels, Constant::None);
    std::get<DaddaParameters>(d.parameters).column_gates = DaddaParameters::ColumnGates::Operands;
    d.family = fmt::format("gated_{}_operands", prefix_);
    d.id = fmt::format("{}-{}", d.family, fmt::join(levels, ""));
    return d;
  }

  [[nodiscard]] MultiplierDesign gated_bits(const std::vector<int>& bits) const {
    DaddaParameters p = parameters();
    p.gate_bits = bits;
    return {fmt::format("gated_{}_bits-{}", prefix_, fmt::join(bits, "")), fmt::format("gated_{}_bits", prefix_),
            fmt::format("{}; {}", tree(), kGatedBits), p};
  }

 private:
  [[nodiscard]] const char* tree() const {
    return encoding_ == Encoding::TwosComplement ? "Dadda 1965; Baugh and Wooley 1973" : "Dadda 1965";
  }

  static const char* suffix(Constant constant) { return constant == Constant::Added ? "c" : ""; }

  [[nodiscard]] DaddaParameters parameters() const {
    DaddaParameters p;
    p.encoding = encoding_;
    return p;
  }

  static DaddaParameters compensated(DaddaParameters p, Constant constant) {
    if (constant == Constant::Added) p.constant = compensation_constant(p, two_bit_constant(p));
    return p;
  }

  /// One bit a band, the power of two nearest (as a ratio) to what the band's columns lose.
  static void add_gate_constants(DaddaParameters& p) {
    for (int mode = 1; mode < p.modes(); ++mode) {
      const double lost = mean_error(parameters_of_mode(p, mode - 1)) - mean_error(parameters_of_mode(p, mode));
      p.gate_constants.push_back(1 << std::lround(std::log2(lost)));
    }
  }

  [[nodiscard]] MultiplierDesign design(const char* kind, const std::string& arguments, const std::string& source,
                                        DaddaParameters p) const {
    return {fmt::format("{}_{}-{}", prefix_, kind, arguments), fmt::format("{}_{}", prefix_, kind),
            fmt::format("{}; {}", tree(), source), std::move(p)};
  }

  Encoding encoding_;
  std::string prefix_;
};

using Designs = std::vector<MultiplierDesign>;

void add_with_exchanged(Designs& list, const MultiplierDesign& design) {
  list.push_back(design);
  list.push_back(exchanged(design));
}

void add_column_families(Designs& list, const Family& family) {
  for (int k = 2; k <= 12; ++k) list.push_back(family.truncated(k, Constant::Added));
  for (int k = 3; k <= 9; ++k) list.push_back(family.truncated(k, Constant::None));
  for (int v = 4; v <= 10; ++v) list.push_back(family.or_ed(v, Constant::None));
  for (int v = 5; v <= 10; ++v) list.push_back(family.or_ed(v, Constant::Added));
  for (int u = 3; u <= 8; ++u)
    for (int v = u + 2; v <= u + 3; ++v) list.push_back(family.mixed(u, v));
}

void add_row_families(Designs& list, const Family& family, Constant constant) {
  for (int rows = 1; rows <= 3; ++rows) add_with_exchanged(list, family.perforated(rows, constant));
  for (int bits = 1; bits <= 4; ++bits) list.push_back(family.operand_bits(bits, bits, constant));
  for (int bits = 1; bits <= 2; ++bits) add_with_exchanged(list, family.operand_bits(bits, bits + 1, constant));
}

void add_segments(Designs& list, const Family& family) {
  for (int bits = 2; bits <= 4; ++bits) list.push_back(family.segment(bits));
}

MultiplierDesign baseline(std::string id, std::string family, const char* citation, MultiplierParameters parameters) {
  return {std::move(id), std::move(family), citation, std::move(parameters), true};
}

void add_sm8_baselines(Designs& list) {
  using Kind = CompressorParameters::Kind;
  list.push_back(baseline("c42_momeni-v8", "c42", "Momeni et al. 2015", CompressorParameters{Kind::Momeni, 8}));
  list.push_back(baseline("c42_yang-v8", "c42", "Yang et al. 2015", CompressorParameters{Kind::Yang, 8}));
  list.push_back(baseline("kulkarni-b3", "kulkarni", "Kulkarni et al. 2011", KulkarniParameters{3}));
  list.push_back(baseline("kulkarni-all", "kulkarni", "Kulkarni et al. 2011", KulkarniParameters{8}));
  for (int bits = 3; bits <= 6; ++bits)
    list.push_back(baseline(fmt::format("drum-k{}", bits), "drum", "Hashemi et al. 2015", DrumParameters{bits}));
  list.push_back(baseline("mitchell", "mitchell", "Mitchell 1962", MitchellParameters{0, false}));
  list.push_back(baseline("mitchell-t3c", "mitchell", "Mitchell 1962; Kim et al. 2019", MitchellParameters{3, true}));
}

void add_evolved(Designs& list, Encoding encoding) {
  for (const EvolvedCircuitRecord& record : evolved_circuit_records()) {
    if (record.encoding != encoding) continue;
    auto circuit = gate_circuit_from_text(record.circuit);
    if (!circuit) throw std::logic_error(fmt::format("{}: {}", record.id, circuit.error().message));
    list.push_back({std::string{record.id}, "evolved", "Miller and Thomson 2000; Mrazek et al. 2017",
                    CircuitParameters{std::make_shared<TabulatedCircuit>(std::move(*circuit), encoding),
                                      fmt::format("axvp multipliers evolve {}", record.search), record.position}});
  }
}

void add_sm8(Designs& list) {
  const Family dadda{Encoding::SignMagnitude};
  list.push_back(dadda.exact());
  add_column_families(list, dadda);
  for (const auto constant : {Constant::None, Constant::Added})
    for (int v = 5; v <= 11; ++v) list.push_back(dadda.pairs(v, constant));
  for (int u = 3; u <= 7; ++u) list.push_back(dadda.truncated_pairs(u, u + 4));
  add_row_families(list, dadda, Constant::None);
  add_row_families(list, dadda, Constant::Added);
  add_segments(list, dadda);
  for (const auto& [h, v] : {std::pair{2, 5}, {2, 7}, {4, 8}})
    add_with_exchanged(list, dadda.broken_array(h, v, Constant::None));
  for (const auto& [h, v] : {std::pair{1, 4}, {1, 6}, {2, 6}, {2, 7}, {3, 8}, {4, 8}})
    add_with_exchanged(list, dadda.broken_array(h, v, Constant::Added));
  for (const auto& levels : {std::vector{4, 6, 8}, {5, 7, 9}, {3, 5, 7}}) {
    list.push_back(dadda.gated(levels, Constant::None));
    list.push_back(dadda.gated(levels, Constant::Added));
  }
  for (const auto& levels : {std::vector{4}, {5}, {6}, {7}, {4, 6}}) list.push_back(dadda.gated_operands(levels));
  list.push_back(dadda.gated_bits({1, 2, 3}));
  add_evolved(list, Encoding::SignMagnitude);
  add_sm8_baselines(list);
}

void add_s8(Designs& list) {
  const Family bw{Encoding::TwosComplement};
  list.push_back(bw.exact());
  add_column_families(list, bw);
  for (int v = 5; v <= 7; ++v) list.push_back(bw.pairs(v, Constant::Added));
  add_row_families(list, bw, Constant::None);  // the mean of what they drop is near 0 already
  add_segments(list, bw);
  for (const auto& levels : {std::vector{4, 6, 8}, {5, 7, 9}}) {
    list.push_back(bw.gated(levels, Constant::None));
    list.push_back(bw.gated(levels, Constant::Added));
  }
  for (const int level : {5, 6, 7}) list.push_back(bw.gated_operands({level}));
  list.push_back(bw.gated_bits({1, 2, 3}));
  add_evolved(list, Encoding::TwosComplement);
  for (const int dropped : {0, 6, 8})
    list.push_back(baseline(dropped == 0 ? "booth-exact" : fmt::format("booth-v{}", dropped), "booth", "MacSorley 1961",
                            BoothParameters{dropped}));
}

}  // namespace

const std::vector<MultiplierDesign>& built_in_designs() {
  static const Designs list = [] {
    Designs designs;
    add_sm8(designs);
    add_s8(designs);
    return designs;
  }();
  return list;
}

}  // namespace axvp
