#include "axvp/accel/mapping.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <vector>

#include "axvp/accel/array_block.h"
#include "axvp/accel/lowered_run.h"
#include "axvp/accel/memory_map.h"
#include "axvp/accel/timing.h"

namespace axvp {
namespace {

constexpr std::uint64_t kMostRuns = 4096;  // of a tiling that is worth an estimate
constexpr double kAlmostBest = 1.10;       // within this factor fewer runs win: each costs host time

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

/// Places the buffers of `d`, whose tile sizes are set.
ScratchpadNeed place_buffers(Descriptor& d) {
  const int tiles = tile_count(d);
  const Bytes input = largest_input_bytes(d);
  const int copies = tiles > 1 ? 2 : 1;
  BufferAllocator activation, weight, accumulator;
  d.input_buffer = activation.take(input, copies);
  if (d.opcode == Opcode::Add) d.second_buffer = activation.take(input, copies);
  d.output_buffer = activation.take(largest_output_bytes(d), copies);
  if (d.opcode == Opcode::Convolution) {
    const auto groups = static_cast<int>(channel_groups(d).size());
    const auto channels = static_cast<std::uint64_t>(std::min(d.channels_per_group, d.output.channels));
    d.weight_buffer = weight.take(channels * static_cast<std::uint64_t>(fan_in(d)), groups > 1 ? 2 : 1);
    d.accumulator_buffer = accumulator.take(largest_positions(d) * channels * 4, tiles * groups > 1 ? 2 : 1);
  }
  return {activation.used(), weight.used(), accumulator.used()};
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

/// Rows of an image, or whole images.
struct TileSize {
  int rows = 0, images = 1;
};

/// The sizes that make so many parts of `whole`, large ones first.
std::vector<int> part_sizes(int whole) {
  std::vector<int> sizes;
  for (const int parts : part_counts(whole)) sizes.push_back((whole + parts - 1) / parts);
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  return sizes;
}

std::vector<TileSize> tile_candidates(const Descriptor& d) {
  std::vector<TileSize> tiles;
  for (const int images : part_sizes(d.images))
    if (images > 1) tiles.push_back({d.output.height, images});
  for (const int rows : part_sizes(d.output.height)) tiles.push_back({rows, 1});
  return tiles;
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

tl::unexpected<Error> does_not_fit(Descriptor d, std::string_view name, const PlatformConfig& config) {
  d.rows_per_tile = d.images_per_tile = 1;
  d.channels_per_group = std::min(config.array.columns, d.output.channels / std::max(1, d.groups));
  const ScratchpadNeed need = place_buffers(d);
  const auto report = [&](const char* scratchpad, const char* key, std::uint64_t bytes, Bytes capacity) {
    return fail("{}: the smallest tile needs {} bytes of the {} scratchpad, which has {}; raise scratchpads.{} to {}",
                name, bytes, scratchpad, capacity, key, (bytes + 1023) / 1024);
  };
  if (need.activation > config.activation_bytes())
    return report("activation", "activation_kb", need.activation, config.activation_bytes());
  if (need.weight > config.weight_bytes()) return report("weight", "weight_kb", need.weight, config.weight_bytes());
  return report("accumulator", "accumulator_kb", need.accumulator, config.accumulator_bytes());
}

/// What tilings with the same tiles of pixels share.
struct PixelChoice {
  Descriptor tiled;  ///< With these tiles.
  int tiles = 0;
  Bytes largest_input = 0;       ///< Of one operand.
  Cycles loads = 0, stores = 0;  ///< Of the DMA, over all tiles, latency apart.
};

/// Groups of equally many output channels and what a run over one of them takes.
struct GroupKind {
  std::uint64_t channels = 0;
  std::uint64_t groups = 0;
  Cycles weights = 0;               ///< Of the DMA, latency apart.
  std::optional<RunTimer> timer{};  ///< Of the array.
};

/// What tilings with the same output channels a group share.
struct ChannelChoice {
  int channels = 0;
  std::vector<GroupKind> kinds;
  std::vector<std::size_t> groups;  ///< The kind of each, in the order of the runs.
  Cycles weights = 0;               ///< Of the DMA, each group once.

  [[nodiscard]] const GroupKind& first() const { return kinds[groups.front()]; }
  [[nodiscard]] const GroupKind& last() const { return kinds[groups.back()]; }
};

/// Whether transfers pay for the rows of DRAM that they open.
enum class DramRows { Ignored, Opened };

/// Times of one operation on one platform, for tilings to be compared. The recurrence is followed only for tilings
/// whose lower bound leaves room.
class TilingTimes {
 public:
  TilingTimes(const Descriptor& d, const PlatformConfig& config, DramRows rows)
      : d_(d),
        config_(config),
        operands_(d.opcode == Opcode::Add ? 2 : 1),
        is_convolution_(d.opcode == Opcode::Convolution) {
    if (rows == DramRows::Opened) row_miss_ = static_cast<Cycles>(config.dram.row_miss_cycles);
    latency_ = static_cast<Cycles>(config.dram.latency_cycles + config.bus.latency_cycles);
  }

  [[nodiscard]] PixelChoice pixel_choice(const TileSize& size) const {
    PixelChoice choice;
    choice.tiled = d_;
    choice.tiled.rows_per_tile = size.rows;
    choice.tiled.images_per_tile = size.images;
    choice.tiles = tile_count(choice.tiled);
    choice.largest_input = largest_input_bytes(choice.tiled);
    for (int t = 0; t < choice.tiles; ++t) {
      const RowTile tile = row_tile(choice.tiled, t);
      choice.loads += load_cycles(tile);
      choice.stores += store_cycles(tile);
    }
    return choice;
  }

  [[nodiscard]] ChannelChoice channel_choice(int channels) const {
    ChannelChoice choice;
    choice.channels = channels;
    if (!is_convolution_) {
      choice.kinds.push_back({static_cast<std::uint64_t>(d_.output.channels), 1, 0, std::nullopt});
      choice.groups.push_back(0);
      return choice;
    }
    Descriptor d = d_;
    d.channels_per_group = channels;
    const auto k = static_cast<Bytes>(fan_in(d));
    for (const ChannelGroup& group : channel_groups(d)) {
      const auto own = static_cast<std::uint64_t>(group.channels());
      std::size_t kind = 0;
      while (kind < choice.kinds.size() && choice.kinds[kind].channels != own) ++kind;
      if (kind == choice.kinds.size())
        choice.kinds.push_back({own, 0, transfer(own * k), RunTimer{d, group, config_.array.dataflow, config_.array}});
      ++choice.kinds[kind].groups;
      choice.weights += choice.kinds[kind].weights;
      choice.groups.push_back(kind);
    }
    return choice;
  }

  /// No tiling of these choices is faster: neither DMA, array nor vector unit does its work in less, and the first
  /// operands come before it, the last store behind it.
  [[nodiscard]] Cycles lower_bound(const PixelChoice& pixels, const ChannelChoice& channels) const {
    const auto kinds = tile_kinds(pixels.tiled);
    const RowTile &first = kinds[0].tile, &last = kinds[1].tile;
    const auto groups = static_cast<int>(channels.groups.size());
    const std::uint64_t positions = positions_of(d_, first), last_positions = positions_of(d_, last);
    const auto tiles = static_cast<Cycles>(pixels.tiles);
    const Cycles weights = groups > 2 ? channels.weights * tiles : channels.weights;
    const Cycles dma = pixels.loads + pixels.stores + weights + latency_;
    const Cycles head = load_cycles(first) + channels.first().weights + latency_;
    const Cycles tail = store_cycles(last) + latency_;
    const auto outputs = static_cast<std::uint64_t>(d_.output.channels);
    const auto lanes = static_cast<std::uint64_t>(config_.vector_unit.lanes);
    const Cycles vector = (kinds[0].tiles * positions + kinds[1].tiles * last_positions) * outputs / lanes +
                          tiles * static_cast<Cycles>(groups) * static_cast<Cycles>(config_.vector_unit.latency_cycles);
    if (!is_convolution_) return std::max(dma, head + vector + tail);
    Cycles issue = 0;
    for (const GroupKind& kind : channels.kinds)
      issue += kind.groups * (kinds[0].tiles * kind.timer->cycles(positions).issue +
                              kinds[1].tiles * kind.timer->cycles(last_positions).issue);
    const ChainCycles last_run = channels.last().timer->cycles(last_positions);
    const Cycles way_out = last_run.total - last_run.issue;
    const Cycles last_vector = vector_cycles(config_.vector_unit, last_positions * channels.last().channels);
    return std::max({dma, head + issue + way_out + last_vector + tail,
                     head + channels.first().timer->cycles(positions).total + vector + tail});
  }

  /// Time by the recurrence; any time above `limit` where it is longer than that.
  [[nodiscard]] Cycles time(const PixelChoice& pixels, const ChannelChoice& channels, Cycles limit) const;

 private:
  friend class PipelineEstimate;

  [[nodiscard]] Cycles transfer(Bytes bytes) const {
    const Cycles rows = row_miss_ == 0 ? 0 : bytes / static_cast<Bytes>(config_.dram.row_bytes) + 1;
    return bytes / static_cast<Bytes>(config_.dram.bandwidth_bytes_per_cycle) + 1 + rows * row_miss_;
  }
  [[nodiscard]] Cycles load_cycles(const RowTile& tile) const { return transfer(operands_ * input_bytes(d_, tile)); }
  [[nodiscard]] Cycles store_cycles(const RowTile& tile) const { return transfer(output_bytes(d_, tile)); }

  const Descriptor& d_;
  const PlatformConfig& config_;
  Bytes operands_;
  bool is_convolution_;
  Cycles row_miss_ = 0;
  Cycles latency_ = 0;
};

/// The times that the recurrence follows.
class PipelineEstimate {
 public:
  PipelineEstimate(const TilingTimes& times, const ChannelChoice& channels)
      : t_(times), channels_(channels), runs_(channels.kinds.size()) {}

  Cycles run(const PixelChoice& pixels, Cycles limit) {
    stores_.reserve(static_cast<std::size_t>(pixels.tiles));
    for (int t = 0; t < pixels.tiles && std::max(array_free_, dma_free_) <= limit; ++t) {
      const RowTile tile = row_tile(pixels.tiled, t);
      const Cycles loaded = load(t_.load_cycles(tile), tile_consumed_[t % 2]);
      set_positions(positions_of(pixels.tiled, tile));
      for (const std::size_t kind : channels_.groups) run_one(kind, loaded);
      tile_consumed_[t % 2] = consumed_[(run_ - 1) % 2];
      stores_.push_back({computed_[(run_ - 1) % 2], t_.store_cycles(tile)});
    }
    while (next_store_ < stores_.size()) store();
    return std::max({last_store_, array_free_, dma_free_});
  }

 private:
  struct Store {
    Cycles ready;
    Cycles duration;
  };

  struct RunTimes {
    ChainCycles array;
    Cycles vector = 0;
  };

  void set_positions(std::uint64_t positions) {
    if (positions == positions_) return;
    positions_ = positions;
    for (std::size_t k = 0; k < runs_.size(); ++k) {
      const GroupKind& kind = channels_.kinds[k];
      if (kind.timer) runs_[k].array = kind.timer->cycles(positions);
      runs_[k].vector = vector_cycles(t_.config_.vector_unit, positions * kind.channels);
    }
  }

  void run_one(std::size_t kind, Cycles loaded) {
    Cycles& consumed = consumed_[run_ % 2];  // of the run two before, until it is overwritten
    Cycles& computed = computed_[run_ % 2];
    const RunTimes& times = runs_[kind];
    if (t_.is_convolution_) {
      if (fetches_weights(run_, static_cast<int>(channels_.groups.size())))
        weights_ready_ = load(channels_.kinds[kind].weights, consumed);
      const Cycles start = std::max({loaded, weights_ready_, array_free_, computed});
      array_free_ = start + times.array.issue;
      consumed = array_free_;
      vector_free_ = std::max(start + times.array.total, vector_free_) + times.vector;
    } else {
      vector_free_ = std::max(loaded, vector_free_) + times.vector;
      consumed = vector_free_;
    }
    computed = vector_free_;
    ++run_;
  }

  Cycles move(Cycles duration, Cycles ready) {
    dma_free_ = std::max(dma_free_, ready) + duration;
    return dma_free_ + t_.latency_;
  }
  Cycles load(Cycles duration, Cycles ready) {
    while (next_store_ < stores_.size() && stores_[next_store_].ready <= std::max(ready, dma_free_)) store();
    return move(duration, ready);
  }
  void store() {
    last_store_ = move(stores_[next_store_].duration, stores_[next_store_].ready);
    ++next_store_;
  }

  const TilingTimes& t_;
  const ChannelChoice& channels_;
  std::vector<RunTimes> runs_;  ///< By kind, of runs over `positions_`.
  std::uint64_t positions_ = 0;
  std::vector<Store> stores_;
  std::size_t next_store_ = 0;
  int run_ = 0;
  std::array<Cycles, 2> consumed_{}, computed_{};  // operands read, vector unit done, of the last two runs
  std::array<Cycles, 2> tile_consumed_{};          // operands read by the last run of the last two tiles
  Cycles dma_free_ = 0, array_free_ = 0, vector_free_ = 0, weights_ready_ = 0, last_store_ = 0;
};

Cycles TilingTimes::time(const PixelChoice& pixels, const ChannelChoice& channels, Cycles limit) const {
  return PipelineEstimate{*this, channels}.run(pixels, limit);
}

/// The same bytes as `place_buffers`, without placing.
bool fits(const PixelChoice& pixels, const ChannelChoice& channels, const PlatformConfig& config) {
  const Descriptor& d = pixels.tiled;
  const std::uint64_t copies = pixels.tiles > 1 ? 2 : 1;
  const std::uint64_t operands = d.opcode == Opcode::Add ? 2 : 1;
  if (copies * (operands * aligned(pixels.largest_input) + aligned(largest_output_bytes(d))) >
      config.activation_bytes())
    return false;
  if (d.opcode != Opcode::Convolution) return true;
  const auto resident = static_cast<std::uint64_t>(std::min(channels.channels, d.output.channels));
  const std::uint64_t groups = channels.groups.size();
  if ((groups > 1 ? 2 : 1) * aligned(resident * static_cast<std::uint64_t>(fan_in(d))) > config.weight_bytes())
    return false;
  const std::uint64_t sums = largest_positions(d) * resident * 4;
  return (static_cast<std::uint64_t>(pixels.tiles) * groups > 1 ? 2 : 1) * aligned(sums) <= config.accumulator_bytes();
}

/// A tiling that fits, before its buffers are placed.
struct Candidate {
  const PixelChoice* pixels = nullptr;
  const ChannelChoice* channels = nullptr;
  std::uint64_t runs = 0;
  Cycles bound = 0;
};

/// Time of the fastest candidate, by increasing bound: the first one whose bound exceeds the best time ends the search.
Cycles fastest_time(const TilingTimes& times, const std::vector<Candidate>& candidates) {
  std::vector<const Candidate*> order;
  for (const Candidate& candidate : candidates) order.push_back(&candidate);
  std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return a->bound < b->bound; });
  Cycles best = std::numeric_limits<Cycles>::max();
  for (const Candidate* candidate : order) {
    if (candidate->bound >= best) break;
    best = std::min(best, times.time(*candidate->pixels, *candidate->channels, best));
  }
  return best;
}

/// The candidate with the fewest runs among those not slower than `limit`, of several the first one.
const Candidate* fewest_runs_within(const TilingTimes& times, const std::vector<Candidate>& candidates, Cycles limit) {
  std::vector<const Candidate*> order;
  for (const Candidate& candidate : candidates)
    if (candidate.bound <= limit) order.push_back(&candidate);
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return a->runs < b->runs; });
  for (const Candidate* candidate : order)
    if (times.time(*candidate->pixels, *candidate->channels, limit) <= limit) return candidate;
  return nullptr;
}

}  // namespace

