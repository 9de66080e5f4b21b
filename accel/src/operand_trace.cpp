#include "axvp/accel/operand_trace.h"

#include <numeric>

#include "axvp/common/random.h"
#include "operand_stream.h"

namespace axvp {
namespace {

/// What the multiplier's port carries of a stored byte.
std::uint8_t port_value(std::uint8_t byte, bool is_signed, Encoding encoding) {
  if (!is_signed || encoding == Encoding::TwosComplement) return byte;
  return static_cast<std::uint8_t>(std::abs(static_cast<int>(static_cast<std::int8_t>(byte))));
}

/// Strata: the new weight, the partial products that toggle, the new activation's highest bits. Partial products of the
/// upper columns count twice: coarse multipliers have no others.
constexpr std::size_t kToggleClasses = 2 * 64 + 1;
constexpr unsigned kUpperColumn = 7;
constexpr std::size_t kActivationClasses = 8;
constexpr unsigned kActivationShift = 5;
constexpr std::size_t kStrata = 256 * kToggleClasses * kActivationClasses;

std::size_t toggled_products(OperandPair from, OperandPair to) {
  int toggles = 0;
  for (unsigned bit = 0; bit < 8; ++bit) {
    const auto row = [&](OperandPair pair) { return (pair.x >> bit & 1U) != 0 ? unsigned{pair.w} : 0U; };
    const unsigned changed = row(from) ^ row(to);
    toggles += __builtin_popcount(changed) + __builtin_popcount(changed >> (kUpperColumn - bit));
  }
  return static_cast<std::size_t>(toggles);
}

std::size_t stratum_of(const OperandTransition& t) {
  return (t.to.w * kToggleClasses + toggled_products(t.from, t.to)) * kActivationClasses + (t.to.x >> kActivationShift);
}

/// Picks transitions by their place in the sorted stream, without sorting it: a first pass has counted the strata.
class Picker {
 public:
  Picker(const std::vector<std::uint64_t>& counts, std::size_t wanted, std::uint64_t seed) : picked_(wanted) {
    const std::uint64_t total = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    __extension__ using Wide = unsigned __int128;
    const std::uint64_t start = total > wanted ? Random{seed}.below(total) : 0;
    const auto place = [&](std::size_t i) {  // the i-th place of a grid with a random start
      return static_cast<std::uint64_t>((Wide{i} * total + start) / wanted);
    };
    std::uint64_t begin = 0;
    std::size_t next = 0;
    for (std::size_t s = 0; s < counts.size(); ++s) {
      strata_.push_back({begin, next, next < wanted ? place(next) : kNone});
      begin += counts[s];
      while (next < wanted && place(next) < begin) ++next;
    }
    for (std::size_t i = 0; i < wanted; ++i) places_.push_back(place(i));
    places_.push_back(kNone);
  }

  void offer(const OperandTransition& transition) {
    Stratum& stratum = strata_[stratum_of(transition)];
    if (stratum.rank++ != stratum.place) return;
    picked_[stratum.next++] = transition;
    stratum.place = places_[stratum.next];
  }

  [[nodiscard]] std::vector<OperandTransition> take() { return std::move(picked_); }

 private:
  static constexpr std::uint64_t kNone = ~std::uint64_t{0};
  struct Stratum {
    std::uint64_t rank = 0;   ///< In the sorted stream, of the transition that comes next.
    std::size_t next = 0;     ///< Index of the sample to be taken next.
    std::uint64_t place = 0;  ///< Its rank.
  };
  std::vector<OperandTransition> picked_;
  std::vector<std::uint64_t> places_;
  std::vector<Stratum> strata_;
};

}  // namespace

OperandStream::OperandStream(const LayerOperands& layer, Dataflow dataflow, const ArrayConfig& array)
    : layer_(layer),
      dataflow_(dataflow),
      rows_(static_cast<std::size_t>(array.rows)),
      columns_(static_cast<std::size_t>(array.columns)) {
  const Descriptor& d = layer.descriptor;
  const std::size_t count = static_cast<std::size_t>(d.output.channels) * static_cast<std::size_t>(fan_in(d));
  for (std::size_t i = 0; i < count; ++i)
    weights_.push_back(port_value(static_cast<std::uint8_t>(layer.weights[i]), true, layer.encoding));
}

OperandBlock OperandStream::make_block(const RowTile& tile, const std::uint8_t* const* inputs,
                                       const ArrayBlock& channels) const {
  const Descriptor& d = layer_.descriptor;
  const Window& w = d.window;
  const bool is_signed = d.input_type == ElementType::Signed8;
  const auto of_one_group = static_cast<std::size_t>(fan_in(d));
  OperandBlock block;
  block.fan_in = static_cast<std::size_t>(depth_of(d, channels));
  block.positions = positions_of(d, tile);
  block.channels = static_cast<std::size_t>(channels.channels());
  block.macs = block.positions * block.channels * of_one_group;
  block.weights = block_weights(d, channels, weights_.data() + static_cast<std::size_t>(channels.begin) * of_one_group);
  block.activations.reserve(block.fan_in * block.positions);
  for (int kh = 0; kh < w.kernel_height; ++kh)
    for (int kw = 0; kw < w.kernel_width; ++kw)
      for (int c = channels.first_input; c < channels.first_input + channels.inputs; ++c)
        for (int image = 0; image < tile.images; ++image)
          for (int row = tile.begin; row < tile.end; ++row)
            for (int column = 0; column < d.output.width; ++column) {
              const int y = row * w.stride_height + kh * w.dilation_height - w.pad_top;
              const int x = column * w.stride_width + kw * w.dilation_width - w.pad_left;
              const bool is_inside = y >= 0 && y < d.input.height && x >= 0 && x < d.input.width;
              const std::int64_t at = (std::int64_t{y} * d.input.width + x) * d.input.channels + c;
              block.activations.push_back(is_inside ? port_value(inputs[image][at], is_signed, layer_.encoding)
                                                    : std::uint8_t{0});
            }
  return block;
}

OperandTrace sample_operands(const LayerOperands& layer, Dataflow dataflow, const ArrayConfig& array, std::size_t count,
                             std::uint64_t seed) {
  const OperandStream stream{layer, dataflow, array};
  std::vector<std::uint64_t> strata(kStrata, 0);
  OperandTrace trace;
  trace.counts = stream.run([&](const OperandTransition& t) { ++strata[stratum_of(t)]; });
  const std::size_t wanted = std::min<std::uint64_t>(count, trace.counts.transitions);
  if (wanted == 0) return trace;
  Picker picker{strata, wanted, seed};
  stream.run([&](const OperandTransition& t) { picker.offer(t); });
  trace.transitions = picker.take();
  return trace;
}

}  // namespace axvp
