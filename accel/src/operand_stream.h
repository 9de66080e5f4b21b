#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

#include "axvp/accel/array_block.h"
#include "axvp/accel/operand_trace.h"

namespace axvp {

/// Operand values of one tile and one group of a convolution, as the multipliers see them.
struct OperandBlock {
  std::size_t fan_in = 0;  ///< K of the block, with the zeros beside the diagonal of packed groups.
  std::size_t macs = 0;    ///< Of the network.
  std::size_t positions = 0;
  std::size_t channels = 0;
  std::vector<std::uint8_t> activations;  ///< [k][position], 0 where padding supplies it.
  std::vector<std::uint8_t> weights;      ///< [channel][k].
};

/// The operand streams of a layer, block by block in the order of the program.
class OperandStream {
 public:
  OperandStream(const LayerOperands& layer, Dataflow dataflow, const ArrayConfig& array);

  /// Calls `visit(transition)` for every transition, element by element within a fold.
  template <class Visit>
  StreamCounts run(Visit&& visit) const;

 private:
  /// Values that pass an element whose stationary operand is not 0: those that are not 0.
  struct Passing {
    std::vector<std::uint8_t> values;
    bool first_is_zero = false;

    template <class At>
    void fill(std::size_t count, const At& at) {
      values.clear();
      first_is_zero = at(0) == 0;
      for (std::size_t i = 0; i < count; ++i)
        if (at(i) != 0) values.push_back(at(i));
    }
  };
  struct Elements {
    std::vector<OperandPair> held;  ///< [row][column]
    StreamCounts counts;
    std::vector<Passing> passing;  ///< By k.
  };

  /// `inputs`: the tensors of the tile's images.
  [[nodiscard]] OperandBlock make_block(const RowTile& tile, const std::uint8_t* const* inputs,
                                        const ArrayBlock& channels) const;

  /// Outputs in the order [position][channel] over all blocks of a run, a lane each.
  template <class Visit>
  void on_lanes(const std::vector<OperandBlock>& blocks, Elements& elements, Visit& visit) const;

  template <class Visit>
  void run_block(const OperandBlock& block, Elements& elements, Visit& visit) const;
  template <class Visit>
  void stationary_weights(const OperandBlock& block, Elements& elements, Visit& visit) const;
  template <class Visit>
  void stationary_inputs(const OperandBlock& block, Elements& elements, Visit& visit) const;
  template <class Visit>
  void stationary_outputs(const OperandBlock& block, Elements& elements, Visit& visit) const;

  [[nodiscard]] OperandPair& held(Elements& elements, std::size_t row, std::size_t column) const {
    return elements.held[row * columns_ + column];
  }

