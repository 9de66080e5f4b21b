#pragma once

#include "axvp/workloads/image.h"

namespace axvp::detail {

inline constexpr std::uint64_t kMaximumPixels = std::uint64_t{1} << 26;

/// Errors without the file's name.
[[nodiscard]] Result<Image> decode_jpeg(std::string_view bytes);
[[nodiscard]] Result<Image> decode_png(std::string_view bytes);

/// Fails if there are more than kMaximumPixels, or none.
[[nodiscard]] Result<void> check_pixels(std::uint64_t height, std::uint64_t width);

}  // namespace axvp::detail
