#include "value.h"

#include "axvp/common/text.h"

namespace axvp::onnx_detail {

std::string to_text(const Dims& dims) {
  if (dims.empty()) return "scalar";
  std::vector<std::string> parts;
  parts.reserve(dims.size());
  for (const std::int64_t dim : dims) parts.push_back(std::to_string(dim));
  return join(parts, "x");
}

Result<std::size_t> element_count(const Dims& dims, std::int64_t limit) {
  std::int64_t count = 1;
  bool empty = false;
  for (const std::int64_t dim : dims) {
    if (dim < 0) return fail("dimension {} of {} is negative", dim, to_text(dims));
    empty = empty || dim == 0;
    if (dim == 0) continue;  // the others must be small all the same: their product is taken elsewhere
    if (count > limit / dim) return fail("{} elements are more than {}", to_text(dims), limit);
    count *= dim;
  }
  return empty ? 0 : static_cast<std::size_t>(count);
}

}  // namespace axvp::onnx_detail
