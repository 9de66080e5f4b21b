#include "axvp/qos/network_energy.h"

#include <algorithm>
#include <cmath>

#include "axvp/accel/array_block.h"
#include "axvp/accel/timing.h"
#include "axvp/common/parallel.h"

namespace axvp {
namespace {

template <class T>
void add_once(std::vector<T>& list, const T& item) {
  if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
}

/// The selectables of all points in the order of their first use.
Result<std::vector<Selectable>> selectables_of(const NetworkEnergyInputs& inputs) {
  std::vector<std::string> ids;
  for (const auto& point : inputs.points)
    for (const auto& id : point.selectable_of_layer) add_once(ids, id);
  std::vector<Selectable> result;
  for (const auto& id : ids) {
    const auto found = inputs.catalogue->find(id);
    if (!found) return forward_error(found);
    result.push_back(*found);
  }
  return result;
}

/// Descriptors of the convolutions, by layer.
Result<std::vector<Descriptor>> map_layers(const NetworkEnergyInputs& inputs, const std::vector<Selectable>& used) {
  SelectablePool pool;
  pool.encoding = inputs.network->encoding;
  for (const auto& selectable : used) {
    pool.ids.push_back(selectable.id);
    pool.tables.push_back(selectable.table);
  }
  const auto program = compile(*inputs.network, inputs.points, pool, inputs.platform);
  if (!program) return forward_error(program);
  std::vector<Descriptor> layers;
  for (std::size_t i = 0; i < program->nodes.size(); ++i)
    if (program->nodes[i].layer) layers.push_back(program->descriptors[i]);
  return layers;
}

/// Cycles of the array for one batch (timing.h; folds follow one another within a run).
Cycles batch_cycles(const Descriptor& d, Dataflow dataflow, const ArrayConfig& array) {
  Cycles total = 0;
  for (int t = 0; t < tile_count(d); ++t)
    for (const ChannelGroup& group : channel_groups(d))
      total += run_cycles(d, group, positions_of(d, row_tile(d, t)), dataflow, array).total;
  return total;
}

/// The same for so many images, of which the last batch may hold fewer.
Cycles array_cycles(const Descriptor& d, std::size_t images, Dataflow dataflow, const ArrayConfig& array) {
  const auto batch = static_cast<std::size_t>(d.images);
  Cycles total = images / batch * batch_cycles(d, dataflow, array);
  if (images % batch == 0) return total;
  Descriptor rest = d;
  rest.images = static_cast<int>(images % batch);
  return total + batch_cycles(rest, dataflow, array);
}

/// Stored inputs of every layer, [layer][image], at one point.
std::vector<std::vector<StoredTensor>> layer_inputs(const Int8Executor& executor,
                                                    const std::vector<StoredTensor>& images) {
  const QuantizedNetwork& network = executor.network();
  const auto layers = network.layers();
  std::vector<std::vector<StoredTensor>> inputs(layers.size(), std::vector<StoredTensor>(images.size()));
  for_each_dynamic(images.size(), 0, [&](std::size_t i) {
    const auto tensors = executor.run_all(images[i]);
    for (std::size_t l = 0; l < layers.size(); ++l) inputs[l][i] = tensors[network.nodes[layers[l]].inputs[0]];
  });
  return inputs;
}

std::vector<OperandTrace> trace_layers(const NetworkEnergyInputs& inputs, const std::vector<Descriptor>& descriptors,
                                       const Int8Executor& executor, const NetworkEnergyOptions& options) {
  const auto stored = layer_inputs(executor, inputs.images);
  std::vector<OperandTrace> traces(descriptors.size());
  for_each_dynamic(descriptors.size(), 0, [&](std::size_t l) {
    LayerOperands layer{descriptors[l], inputs.network->encoding, inputs.network->layer(l).weights.data(), {}};
    for (const auto& tensor : stored[l]) layer.inputs.push_back(tensor.data());
    traces[l] = sample_operands(layer, options.dataflow, inputs.platform.array, options.transitions, options.seed);
  });
  return traces;
}

/// Which selectables a layer's trace is priced in, by meaning.
struct LayerTask {
  std::size_t selected = 0, exact = 0;
  std::vector<std::size_t> idle;  ///< One mode of each instance that is not selected.
  std::size_t first_of_all = 0;   ///< From here on every selectable of the encoding, if asked for.
};

class TaskBuilder {
 public:
  TaskBuilder(const std::vector<Selectable>& used, Selectable exact, const Catalogue& catalogue, bool takes_all)
      : used_(used), exact_(std::move(exact)), catalogue_(catalogue), takes_all_(takes_all) {}

