#include "axvp/sc_models/host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tlm_utils/simple_target_socket.h>

#include <deque>

#include "axvp/accel/memory_map.h"
#include "axvp/accel/register_map.h"

namespace axvp {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::uint32_t kInput = kDramBase + 0x1000;
constexpr std::uint32_t kOutput = kDramBase + 0x2000;

/// Stands for the accelerator: remembers what is written, answers each start with an interrupt and counters that grow
/// by `macs_of_point` of the point that was written before.
class Accelerator : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Accelerator> socket{"socket"};
  sc_core::sc_signal<bool> irq{"irq"};

  SC_HAS_PROCESS(Accelerator);
  explicit Accelerator(const sc_core::sc_module_name& name) : sc_module(name) {
    socket.register_b_transport(this, &Accelerator::b_transport);
    socket.register_transport_dbg(this, &Accelerator::transport_dbg);
    SC_METHOD(irq_method);
    sensitive << done_ << cleared_;
    dont_initialize();
  }

  std::vector<std::string> seen;  ///< Writes in their order, registers by name.
  std::vector<std::uint8_t> output;
  std::vector<std::uint64_t> macs_of_point{100, 10};
  std::uint32_t interrupts = registers::kIrqStatusDone;  ///< What IRQ_STATUS says after a start.
  std::deque<std::uint32_t> margins;                     ///< What MARGIN says, one read after the other.
  std::uint64_t refused_address = ~0ull;
  bool accepts_debug = true;

 private:
  static std::uint32_t word_of(const tlm::tlm_generic_payload& transaction) {
    const std::uint8_t* data = transaction.get_data_ptr();
    return static_cast<std::uint32_t>(data[0] | data[1] << 8 | data[2] << 16) | static_cast<std::uint32_t>(data[3])
                                                                                    << 24;
  }

  void b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
    delay += sc_core::sc_time(40, sc_core::SC_NS);
    transaction.set_response_status(transaction.get_address() == refused_address ? tlm::TLM_ADDRESS_ERROR_RESPONSE
                                                                                 : tlm::TLM_OK_RESPONSE);
    if (transaction.is_write())
      write(transaction, delay);
    else
      read(transaction);
  }

  void write(const tlm::tlm_generic_payload& transaction, const sc_core::sc_time& delay) {
    const std::uint64_t address = transaction.get_address();
    if (address == kInput) {
      seen.push_back("input " + std::to_string(transaction.get_data_ptr()[0]));
      return;
    }
    const std::uint32_t value = word_of(transaction);
    if (address == kRegisterBase + registers::kOperatingPoint) {
      point_ = value;
      seen.push_back("point " + std::to_string(value));
    }
    if (address == kRegisterBase + registers::kCtrl && value == registers::kCtrlStart) {
      seen.emplace_back("start");
      done_.notify(delay + sc_core::sc_time(1, sc_core::SC_US));
    }
    if (address == kRegisterBase + registers::kIrqStatus) {
      seen.push_back("clear " + std::to_string(value));
      cleared_.notify(delay);
    }
  }

  void read(const tlm::tlm_generic_payload& transaction) {
    const std::uint64_t address = transaction.get_address();
    std::uint8_t* data = transaction.get_data_ptr();
    std::fill(data, data + transaction.get_data_length(), std::uint8_t{0});
    if (address == kOutput) {
      std::copy(output.begin(), output.end(), data);
      if (!margins.empty()) seen.emplace_back("output");
    }
    if (address == kRegisterBase + registers::kMargin) {
      for (int i = 0; i < 4; ++i) data[i] = static_cast<std::uint8_t>(margins.at(0) >> (8 * i));
      seen.push_back("margin " + std::to_string(margins.at(0)));
      margins.pop_front();
    }
    if (address == kRegisterBase + registers::kIrqStatus) data[0] = static_cast<std::uint8_t>(interrupts);
    if (address == kRegisterBase + registers::kMacsExecutedCounters)
      for (int i = 0; i < 8; ++i) data[i] = static_cast<std::uint8_t>(macs_ >> (8 * i));
  }

  unsigned int transport_dbg(tlm::tlm_generic_payload& transaction) {
    return accepts_debug ? transaction.get_data_length() : 0;
  }

  /// Up when an inference has ended, down when its interrupt was cleared.
  void irq_method() {
    if (!irq.read()) macs_ += macs_of_point[point_];
    irq.write(!irq.read());
  }

  std::uint32_t point_ = 0;
  std::uint64_t macs_ = 5;  // counters do not begin at 0
  sc_core::sc_event done_;
  sc_core::sc_event cleared_;
};

