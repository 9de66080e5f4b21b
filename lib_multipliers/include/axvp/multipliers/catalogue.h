#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/multipliers/encoding.h"
#include "axvp/multipliers/multiplier.h"
#include "axvp/multipliers/truth_table.h"

namespace axvp {

/// One mode of one multiplier: what an operating point assigns to a layer.
struct Selectable {
  std::string id;             ///< The multiplier's id, with "/m<mode>" behind it where there are several modes.
  std::string multiplier_id;  ///< Selectables of the same multiplier share one instance: area and leakage count once.
  int mode = 0;               ///< Value at the instance's mode_i.
  Encoding encoding = Encoding::SignMagnitude;
  TruthTable table;            ///< Raw products; kernels go through GatedProducts.
  std::string rtl_module;      ///< Empty for a multiplier that is a table only.
  std::string family;          ///< "table" for a user's own.
  std::string origin;          ///< Publications, or where a table came from.
  bool is_baseline = false;    ///< A published design to compare with, not one to choose.
  std::string inner_module{};  ///< Of a ".swap": the module inside rtl_module, whose operands it exchanges.
};

/// The files that the selectable's RTL needs, relative to the project's root, adders first; empty for a table.
[[nodiscard]] std::vector<std::filesystem::path> rtl_sources(const Selectable& selectable);

/// The multipliers a run can choose from: the built-in ones and the user's own. Ids are unique.
class Catalogue {
 public:
  /// Made once, shared and immutable; copy it to add tables.
  [[nodiscard]] static const Catalogue& built_in();
  /// The exact multiplier of an encoding, the reference of every saving in it; always there.
  [[nodiscard]] static constexpr std::string_view exact_id(Encoding encoding) {
    return encoding == Encoding::SignMagnitude ? "dadda-exact" : "bw-exact";
  }

  /// Adds a user's own multiplier. Fails if the id is taken or is not made of letters, digits and _ - . only, or if a
  /// product does not fit the 16-bit product port (sm8: 0..65535, s8: -32768..32767); the message names the pair.
  [[nodiscard]] Result<void> add_table(const std::string& id, Encoding encoding, TruthTable table,
                                       const std::string& origin);

  /// Fails for an unknown id with the nearest known one; the id of a reconfigurable multiplier needs its "/m<mode>".
  [[nodiscard]] Result<Selectable> find(std::string_view id) const;
  /// Built-in ones first, then added ones in the order of adding.
  [[nodiscard]] const std::vector<Selectable>& selectables() const { return selectables_; }
  /// The behavioural models of the built-in multipliers.
  [[nodiscard]] const std::vector<std::shared_ptr<const MultiplierModel>>& models() const { return models_; }

 private:
  Catalogue() = default;
  std::vector<std::shared_ptr<const MultiplierModel>> models_;
  std::vector<Selectable> selectables_;
};

}  // namespace axvp
