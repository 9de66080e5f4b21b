#include "axvp/workloads/int8_batch.h"

#include <algorithm>
#include <cstring>
#include <thread>

namespace axvp {
namespace {

constexpr std::size_t kMostImages = 64;
constexpr std::size_t kMostBytes = std::size_t{64} << 20;

std::vector<std::size_t> last_readers(const QuantizedNetwork& network) {
  std::vector<std::size_t> last(network.tensors.size(), 0);
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    last[network.nodes[n].output] = n;  // also if nobody reads it
    for (const TensorId input : network.nodes[n].inputs) last[input] = n;
  }
  last[network.output] = network.nodes.size();
  return last;
}

/// Which slot each tensor lives in, so that a slot holds one live tensor at a time, and the bytes of each slot.
struct Placement {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::vector<std::size_t> slot_of_tensor;
  std::vector<std::size_t> slot_bytes;
};

Placement place(const QuantizedNetwork& network) {
  const auto last = last_readers(network);
  Placement placement;
  placement.slot_of_tensor.assign(network.tensors.size(), Placement::kNone);
  std::vector<std::size_t> busy_until;  // node that reads the slot's tensor last
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const TensorId output = network.nodes[n].output;
    std::size_t slot = 0;
    while (slot < busy_until.size() && busy_until[slot] >= n) ++slot;
    if (slot == busy_until.size()) {
      busy_until.push_back(0);
      placement.slot_bytes.push_back(0);
    }
    busy_until[slot] = last[output];
    placement.slot_of_tensor[output] = slot;
    placement.slot_bytes[slot] = std::max(placement.slot_bytes[slot], stored_bytes(network.tensors[output]));
  }
  return placement;
}

}  // namespace

Int8Batch::Int8Batch(const Int8Executor& executor, std::size_t capacity)
    : executor_(&executor),
      capacity_(capacity),
      outputs_(executor.network().tensors[executor.network().output].shape.size()),
      of_tensor_(executor.network().tensors.size()),
      logits_(capacity * outputs_) {
  place_tensors();
}

void Int8Batch::place_tensors() {
  const Placement placement = place(executor_->network());
  for (const std::size_t bytes : placement.slot_bytes) slots_.emplace_back(bytes * capacity_);
  for (TensorId t = 0; t < of_tensor_.size(); ++t) {
    const std::size_t slot = placement.slot_of_tensor[t];
    if (slot == Placement::kNone) continue;
    for (std::size_t i = 0; i < capacity_; ++i)
      of_tensor_[t].push_back(slots_[slot].data() + i * placement.slot_bytes[slot]);
  }
}

const std::int32_t* Int8Batch::run(const std::uint8_t* const* inputs, std::size_t images) {
  const QuantizedNetwork& network = executor_->network();
  const auto pointers = [&](TensorId t) { return t == network.input ? inputs : of_tensor_[t].data(); };
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const QuantizedNode& node = network.nodes[n];
    const std::uint8_t* const* second = node.inputs.size() > 1 ? pointers(node.inputs[1]) : nullptr;
    executor_->run_node(n, {pointers(node.inputs[0]), second, of_tensor_[node.output].data(), images}, scratch_);
  }
  for (std::size_t i = 0; i < images; ++i)
    for (std::size_t o = 0; o < outputs_; ++o)
      logits_[i * outputs_ + o] = stored_word(of_tensor_[network.output][i] + 4 * o);
  return logits_.data();
}

std::size_t batch_capacity(const QuantizedNetwork& network) {
  std::size_t bytes = 1;
  for (const std::size_t slot : place(network).slot_bytes) bytes += slot;
  return std::clamp<std::size_t>(kMostBytes / bytes, 1, kMostImages);
}

std::vector<std::vector<std::int32_t>> run_images(const Int8Executor& executor, const std::vector<StoredTensor>& inputs,
                                                  std::size_t threads) {
  std::vector<std::vector<std::int32_t>> logits(inputs.size());
  const std::size_t capacity = std::min(batch_capacity(executor.network()), std::max<std::size_t>(1, inputs.size()));
  const auto run_range = [&](std::size_t begin, std::size_t end) {
    Int8Batch batch{executor, std::min(capacity, end - begin)};
    std::vector<const std::uint8_t*> images(batch.capacity());
    while (begin < end) {
      const std::size_t count = std::min(batch.capacity(), end - begin);
      for (std::size_t i = 0; i < count; ++i) images[i] = inputs[begin + i].data();
      const std::int32_t* of_batch = batch.run(images.data(), count);
      for (std::size_t i = 0; i < count; ++i, of_batch += batch.outputs())
        logits[begin + i].assign(of_batch, of_batch + batch.outputs());
      begin += count;
    }
  };
  const std::size_t workers = std::clamp<std::size_t>(threads, 1, std::max<std::size_t>(1, inputs.size()));
  std::vector<std::thread> others;
  for (std::size_t t = 1; t < workers; ++t)
    others.emplace_back(run_range, inputs.size() * t / workers, inputs.size() * (t + 1) / workers);
  if (!inputs.empty()) run_range(0, inputs.size() / workers);
  for (auto& thread : others) thread.join();
  return logits;
}

}  // namespace axvp
