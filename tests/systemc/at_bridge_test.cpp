// The AT adapter at the DRAM port, with a checker of the base protocol on the hop.

#include "axvp/sc_models/at_bridge.h"

#include <gmock/gmock.h>

#include <functional>
#include <numeric>

#include "at_protocol_checker.h"
#include "platform_bench.h"

namespace axvp {
namespace {

using testing::AtProtocolChecker;
using testing::TestInitiator;
using Data = std::vector<std::uint8_t>;

/// Runs functions as threads, as callers of a target that waits.
class Threads final : public sc_core::sc_module {
 public:
  Threads(const sc_core::sc_module_name& name, std::vector<std::function<void()>> scripts)
      : sc_module(name), scripts_(std::move(scripts)) {
    for (std::size_t i = 0; i < scripts_.size(); ++i)
      sc_core::sc_spawn([this, i] { scripts_[i](); }, sc_core::sc_gen_unique_name("script"));
  }

 private:
  std::vector<std::function<void()>> scripts_;
};

DramConfig small_dram() {
  DramConfig config;
  config.size_mb = 1;
  config.row_bytes = 1024;
  return config;
}

/// Initiators, bridge, checker, and a Dram behind AtTarget.
struct Chain {
  explicit Chain(int initiators) {
    for (int i = 0; i < initiators; ++i)
      callers.push_back(std::make_unique<TestInitiator>(sc_core::sc_gen_unique_name("caller")));
    bus.attach(bridge.target, 0, 1u << 20);
    for (auto& caller : callers) caller->socket.bind(bus.from_initiators);
    bridge.initiator.bind(checker.target);
    checker.initiator.bind(front.target);
    front.memory.bind(dram.socket);
  }
  Clock clock{100.0};
  std::vector<std::unique_ptr<TestInitiator>> callers;
  Bus bus{"bus", BusConfig{}, clock};
  AtBridge bridge{"bridge"};
  AtProtocolChecker checker{"checker"};
  AtTarget front{"front"};
  Dram dram{"dram", small_dram(), clock};
};

Data pattern(std::size_t size, int seed) {
  Data data(size);
  for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<std::uint8_t>(7 * i + static_cast<std::size_t>(seed));
  return data;
}

TEST(AtBridgeTest, ReadsBackWhatWasWrittenAndTakesTheDramsTime) {
  Chain chain{1};
  Data back(256);
  sc_core::sc_time finished;
  Threads threads{"threads", {[&] {
                    Data data = pattern(256, 3);
                    const auto written = chain.callers[0]->transact(tlm::TLM_WRITE_COMMAND, 512, data);
                    EXPECT_EQ(written.status, tlm::TLM_OK_RESPONSE);
                    finished = sc_core::sc_time_stamp() + written.delay;
                    (void)chain.callers[0]->transact(tlm::TLM_READ_COMMAND, 512, back);
                  }}};
  sc_core::sc_start();
  EXPECT_EQ(back, pattern(256, 3));
  const double cycles = 2 + 20 + 256 / 8 + 40;  // bus, row, data, latency
  EXPECT_EQ(finished, sc_core::sc_time(10 * cycles, sc_core::SC_NS));
  EXPECT_THAT(chain.checker.violations(), ::testing::IsEmpty());
  EXPECT_EQ(chain.checker.transactions(), 2);
  EXPECT_TRUE(chain.checker.idle());
}

TEST(AtBridgeTest, SeveralCallersOverlapWithoutBreakingTheProtocol) {
  constexpr int kCallers = 4, kAccesses = 25;
  Chain chain{kCallers};
  std::vector<std::function<void()>> scripts;
  int right = 0;
  for (int c = 0; c < kCallers; ++c)
    scripts.push_back([&chain, &right, c] {
      for (int i = 0; i < kAccesses; ++i) {
        Data data = pattern(64, 100 * c + i), back(64);
        const auto address = static_cast<std::uint64_t>(4096 * c + 64 * i);
        (void)chain.callers[static_cast<std::size_t>(c)]->transact(tlm::TLM_WRITE_COMMAND, address, data);
        (void)chain.callers[static_cast<std::size_t>(c)]->transact(tlm::TLM_READ_COMMAND, address, back);
        right += back == data ? 1 : 0;
      }
    });
  Threads threads{"threads", scripts};
  sc_core::sc_start();
  EXPECT_EQ(right, kCallers * kAccesses);
  EXPECT_THAT(chain.checker.violations(), ::testing::IsEmpty());
  EXPECT_EQ(chain.checker.transactions(), 2 * kCallers * kAccesses);
  EXPECT_GT(chain.checker.most_in_flight(), 1u);
}

TEST(AtBridgeTest, ErrorsOfTheTargetComeBack) {
  Chain chain{1};
  tlm::tlm_response_status status = tlm::TLM_OK_RESPONSE;
  Threads threads{"threads", {[&] {
                    Data data(8);
                    TestInitiator::Options streaming;
                    streaming.streaming_width = 4;
                    status = chain.callers[0]->transact(tlm::TLM_WRITE_COMMAND, 0, data, streaming).status;
                  }}};
  sc_core::sc_start();
  EXPECT_EQ(status, tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_THAT(chain.checker.violations(), ::testing::IsEmpty());
}

TEST(AtBridgeTest, DebugTransportTakesNoTime) {
  Chain chain{1};
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  Data data = pattern(16, 1), back(16);
  EXPECT_EQ(chain.callers[0]->debug(tlm::TLM_WRITE_COMMAND, 64, data), 16u);
  EXPECT_EQ(chain.callers[0]->debug(tlm::TLM_READ_COMMAND, 64, back), 16u);
  EXPECT_EQ(back, data);
  EXPECT_EQ(chain.checker.transactions(), 0);
}

/// A target with habits of its own: answers at once, skips END_REQ, or keeps a request waiting.
class OddTarget final : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<OddTarget> target{"target"};
  enum class Habit { CompletesAtOnce, SkipsEndOfRequest, UpdatesToEndOfRequest };

  SC_HAS_PROCESS(OddTarget);
  OddTarget(const sc_core::sc_module_name& name, Habit habit) : sc_module(name), habit_(habit) {
    target.register_nb_transport_fw(this, &OddTarget::nb_transport_fw);
    SC_THREAD(answer);
  }

 private:
  tlm::tlm_sync_enum nb_transport_fw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay) {
    if (phase == tlm::END_RESP) return tlm::TLM_COMPLETED;
    if (habit_ == Habit::CompletesAtOnce) {
      delay += sc_core::sc_time(50, sc_core::SC_NS);
      payload.set_response_status(tlm::TLM_OK_RESPONSE);
      return tlm::TLM_COMPLETED;
    }
    payload_ = &payload;
    asked_.notify(30, sc_core::SC_NS);
    if (habit_ == Habit::SkipsEndOfRequest) return tlm::TLM_ACCEPTED;
    phase = tlm::END_REQ;
    delay = sc_core::sc_time(10, sc_core::SC_NS);
    return tlm::TLM_UPDATED;
  }

