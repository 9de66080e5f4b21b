#include "reference_tiling.h"

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "axvp/accel/array_block.h"
#include "axvp/accel/mapping.h"
#include "axvp/accel/memory_map.h"
#include "axvp/accel/timing.h"

namespace axvp::testing {
namespace {

constexpr int kMostRuns = 4096;       // of a tiling that is worth an estimate
constexpr double kAlmostBest = 1.10;  // within this factor fewer runs win: each costs host time

std::uint64_t aligned(std::uint64_t bytes) {
  return (bytes + kDramAlignment - 1) / kDramAlignment * std::uint64_t{kDramAlignment};
}

/// Hands out consecutive aligned buffers of one scratchpad.
class BufferAllocator {
 public:
  BufferPair take(std::uint64_t bytes, int count) {
    BufferPair buffers{};
    for (std::size_t i = 0; i < 2; ++i) {
      if (static_cast<int>(i) < count) {
        buffers[i] = static_cast<std::uint32_t>(next_);
        next_ += aligned(bytes);
      } else {
        buffers[i] = buffers[0];
      }
    }
    return buffers;
  }
  [[nodiscard]] std::uint64_t used() const { return next_; }

 private:
  std::uint64_t next_ = 0;
};

struct ScratchpadNeed {
  std::uint64_t activation = 0, weight = 0, accumulator = 0;
};

/// One operand's bytes of all images of a tile.
Bytes bytes_in(const Descriptor& d, const RowTile& tile) {
  return static_cast<Bytes>(tile.images * tile.input_rows() * d.input.width) * static_cast<Bytes>(d.input.channels);
}

/// Places the buffers of `d`, whose tile sizes are set.
ScratchpadNeed place_buffers(Descriptor& d) {
  const int tiles = tile_count(d);
  std::uint64_t input_bytes = 0;
  for (int t = 0; t < tiles; ++t) input_bytes = std::max(input_bytes, bytes_in(d, row_tile(d, t)));
  const auto images = static_cast<std::uint64_t>(d.images_per_tile);
  const int copies = tiles > 1 ? 2 : 1;
  BufferAllocator activation, weight, accumulator;
  d.input_buffer = activation.take(input_bytes, copies);
  if (d.opcode == Opcode::Add) d.second_buffer = activation.take(input_bytes, copies);
  d.output_buffer = activation.take(images * static_cast<std::uint64_t>(d.rows_per_tile) * output_row_bytes(d), copies);
  if (d.opcode == Opcode::Convolution) {
    const auto groups = static_cast<int>(channel_groups(d).size());
    const auto channels = static_cast<std::uint64_t>(std::min(d.channels_per_group, d.output.channels));
    d.weight_buffer = weight.take(channels * static_cast<std::uint64_t>(fan_in(d)), groups > 1 ? 2 : 1);
    d.accumulator_buffer = accumulator.take(images * static_cast<std::uint64_t>(d.rows_per_tile) *
                                                static_cast<std::uint64_t>(d.output.width) * channels * 4,
                                            tiles * groups > 1 ? 2 : 1);
  }
  return {activation.used(), weight.used(), accumulator.used()};
}

bool fits(const ScratchpadNeed& need, const PlatformConfig& config) {
  return need.activation <= config.activation_bytes() && need.weight <= config.weight_bytes() &&
         need.accumulator <= config.accumulator_bytes();
}

/// Numbers of parts worth trying: 1, 2, 3, 4, 6, 8, 12, ... up to `largest`, and that one itself.
std::vector<int> part_counts(int largest) {
  std::vector<int> counts;
  for (int power = 1; power <= largest; power *= 2) {
    counts.push_back(power);
    if (power >= 2 && power / 2 * 3 <= largest) counts.push_back(power / 2 * 3);
  }
  counts.push_back(largest);
  std::sort(counts.begin(), counts.end());
  counts.erase(std::unique(counts.begin(), counts.end()), counts.end());
  return counts;
}

/// Whole images a tile, then rows of one.
std::vector<std::pair<int, int>> tile_candidates(const Descriptor& d) {
  std::vector<std::pair<int, int>> sizes;
  const auto add = [&](int images, int rows) {
    if (sizes.empty() || sizes.back() != std::pair{images, rows}) sizes.emplace_back(images, rows);
  };
  for (const int parts : part_counts(d.images)) add((d.images + parts - 1) / parts, d.output.height);
  for (const int parts : part_counts(d.output.height)) add(1, (d.output.height + parts - 1) / parts);
  return sizes;
}

std::vector<int> channel_candidates(const Descriptor& d, const ArrayConfig& array) {
  if (d.opcode != Opcode::Convolution) return {1};
  std::vector<int> channels;
  const int per_group = d.output.channels / d.groups;
  if (d.groups > 1)
    for (const int parts : part_counts(d.groups)) {
      const int groups = (d.groups + parts - 1) / parts;
      const int whole_blocks = (groups + d.packed_groups - 1) / d.packed_groups * d.packed_groups;
      channels.push_back(groups * per_group);
      channels.push_back(std::min(whole_blocks, d.groups) * per_group);
    }
  const int blocks = (per_group + array.columns - 1) / array.columns;
  for (const int parts : part_counts(blocks)) {
    const int size = (blocks + parts - 1) / parts * array.columns;
    channels.push_back(std::min(size, per_group));
  }
  std::sort(channels.begin(), channels.end(), std::greater<>());
  channels.erase(std::unique(channels.begin(), channels.end()), channels.end());
  return channels;
}

struct Candidate {
  Descriptor descriptor;
  Cycles cycles = 0;
  int runs = 0;
};

int run_count(const Descriptor& d) {
  return tile_count(d) * (d.opcode == Opcode::Convolution ? static_cast<int>(channel_groups(d).size()) : 1);
}

/// The times that the recurrence follows.
class PipelineEstimate {
 public:
  PipelineEstimate(const Descriptor& d, const PlatformConfig& config) : d_(d), config_(config) {}