bool fetches_weights(int run, int groups) {
  return groups > 2 || run < groups;
}

std::size_t weight_buffer_of(int run, int groups) {
  return groups == 1 ? 0 : static_cast<std::size_t>(run % 2);
}

namespace {

Result<Descriptor> plan_mapped(Descriptor descriptor, std::string_view name, const PlatformConfig& config) {
  const TilingTimes times{descriptor, config, DramRows::Ignored};
  std::vector<PixelChoice> pixels;
  for (const TileSize& size : tile_candidates(descriptor)) pixels.push_back(times.pixel_choice(size));
  std::vector<ChannelChoice> channels;
  for (const int count : channel_candidates(descriptor, config.array)) channels.push_back(times.channel_choice(count));
  std::vector<Candidate> candidates;
  std::optional<Candidate> fewest_runs;  // where every tiling has more than kMostRuns
  for (const PixelChoice& p : pixels)
    for (const ChannelChoice& c : channels) {
      if (!fits(p, c, config)) continue;
      const Candidate candidate{&p, &c, static_cast<std::uint64_t>(p.tiles) * c.groups.size(), times.lower_bound(p, c)};
      if (!fewest_runs || candidate.runs < fewest_runs->runs) fewest_runs = candidate;
      if (candidate.runs <= kMostRuns) candidates.push_back(candidate);
    }
  if (!fewest_runs) return does_not_fit(descriptor, name, config);
  Candidate best = *fewest_runs;
  if (!candidates.empty()) {
    const auto limit = static_cast<Cycles>(static_cast<double>(fastest_time(times, candidates)) * kAlmostBest);
    best = *fewest_runs_within(times, candidates, limit);
  }
  descriptor.rows_per_tile = best.pixels->tiled.rows_per_tile;
  descriptor.images_per_tile = best.pixels->tiled.images_per_tile;
  descriptor.channels_per_group = best.channels->channels;
  place_buffers(descriptor);
  return descriptor;
}

/// The mappings among which the cheapest is to be taken.
std::vector<DepthwiseMapping> mappings_for(const Descriptor& d, const ArrayConfig& array) {
  if (d.opcode != Opcode::Convolution || d.groups == 1) return {DepthwiseMapping::Naive};
  if (array.depthwise != DepthwiseMapping::Auto) return {array.depthwise};
  return {DepthwiseMapping::Naive, DepthwiseMapping::Diagonal, DepthwiseMapping::Vector};
}

}  // namespace

