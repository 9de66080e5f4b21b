// What can slip between model, table and RTL, made on purpose: the proof has to catch each mutant that changes
// behaviour.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <verilated.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "Vax_mutants_booth.h"
#include "Vax_mutants_gated.h"
#include "Vax_mutants_gated_bits.h"
#include "Vax_mutants_mix.h"
#include "Vax_mutants_pair.h"
#include "Vax_mutants_perf.h"
#include "axvp/common/random.h"
#include "axvp/common/text.h"
#include "axvp/multipliers/catalogue.h"
#include "axvp/multipliers/proof.h"
#include "axvp/verilated/verilated_multiplier.h"
#include "hosts.h"
#include "netlist_mutants.h"

namespace axvp {
namespace {

struct Count {
  int made = 0, changing = 0, caught = 0;
};
using Counts = std::map<std::string, Count>;

void print(const Counts& counts) {
  std::vector<std::vector<std::string>> rows{{"kind of mutant", "made", "change behaviour", "caught"}};
  Count total;
  const auto add_row = [&rows](const std::string& kind, const Count& c) {
    rows.push_back({kind, std::to_string(c.made), std::to_string(c.changing), std::to_string(c.caught)});
  };
  for (const auto& [kind, count] : counts) {
    add_row(kind, count);
    total.made += count.made;
    total.changing += count.changing;
    total.caught += count.caught;
  }
  add_row("total", total);
  std::cout << format_table(rows);
}

void record(Counts& counts, const std::string& kind, bool changes, bool caught) {
  Count& count = counts[kind];
  ++count.made;
  count.changing += static_cast<int>(changes);
  count.caught += static_cast<int>(caught);
}

// ---- Mutants of the RTL: one module with a selector for each host.

using MutableCircuit = std::function<std::uint16_t(std::uint8_t x, std::uint8_t w, int mode, std::size_t mutant)>;

template <class Model, class = void>
struct HasModePort : std::false_type {};
template <class Model>
struct HasModePort<Model, std::void_t<decltype(std::declval<Model&>().mode_port_i)>> : std::true_type {};

template <class Model>
MutableCircuit circuit_of() {
  const auto context = std::make_shared<VerilatedContext>();
  const auto model = std::make_shared<Model>(context.get());
  return [context, model](std::uint8_t x, std::uint8_t w, int mode, std::size_t mutant) {
    model->x_port_i = x;
    model->w_port_i = w;
    if constexpr (HasModePort<Model>::value) model->mode_port_i = static_cast<std::uint8_t>(mode);
    static_cast<void>(mode);
    model->mutant_i = static_cast<std::uint16_t>(mutant);
    model->eval();
    return model->p_o;
  };
}

MutableCircuit circuit_of_host(std::string_view name) {
  if (name == "gated") return circuit_of<Vax_mutants_gated>();
  if (name == "gated_bits") return circuit_of<Vax_mutants_gated_bits>();
  if (name == "mix") return circuit_of<Vax_mutants_mix>();
  if (name == "pair") return circuit_of<Vax_mutants_pair>();
  if (name == "perf") return circuit_of<Vax_mutants_perf>();
  return circuit_of<Vax_mutants_booth>();
}

const MultiplierDesign& design_of(std::string_view id) {
  const auto& all = built_in_designs();
  return *std::find_if(all.begin(), all.end(), [id](const MultiplierDesign& d) { return d.id == id; });
}

class MutantsOf {
 public:
  explicit MutantsOf(const MutantHost& host)
      : host_(host),
        model_(make_model(design_of(host.design))),
        netlist_(netlist_of_design(design_of(host.design))),
        mutants_(mutants_of(netlist_, host.stride)),
        circuit_(circuit_of_host(host.name)) {
    for (int mode = 0; mode < model_->modes(); ++mode) tables_.push_back(model_->table(mode));
  }

  void run(Counts& counts) const {
    const auto unchanged = [this](std::uint8_t x, std::uint8_t w, int mode) { return circuit_(x, w, mode, 0); };
    const auto slip = first_mismatch(unchanged, tables_);
    ASSERT_FALSE(slip) << host_.design << ": " << to_string(*slip);
    for (std::size_t k = 0; k < mutants_.size(); ++k) {
      const NetlistMutant& mutant = mutants_[k];
      const auto found = first_mismatch(
          [this, k](std::uint8_t x, std::uint8_t w, int mode) { return circuit_(x, w, mode, k + 1); }, tables_);
      const bool changes = changes_behaviour(mutant);
      record(counts, "RTL: " + mutant.kind, changes, changes && found);
      EXPECT_EQ(found.has_value(), changes) << host_.design << ", mutant " << k + 1 << ": " << mutant.kind << " ("
                                            << mutant.description << ")" << (found ? ": " + to_string(*found) : "");
    }
  }

 private:
  /// By another simulator than the proof's. A mode that is held shows as soon as modes follow one another.
  bool changes_behaviour(const NetlistMutant& mutant) const {
    if (mutant.mode_holds_unless) return true;
    for (int mode = 0; mode < model_->modes(); ++mode)
      if (simulate(netlist_, mutant, model_->encoding(), mode) != tables_[static_cast<std::size_t>(mode)]) return true;
    return false;
  }