class HostTest : public ::testing::Test {
 protected:
  /// Runs `phases` to the end.
  void run(std::vector<HostPhase> phases, ElementType output_type, Bytes output_bytes) {
    EventPrices prices;
    prices.multiplication[0] = to_energy(Picojoules{1e6});  // 1 uJ, so that windows are small numbers
    const HostJob job{0x100, 0x200,  2, {kInput, 2, ElementType::Unsigned8}, {kOutput, output_bytes, output_type},
                      0.5,   &image_};
    Host host{"host",
              PlatformConfig{},
              clock_,
              job,
              std::move(phases),
              prices,
              {[this](HostResult result) { results_.push_back(std::move(result)); },
               [this](const QosController& controller) { windows_.push_back(controller.windows().size()); }}};
    host.socket.bind(accelerator_.socket);
    host.irq_in(accelerator_.irq);
    sc_core::sc_start();
    finished_ = host.finished();
    fault_ = host.fault();
  }

  const std::vector<std::uint8_t> image_{1, 2, 3};
  const std::vector<StoredTensor> inputs_{{7, 0}, {9, 0}};
  Clock clock_{100.0};
  Accelerator accelerator_{"accelerator"};
  std::vector<HostResult> results_;
  std::vector<std::size_t> windows_;  ///< Of each phase that ended.
  bool finished_ = false;
  std::string fault_;
};

TEST_F(HostTest, WritesInputAndPointRingsTheDoorbellAndClearsTheInterrupt) {
  PolicyConfig fixed;
  fixed.fixed_point = 1;
  accelerator_.output = {0xFE, 0x05};  // -2 and 5
  run({{fixed, &inputs_}}, ElementType::Signed8, 2);
  EXPECT_TRUE(finished_) << fault_;
  EXPECT_THAT(accelerator_.seen,
              ElementsAre("input 7", "point 1", "start", "clear 1", "input 9", "point 1", "start", "clear 1"));
  ASSERT_EQ(results_.size(), 2u);
  EXPECT_THAT(results_[1].logits, ElementsAre(-2, 5));
  EXPECT_EQ(results_[0].counts.macs_executed[0], 10u) << "what stood in the counters before is not counted";
  EXPECT_EQ(results_[1].counts.macs_executed[0], 10u);
}

TEST_F(HostTest, ReadsLittleEndianWords) {
  accelerator_.output = {0x01, 0x02, 0x00, 0x80, 0xFF, 0xFF, 0xFF, 0xFF};
  run({{PolicyConfig{}, &inputs_}}, ElementType::Signed32, 8);
  ASSERT_EQ(results_.size(), 2u) << fault_;
  EXPECT_THAT(results_[0].logits, ElementsAre(-2147483647 - 1 + 0x0201, -1));
}

TEST_F(HostTest, BytesAreUnsignedWhereTheOutputIs) {
  accelerator_.output = {0xFE, 0x05};
  run({{PolicyConfig{}, &inputs_}}, ElementType::Unsigned8, 2);
  ASSERT_EQ(results_.size(), 2u) << fault_;
  EXPECT_THAT(results_[0].logits, ElementsAre(254, 5));
}

