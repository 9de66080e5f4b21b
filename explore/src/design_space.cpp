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
                                                     "batch",
                                                     "clock_mhz",
                                                     "pool",
                                                     "operating_point"};
constexpr std::array<std::string_view, 3> kDataflows{"ws", "os", "is"};
constexpr std::array<std::string_view, 4> kMappings{"naive", "diagonal", "vector", "auto"};

std::size_t index(Axis axis) {
  return static_cast<std::size_t>(axis);
}

}  // namespace

std::string_view to_string(Axis axis) {
  return kNames[index(axis)];
}

bool has_names(Axis axis) {
  return axis == Axis::Dataflow || axis == Axis::Depthwise || axis == Axis::Pool || axis == Axis::OperatingPoint;
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
  if (!has_names(axis)) return shortest(number);
  const auto entry = static_cast<std::size_t>(number);
  if (axis == Axis::Dataflow) return std::string{kDataflows[entry]};
  if (axis == Axis::Depthwise) return std::string{kMappings[entry]};
  return axis == Axis::Pool ? pools[entry].name : points[entry].name;
}

PlatformConfig DesignSpace::platform_at(const Choices& choices) const {
  PlatformConfig config = base;
  const auto whole = [&](Axis axis) { return static_cast<int>(value(axis, choices)); };
  config.array.rows = whole(Axis::Rows);
  config.array.columns = whole(Axis::Columns);
  config.array.dataflow = static_cast<Dataflow>(whole(Axis::Dataflow));
  config.scratchpads.activation_kb = whole(Axis::ActivationKb);
  config.scratchpads.weight_kb = whole(Axis::WeightKb);
  config.scratchpads.accumulator_kb = whole(Axis::AccumulatorKb);
  config.dram.bandwidth_bytes_per_cycle = whole(Axis::DramBandwidth);
  config.vector_unit.lanes = whole(Axis::VectorLanes);
  config.array.depthwise = static_cast<DepthwiseMapping>(whole(Axis::Depthwise));
  config.batch = whole(Axis::Batch);
  config.clock_mhz = value(Axis::ClockMhz, choices);
  return config;
}

const SweptPoint& DesignSpace::point_at(const Choices& choices) const {
  return points[static_cast<std::size_t>(value(Axis::OperatingPoint, choices))];
}

const SweptPool& DesignSpace::pool_at(const Choices& choices) const {
  const SweptPool& pool = pools[static_cast<std::size_t>(value(Axis::Pool, choices))];
  return pool.ids.empty() ? point_at(choices).own_pool : pool;
}

}  // namespace axvp
