#include "verify_array.h"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "axvp/common/text.h"
#include "axvp/multipliers/catalogue.h"
#ifdef AXVP_HAS_VERILATED
#include "axvp/cosim/array_verification.h"
#include "axvp/cosim/rtl_array.h"
#include "axvp/verilated/verilated_mutants.h"
#endif

namespace axvp::sim {

#ifdef AXVP_HAS_VERILATED
namespace {

/// Members of rtl/pool/gates and their codes, 4 * instance + mode.
struct Member {
  const char* id;
  std::uint8_t code;
};
constexpr Member kGatesPool[] = {{"dadda-exact", 0},         {"dadda_trunc-k7c", 4},     {"dadda_trunc-k9c", 8},
                                 {"gated_dadda-468/m0", 12}, {"gated_dadda-468/m1", 13}, {"gated_dadda-468/m2", 14},
                                 {"gated_dadda-468/m3", 15}};
constexpr int kMutantTensors = 400;

struct Pool {
  VerificationPool reference;
  std::vector<RtlSelectable> rtl;
};

Result<Pool> make_pool(const std::vector<std::string>& ids) {
  Pool pool;
  for (const std::string& id : ids) {
    const auto selectable = Catalogue::built_in().find(id);
    if (!selectable) return forward_error(selectable);
    if (selectable->encoding != Encoding::SignMagnitude)
      return fail("--pool: {} is of encoding s8, the RTL array of sm8", id);
    pool.reference.codes.push_back(static_cast<std::uint8_t>(pool.reference.ids.size()));
    pool.reference.ids.push_back(id);
    pool.reference.tables.push_back(selectable->table);
    pool.rtl.push_back({id, selectable->rtl_module, selectable->mode});
  }
  return pool;
}

Result<Pool> gates_pool() {
  std::vector<std::string> ids;
  for (const Member& member : kGatesPool) ids.emplace_back(member.id);
  return make_pool(ids);
}

VerificationPool with_gate_codes(VerificationPool pool) {
  pool.codes.clear();
  for (const Member& member : kGatesPool) pool.codes.push_back(member.code);
  return pool;
}

using Rows = std::vector<std::vector<std::string>>;

/// One line of the table; false if there was a difference, which is reported.
bool add_row(const std::string& name, const std::string& pool, const ArrayVerification& v, Rows& rows) {
  rows.push_back({name, pool, with_thousands(v.tiles), with_thousands(v.folds), with_thousands(v.switches),
                  with_thousands(v.stalls), with_thousands(v.cycles), v.mismatch ? "differs" : "equal"});
  if (v.mismatch) report(Error{fmt::format("{}: {}", name, to_string(*v.mismatch))}, kRunFailed);
  return !v.mismatch;
}

template <class Shapes, class Make>
Result<bool> verify_shapes(const char* dataflow, const Shapes& shapes, const Pool& pool, const VerificationPool& gates,
                           const ArrayProofOptions& options, const Make& make, Rows& rows) {
  bool equal = true;
  for (const VerilatedArrayShape& shape : shapes) {
    auto array = make(shape);
    if (!array) return forward_error(array);
    const bool is_gates = shape.pool == PoolView::Gates;
    const auto result = verify_array(**array, is_gates ? gates : pool.reference, options.tiles, options.seed);
    equal &= add_row(fmt::format("{} {}x{}", dataflow, shape.rows, shape.columns), is_gates ? "gates" : "table", result,
                     rows);
  }
  return equal;
}

bool verify_lane(VerilatedRequantiser& lane, const ArrayProofOptions& options) {
  const auto result = verify_requantiser(lane, 10 * options.tiles, options.seed);
  if (result.mismatch) report(Error{"requantisation lane: " + *result.mismatch}, kRunFailed);
  fmt::print("requantisation lane: {} values {}\n", with_thousands(result.values),
             result.mismatch ? "differ" : "equal");
  return !result.mismatch;
}

int verify_rtl(const ArrayProofOptions& options, const Pool& pool, const VerificationPool& gates) {
  Rows rows{{"array", "pool", "tiles", "folds", "switches", "stalls", "cycles", "result"}};
  const auto ws = verify_shapes(
      "ws", verilated_ws_arrays(), pool, gates, options,
      [&](const VerilatedArrayShape& s) -> Result<std::unique_ptr<ClockedWsArray>> {
        if (s.pool == PoolView::Gates) return to_clocked(make_verilated_ws_array(s));
        return make_rtl_ws_array({s.rows, s.columns}, pool.rtl);
      },
      rows);
  if (!ws) return report(ws.error());
  const auto os = verify_shapes(
      "os", verilated_os_arrays(), pool, gates, options,
      [&](const VerilatedArrayShape& s) -> Result<std::unique_ptr<ClockedOsArray>> {
        if (s.pool == PoolView::Gates) return to_clocked(make_verilated_os_array(s));
        return make_rtl_os_array({s.rows, s.columns}, pool.rtl);
      },
      rows);
  if (!os) return report(os.error());
  fmt::print("{}", format_table(rows));
  const bool lane = verify_lane(*make_verilated_requantiser(), options);
  return *ws && *os && lane ? kDone : kRunFailed;
}

/// The first difference in one circuit with a mutant.
std::optional<std::string> difference_of(std::string_view circuit, int number, const VerificationPool& gates,
                                         const ArrayProofOptions& options) {
  if (circuit == "lane")
    return verify_requantiser(*make_mutant_requantiser(number), kMutantTensors, options.seed).mismatch;
  const auto result = circuit == "os"
                          ? verify_array(*to_clocked(make_mutant_os_array(number)), gates, options.tiles, options.seed)
                          : verify_array(*to_clocked(make_mutant_ws_array(number)), gates, options.tiles, options.seed);
  if (!result.mismatch) return std::nullopt;
  return to_string(*result.mismatch);
}

/// The first difference that the mutant makes in any circuit, the one that its source belongs to before the others.
std::optional<std::string> caught(int number, std::string_view source, const VerificationPool& gates,
                                  const ArrayProofOptions& options) {
  std::vector<std::string_view> circuits{"ws", "os", "lane"};
  if (source.find("_os") != std::string_view::npos) std::swap(circuits[0], circuits[1]);
  if (source.find("requantise") != std::string_view::npos) std::swap(circuits[0], circuits[2]);
  for (const std::string_view circuit : circuits)
    if (auto found = difference_of(circuit, number, gates, options)) return found;
  return std::nullopt;
}

int verify_mutants(const ArrayProofOptions& options, const GlobalOptions& global, const VerificationPool& gates) {
  if (const auto slip = caught(0, "", gates, options))
    return report(Error{"the RTL without a mutant: " + *slip}, kRunFailed);
  struct Count {
    std::size_t made = 0, caught = 0;
  };
  std::map<std::string_view, Count> kinds;
  Count total;
  const auto& mutants = rtl_mutants();
  Progress progress{global.progress(), "verify", mutants.size(), "mutants"};
  for (std::size_t n = 0; n < mutants.size(); ++n) {
    const RtlMutant& mutant = mutants[n];
    const bool found = caught(static_cast<int>(n) + 1, mutant.source, gates, options).has_value();
    Count& kind = kinds[mutant.kind];
    for (Count* count : {&kind, &total}) {
      ++count->made;
      count->caught += found ? 1 : 0;
    }
    if (!found)
      report(Error{fmt::format("not caught: mutant {}, {}: `{}` in place of `{}`", n + 1, mutant.source,
                               mutant.expression, mutant.original)},
             kRunFailed);
    progress.update(n + 1);
  }
  progress.finish();
  Rows rows{{"kind of mutant", "made", "caught"}};
  for (const auto& [kind, count] : kinds)
    rows.push_back({std::string{kind}, std::to_string(count.made), std::to_string(count.caught)});
  rows.push_back({"total", std::to_string(total.made), std::to_string(total.caught)});
  fmt::print("{}", format_table(rows));
  return total.caught == total.made ? kDone : kRunFailed;
}

}  // namespace

int verify_arrays(const ArrayProofOptions& options, const GlobalOptions& global) {
  if (options.mutants && !options.pool.empty())
    return report(Error{"--mutants: the mutants have the pool of rtl/pool/gates; leave --pool out"});
  const auto gates = gates_pool();
  if (!gates) return report(gates.error());
  const auto pool = options.pool.empty() ? gates : make_pool(split(options.pool, ','));
  if (!pool) return report(pool.error());
  const VerificationPool gate_codes = with_gate_codes(gates->reference);
  return options.mutants ? verify_mutants(options, global, gate_codes) : verify_rtl(options, *pool, gate_codes);
}
#else
int verify_arrays(const ArrayProofOptions& /*options*/, const GlobalOptions& /*global*/) {
  return report(Error{"--array: this build has no Verilated RTL: configure with -DAXVP_WITH_VERILATOR=ON"});
}
#endif

}  // namespace axvp::sim
