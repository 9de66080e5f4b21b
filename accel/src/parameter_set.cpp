#include "axvp/accel/parameter_set.h"

namespace axvp {
namespace {

constexpr std::size_t kBiasBytes = 6;
constexpr int kBiasBits = 48;

}  // namespace

std::vector<std::uint8_t> pack_requantisation(const std::vector<Requantisation>& set) {
  std::vector<std::uint8_t> bytes;
  bytes.reserve(set.size() * kRequantisationBytes);
  for (const Requantisation& r : set) {
    const auto multiplier = static_cast<std::uint16_t>(r.multiplier);
    bytes.push_back(static_cast<std::uint8_t>(multiplier));
    bytes.push_back(static_cast<std::uint8_t>(multiplier >> 8));
    bytes.push_back(r.shift);
    const auto bias = static_cast<std::uint64_t>(r.bias);
    for (std::size_t i = 0; i < kBiasBytes; ++i) bytes.push_back(static_cast<std::uint8_t>(bias >> (8 * i)));
  }
  return bytes;
}

std::vector<Requantisation> unpack_requantisation(const std::uint8_t* bytes, std::size_t channels) {
  std::vector<Requantisation> set(channels);
  for (Requantisation& r : set) {
    r.multiplier = static_cast<std::int16_t>(static_cast<std::uint16_t>(bytes[0] | (bytes[1] << 8)));
    r.shift = static_cast<std::uint8_t>((bytes[2] + 31) % 32 + 1);
    std::uint64_t bias = 0;
    for (std::size_t i = 0; i < kBiasBytes; ++i) bias |= static_cast<std::uint64_t>(bytes[3 + i]) << (8 * i);
    r.bias = static_cast<std::int64_t>(bias << (64 - kBiasBits)) >> (64 - kBiasBits);
    bytes += kRequantisationBytes;
  }
  return set;
}

}  // namespace axvp