  Cycles run() {
    const auto groups = d_.opcode == Opcode::Convolution ? channel_groups(d_) : std::vector<ChannelGroup>{{0, 1}};
    const int tiles = tile_count(d_);
    const auto group_count = static_cast<int>(groups.size());
    std::vector<Cycles> consumed(static_cast<std::size_t>(tiles * group_count));  // operands read
    std::vector<Cycles> computed(consumed.size());                                // vector unit done
    for (int t = 0; t < tiles; ++t) {
      const RowTile tile = row_tile(d_, t);
      const Bytes operands = d_.opcode == Opcode::Add ? 2 : 1;
      const Cycles buffer_free = t >= 2 ? consumed[index((t - 1) * group_count - 1)] : 0;
      const Cycles loaded = load(operands * bytes_in(d_, tile), buffer_free);
      for (int g = 0; g < group_count; ++g)
        run_one(t * group_count + g, tile, groups[static_cast<std::size_t>(g)], group_count, loaded, consumed,
                computed);
      stores_.push_back({computed[index((t + 1) * group_count - 1)],
                         static_cast<Bytes>(tile.images * tile.rows()) * output_row_bytes(d_)});
    }
    while (!stores_.empty()) store();
    return last_store_;
  }

 private:
  struct Store {
    Cycles ready;
    Bytes bytes;
  };

  static std::size_t index(int i) { return static_cast<std::size_t>(i); }

  void run_one(int run, const RowTile& tile, const ChannelGroup& group, int group_count, Cycles loaded,
               std::vector<Cycles>& consumed, std::vector<Cycles>& computed) {
    const auto positions = static_cast<std::uint64_t>(tile.images * tile.rows() * d_.output.width);
    Cycles start = loaded;
    if (d_.opcode == Opcode::Convolution) {
      const Cycles two_before = run >= 2 ? consumed[index(run - 2)] : 0;
      if (fetches_weights(run, group_count))
        weights_ready_ = load(static_cast<Bytes>(group.channels()) * static_cast<Bytes>(fan_in(d_)), two_before);
      const ChainCycles array = array_cycles(group, positions);
      start = std::max({start, weights_ready_, array_free_, run >= 2 ? computed[index(run - 2)] : 0});
      array_free_ = start + array.issue;
      consumed[index(run)] = array_free_;
      const Cycles results = start + array.total;
      vector_free_ = std::max(results, vector_free_) +
                     vector_cycles(config_.vector_unit, positions * static_cast<std::uint64_t>(group.channels()));
    } else {
      vector_free_ = std::max(start, vector_free_) +
                     vector_cycles(config_.vector_unit, positions * static_cast<std::uint64_t>(d_.output.channels));
      consumed[index(run)] = vector_free_;
    }
    computed[index(run)] = vector_free_;
  }

