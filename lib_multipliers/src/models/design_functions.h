#pragma once

#include <cstdint>

#include "axvp/multipliers/design.h"

namespace axvp {

// check_parameters() throws std::invalid_argument where a parameter is out of its range.

void check_parameters(const DaddaParameters& p);
void check_parameters(const CompressorParameters& p);
void check_parameters(const KulkarniParameters& p);
void check_parameters(const DrumParameters& p);
void check_parameters(const MitchellParameters& p);
void check_parameters(const BoothParameters& p);
void check_parameters(const CircuitParameters& p);

// Raw products, of mode 0.
[[nodiscard]] std::int32_t product_of(const DaddaParameters& p, std::uint8_t x, std::uint8_t w);
[[nodiscard]] std::int32_t product_of(const CompressorParameters& p, std::uint8_t x, std::uint8_t w);
[[nodiscard]] std::int32_t product_of(const KulkarniParameters& p, std::uint8_t x, std::uint8_t w);
[[nodiscard]] std::int32_t product_of(const DrumParameters& p, std::uint8_t x, std::uint8_t w);
[[nodiscard]] std::int32_t product_of(const MitchellParameters& p, std::uint8_t x, std::uint8_t w);
[[nodiscard]] std::int32_t product_of(const BoothParameters& p, std::uint8_t x, std::uint8_t w);
[[nodiscard]] std::int32_t product_of(const CircuitParameters& p, std::uint8_t x, std::uint8_t w);

}  // namespace axvp
