#include "embedded_files.h"

#include <array>

#include "axvp/common/text.h"

extern "C" {
extern const char axvp_embedded_default_config[], axvp_embedded_default_config_end[];
extern const char axvp_embedded_energy_table[], axvp_embedded_energy_table_end[];
extern const char axvp_embedded_adder_modules[], axvp_embedded_adder_modules_end[];
extern const char axvp_embedded_report_page[], axvp_embedded_report_page_end[];
extern const char axvp_embedded_report_style[], axvp_embedded_report_style_end[];
extern const char axvp_embedded_report_script[], axvp_embedded_report_script_end[];
extern const char axvp_embedded_chart_library[], axvp_embedded_chart_library_end[];
extern const char axvp_embedded_rtl_ax_fa[], axvp_embedded_rtl_ax_fa_end[];
extern const char axvp_embedded_rtl_ax_ha[], axvp_embedded_rtl_ax_ha_end[];
extern const char axvp_embedded_rtl_ax_delay[], axvp_embedded_rtl_ax_delay_end[];
extern const char axvp_embedded_rtl_ax_sign_magnitude[], axvp_embedded_rtl_ax_sign_magnitude_end[];
extern const char axvp_embedded_rtl_ax_pe[], axvp_embedded_rtl_ax_pe_end[];
extern const char axvp_embedded_rtl_ax_pe_os[], axvp_embedded_rtl_ax_pe_os_end[];
extern const char axvp_embedded_rtl_ax_ws_tile[], axvp_embedded_rtl_ax_ws_tile_end[];
extern const char axvp_embedded_rtl_ax_os_tile[], axvp_embedded_rtl_ax_os_tile_end[];
extern const char axvp_embedded_rtl_ax_ws_array[], axvp_embedded_rtl_ax_ws_array_end[];
extern const char axvp_embedded_rtl_ax_os_array[], axvp_embedded_rtl_ax_os_array_end[];
extern const char axvp_embedded_rtl_ax_lanes[], axvp_embedded_rtl_ax_lanes_end[];
extern const char axvp_embedded_rtl_ax_requantise[], axvp_embedded_rtl_ax_requantise_end[];
extern const char axvp_embedded_rtl_ax_ws_array_checks[], axvp_embedded_rtl_ax_ws_array_checks_end[];
extern const char axvp_embedded_rtl_ax_os_array_checks[], axvp_embedded_rtl_ax_os_array_checks_end[];
extern const char axvp_embedded_mobilenet_v2_synth10[], axvp_embedded_mobilenet_v2_synth10_end[];
extern const char axvp_embedded_resnet8_synth10[], axvp_embedded_resnet8_synth10_end[];
}

namespace axvp::sim {
namespace {

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

struct EmbeddedFile {
  std::string_view name;
  const char* begin;
  const char* end;
};

const std::array<EmbeddedFile, 2> kNetworks{
    {{"resnet8_synth10", axvp_embedded_resnet8_synth10, axvp_embedded_resnet8_synth10_end},
     {"mobilenet_v2_synth10", axvp_embedded_mobilenet_v2_synth10, axvp_embedded_mobilenet_v2_synth10_end}}};

const std::array<EmbeddedFile, 14> kRtlModules{
    {{"ax_fa", axvp_embedded_rtl_ax_fa, axvp_embedded_rtl_ax_fa_end},
     {"ax_ha", axvp_embedded_rtl_ax_ha, axvp_embedded_rtl_ax_ha_end},
     {"ax_delay", axvp_embedded_rtl_ax_delay, axvp_embedded_rtl_ax_delay_end},
     {"ax_sign_magnitude", axvp_embedded_rtl_ax_sign_magnitude, axvp_embedded_rtl_ax_sign_magnitude_end},
     {"ax_pe", axvp_embedded_rtl_ax_pe, axvp_embedded_rtl_ax_pe_end},
     {"ax_pe_os", axvp_embedded_rtl_ax_pe_os, axvp_embedded_rtl_ax_pe_os_end},
     {"ax_ws_tile", axvp_embedded_rtl_ax_ws_tile, axvp_embedded_rtl_ax_ws_tile_end},
     {"ax_lanes", axvp_embedded_rtl_ax_lanes, axvp_embedded_rtl_ax_lanes_end},
     {"ax_os_tile", axvp_embedded_rtl_ax_os_tile, axvp_embedded_rtl_ax_os_tile_end},
     {"ax_ws_array", axvp_embedded_rtl_ax_ws_array, axvp_embedded_rtl_ax_ws_array_end},
     {"ax_os_array", axvp_embedded_rtl_ax_os_array, axvp_embedded_rtl_ax_os_array_end},
     {"ax_requantise", axvp_embedded_rtl_ax_requantise, axvp_embedded_rtl_ax_requantise_end},
     {"ax_ws_array_checks", axvp_embedded_rtl_ax_ws_array_checks, axvp_embedded_rtl_ax_ws_array_checks_end},
     {"ax_os_array_checks", axvp_embedded_rtl_ax_os_array_checks, axvp_embedded_rtl_ax_os_array_checks_end}}};

}  // namespace

std::string_view default_config() {
  return between(axvp_embedded_default_config, axvp_embedded_default_config_end);
}

std::string_view default_energy_table() {
  return between(axvp_embedded_energy_table, axvp_embedded_energy_table_end);
}

std::string_view adder_modules() {
  return between(axvp_embedded_adder_modules, axvp_embedded_adder_modules_end);
}

ReportParts report_parts() {
  return {between(axvp_embedded_report_page, axvp_embedded_report_page_end),
          between(axvp_embedded_report_style, axvp_embedded_report_style_end),
          between(axvp_embedded_report_script, axvp_embedded_report_script_end),
          between(axvp_embedded_chart_library, axvp_embedded_chart_library_end)};
}

std::string_view rtl_module(std::string_view name) {
  for (const auto& module : kRtlModules)
    if (module.name == name) return between(module.begin, module.end);
  return {};
}

std::vector<std::string> embedded_network_names() {
  std::vector<std::string> names;
  for (const auto& network : kNetworks) names.emplace_back(network.name);
  return names;
}

Result<std::string_view> embedded_network(std::string_view name) {
  for (const auto& network : kNetworks)
    if (network.name == name) return between(network.begin, network.end);
  return fail("network {}: neither a file nor an embedded network; embedded: {}", name,
              join(embedded_network_names(), ", "));
}

}  // namespace axvp::sim
