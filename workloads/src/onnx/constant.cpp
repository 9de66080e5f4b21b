#include "constant.h"

#include <cstring>
#include <limits>

#include "external_data.h"

namespace axvp::onnx_detail {
namespace {

using onnx::TensorProto;

template <class Element>
std::vector<Element> from_raw(const std::string& bytes, std::size_t count) {
  std::vector<Element> values(count);
  if (count > 0) std::memcpy(values.data(), bytes.data(), count * sizeof(Element));
  return values;
}

std::vector<std::int64_t> widen(const std::vector<std::int32_t>& values) {
  return {values.begin(), values.end()};
}
std::vector<std::int64_t> widen(const std::vector<std::uint8_t>& values) {
  return {values.begin(), values.end()};
}
std::vector<std::int64_t> widen(const std::vector<std::int8_t>& values) {
  return {values.begin(), values.end()};
}

std::string type_name(int type) {
  return TensorProto::DataType_IsValid(type) ? TensorProto::DataType_Name(static_cast<TensorProto::DataType>(type))
                                             : std::to_string(type);
}

/// Bytes of one element in raw_data; 0 for types that are not read.
std::size_t element_bytes(int type) {
  switch (type) {
    case TensorProto::FLOAT:
    case TensorProto::INT32:
      return 4;
    case TensorProto::INT64:
      return 8;
    case TensorProto::BOOL:
    case TensorProto::INT8:
    case TensorProto::UINT8:
      return 1;
    default:
      return 0;
  }
}

std::size_t typed_count(const TensorProto& tensor) {
  switch (tensor.data_type()) {
    case TensorProto::FLOAT:
      return static_cast<std::size_t>(tensor.float_data_size());
    case TensorProto::INT64:
      return static_cast<std::size_t>(tensor.int64_data_size());
    default:
      return static_cast<std::size_t>(tensor.int32_data_size());
  }
}

Constant read_bytes(const std::string& bytes, int type, Dims dims, std::size_t count) {
  switch (type) {
    case TensorProto::FLOAT:
      return {std::move(dims), from_raw<float>(bytes, count)};
    case TensorProto::INT64:
      return {std::move(dims), from_raw<std::int64_t>(bytes, count)};
    case TensorProto::INT32:
      return {std::move(dims), widen(from_raw<std::int32_t>(bytes, count))};
    case TensorProto::INT8:
      return {std::move(dims), widen(from_raw<std::int8_t>(bytes, count)), type};
    case TensorProto::UINT8:
      return {std::move(dims), widen(from_raw<std::uint8_t>(bytes, count)), type};
    default:
      return {std::move(dims), widen(from_raw<std::uint8_t>(bytes, count))};
  }
}

/// An error if a typed field, which has 32 bits, holds what the type cannot.
Result<void> check_typed(const TensorProto& tensor) {
  const bool is_signed = tensor.data_type() == TensorProto::INT8;
  if (!is_signed && tensor.data_type() != TensorProto::UINT8) return {};
  const std::int32_t low = is_signed ? -128 : 0, high = is_signed ? 127 : 255;
  for (const std::int32_t value : tensor.int32_data())
    if (value < low || value > high) return fail("value {} is outside {} to {}", value, low, high);
  return {};
}

Constant read_typed(const TensorProto& tensor, Dims dims) {
  switch (tensor.data_type()) {
    case TensorProto::FLOAT:
      return {std::move(dims), std::vector<float>(tensor.float_data().begin(), tensor.float_data().end())};
    case TensorProto::INT64:
      return {std::move(dims), std::vector<std::int64_t>(tensor.int64_data().begin(), tensor.int64_data().end())};
    default: {
      const bool is_byte = tensor.data_type() == TensorProto::INT8 || tensor.data_type() == TensorProto::UINT8;
      return {std::move(dims), std::vector<std::int64_t>(tensor.int32_data().begin(), tensor.int32_data().end()),
              is_byte ? tensor.data_type() : 0};
    }
  }
}

}  // namespace

Result<Constant> read_constant(const TensorProto& tensor, const std::filesystem::path& folder) {
  const int type = tensor.data_type();
  const std::size_t width = element_bytes(type);
  if (width == 0)
    return fail("type {} is not supported; weights are FLOAT, codes INT8 or UINT8, shapes INT64, INT32 or BOOL",
                type_name(type));
  if (tensor.has_segment()) return fail("stored in segments, which is not supported");
  Dims dims(tensor.dims().begin(), tensor.dims().end());
  const auto count = element_count(dims, std::numeric_limits<std::int32_t>::max());
  if (!count) return forward_error(count);
  if (tensor.data_location() == TensorProto::EXTERNAL) {
    const auto bytes = read_external_data(tensor, folder, *count * width);
    if (!bytes) return forward_error(bytes);
    return read_bytes(*bytes, type, std::move(dims), *count);
  }
  if (tensor.has_raw_data()) {
    if (tensor.raw_data().size() != *count * width)
      return fail("{} bytes of data, {} expected for shape {}", tensor.raw_data().size(), *count * width,
                  to_text(dims));
    return read_bytes(tensor.raw_data(), type, std::move(dims), *count);
  }
  if (typed_count(tensor) != *count)
    return fail("{} values, {} expected for shape {}", typed_count(tensor), *count, to_text(dims));
  if (const auto checked = check_typed(tensor); !checked) return forward_error(checked);
  return read_typed(tensor, std::move(dims));
}

Constant pick(const Constant& constant, const std::vector<std::size_t>& sources, Dims dims) {
  return std::visit(
      [&](const auto& values) {
        std::decay_t<decltype(values)> picked;
        picked.reserve(sources.size());
        for (const std::size_t source : sources) picked.push_back(values[source]);
        return Constant{std::move(dims), std::move(picked)};
      },
      constant.data);
}

}  // namespace axvp::onnx_detail