  LayerTask build(const std::string& selectable, PricingTask& task) const {
    LayerTask result;
    const Selectable* selected = nullptr;
    for (const auto& candidate : used_)
      if (candidate.id == selectable) selected = &candidate;
    const auto add = [&](const Selectable& s) {
      task.selectables.push_back(s);
      return task.selectables.size() - 1;
    };
    result.selected = add(*selected);
    result.exact = add(exact_);
    std::vector<std::string> instances{selected->multiplier_id};
    for (const auto& other : used_) {
      if (std::find(instances.begin(), instances.end(), other.multiplier_id) != instances.end()) continue;
      instances.push_back(other.multiplier_id);
      result.idle.push_back(add(other));
    }
    result.first_of_all = task.selectables.size();
    if (takes_all_)
      for (const auto& other : catalogue_.selectables())
        if (other.encoding == task.encoding && !other.rtl_module.empty()) add(other);
    return result;
  }

 private:
  const std::vector<Selectable>& used_;
  Selectable exact_;
  const Catalogue& catalogue_;
  bool takes_all_;
};

const SelectableEnergy& row_of(const std::vector<SelectableEnergy>& rows, const std::string& id) {
  return *std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.selectable == id; });
}

/// Prices the layers once everything is measured.
class LayerPricer {
 public:
  LayerPricer(const NetworkEnergyInputs& inputs, const NetworkEnergy& result) : inputs_(inputs), result_(result) {
    elements_ = static_cast<double>(inputs.platform.array.elements());
  }

  void price(const OperandTrace& trace, const LayerTask& task, const std::vector<Selectable>& selectables,
             const std::vector<OperandEnergy>& energies, LayerEnergy& layer) const {
    const auto all = [&](const EventEnergy& each) { return to_energy(each.total()) * trace.counts.transitions; };
    const OperandEnergy& selected = energies[task.selected];
    layer.counts = trace.counts;
    layer.pairs = trace.transitions.size();
    layer.is_sample = trace.is_sample();
    layer.timed = all(selected.timed);
    layer.zero_delay = all(selected.zero_delay);
    layer.relative_error = selected.timed.total().value > 0.0 ? selected.standard_error / selected.timed.total() : 0.0;
    layer.exact_timed = all(energies[task.exact].timed);
    layer.exact_zero_delay = all(energies[task.exact].zero_delay);
    layer.uniform_relative = relative_uniform(layer.selectable);
    layer.selected_leakage = leakage(selected.leakage, layer.array_cycles);
    for (const std::size_t idle : task.idle) {
      layer.idle_leakage += leakage(row_of(result_.uniform, selectables[idle].id).leakage, layer.array_cycles);
      layer.isolation_saves += all(energies[idle].timed);
    }
    if (result_.element)
      layer.processing_elements = element_energy(result_.element->find(layer.selectable)->element, trace.counts);
    for (std::size_t i = task.first_of_all; i < selectables.size(); ++i)
      layer.costs.push_back(
          {selectables[i].id, all(energies[i].timed), all(energies[i].zero_delay), energies[i].standard_error});
  }

 private:
  [[nodiscard]] double relative_uniform(const std::string& selectable) const {
    const std::string exact{Catalogue::exact_id(inputs_.network->encoding)};
    return row_of(result_.uniform, selectable).per_mac.total() / row_of(result_.uniform, exact).per_mac.total();
  }

  [[nodiscard]] Energy leakage(Nanowatts of_instance, Cycles cycles) const {
    return to_energy(leakage_per_cycle(of_instance, inputs_.platform.clock_mhz) * elements_) * cycles;
  }

  static Energy element_energy(const PeEnergy& element, const StreamCounts& counts) {
    return to_energy(element.active_mac.total()) * counts.executed +
           to_energy(element.gated_mac.total()) * counts.gated() +
           to_energy(element.weight_load.total()) * counts.loads;
  }

  const NetworkEnergyInputs& inputs_;
  const NetworkEnergy& result_;
  double elements_ = 0.0;
};

void add_layer(const LayerEnergy& layer, LayerEnergy& total) {
  total.counts.macs += layer.counts.macs;
  total.counts.executed += layer.counts.executed;
  total.counts.transitions += layer.counts.transitions;
  total.counts.loads += layer.counts.loads;
  total.pairs += layer.pairs;
  total.is_sample |= layer.is_sample;
  total.timed += layer.timed;
  total.zero_delay += layer.zero_delay;
  total.exact_timed += layer.exact_timed;
  total.exact_zero_delay += layer.exact_zero_delay;
  if (layer.processing_elements)
    total.processing_elements = total.processing_elements.value_or(Energy{}) + *layer.processing_elements;
  total.array_cycles += layer.array_cycles;
  total.selected_leakage += layer.selected_leakage;
  total.idle_leakage += layer.idle_leakage;
  total.isolation_saves += layer.isolation_saves;
}

