#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "axvp/common/result.h"

namespace axvp::sim {

/// Files linked into the program, so that it runs from anywhere without an installation.
[[nodiscard]] std::string_view default_config();        ///< configs/default.toml
[[nodiscard]] std::string_view default_energy_table();  ///< power/tables/osu018.json
[[nodiscard]] std::string_view adder_modules();         ///< rtl/multipliers/ax_fa.sv and ax_ha.sv

/// What the page of `axvp report` is made of.
struct ReportParts {
  std::string_view page;    ///< HTML with @TITLE@, @STYLE@, @CHARTS@, @DATA@ and @SCRIPT@.
  std::string_view style;   ///< report/page.css
  std::string_view script;  ///< report/*.js
  std::string_view charts;  ///< Chart.js, Debian's libjs-chart.js.
};
[[nodiscard]] ReportParts report_parts();

/// A hand-written module of rtl/, e.g. "ax_ws_array"; empty if there is none of that name.
[[nodiscard]] std::string_view rtl_module(std::string_view name);

/// Names of the embedded networks, e.g. "resnet8_synth10".
[[nodiscard]] std::vector<std::string> embedded_network_names();
/// ONNX bytes of an embedded network; an error that lists the known ones.
[[nodiscard]] Result<std::string_view> embedded_network(std::string_view name);

}  // namespace axvp::sim
