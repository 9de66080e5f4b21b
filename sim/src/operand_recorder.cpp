#include "operand_recorder.h"

#include <cstdlib>
#include <optional>

#include "axvp/common/random.h"

namespace axvp::sim {
namespace {

/// A place in a layer's schedule: output position, then weight.
struct Place {
  std::size_t image = 0;
  int position = 0;
  int k = 0, channel = 0;
};

std::uint8_t code_of(std::uint8_t byte, bool is_signed, Encoding encoding) {
  if (!is_signed || encoding == Encoding::TwosComplement) return byte;
  return static_cast<std::uint8_t>(std::abs(static_cast<int>(static_cast<std::int8_t>(byte))));
}

/// One layer as its processing elements see it.
class Schedule {
 public:
  Schedule(const RecordedLayer& layer, ArraySize array)
      : layer_(&layer),
        array_(array),
        fan_in_(layer.convolution->fan_in(layer.input_shape)),
        positions_(layer.output_shape.height * layer.output_shape.width) {}

  [[nodiscard]] std::uint64_t macs() const {
    return static_cast<std::uint64_t>(positions_) * static_cast<std::uint64_t>(fan_in_) *
           static_cast<std::uint64_t>(layer_->convolution->output_channels) * layer_->inputs.size();
  }

  [[nodiscard]] Place draw(Random& random) const {
    const auto below = [&random](int bound) {
      return static_cast<int>(random.below(static_cast<std::uint64_t>(bound)));
    };
    return {random.below(layer_->inputs.size()), below(positions_), below(fan_in_),
            below(layer_->convolution->output_channels)};
  }

  [[nodiscard]] OperandPair at(const Place& place) const {
    const Window& window = layer_->convolution->window;
    const Shape& in = layer_->input_shape;
    const int tap = place.k / in.channels, channel = place.k % in.channels;
    const int y = place.position / layer_->output_shape.width * window.stride_height +
                  tap / window.kernel_width * window.dilation_height - window.pad_top;
    const int x = place.position % layer_->output_shape.width * window.stride_width +
                  tap % window.kernel_width * window.dilation_width - window.pad_left;
    const std::int8_t weight =
        layer_->convolution->weights[static_cast<std::size_t>(place.channel) * static_cast<std::size_t>(fan_in_) +
                                     static_cast<std::size_t>(place.k)];
    OperandPair operands{0, code_of(static_cast<std::uint8_t>(weight), true, layer_->encoding)};
    if (y < 0 || y >= in.height || x < 0 || x >= in.width) return operands;
    const auto index = static_cast<std::size_t>((y * in.width + x) * in.channels + channel);
    operands.x =
        code_of((*layer_->inputs[place.image])[index], layer_->input_type == ElementType::Signed8, layer_->encoding);
    return operands;
  }

  /// What the same element has before this place; none at the start of the layer.
  [[nodiscard]] std::optional<Place> before(Place place) const {
    if (place.position > 0) {
      --place.position;
      return place;
    }
    place.position = positions_ - 1;
    if (place.k >= array_.rows) {
      place.k -= array_.rows;
      return place;
    }
    place.k += (fan_in_ - 1 - place.k) / array_.rows * array_.rows;  // the last weight of the same row
    place.channel -= array_.columns;
    if (place.channel < 0) return std::nullopt;
    return place;
  }

 private:
  const RecordedLayer* layer_;
  ArraySize array_;
  int fan_in_, positions_;
};

/// The transition that ends at a place; none if nothing is multiplied there or nothing was before.
std::optional<OperandTransition> transition_to(const Schedule& schedule, const Place& place) {
  const OperandPair now = schedule.at(place);
  if (now.x == 0 || now.w == 0) return std::nullopt;
  for (auto earlier = schedule.before(place); earlier; earlier = schedule.before(*earlier)) {
    const OperandPair held = schedule.at(*earlier);
    if (held.x != 0 && held.w != 0) return OperandTransition{held, now};
  }
  return std::nullopt;
}

}  // namespace

Result<std::vector<OperandTransition>> record_operands(const std::vector<RecordedLayer>& layers, ArraySize array,
                                                       std::size_t count, std::uint64_t seed) {
  constexpr std::size_t kMostDrawsEach = 1000;
  std::vector<Schedule> schedules;
  std::vector<std::uint64_t> macs_up_to;
  for (const RecordedLayer& layer : layers) {
    schedules.emplace_back(layer, array);
    macs_up_to.push_back((macs_up_to.empty() ? 0 : macs_up_to.back()) + schedules.back().macs());
  }
  if (layers.empty()) return fail("no layer to record");
  Random random{seed};
  std::vector<OperandTransition> transitions;
  for (std::size_t draws = 0; transitions.size() < count; ++draws) {
    if (draws == count * kMostDrawsEach) return fail("the recorded layers multiply hardly anything but zeros");
    const std::uint64_t mac = random.below(macs_up_to.back());
    std::size_t layer = 0;
    while (macs_up_to[layer] <= mac) ++layer;
    if (const auto found = transition_to(schedules[layer], schedules[layer].draw(random)))
      transitions.push_back(*found);
  }
  return transitions;
}

}  // namespace axvp::sim