  MutantHost host_;
  std::shared_ptr<const MultiplierModel> model_;
  ModuleNetlist netlist_;
  std::vector<NetlistMutant> mutants_;
  MutableCircuit circuit_;
  std::vector<TruthTable> tables_;
};

void run_rtl_mutants(Counts& counts) {
  for (const MutantHost& host : kMutantHosts) MutantsOf{host}.run(counts);
}

// ---- Mutants of what stands between: the right circuits, compared with or driven as something else.

CircuitFunction circuit_of_module(const std::string& module) {
  const std::shared_ptr<VerilatedMultiplier> circuit = make_verilated_multiplier(module);
  return [circuit](std::uint8_t x, std::uint8_t w, int mode) { return circuit->multiply(x, w, mode); };
}

std::uint16_t port_value(std::int32_t product) {
  return static_cast<std::uint16_t>(product);
}

bool differ(const TruthTable& a, const TruthTable& b) {
  return !std::equal(a.products().begin(), a.products().end(), b.products().begin(),
                     [](std::int32_t p, std::int32_t q) { return port_value(p) == port_value(q); });
}

void compare_with(const Selectable& circuit, const Selectable& table, const std::string& kind, Counts& counts) {
  const bool changes = differ(circuit.table, table.table);
  const auto found = first_mismatch_in_mode(circuit_of_module(circuit.rtl_module), table.table, circuit.mode);
  record(counts, kind, changes, changes && found);
  EXPECT_EQ(found.has_value(), changes) << kind << ": " << circuit.id << " against " << table.id;
}

/// The circuit of each selectable against the table of the next one of its family: in most families the next one is
/// what another argument of the generator makes.
void exchange_ids(Counts& counts) {
  const auto& all = Catalogue::built_in().selectables();
  for (std::size_t n = 0; n + 1 < all.size(); ++n) {
    if (all[n].family != all[n + 1].family) continue;
    const bool same_circuit = all[n].multiplier_id == all[n + 1].multiplier_id;
    const bool exchanged = all[n].inner_module != all[n + 1].inner_module;
    compare_with(all[n], all[n + 1],
                 same_circuit ? "modes exchanged"
                 : exchanged  ? "exchanged form taken for the other"
                              : "generator argument or id",
                 counts);
  }
}

/// A two's complement circuit against the unsigned table of the same arguments, and the other way round.
void exchange_encodings(Counts& counts) {
  const Catalogue& catalogue = Catalogue::built_in();
  for (const Selectable& s : catalogue.selectables()) {
    if (s.id.rfind("bw", 0) != 0) continue;
    const auto other = catalogue.find("dadda" + s.id.substr(2));
    if (!other) continue;
    compare_with(s, *other, "wrong encoding", counts);
    compare_with(*other, s, "wrong encoding", counts);
  }
}

void exchange_operands(Counts& counts) {
  for (const Selectable& s : Catalogue::built_in().selectables()) {
    const auto transposed = TruthTable::from_function([&s](std::uint8_t x, std::uint8_t w) { return s.table(w, x); });
    if (transposed == s.table) continue;
    const auto circuit = circuit_of_module(s.rtl_module);
    const auto found = first_mismatch_in_mode(
        [&circuit](std::uint8_t x, std::uint8_t w, int mode) { return circuit(w, x, mode); }, s.table, s.mode);
    record(counts, "operands exchanged", true, found.has_value());
    EXPECT_TRUE(found) << s.id;
  }
}

void flip_table_bits(Counts& counts) {
  Random random{1};
  const auto& all = Catalogue::built_in().selectables();
  for (int n = 0; n < 100; ++n) {
    const Selectable& s = all[random.below(all.size())];
    std::vector<std::int32_t> products = s.table.products();
    const std::size_t pair = random.below(products.size());
    products[pair] ^= 1 << random.below(16);
    const auto found = first_mismatch_in_mode(circuit_of_module(s.rtl_module), TruthTable{std::move(products)}, s.mode);
    ASSERT_TRUE(found) << s.id;
    EXPECT_EQ(static_cast<std::size_t>(found->x) * 256 + found->w, pair) << s.id;
    record(counts, "one bit of a table", true, found.has_value());
  }
}

/// Wrappers that keep the mode of the call before, always or when one changes to another.
void keep_modes(Counts& counts) {
  const Catalogue& catalogue = Catalogue::built_in();
  for (const auto& model : catalogue.models()) {
    if (model->modes() == 1) continue;
    std::vector<TruthTable> tables;
    for (int mode = 0; mode < model->modes(); ++mode) tables.push_back(model->table(mode));
    const auto circuit = circuit_of_module(std::string{model->rtl_module()});
    for (int from = 0; from < model->modes(); ++from)
      for (int to = 0; to < model->modes(); ++to) {
        if (from == to) continue;
        int last = 0;
        const auto stale = [&](std::uint8_t x, std::uint8_t w, int mode) {
          const int seen = last == from && mode == to ? last : mode;
          last = mode;
          return circuit(x, w, seen);
        };
        const auto found = first_mismatch(stale, tables);
        record(counts, "stale mode at a switch", true, found.has_value());
        EXPECT_TRUE(found) << model->id() << ": mode " << from << " to " << to;
      }
  }
}

TEST(MultiplierMutants, AllThatChangeBehaviourAreCaught) {
  Counts counts;
  run_rtl_mutants(counts);
  exchange_ids(counts);
  exchange_encodings(counts);
  exchange_operands(counts);
  flip_table_bits(counts);
  keep_modes(counts);
  print(counts);
  int changing = 0;
  for (const auto& [kind, count] : counts) {
    EXPECT_EQ(count.caught, count.changing) << kind;
    changing += count.changing;
  }
  EXPECT_GE(changing, 500);
}

}  // namespace
}  // namespace axvp