  void answer() {
    for (;;) {
      wait(asked_);
      payload_->set_response_status(tlm::TLM_OK_RESPONSE);
      tlm::tlm_phase phase = tlm::BEGIN_RESP;
      sc_core::sc_time delay(20, sc_core::SC_NS);
      (void)target->nb_transport_bw(*payload_, phase, delay);
    }
  }

  Habit habit_;
  tlm::tlm_generic_payload* payload_ = nullptr;
  sc_core::sc_event asked_;
};

class AtBridgeWith : public ::testing::TestWithParam<OddTarget::Habit> {};

TEST_P(AtBridgeWith, ATargetThatMayTakeShortCuts) {
  TestInitiator caller{"caller"};
  AtBridge bridge{"bridge"};
  AtProtocolChecker checker{"checker"};
  OddTarget odd{"odd", GetParam()};
  caller.socket.bind(bridge.target);
  bridge.initiator.bind(checker.target);
  checker.initiator.bind(odd.target);
  sc_core::sc_time finished;
  Threads threads{"threads", {[&] {
                    Data data(4);
                    EXPECT_EQ(caller.transact(tlm::TLM_READ_COMMAND, 0, data).status, tlm::TLM_OK_RESPONSE);
                    EXPECT_EQ(caller.transact(tlm::TLM_READ_COMMAND, 4, data).status, tlm::TLM_OK_RESPONSE);
                    finished = sc_core::sc_time_stamp();
                  }}};
  sc_core::sc_start();
  EXPECT_EQ(finished, sc_core::sc_time(100, sc_core::SC_NS));
  EXPECT_THAT(checker.violations(), ::testing::IsEmpty());
  EXPECT_EQ(checker.transactions(), 2);
}

INSTANTIATE_TEST_SUITE_P(Habits, AtBridgeWith,
                         ::testing::Values(OddTarget::Habit::CompletesAtOnce, OddTarget::Habit::SkipsEndOfRequest,
                                           OddTarget::Habit::UpdatesToEndOfRequest));

TEST(AtProtocolCheckerTest, SeesASecondRequestBeforeTheEndOfTheFirst) {
  class Silent final : public sc_core::sc_module {
   public:
    tlm_utils::simple_target_socket<Silent> target{"target"};
    explicit Silent(const sc_core::sc_module_name& name) : sc_module(name) {
      target.register_nb_transport_fw(this, &Silent::take);
    }
    tlm::tlm_sync_enum take(tlm::tlm_generic_payload&, tlm::tlm_phase&, sc_core::sc_time&) { return tlm::TLM_ACCEPTED; }
  };
  TestInitiator caller{"caller"};
  AtProtocolChecker checker{"checker"};
  Silent silent{"silent"};
  caller.socket.bind(checker.target);
  checker.initiator.bind(silent.target);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  PayloadPool pool;
  for (int i = 0; i < 2; ++i) {
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay;
    (void)caller.socket->nb_transport_fw(*pool.take(), phase, delay);
  }
  ASSERT_EQ(checker.violations().size(), 1u);
  EXPECT_THAT(checker.violations()[0], ::testing::HasSubstr("BEGIN_REQ before the END_REQ of another request"));
}

}  // namespace
}  // namespace axvp
