#include "axvp/workloads/quantized_network.h"

#include <limits>

namespace axvp {

std::vector<std::size_t> QuantizedNetwork::layers() const {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (std::holds_alternative<QuantizedConvolution>(nodes[i].operation)) indices.push_back(i);
  return indices;
}

const QuantizedConvolution& QuantizedNetwork::layer(std::size_t index) const {
  return std::get<QuantizedConvolution>(nodes.at(layers().at(index)).operation);
}

std::uint64_t QuantizedNetwork::macs_of_layer(std::size_t index) const {
  const QuantizedNode& node = nodes.at(layers().at(index));
  const Shape& out = tensors.at(node.output).shape;
  const auto pixels = static_cast<std::uint64_t>(out.height) * static_cast<std::uint64_t>(out.width);
  return pixels * std::get<QuantizedConvolution>(node.operation).weights.size();
}

std::size_t stored_bytes(const QuantizedTensor& tensor) {
  return tensor.shape.size() * (tensor.type == ElementType::Signed32 ? sizeof(std::int32_t) : 1);
}

ClampRange full_range(ElementType type, Encoding encoding) {
  switch (type) {
    case ElementType::Unsigned8:
      return {0, encoding == Encoding::SignMagnitude ? 255 : 127};
    case ElementType::Signed8:
      return {-127, 127};
    case ElementType::Signed32:
      break;
  }
  return {std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()};
}

}  // namespace axvp
