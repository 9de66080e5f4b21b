#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <functional>
#include <string>
#include <systemc>
#include <tlm>
#include <vector>

#include "axvp/sc_models/accelerator_platform.h"
#include "small_network.h"

namespace axvp::testing {

/// What a transaction came back with.
struct Response {
  tlm::tlm_response_status status = tlm::TLM_INCOMPLETE_RESPONSE;
  sc_core::sc_time delay;
  bool dmi_allowed = true;
};

/// An initiator that tests drive by hand. `transact` may be called from the test itself once time has begun, as no
/// target waits.
class TestInitiator : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<TestInitiator> socket{"socket"};

  explicit TestInitiator(const sc_core::sc_module_name& name) : sc_module(name) {
    socket.register_invalidate_direct_mem_ptr(this, &TestInitiator::invalidate);
  }

  struct Options {
    sc_core::sc_time delay;
    int streaming_width = -1;  ///< -1: the data's length.
    std::vector<std::uint8_t> byte_enables;
  };
  Response transact(tlm::tlm_command command, std::uint64_t address, std::vector<std::uint8_t>& data,
                    const Options& options);
  Response transact(tlm::tlm_command command, std::uint64_t address, std::vector<std::uint8_t>& data) {
    return transact(command, address, data, Options{});
  }
  Response write_word(std::uint64_t address, std::uint32_t value);
  std::uint32_t read_word(std::uint64_t address);
  unsigned int debug(tlm::tlm_command command, std::uint64_t address, std::vector<std::uint8_t>& data);

  struct Range {
    std::uint64_t begin, end;
  };
  std::vector<Range> invalidated;  ///< Direct memory ranges that were taken back.

 private:
  void invalidate(sc_dt::uint64 begin, sc_dt::uint64 end) { invalidated.push_back({begin, end}); }
};

/// The platform with a small network and a host whose software is the test: `script` runs in a thread of its own, and
/// the simulation ends when it returns.
class PlatformBench : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> irq_in{"irq_in"};

  SC_HAS_PROCESS(PlatformBench);
  PlatformBench(const sc_core::sc_module_name& name, const QuantizedNetwork& network,
                const std::vector<OperatingPoint>& points, const PlatformConfig& config,
                std::function<void(PlatformBench&)> script);

  /// Compiles nothing twice: the program that DRAM holds.
  [[nodiscard]] const Program& program() const { return program_; }
  [[nodiscard]] const SelectablePool& pool() const { return pool_; }

  // From the script, in simulated time:
  void write_register(std::uint32_t offset, std::uint32_t value);
  [[nodiscard]] std::uint32_t read_register(std::uint32_t offset);
  /// Enables interrupts and tells the accelerator where its tables are.
  void set_up();
  void write_input(const StoredTensor& input);
  void start(std::uint32_t point);
  /// Until the interrupt or for `limit` cycles; true if it came. Clears it.
  bool wait_for_interrupt(Cycles limit = 100'000'000);
  [[nodiscard]] std::vector<std::int32_t> logits();
  /// set_up to logits in one.
  std::vector<std::int32_t> infer(const StoredTensor& input, std::uint32_t point);
  void wait_cycles(Cycles cycles);
  /// Inverts bits of one byte of DRAM through debug transport.
  void flip(std::uint32_t address, std::uint8_t bits);

  [[nodiscard]] bool script_ended() const { return script_ended_; }

 private:
  void script_thread();

  SelectablePool pool_;
  Program program_;
  std::function<void(PlatformBench&)> script_;
  bool script_ended_ = false;

 public:
  AcceleratorPlatform platform;
  TestInitiator host;
};

}  // namespace axvp::testing