void sum_up(PointEnergy& point) {
  double weighted = 0.0;
  double variance = 0.0;  // the layers are sampled independently
  for (const auto& layer : point.layers) {
    add_layer(layer, point.total);
    weighted += static_cast<double>(layer.counts.macs) * layer.uniform_relative;
    const double error = layer.relative_error * layer.timed.to_picojoules().value;
    variance += error * error;
  }
  point.total.layer = "total";
  point.papers_metric = weighted / static_cast<double>(std::max<std::uint64_t>(point.total.counts.macs, 1));
  point.total.uniform_relative = point.papers_metric;
  const double timed = point.total.timed.to_picojoules().value;
  point.total.relative_error = timed > 0.0 ? std::sqrt(variance) / timed : 0.0;
}

}  // namespace

Energy LayerEnergy::total() const {
  return timed + processing_elements.value_or(Energy{}) + selected_leakage + idle_leakage;
}

Result<NetworkEnergy> network_energy(const NetworkEnergyInputs& inputs, const Synthesiser& synthesiser,
                                     const CharacteriseOptions& characterise, const NetworkEnergyOptions& options,
                                     const CharacteriseProgress& progress) {
  const Encoding encoding = inputs.network->encoding;
  const auto used = selectables_of(inputs);
  if (!used) return forward_error(used);
  auto exact = inputs.catalogue->find(Catalogue::exact_id(encoding));
  if (!exact) return forward_error(exact);
  const auto descriptors = map_layers(inputs, *used);
  if (!descriptors) return forward_error(descriptors);

  // The operands of each layer at each point.
  const TaskBuilder builder{*used, *exact, *inputs.catalogue, options.every_selectable};
  std::vector<PricingTask> tasks;
  std::vector<LayerTask> meanings;
  std::vector<OperandTrace> traces;
  for (std::size_t p = 0; p < inputs.points.size(); ++p) {
    const auto executor = Int8Executor::create(*inputs.network, inputs.points[p], inputs.tables[p]);
    if (!executor) return forward_error(executor);
    for (auto& trace : trace_layers(inputs, *descriptors, *executor, options)) {
      const std::size_t layer = meanings.size() % descriptors->size();
      PricingTask task{encoding, trace.transitions, trace.is_sample(), {}};
      if (task.transitions.empty()) task.transitions = {OperandTransition{}};  // nothing happens, nothing is paid
      meanings.push_back(builder.build(inputs.points[p].selectable_of_layer[layer], task));
      tasks.push_back(std::move(task));
      traces.push_back(std::move(trace));
    }
  }
  const auto energies = price_operands(tasks, synthesiser, characterise, progress);
  if (!energies) return forward_error(energies);

  NetworkEnergy result;
  result.origin = energy_origin(synthesiser, characterise);
  result.activity = fmt::format("{}, operands of {} images, {}", to_string(ToggleModel::Timed), inputs.images.size(),
                                to_string(options.dataflow));
  result.images = inputs.images.size();
  for (const auto& selectable : *used) add_once(result.pool, selectable.multiplier_id);
  std::vector<Selectable> measured = *used;
  if (std::none_of(used->begin(), used->end(), [&](const auto& s) { return s.id == exact->id; }))
    measured.push_back(*exact);
  std::stable_sort(measured.begin(), measured.end(),  // the modes of a multiplier are to be neighbours
                   [](const Selectable& a, const Selectable& b) { return a.multiplier_id < b.multiplier_id; });
  auto uniform = characterise_multipliers(measured, synthesiser, characterise);
  if (!uniform) return forward_error(uniform);
  result.uniform = std::move(*uniform);
  if (options.dataflow != Dataflow::InputStationary) {
    const auto kind =
        options.dataflow == Dataflow::OutputStationary ? ElementKind::OutputStationary : ElementKind::WeightStationary;
    auto element = characterise_pool_element(*used, kind, synthesiser, characterise);
    if (!element) return forward_error(element);
    result.element = std::move(*element);
  }

  const LayerPricer pricer{inputs, result};
  const auto nodes = inputs.network->layers();
  for (std::size_t p = 0; p < inputs.points.size(); ++p) {
    PointEnergy point;
    point.name = inputs.points[p].name;
    for (std::size_t l = 0; l < descriptors->size(); ++l) {
      const std::size_t t = p * descriptors->size() + l;
      LayerEnergy layer;
      layer.layer = inputs.network->nodes[nodes[l]].name;
      layer.selectable = inputs.points[p].selectable_of_layer[l];
      layer.array_cycles =
          array_cycles((*descriptors)[l], inputs.images.size(), options.dataflow, inputs.platform.array);
      pricer.price(traces[t], meanings[t], tasks[t].selectables, (*energies)[t], layer);
      point.layers.push_back(std::move(layer));
    }
    sum_up(point);
    result.points.push_back(std::move(point));
  }
  return result;
}

}  // namespace axvp
