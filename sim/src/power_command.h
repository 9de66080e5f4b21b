#pragma once

#include <string>
#include <vector>

#include "command.h"

namespace axvp::sim {

/// What `axvp power` is asked for. Empty strings stand for options that are not given.
struct PowerOptions {
  std::string liberty;
  std::string root;  ///< See find_sources.
  // --update
  std::string update;
  // --network
  std::string config, network, data, calibration_data, operating_points, multiplier, out;
  std::string dataflow = "weight-stationary";
  std::size_t images = 4;
  std::size_t transitions = 4096;
  bool every_selectable = false;
  std::vector<std::string> compare;
  // --verilog
  std::vector<std::string> verilog;
  std::string top, ports, operands;
  std::string encoding = "sm8";
};

/// Energies of the layers of a network at its operating points.
int run_power_network(const PowerOptions& options, const GlobalOptions& global);
/// How two energy tables, of two technologies, agree on energies relative to exact; Markdown.
int run_power_compare(const std::vector<std::string>& tables);
/// Energy of one module.
int run_power_verilog(const PowerOptions& options);

}  // namespace axvp::sim