  ChainCycles array_cycles(const ChannelGroup& group, std::uint64_t positions) const {
    const Dataflow dataflow = config_.array.dataflow;
    if (d_.lanes > 0) {  // K cycles for as many outputs as there are lanes, and one more
      const auto lanes = static_cast<std::uint64_t>(d_.lanes);
      const std::uint64_t outputs = positions * static_cast<std::uint64_t>(group.channels());
      const Cycles issue = (outputs + lanes - 1) / lanes * static_cast<Cycles>(fan_in(d_));
      return {issue, issue + 1};
    }
    return chain_cycles(dataflow, config_.array, run_folds(d_, group, positions, dataflow, config_.array));
  }

  Cycles move(Bytes bytes, Cycles ready) {
    dma_free_ = std::max(dma_free_, ready) + bytes / static_cast<Bytes>(config_.dram.bandwidth_bytes_per_cycle) + 1;
    return dma_free_ + static_cast<Cycles>(config_.dram.latency_cycles + config_.bus.latency_cycles);
  }
  Cycles load(Bytes bytes, Cycles ready) {
    while (!stores_.empty() && stores_.front().ready <= std::max(ready, dma_free_)) store();
    return move(bytes, ready);
  }
  void store() {
    last_store_ = move(stores_.front().bytes, stores_.front().ready);
    stores_.pop_front();
  }

  const Descriptor& d_;
  const PlatformConfig& config_;
  std::deque<Store> stores_;
  Cycles dma_free_ = 0, array_free_ = 0, vector_free_ = 0, weights_ready_ = 0, last_store_ = 0;
};

}  // namespace

Cycles plain_estimate_cycles(const Descriptor& descriptor, const PlatformConfig& config) {
  return PipelineEstimate{descriptor, config}.run();
}

std::optional<Descriptor> plain_plan_tiling(const Descriptor& descriptor, const PlatformConfig& config) {
  std::vector<Candidate> candidates;
  std::optional<Candidate> fewest_runs;  // where every tiling has more than kMostRuns
  for (const auto& [images, rows] : tile_candidates(descriptor))
    for (const int channels : channel_candidates(descriptor, config.array)) {
      Candidate candidate{descriptor, 0, 0};
      candidate.descriptor.rows_per_tile = rows;
      candidate.descriptor.images_per_tile = images;
      candidate.descriptor.channels_per_group = channels;
      if (!fits(place_buffers(candidate.descriptor), config)) continue;
      candidate.runs = run_count(candidate.descriptor);
      if (!fewest_runs || candidate.runs < fewest_runs->runs) fewest_runs = candidate;
      if (candidate.runs > kMostRuns) continue;
      candidate.cycles = plain_estimate_cycles(candidate.descriptor, config);
      candidates.push_back(std::move(candidate));
    }
  if (!fewest_runs) return std::nullopt;
  if (candidates.empty()) return fewest_runs->descriptor;
  const auto fastest = std::min_element(candidates.begin(), candidates.end(),
                                        [](const auto& a, const auto& b) { return a.cycles < b.cycles; });
  const auto limit = static_cast<Cycles>(static_cast<double>(fastest->cycles) * kAlmostBest);
  const Candidate* best = nullptr;
  for (const Candidate& candidate : candidates)
    if (candidate.cycles <= limit && (best == nullptr || candidate.runs < best->runs)) best = &candidate;
  return best->descriptor;
}

}  // namespace axvp::testing