TEST_F(HostTest, EachPhaseBeginsWithAControllerOfItsOwn) {
  // An inference of 100 uJ takes between 2 and 4 us, so that a window of 0.5 us costs more than 10 uJ; at point 1 less.
  PolicyConfig budget;
  budget.kind = PolicyKind::Budget;
  budget.budget = {{0.0, 10.0}};
  budget.window_ms = 0.0005;
  run({{budget, &inputs_}, {budget, &inputs_}}, ElementType::Unsigned8, 1);
  EXPECT_TRUE(finished_) << fault_;
  ASSERT_EQ(results_.size(), 4u);
  EXPECT_EQ(results_[0].point, 0u);
  EXPECT_EQ(results_[1].point, 1u);
  EXPECT_THAT(results_[1].reason, HasSubstr("exceed 10.000"));
  EXPECT_EQ(results_[2].point, 0u) << "the second phase does not know what the first one measured";
  EXPECT_THAT(windows_, ElementsAre(2, 2)) << "the last inference's window is measured, too";
}

TEST_F(HostTest, SmallMarginStartsTheNextPointOnTheInputThatLiesInDram) {
  PolicyConfig margin;
  margin.kind = PolicyKind::Margin;
  margin.cascade = {{1, 2.0}, {0}};
  accelerator_.margins = {4, 5, 99};  // a step is worth 0.5: the first is 2.0, the second beyond; the third is not read
  run({{margin, &inputs_}}, ElementType::Unsigned8, 1);
  EXPECT_TRUE(finished_) << fault_;
  EXPECT_THAT(accelerator_.seen,
              ElementsAre("input 7", "point 1", "start", "clear 1", "margin 4", "point 0", "start", "clear 1", "output",
                          "input 9", "point 1", "start", "clear 1", "margin 5", "output"));
  ASSERT_EQ(results_.size(), 3u);
  EXPECT_EQ(results_[0].input, 0u);
  EXPECT_FALSE(results_[0].is_answer);
  EXPECT_TRUE(results_[0].logits.empty());
  EXPECT_EQ(results_[1].input, 0u);
  EXPECT_TRUE(results_[1].is_answer);
  EXPECT_EQ(results_[1].reason, "margin 2 of at most 2");
  EXPECT_EQ(results_[2].input, 1u);
  EXPECT_EQ(results_[2].margin, 5u);
  EXPECT_EQ(results_[2].counts.macs_executed[0], 10u);
}

TEST_F(HostTest, RefusedReadOfTheMarginEndsTheRun) {
  PolicyConfig margin;
  margin.kind = PolicyKind::Margin;
  margin.cascade = {{1, 2.0}, {0}};
  accelerator_.margins = {4};
  accelerator_.refused_address = kRegisterBase + registers::kMargin;
  run({{margin, &inputs_}}, ElementType::Unsigned8, 1);
  EXPECT_FALSE(finished_);
  EXPECT_THAT(fault_, HasSubstr("host: access of 4 bytes at 0x10000034"));
}

TEST_F(HostTest, ErrorInterruptEndsTheRun) {
  accelerator_.interrupts = registers::kIrqStatusError;
  run({{PolicyConfig{}, &inputs_}}, ElementType::Unsigned8, 1);
  EXPECT_FALSE(finished_);
  EXPECT_EQ(fault_, "host: inference 0 ended with an error interrupt");
  EXPECT_TRUE(windows_.empty());
}

TEST_F(HostTest, RefusedAccessEndsTheRunAndIsNamed) {
  accelerator_.refused_address = kInput;
  run({{PolicyConfig{}, &inputs_}}, ElementType::Unsigned8, 1);
  EXPECT_FALSE(finished_);
  EXPECT_THAT(fault_, HasSubstr("host: access of 2 bytes at 0x"));
  EXPECT_THAT(fault_, HasSubstr("TLM_ADDRESS_ERROR_RESPONSE"));
}

TEST_F(HostTest, ImageThatDramDoesNotTakeEndsTheRun) {
  accelerator_.accepts_debug = false;
  run({{PolicyConfig{}, &inputs_}}, ElementType::Unsigned8, 1);
  EXPECT_FALSE(finished_);
  EXPECT_EQ(fault_, "host: the image does not fit into DRAM");
  EXPECT_TRUE(accelerator_.seen.empty());
}

}  // namespace
}  // namespace axvp
