#include "axvp/accel/platform_config.h"

#include <string>
#include <vector>

namespace axvp {
namespace {

using nlohmann::json;

/// One pass over all fields serves reading, checking and writing: `visit(table, key, field, range)`.
struct Field {
  const char* table;
  const char* key;
  IntegerRange range;
};

constexpr IntegerRange kArraySide{1, 1024};
constexpr IntegerRange kKilobytes{1, 65536};
constexpr IntegerRange kBurst{64, 65536};
constexpr IntegerRange kLatency{0, 1'000'000'000};

template <class Config, class Visitor>
void visit_fields(Config& c, Visitor&& visit) {
  visit(Field{"array", "rows", kArraySide}, c.array.rows);
  visit(Field{"array", "columns", kArraySide}, c.array.columns);
  visit(Field{"array", "depthwise_lanes", {0, 4096}}, c.array.depthwise_lanes);
  visit(Field{"scratchpads", "activation_kb", kKilobytes}, c.scratchpads.activation_kb);
  visit(Field{"scratchpads", "weight_kb", kKilobytes}, c.scratchpads.weight_kb);
  visit(Field{"scratchpads", "accumulator_kb", kKilobytes}, c.scratchpads.accumulator_kb);
  visit(Field{"scratchpads", "parameter_kb", kKilobytes}, c.scratchpads.parameter_kb);
  visit(Field{"dma", "burst_bytes", kBurst}, c.dma.burst_bytes);
  visit(Field{"dram", "size_mb", {1, 2048}}, c.dram.size_mb);
  visit(Field{"dram", "bandwidth_bytes_per_cycle", {1, 4096}}, c.dram.bandwidth_bytes_per_cycle);
  visit(Field{"dram", "latency_cycles", kLatency}, c.dram.latency_cycles);
  visit(Field{"dram", "row_bytes", kBurst}, c.dram.row_bytes);
  visit(Field{"dram", "row_miss_cycles", kLatency}, c.dram.row_miss_cycles);
  visit(Field{"bus", "latency_cycles", kLatency}, c.bus.latency_cycles);
  visit(Field{"vector_unit", "lanes", {1, 4096}}, c.vector_unit.lanes);
  visit(Field{"vector_unit", "latency_cycles", kLatency}, c.vector_unit.latency_cycles);
  visit(Field{"command_processor", "decode_cycles", kLatency}, c.command_processor.decode_cycles);
  visit(Field{"host", "register_access_cycles", {1, 1'000'000}}, c.host.register_access_cycles);
  visit(Field{"host", "interrupt_latency_cycles", kLatency}, c.host.interrupt_latency_cycles);
  visit(Field{"watchdog", "no_progress_cycles", {1, 1'000'000'000'000}}, c.watchdog.no_progress_cycles);
  visit(Field{"simulation", "quantum_ns", {0, 1'000'000'000}}, c.simulation.quantum_ns);
}

bool is_power_of_two(std::int64_t value) {
  return value > 0 && (value & (value - 1)) == 0;
}

/// By DepthwiseMapping.
const std::vector<std::string> kMappings{"naive", "diagonal", "vector", "auto"};

constexpr NumberRange kClock{0.01, 10000.0};  // below, simulated times would not fit sc_time
constexpr IntegerRange kBatch{1, 256};

}  // namespace

std::string_view to_string(DepthwiseMapping mapping) {
  return kMappings[static_cast<std::size_t>(mapping)];
}

PlatformConfig read_platform_config(FieldReader& reader) {
  PlatformConfig config;
  config.clock_mhz = reader.number("clock_mhz", kClock, config.clock_mhz);
  config.batch = static_cast<int>(reader.integer("batch", kBatch, std::int64_t{config.batch}));
  visit_fields(config, [&](const Field& field, auto& value) {
    using Value = std::decay_t<decltype(value)>;
    FieldReader table = reader.table(field.table);
    value = static_cast<Value>(table.integer(field.key, field.range, std::int64_t{value}));
  });
  FieldReader array = reader.table("array");
  const std::string mapping = array.choice("depthwise", kMappings, kMappings[0]);
  for (std::size_t m = 0; m < kMappings.size(); ++m)
    if (mapping == kMappings[m]) config.array.depthwise = static_cast<DepthwiseMapping>(m);
  const std::string dataflow = array.string("dataflow", std::string{to_string(config.array.dataflow)});
  if (const auto parsed = parse_dataflow(dataflow); parsed)
    config.array.dataflow = *parsed;
  else
    array.reject("dataflow", parsed.error().message);
  const auto require_power = [&](const char* table_name, const char* key, int value) {
    if (!is_power_of_two(value))
      reader.table(table_name).reject(key, fmt::format("{} = {}, expected a power of two", key, value));
  };
  require_power("dma", "burst_bytes", config.dma.burst_bytes);
  require_power("dram", "row_bytes", config.dram.row_bytes);
  return config;
}

Result<void> validate(const PlatformConfig& config) {
  if (!(config.clock_mhz >= kClock.low) || config.clock_mhz > kClock.high)
    return fail("platform: clock_mhz = {}, expected a number >= {} and <= {}", config.clock_mhz, kClock.low,
                kClock.high);
  if (config.batch < kBatch.low || config.batch > kBatch.high)
    return fail("platform: batch = {}, expected an integer from {} to {}", config.batch, kBatch.low, kBatch.high);
  Result<void> result;
  visit_fields(config, [&](const Field& field, const auto& value) {
    if (result && (value < field.range.low || value > field.range.high))
      result = fail("platform: {}.{} = {}, expected an integer from {} to {}", field.table, field.key, value,
                    field.range.low, field.range.high);
  });
  if (!result) return result;
  constexpr double kLongestMilliseconds = 9e9;  // of simulated time, which SystemC counts in 64 bits of picoseconds
  const double watchdog_ms = static_cast<double>(config.watchdog.no_progress_cycles) / (config.clock_mhz * 1e3);
  if (watchdog_ms > kLongestMilliseconds)
    return fail("platform: watchdog.no_progress_cycles = {} at clock_mhz = {} is longer than simulated time can be",
                config.watchdog.no_progress_cycles, config.clock_mhz);
  if (!is_power_of_two(config.dma.burst_bytes))
    return fail("platform: dma.burst_bytes = {}, expected a power of two", config.dma.burst_bytes);
  if (!is_power_of_two(config.dram.row_bytes))
    return fail("platform: dram.row_bytes = {}, expected a power of two", config.dram.row_bytes);
  return {};
}

json to_json(const PlatformConfig& config) {
  json result = json::object();
  result["clock_mhz"] = config.clock_mhz;
  result["batch"] = config.batch;
  visit_fields(config, [&](const Field& field, const auto& value) { result[field.table][field.key] = value; });
  result["array"]["depthwise"] = to_string(config.array.depthwise);
  if (config.array.lanes() > 0) result["array"]["depthwise_lanes"] = config.array.lanes();
  result["array"]["dataflow"] = to_string(config.array.dataflow);
  return result;
}

}  // namespace axvp
