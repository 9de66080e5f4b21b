#pragma once

#include <cstdint>
#include <systemc>
#include <vector>

#include "axvp/common/units.h"

namespace axvp {

/// Port of an on-chip memory: blocks as wide as its user likes. The caller stays within `capacity()`: descriptors are
/// checked before they are run.
class ScratchpadIf : virtual public sc_core::sc_interface {
 public:
  [[nodiscard]] virtual Bytes capacity() const = 0;
  [[nodiscard]] virtual std::uint8_t* block(std::uint32_t offset) = 0;
  /// The same as 32-bit words; `offset` is a multiple of 4.
  [[nodiscard]] virtual std::int32_t* words(std::uint32_t offset) = 0;
  /// The DMA's port: where `bytes` arriving from DRAM are to be put, or leaving for it are to be taken. The memory
  /// counts them itself, for the audit.
  [[nodiscard]] virtual std::uint8_t* dma_write(std::uint32_t offset, Bytes bytes) = 0;
  [[nodiscard]] virtual std::uint8_t* dma_read(std::uint32_t offset, Bytes bytes) = 0;
};

/// An SRAM with single-cycle access by local units and a DMA port. It has no time of its own: the units' closed forms
/// contain it.
class Scratchpad final : public sc_core::sc_module, public ScratchpadIf {
 public:
  struct Counters {
    Bytes dma_written = 0;
    Bytes dma_read = 0;
  };

  sc_core::sc_export<ScratchpadIf> port{"port"};

  Scratchpad(const sc_core::sc_module_name& name, Bytes capacity);

  [[nodiscard]] Bytes capacity() const override { return capacity_; }
  [[nodiscard]] std::uint8_t* block(std::uint32_t offset) override {
    return reinterpret_cast<std::uint8_t*>(words_.data()) + offset;
  }
  [[nodiscard]] std::int32_t* words(std::uint32_t offset) override { return words_.data() + offset / 4; }
  [[nodiscard]] std::uint8_t* dma_write(std::uint32_t offset, Bytes bytes) override {
    counters_.dma_written += bytes;
    return block(offset);
  }
  [[nodiscard]] std::uint8_t* dma_read(std::uint32_t offset, Bytes bytes) override {
    counters_.dma_read += bytes;
    return block(offset);
  }

  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  Bytes capacity_;
  std::vector<std::int32_t> words_;  ///< With the slack that the kernels read behind the end.
  Counters counters_;
};

}  // namespace axvp
