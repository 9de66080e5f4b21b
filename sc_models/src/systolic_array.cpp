#include "axvp/sc_models/systolic_array.h"

#include "axvp/accel/timing.h"
#include "axvp/workloads/int8_executor.h"

namespace axvp {

SystolicArray::SystolicArray(const sc_core::sc_module_name& name, const ArrayConfig& config, Encoding encoding,
                             std::vector<TruthTable> multipliers, const Instruments& instruments,
                             Scoreboard& scoreboard)
    : Unit(name, instruments, scoreboard),
      config_(config),
      encoding_(encoding),
      multipliers_(std::move(multipliers)),
      plans_(2 * multipliers_.size()) {
  runs.bind(*this);
  SC_THREAD(run_thread);
}

void SystolicArray::configure(const Descriptor& descriptor, std::uint8_t selector) {
  descriptor_ = descriptor;
  convolution_.window = descriptor.window;
  convolution_.groups = descriptor.groups;
  convolution_.output_channels = descriptor.output.channels;
  selector_ = selector;
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
    compute(run);
    const auto positions =
        static_cast<std::uint64_t>(run.tile.rows()) * static_cast<std::uint64_t>(descriptor_.output.width);
    const std::uint64_t folds = fold_count(descriptor_, run.group, config_);
    const Cycles start = now();
    const Cycles consumed = start + ws_issue_cycles(config_, folds, positions);
    const Cycles results = start + ws_run_cycles(config_, folds, positions);
    scoreboard_.consumed.announce(consumed);
    scoreboard_.results.announce(results);
    instruments_.ledger.record(CycleOwner::Array, start, results);
    ++instruments_.steps;
    (void)wait_until(consumed, "its own run");  // after a reset the queue is empty
  }
}

const std::shared_ptr<const ProductPlan>& SystolicArray::selected_plan() {
  const bool is_signed = descriptor_.input_type == ElementType::Signed8;
  auto& plan = plans_[2 * std::size_t{selector_} + (is_signed ? 1 : 0)];
  if (!plan) plan = ProductPlan::of(multipliers_[selector_], encoding_, is_signed);
  return plan;
}

void SystolicArray::compute(const ArrayRun& run) {
  const auto* weights = reinterpret_cast<const std::int8_t*>(weight_port->block(run.weight_offset));
  const ConvolutionTile tile{&convolution_,        descriptor_.input, activation_port->block(run.input_offset),
                             run.tile.input_begin, weights,           run.tile.begin,
                             run.tile.end,         run.group.begin,   run.group.end};
  accumulate(tile, selected_plan(), accumulator_port->words(run.accumulator_offset));
  count(run, weights);
}

void SystolicArray::count(const ArrayRun& run, const std::int8_t* weights) {
  if (activity_tile_ != run.tile_index) {
    activity_ = count_activations(descriptor_, run.tile, activation_port->block(run.input_offset));
    activity_tile_ = run.tile_index;
  }
  const MacActivity macs = count_macs(descriptor_, activity_, run.group, weights, config_);
  const std::uint64_t folds = fold_count(descriptor_, run.group, config_);
  const std::uint64_t elements = static_cast<std::uint64_t>(config_.rows) * static_cast<std::uint64_t>(config_.columns);
  const auto channels = static_cast<std::uint64_t>(run.group.channels());
  const auto k = static_cast<std::uint64_t>(fan_in(descriptor_));
  const std::uint64_t k_folds =
      (k + static_cast<std::uint64_t>(config_.rows) - 1) / static_cast<std::uint64_t>(config_.rows);
  EventCounts& counts = instruments_.counts;
  counts.macs_executed[selector_] += macs.executed;
  counts.add(Event::MacZeroActivation, macs.zero_activation);
  counts.add(Event::MacZeroWeight, macs.zero_weight);
  counts.add(Event::MacPadding, macs.padding);
  counts.add(Event::SlotUnused, folds * activity_.positions * elements - macs.macs());
  counts.add(Event::WeightLoad, folds * elements);
  counts.add(Event::ActivationRead, macs.activation_reads);
  counts.add(Event::WeightRead, channels * k);
  counts.add(Event::AccumulatorWrite, 4 * activity_.positions * channels * k_folds);
  counts.add(Event::AccumulatorRead, 4 * activity_.positions * channels * (k_folds - 1));
}

}  // namespace axvp
