#include "axvp/sc_models/systolic_array.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "axvp/accel/array_block.h"
#include "axvp/accel/lowered_run.h"
#include "axvp/accel/timeline.h"
#include "axvp/accel/timing.h"

namespace axvp {

SystolicArray::SystolicArray(const sc_core::sc_module_name& name, const ArrayConfig& config, Encoding encoding,
                             std::vector<TruthTable> multipliers, const Instruments& instruments,
                             Scoreboard& scoreboard)
    : Unit(name, instruments, scoreboard), config_(config), encoding_(encoding), multipliers_(std::move(multipliers)) {
  runs.bind(*this);
  SC_THREAD(run_thread);
  set_stack_size(kThreadStackBytes);
}

void SystolicArray::configure(const Descriptor& descriptor, std::uint8_t selector) {
  descriptor_ = descriptor;
  descriptor_bytes_ = encode(descriptor);
  ++operations_;
  selector_ = selector;
  counter_.emplace(descriptor);
  run_sums_.begin_operation(descriptor);
  activity_tile_ = -1;
}

void SystolicArray::submit(const ArrayRun& run) {
  queue_.push_back(run);
  announce_work();
}

void SystolicArray::clear() {
  queue_.clear();
}

bool SystolicArray::operands_resident(const ArrayRun& run) {
  return await(scoreboard_.weights, static_cast<std::size_t>(run.weight_load), "weights") &&
         await(scoreboard_.activations, static_cast<std::size_t>(run.tile_index), "activations") &&
         (run.index < 2 || await(scoreboard_.computed, static_cast<std::size_t>(run.index - 2), "free accumulators"));
}

void SystolicArray::run_thread() {
  for (;;) {
    begin_anew();
    if (queue_.empty()) {
      wait_for_work();
      continue;
    }
    const ArrayRun run = queue_.front();
    queue_.pop_front();
    if (!operands_resident(run)) continue;
    const ChainCycles cycles = compute(run);
    const Cycles start = now();
    const Cycles consumed = start + cycles.issue;
    const Cycles results = start + cycles.total;
    scoreboard_.consumed.announce(consumed, instruments_.clock);
    scoreboard_.results.announce(results, instruments_.clock);
    instruments_.ledger.record(CycleOwner::Array, start, results);
    instruments_.ledger.record_run(descriptor_.lanes > 0 ? CycleLedger::Engine::Lanes : CycleLedger::Engine::Array,
                                   start, cycles.issue, cycles.total);
    trace(run, start, cycles.issue);
    busy_until(results);
    ++instruments_.steps;
    (void)wait_until(consumed, "its own run");  // after a reset the queue is empty
  }
}

ConvolutionKernel SystolicArray::pack(const ArrayRun& run, const std::int8_t* weights) const {
  const int outputs = descriptor_.output.channels / descriptor_.groups;
  const int inputs = descriptor_.input.channels / descriptor_.groups;
  const int channels = run.group.channels();
  const bool whole_groups = descriptor_.groups > 1 && channels % outputs == 0;
  ConvolutionKernel::Description description;
  description.window = descriptor_.window;
  description.input = descriptor_.input;
  description.channels_of_group = whole_groups ? outputs : channels;
  description.groups = whole_groups ? channels / outputs : 1;
  description.group_inputs = inputs;
  description.first_input_channel = run.group.begin / outputs * inputs;
  description.weights = weights;
  const bool is_signed = descriptor_.input_type == ElementType::Signed8;
  return ConvolutionKernel{description, ProductPlan::of(multipliers_[selector_], encoding_, is_signed),
                           default_kernel_tier()};
}

const SystolicArray::PackedWeights& SystolicArray::packed_weights(const ArrayRun& run) {
  PackedWeights& packed = packed_[{descriptor_.node, run.group.begin, selector_}];
  if (packed.checked_in == operations_ && packed.checked_load == run.weight_load) return packed;
  const auto* weights = reinterpret_cast<const std::int8_t*>(weight_port->block(run.weight_offset));
  const std::size_t size =
      static_cast<std::size_t>(run.group.channels()) * static_cast<std::size_t>(fan_in(descriptor_));
  if (!packed.kernel || packed.descriptor != descriptor_bytes_ || packed.bytes.size() != size ||
      std::memcmp(packed.bytes.data(), weights, size) != 0) {
    packed.bytes.assign(weights, weights + size);
    packed.descriptor = descriptor_bytes_;
    packed.kernel = std::make_shared<const ConvolutionKernel>(pack(run, weights));
    packed.activity = count_weights(descriptor_, run.group, weights);
    packed.unused_slots = count_unused_slots(descriptor_, run.group, 1, config_);
  }
  packed.checked_in = operations_;
  packed.checked_load = run.weight_load;
  return packed;
}

ChainCycles SystolicArray::compute(const ArrayRun& run) {
  const PackedWeights& packed = packed_weights(run);
  count(run, packed);
  const std::uint8_t* input = activation_port->block(run.input_offset);
  std::int32_t* sums = accumulator_port->words(run.accumulator_offset);
  if (descriptor_.lanes > 0 && lanes_ != nullptr) {
    const LoweredLaneRun lowered{descriptor_, run.tile, run.group, input, packed.bytes.data(), selector_, sums};
    return lanes_->run(lowered.product());
  }
  if (descriptor_.lanes == 0 && model_ != nullptr) {
    const LoweredRun lowered{descriptor_, run.tile, run.group, input, packed.bytes.data(), selector_, sums};
    if (wave_ != nullptr) wave_->begin_run(descriptor_.node, now());
    begin_call("its model");
    const ChainCycles cycles = model_->run(lowered.products());
    end_call();
    if (const std::string difference = model_->finding(); !difference.empty()) note(run, difference);
    return cycles;
  }
  const std::uint64_t positions = positions_of(descriptor_, run.tile);
  run_sums_.compute(packed.kernel, run.tile, run.group, input, sums);
  const ChainCycles cycles = run_cycles(descriptor_, run.group, positions, config_.dataflow, config_);
  if (descriptor_.lanes == 0 && shadow_ != nullptr) compare(run, packed.bytes, cycles, sums);
  return cycles;
}

void SystolicArray::note(const ArrayRun& run, const std::string& difference) {
  if (finding_.empty())
    finding_ =
        fmt::format("tile {}, channels {} to {}: {}", run.tile_index, run.group.begin, run.group.end - 1, difference);
}

void SystolicArray::compare(const ArrayRun& run, const std::vector<std::int8_t>& weights, ChainCycles cycles,
                            const std::int32_t* sums) {
  const auto channels = static_cast<std::size_t>(run.group.channels());
  const std::size_t positions = positions_of(descriptor_, run.tile);
  shadow_sums_.assign(positions * channels, 0);
  const LoweredRun lowered{descriptor_,    run.tile,  run.group,          activation_port->block(run.input_offset),
                           weights.data(), selector_, shadow_sums_.data()};
  begin_call("its model");
  const ChainCycles counted = shadow_->run(lowered.products());
  end_call();
  if (const std::string difference = shadow_->finding(); !difference.empty()) return note(run, difference);
  const auto differs = std::mismatch(shadow_sums_.begin(), shadow_sums_.end(), sums);
  if (differs.first != shadow_sums_.end()) {
    const auto at = static_cast<std::size_t>(differs.first - shadow_sums_.begin());
    return note(run, fmt::format("position {}, channel {}: sum {} at level {}, {} at level lt", at / channels,
                                 static_cast<std::size_t>(run.group.begin) + at % channels, *differs.first,
                                 shadow_->level(), *differs.second));
  }
  if (!(counted == cycles))
    note(run, fmt::format("{} cycles at level {}, {} at level lt", counted.total, shadow_->level(), cycles.total));
}

void SystolicArray::trace(const ArrayRun& run, Cycles start, Cycles issue) {
  Timeline* timeline = instruments_.ledger.timeline();
  if (timeline == nullptr) return;
  const std::uint64_t positions = positions_of(descriptor_, run.tile);
  std::uint64_t folds = 0;
  for (const FoldGroup& group : run_folds(descriptor_, run.group, positions, config_.dataflow, config_))
    folds += group.folds;
  timeline->folds(start, folds, issue / folds);
}

void SystolicArray::count(const ArrayRun& run, const PackedWeights& packed) {
  if (activity_tile_ != run.tile_index) {
    activity_ = &counter_->count(run.tile, activation_port->block(run.input_offset));
    activity_tile_ = run.tile_index;
  }
  const MacActivity macs = count_macs(descriptor_, *activity_, run.group, packed.activity, config_);
  const std::uint64_t positions = activity_->positions;
  const bool by_position = config_.dataflow == Dataflow::WeightStationary && descriptor_.lanes == 0;
  const RunTraffic traffic = run_traffic(descriptor_, run.group, positions, config_);
  const std::uint64_t unused_slots =
      by_position ? packed.unused_slots * positions : count_unused_slots(descriptor_, run.group, positions, config_);
  EventCounts& counts = instruments_.counts;
  counts.macs_executed[selector_] += macs.executed;
  counts.add(Event::MacZeroActivation, macs.zero_activation);
  counts.add(Event::MacZeroWeight, macs.zero_weight);
  counts.add(Event::MacPadding, macs.padding);
  counts.add(Event::SlotUnused, unused_slots);
  counts.add(Event::PeIdleCycle, count_fold_waits(descriptor_, run.group, positions, config_));
  counts.add(Event::WeightLoad, traffic.stationary_loads);
  counts.add(Event::ActivationRead, macs.activation_reads);
  counts.add(Event::WeightRead, traffic.weight_reads);
  counts.add(Event::AccumulatorWrite, traffic.accumulator_writes);
  counts.add(Event::AccumulatorRead, traffic.accumulator_reads);
}

}  // namespace axvp
