#include "axvp/multipliers/pool_rtl.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "axvp/common/text.h"
#include "axvp/multipliers/rtl_generator.h"

namespace axvp {
namespace {

constexpr std::size_t kMaxPool = 32, kMaxInstances = 8;

/// One multiplier and the selectables that use it: (index in the pool, mode).
struct Instance {
  std::string multiplier_id, module;
  std::vector<std::pair<std::size_t, int>> uses;
  bool has_modes = false;
};

std::vector<Instance> instances_of(const std::vector<Selectable>& pool) {
  std::vector<Instance> instances;
  for (std::size_t i = 0; i < pool.size(); ++i) {
    const Selectable& s = pool[i];
    auto found = std::find_if(instances.begin(), instances.end(),
                              [&s](const Instance& instance) { return instance.multiplier_id == s.multiplier_id; });
    if (found == instances.end()) {
      instances.push_back({s.multiplier_id, s.rtl_module, {}, s.id != s.multiplier_id});
      found = instances.end() - 1;
    }
    found->uses.emplace_back(i, s.mode);
  }
  return instances;
}

Result<void> check(const std::vector<Selectable>& pool) {
  if (pool.empty() || pool.size() > kMaxPool)
    return fail("a pool of {} selectables, expected 1 to {}", pool.size(), kMaxPool);
  std::set<std::string> ids;
  for (const Selectable& s : pool) {
    if (s.encoding != Encoding::SignMagnitude) return fail("{} is of encoding s8, the RTL array of sm8", s.id);
    if (s.rtl_module.empty()) return fail("{} is a table and has no RTL", s.id);
    if (!ids.insert(s.id).second) return fail("{} is in the pool twice", s.id);
  }
  if (const std::size_t count = instances_of(pool).size(); count > kMaxInstances)
    return fail("a pool of {} multipliers, expected at most {}", count, kMaxInstances);
  return {};
}

std::string is_selected(int width, std::size_t index) {
  return fmt::format("(select_i == {}'d{})", width, index);
}

std::string instance_text(const Instance& instance, std::size_t k, int width) {
  std::vector<std::string> chosen, mode;
  for (const auto& [index, value] : instance.uses) {
    chosen.push_back(is_selected(width, index));
    mode.push_back(fmt::format("({{2{{{}}}}} & 2'd{})", is_selected(width, index), value));
  }
  std::string text =
      fmt::format("\n  // {}\n  logic        chosen_{}{};\n  logic [15:0] p_{};\n  assign chosen_{} = {};\n",
                  instance.multiplier_id, k, instance.has_modes ? fmt::format(";\n  logic [1:0]  mode_{}", k) : "", k,
                  k, join(chosen, " | "));
  if (instance.has_modes) text += fmt::format("  assign mode_{} = {};\n", k, join(mode, " | "));
  return text + fmt::format(
                    "  {} u_{} (\n    .x_i   (x_i & {{8{{chosen_{}}}}}),\n    .w_i   ({{1'b0, w_i & "
                    "{{7{{chosen_{}}}}}}}),\n{}    .p_o   (p_{})\n  );\n",
                    instance.module, k, k, k, instance.has_modes ? fmt::format("    .mode_i(mode_{}),\n", k) : "", k);
}

}  // namespace

int select_width(std::size_t selectables) {
  int width = 1;
  while ((std::size_t{1} << width) < selectables) ++width;
  return width;
}

Result<std::string> generate_pool_rtl(const std::vector<Selectable>& pool) {
  if (auto good = check(pool); !good) return forward_error(good);
  const int width = select_width(pool.size());
  const auto instances = instances_of(pool);
  std::string text =
      fmt::format("// Pool of {} selectables in {} instances; written by `axvp rtl`, do not edit. select_i:\n",
                  pool.size(), instances.size());
  for (std::size_t i = 0; i < pool.size(); ++i) text += fmt::format("//   {} {}\n", i, pool[i].id);
  text += fmt::format(
      "// Instances that are not selected see operands of 0 (static isolation), so nothing in them toggles.\n"
      "module ax_pool #(\n  parameter int unsigned SelectWidth = {}\n) (\n"
      "  input  logic [7:0]             x_i,\n  input  logic [6:0]             w_i,\n"
      "  input  logic [SelectWidth-1:0] select_i,\n  output logic [15:0]            p_o\n);\n"
      "`ifndef SYNTHESIS\n  initial assert (SelectWidth == {}) else $fatal(1, \"ax_pool: SelectWidth is not "
      "{}\");\n`endif\n",
      width, width, width);
  std::vector<std::string> products;
  for (std::size_t k = 0; k < instances.size(); ++k) {
    text += instance_text(instances[k], k, width);
    products.push_back(fmt::format("(p_{} & {{16{{chosen_{}}}}})", k, k));
  }
  return text + "\n  assign p_o = " + join(products, " |\n               ") + ";\nendmodule\n";
}

std::vector<std::pair<std::string, std::string>> pool_sources(const std::vector<Selectable>& pool) {
  std::vector<std::string> modules;
  const auto add = [&modules](const std::string& module) {
    if (!module.empty() && std::find(modules.begin(), modules.end(), module) == modules.end())
      modules.push_back(module);
  };
  for (const Selectable& s : pool) {
    add(s.inner_module);
    add(s.rtl_module);
  }
  std::vector<std::pair<std::string, std::string>> sources;
  const auto generated = generate_multiplier_rtl();
  for (const std::string& module : modules)
    for (const GeneratedFile& file : generated)
      if (file.path.filename() == module + ".sv") sources.emplace_back(module + ".sv", file.content);
  return sources;
}

}  // namespace axvp
