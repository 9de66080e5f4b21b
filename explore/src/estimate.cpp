#include "axvp/explore/estimate.h"

#include <algorithm>
#include <array>

#include "axvp/accel/activity.h"
#include "axvp/accel/lowered_run.h"
#include "axvp/accel/mapping.h"
#include "axvp/accel/parameter_set.h"
#include "axvp/accel/program.h"

namespace axvp {
namespace {

struct EventSetter {
  AnalyticEstimate& estimate;
  void operator()(Event event, double count) const { estimate.events[static_cast<std::size_t>(event)] += count; }
};

std::uint64_t ceil_divide(std::uint64_t a, std::uint64_t b) {
  return (a + b - 1) / b;
}

/// Cycles of a descriptor's fetch and decoding.
Cycles descriptor_cycles(const PlatformConfig& config) {
  const auto bandwidth = static_cast<Cycles>(config.dram.bandwidth_bytes_per_cycle);
  return ceil_divide(kDescriptorBytes, bandwidth) +
         static_cast<Cycles>(config.dram.latency_cycles + config.dram.row_miss_cycles + config.bus.latency_cycles +
                             config.command_processor.decode_cycles);
}

void count_convolution(const Descriptor& d, const PlatformConfig& config, AnalyticEstimate& e) {
  const EventSetter add{e};
  const auto tiles = static_cast<std::uint64_t>(tile_count(d));
  const auto channels = static_cast<std::uint64_t>(d.output.channels);
  const auto per_group = channels / static_cast<std::uint64_t>(d.groups);
  const std::uint64_t macs = macs_of(d), padding = padding_macs_of(d);
  const std::uint64_t slots = array_slots_of(d, config.array);
  add(Event::SlotUnused, static_cast<double>(slots - macs));
  const auto kinds = tile_kinds(d);
  for (const ChannelGroup& group : channel_groups(d))
    for (const TileKind& kind : kinds) {
      const RunTraffic traffic = run_traffic(d, group, positions_of(d, kind.tile), config.array);
      add(Event::WeightLoad, static_cast<double>(traffic.stationary_loads * kind.tiles));
      add(Event::WeightRead, static_cast<double>(traffic.weight_reads * kind.tiles));
      add(Event::AccumulatorWrite, static_cast<double>(traffic.accumulator_writes * kind.tiles));
      add(Event::AccumulatorRead, static_cast<double>(traffic.accumulator_reads * kind.tiles));
    }
  const auto columns = static_cast<std::uint64_t>(config.array.columns);
  std::uint64_t reads_of_each = ceil_divide(per_group, columns);
  if (config.array.dataflow == Dataflow::InputStationary) reads_of_each = 1;
  if (d.lanes > 0) reads_of_each = per_group;
  add(Event::ActivationRead, static_cast<double>((macs - padding) / per_group * reads_of_each));
  add(Event::ActivationWrite, static_cast<double>(output_bytes(d, whole_batch(d))));
  add(Event::ParameterRead, static_cast<double>(tiles * channels * kRequantisationBytes + 1));
  const auto outputs = static_cast<double>(d.images) * static_cast<double>(d.output.size());
  add(Event::AccumulatorRead, 4.0 * outputs);  // by the vector unit
  add(Event::PeIdleCycle, -static_cast<double>(slots));
}

bool is_pool(const Descriptor& d) {
  return d.opcode == Opcode::AveragePool || d.opcode == Opcode::MaxPool;
}

std::uint64_t operations_of(const Descriptor& d) {
  return vector_operations(d, whole_batch(d), {0, d.output.channels});
}

void count_elementwise(const Descriptor& d, const DramTraffic& traffic, AnalyticEstimate& e) {
  const EventSetter add{e};
  const std::uint64_t read = d.opcode == Opcode::Resample
                                 ? positions_of(d, whole_batch(d)) * static_cast<std::uint64_t>(d.input.channels)
                             : is_pool(d) ? operations_of(d)
                                          : traffic.input;
  add(Event::ActivationRead, static_cast<double>(read));
  add(Event::ActivationWrite, static_cast<double>(traffic.output));
}

bool same_work(const ExploredOperation& a, const ExploredOperation& b) {
  const Descriptor &x = a.descriptor, &y = b.descriptor;
  const auto window = [](const Window& w) {
    return std::array<int, 10>{w.kernel_height,  w.kernel_width, w.stride_height, w.stride_width, w.dilation_height,
                               w.dilation_width, w.pad_top,      w.pad_left,      w.pad_bottom,   w.pad_right};
  };
  const auto resample = [](const Resample& r) {
    return std::array<int, 4>{r.first_row, r.step_height, r.first_column, r.step_width};
  };
  return x.opcode == y.opcode && x.input == y.input && x.output == y.output && x.groups == y.groups &&
         element_bytes(x.output_type) == element_bytes(y.output_type) && window(x.window) == window(y.window) &&
         resample(x.resample) == resample(y.resample);
}

}  // namespace

AnalyticEstimate& AnalyticEstimate::operator+=(const AnalyticEstimate& other) {
  array_cycles += other.array_cycles;
  latency += other.latency;
  for (std::size_t i = 0; i < kEvents; ++i) events[i] += other.events[i];
  return *this;
}

Multiplications multiplications_of(const ExploredNetwork& network, const std::vector<ZeroShares>& zeros) {
  Multiplications sum;
  const auto add = [&](Event event, double count) { sum.events[static_cast<std::size_t>(event)] += count; };
  for (std::size_t i = 0; i < network.operations.size(); ++i) {
    const Descriptor& d = network.operations[i].descriptor;
    if (d.opcode != Opcode::Convolution) continue;
    const auto padding = static_cast<double>(padding_macs_of(d));
    const double supplied = static_cast<double>(macs_of(d)) - padding;
    add(Event::MacPadding, padding);
    add(Event::MacZeroActivation, supplied * zeros[i].activation);
    add(Event::MacZeroWeight, supplied * zeros[i].weight);
    sum.executed.push_back(supplied * (1.0 - zeros[i].activation - zeros[i].weight));
  }
  return sum;
}

Result<AnalyticEstimate> estimate(const ExploredOperation& operation, const PlatformConfig& config) {
  Descriptor batch = operation.descriptor;
  batch.images = config.batch;
  const auto tiled = plan_tiling(std::move(batch), operation.name, config);
  if (!tiled) return forward_error(tiled);
  const Descriptor& d = *tiled;
  AnalyticEstimate e;
  const EventSetter add{e};
  const DramTraffic traffic = dram_traffic(d);
  if (d.opcode == Opcode::Convolution)
    count_convolution(d, config, e);
  else
    count_elementwise(d, traffic, e);
  add(Event::VectorOperation, static_cast<double>(operations_of(d)));
  add(Event::ActivationWrite, static_cast<double>(traffic.input));
  add(Event::ActivationRead, static_cast<double>(traffic.output));
  add(Event::WeightWrite, static_cast<double>(traffic.weights));
  add(Event::DramRead, static_cast<double>(traffic.input + traffic.weights + kDescriptorBytes));
  add(Event::DramWrite, static_cast<double>(traffic.output));
  if (d.opcode == Opcode::Convolution) e.array_cycles = layer_array_cycles(d, config.array);
  e.latency = estimate_latency(d, config) + descriptor_cycles(config);
  const auto elements = static_cast<double>(config.array.elements());
  add(Event::PeIdleCycle, static_cast<double>(e.latency) * elements);
  add(Event::ActiveCycle, static_cast<double>(e.latency));
  double& idle = e.events[static_cast<std::size_t>(Event::PeIdleCycle)];
  idle = std::max(idle, 0.0);
  return e;
}

Result<AnalyticEstimate> estimate(const ExploredNetwork& network, const PlatformConfig& config) {
  AnalyticEstimate sum;
  std::vector<AnalyticEstimate> known(network.operations.size());
  for (std::size_t i = 0; i < network.operations.size(); ++i) {
    std::size_t same = 0;
    while (!same_work(network.operations[same], network.operations[i])) ++same;
    if (same == i) {
      const auto own = estimate(network.operations[i], config);
      if (!own) return forward_error(own);
      known[i] = *own;
    }
    sum += known[same];
  }
  return sum;
}

Picojoules energy_of(const AnalyticEstimate& estimate, const Multiplications& multiplications, double images,
                     const EventPrices& prices, const std::vector<std::size_t>& selectors) {
  constexpr double kPicojoulesPerAttojoule = 1e-6;
  const auto cost = [](Energy price) { return static_cast<double>(price.attojoules()) * kPicojoulesPerAttojoule; };
  double energy = 0.0;
  for (std::size_t i = 0; i < multiplications.executed.size(); ++i) {
    const std::size_t selector = selectors.size() == 1 ? selectors[0] : selectors[i];
    energy +=
        images * multiplications.executed[i] * (cost(prices.multiplication[selector]) + cost(prices.executed_mac));
  }
  for (std::size_t i = 0; i < kEvents; ++i)
    energy += (estimate.events[i] + images * multiplications.events[i]) * cost(prices.of[i]);
  return Picojoules{energy};
}

}  // namespace axvp