  const LayerOperands& layer_;
  Dataflow dataflow_;
  std::size_t rows_;
  std::size_t columns_;
  std::vector<std::uint8_t> weights_;  ///< [output channel][k]
};

/// Moves `pair` on.
template <class Visit>
inline void move_operands(OperandPair& pair, OperandPair to, Visit& visit) {
  visit(OperandTransition{pair, to});
  pair = to;
}

template <class Visit>
void OperandStream::stationary_weights(const OperandBlock& block, Elements& elements, Visit& visit) const {
  for (std::size_t k = 0; k < block.fan_in; ++k)
    elements.passing[k].fill(block.positions,
                             [&](std::size_t m) { return block.activations[k * block.positions + m]; });
  for (std::size_t n = 0; n < block.channels; ++n)  // folds: C channels, then R of K; elements are independent
    for (std::size_t k = 0; k < block.fan_in; ++k) {
      const std::uint8_t w = block.weights[n * block.fan_in + k];
      const Passing& passing = elements.passing[k];
      if (w == 0) continue;
      OperandPair& pair = held(elements, k % rows_, n % columns_);
      if (passing.first_is_zero && pair.w != w) move_operands(pair, {pair.x, w}, visit);
      for (const std::uint8_t x : passing.values) move_operands(pair, {x, w}, visit);
      elements.counts.executed += passing.values.size();
    }
  elements.counts.loads += block.channels * block.fan_in;
}

template <class Visit>
void OperandStream::stationary_inputs(const OperandBlock& block, Elements& elements, Visit& visit) const {
  for (std::size_t k = 0; k < block.fan_in; ++k)
    elements.passing[k].fill(block.channels, [&](std::size_t n) { return block.weights[n * block.fan_in + k]; });
  for (std::size_t m = 0; m < block.positions; ++m)
    for (std::size_t k = 0; k < block.fan_in; ++k) {
      const std::uint8_t x = block.activations[k * block.positions + m];
      const Passing& passing = elements.passing[k];
      if (x == 0) continue;
      OperandPair& pair = held(elements, k % rows_, m % columns_);
      if (passing.first_is_zero && pair.x != x) move_operands(pair, {x, pair.w}, visit);
      for (const std::uint8_t w : passing.values) move_operands(pair, {x, w}, visit);
      elements.counts.executed += passing.values.size();
    }
  elements.counts.loads += block.positions * block.fan_in;
}

template <class Visit>
void OperandStream::stationary_outputs(const OperandBlock& block, Elements& elements, Visit& visit) const {
  for (std::size_t n = 0; n < block.channels; ++n)
    for (std::size_t m = 0; m < block.positions; ++m) {
      OperandPair& pair = held(elements, m % rows_, n % columns_);
      for (std::size_t k = 0; k < block.fan_in; ++k) {
        const std::uint8_t x = block.activations[k * block.positions + m];
        const std::uint8_t w = block.weights[n * block.fan_in + k];
        if (x == 0 || w == 0) continue;
        move_operands(pair, {x, w}, visit);
        ++elements.counts.executed;
      }
    }
}

template <class Visit>
void OperandStream::on_lanes(const std::vector<OperandBlock>& blocks, Elements& elements, Visit& visit) const {
  std::size_t lane = 0;
  for (std::size_t m = 0; m < blocks.front().positions; ++m)
    for (const OperandBlock& block : blocks)
      for (std::size_t n = 0; n < block.channels; ++n) {
        OperandPair& pair = elements.held[lane];
        lane = lane + 1 == elements.held.size() ? 0 : lane + 1;
        for (std::size_t k = 0; k < block.fan_in; ++k) {
          const std::uint8_t x = block.activations[k * block.positions + m];
          const std::uint8_t w = block.weights[n * block.fan_in + k];
          if (x == 0 || w == 0) continue;
          move_operands(pair, {x, w}, visit);
          ++elements.counts.executed;
        }
      }
  for (const OperandBlock& block : blocks) {
    elements.counts.macs += block.macs;
    if (dataflow_ != Dataflow::OutputStationary) elements.counts.loads += block.macs;  // a weight comes with each
  }
}

template <class Visit>
void OperandStream::run_block(const OperandBlock& block, Elements& elements, Visit& visit) const {
  elements.counts.macs += block.macs;
  switch (dataflow_) {
    case Dataflow::WeightStationary:
      return stationary_weights(block, elements, visit);
    case Dataflow::OutputStationary:
      return stationary_outputs(block, elements, visit);
    case Dataflow::InputStationary:
      return stationary_inputs(block, elements, visit);
  }
}

template <class Visit>
StreamCounts OperandStream::run(Visit&& visit) const {
  const Descriptor& d = layer_.descriptor;
  Elements elements{
      std::vector<OperandPair>(d.lanes > 0 ? static_cast<std::size_t>(d.lanes) : rows_ * columns_),
      {},
      std::vector<Passing>(static_cast<std::size_t>(fan_in(d)) * static_cast<std::size_t>(d.packed_groups))};
  const auto counted = [&](const OperandTransition& transition) {
    ++elements.counts.transitions;
    visit(transition);
  };
  const auto groups = channel_groups(d);
  const auto batch = static_cast<std::size_t>(d.images);
  for (std::size_t begin_of_batch = 0; begin_of_batch < layer_.inputs.size(); begin_of_batch += batch)
    for (int t = 0; t < tile_count(d); ++t) {
      RowTile tile = row_tile(d, t);
      const std::size_t first = begin_of_batch + static_cast<std::size_t>(tile.first_image);
      if (first >= layer_.inputs.size()) break;  // the last batch may be smaller
      tile.images = static_cast<int>(std::min(static_cast<std::size_t>(tile.images), layer_.inputs.size() - first));
      for (const ChannelGroup& group : groups) {
        std::vector<OperandBlock> blocks;  // of a run on lanes
        for (int begin = group.begin; begin < group.end;) {
          const ArrayBlock block = block_at(d, group, begin);
          OperandBlock operands = make_block(tile, &layer_.inputs[first], block);
          if (d.lanes > 0)
            blocks.push_back(std::move(operands));
          else
            run_block(operands, elements, counted);
          begin = block.end;
        }
        if (d.lanes > 0) on_lanes(blocks, elements, counted);
      }
    }
  return elements.counts;
}

}  // namespace axvp