Result<Descriptor> plan_tiling(Descriptor descriptor, std::string_view name, const PlatformConfig& config) {
  std::optional<Result<Descriptor>> best;
  Cycles fewest = 0;
  for (const DepthwiseMapping mapping : mappings_for(descriptor, config.array)) {
    ArrayConfig mapped = config.array;
    mapped.depthwise = mapping;
    descriptor.packed_groups = packed_groups(descriptor, mapped);
    descriptor.lanes = mapping == DepthwiseMapping::Vector ? config.array.lanes() : 0;
    auto planned = plan_mapped(descriptor, name, config);
    const Cycles cycles = planned ? layer_array_cycles(*planned, config.array) : 0;
    if (best && (!planned || (*best && cycles >= fewest))) continue;
    fewest = cycles;
    best = std::move(planned);
  }
  return std::move(*best);
}

namespace {

Cycles time_of(const Descriptor& d, const PlatformConfig& config, DramRows rows) {
  const TilingTimes times{d, config, rows};
  return times.time(times.pixel_choice({d.rows_per_tile, d.images_per_tile}),
                    times.channel_choice(d.channels_per_group), std::numeric_limits<Cycles>::max());
}

}  // namespace

Cycles estimate_cycles(const Descriptor& descriptor, const PlatformConfig& config) {
  return time_of(descriptor, config, DramRows::Ignored);
}

Cycles estimate_latency(const Descriptor& descriptor, const PlatformConfig& config) {
  return time_of(descriptor, config, DramRows::Opened);
}

DramTraffic dram_traffic(const Descriptor& d) {
  DramTraffic traffic;
  const int tiles = tile_count(d);
  for (int t = 0; t < tiles; ++t) traffic.input += input_bytes(d, row_tile(d, t));
  if (d.opcode == Opcode::Add) traffic.input *= 2;
  traffic.output = output_bytes(d, whole_batch(d));
  if (d.opcode == Opcode::Convolution) {
    const Bytes once = static_cast<Bytes>(d.output.channels) * static_cast<Bytes>(fan_in(d));
    traffic.weights = channel_groups(d).size() > 2 ? once * static_cast<Bytes>(tiles) : once;
  }
  return traffic;
}

}  // namespace axvp
