#include "axvp/explore/design_space.h"

#include "axvp/common/text.h"

namespace axvp {
namespace {

constexpr std::array<std::string_view, kAxes> kNames{"rows",
                                                     "columns",
                                                     "dataflow",
                                                     "activation_kb",
                                                     "weight_kb",
                                                     "accumulator_kb",
                                                     "dram_bandwidth_bytes_per_cycle",
                                                     "vector_lanes",
                                                     "depthwise",
                                                     "clock_mhz",
                                                     "multiplier"};
constexpr std::array<std::string_view, 3> kDataflows{"ws", "os", "is"};
constexpr std::array<std::string_view, 2> kMappings{"naive", "diagonal"};

std::size_t index(Axis axis) {
  return static_cast<std::size_t>(axis);
}

}  // namespace

std::string_view to_string(Axis axis) {
  return kNames[index(axis)];
}

std::uint64_t DesignSpace::size() const {
  std::uint64_t product = 1;
  for (const auto& list : values) product *= list.size();
  return product;
}

Choices DesignSpace::at(std::uint64_t configuration) const {
  Choices choices{};
  for (std::size_t a = kAxes; a-- > 0;) {
    choices[a] = static_cast<std::uint32_t>(configuration % values[a].size());
    configuration /= values[a].size();
  }
  return choices;
}

std::uint64_t DesignSpace::index_of(const Choices& choices) const {
  std::uint64_t configuration = 0;
  for (std::size_t a = 0; a < kAxes; ++a) configuration = configuration * values[a].size() + choices[a];
  return configuration;
}

std::uint64_t DesignSpace::hardware_of(std::uint64_t configuration) const {
  for (std::size_t a = kAxes; a-- > kHardwareAxes;) configuration /= values[a].size();
  return configuration;
}

double DesignSpace::value(Axis axis, const Choices& choices) const {
  return values[index(axis)][choices[index(axis)]];
}

std::string DesignSpace::text(Axis axis, const Choices& choices) const {
  const double number = value(axis, choices);
  if (axis == Axis::Dataflow) return std::string{kDataflows[static_cast<std::size_t>(number)]};
  if (axis == Axis::Depthwise) return std::string{kMappings[static_cast<std::size_t>(number)]};
  if (axis == Axis::Multiplier) return multipliers[static_cast<std::size_t>(number)];
  return shortest(number);
}

PlatformConfig DesignSpace::platform_at(const Choices& choices) const {
  PlatformConfig config = base;
  const auto whole = [&](Axis axis) { return static_cast<int>(value(axis, choices)); };
  config.array.rows = whole(Axis::Rows);
  config.array.columns = whole(Axis::Columns);
  config.scratchpads.activation_kb = whole(Axis::ActivationKb);
  config.scratchpads.weight_kb = whole(Axis::WeightKb);
  config.scratchpads.accumulator_kb = whole(Axis::AccumulatorKb);
  config.dram.bandwidth_bytes_per_cycle = whole(Axis::DramBandwidth);
  config.vector_unit.lanes = whole(Axis::VectorLanes);
  config.array.depthwise = static_cast<DepthwiseMapping>(whole(Axis::Depthwise));
  config.clock_mhz = value(Axis::ClockMhz, choices);
  return config;
}

Dataflow DesignSpace::dataflow_at(const Choices& choices) const {
  return static_cast<Dataflow>(static_cast<int>(value(Axis::Dataflow, choices)));
}

}  // namespace axvp
