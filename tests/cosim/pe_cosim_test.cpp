// The processing element's RTL against a reference in plain integers.

#include <gmock/gmock.h>

#include <cstdlib>
#include <limits>
#include <vector>

#include "axvp/common/random.h"
#include "axvp/multipliers/catalogue.h"
#include "axvp/verilated/verilated_multiplier.h"
#include "axvp/verilated/verilated_pe.h"

namespace axvp {
namespace {

/// What the element is to do, on signed integers and without registers for anything but its meaning.
class PeReference {
 public:
  explicit PeReference(std::vector<TruthTable> table_of_select) : tables_(std::move(table_of_select)) {}

  struct Inputs {
    int act = 0;  ///< -127..255.
    bool swap = false;
    int select = 0;
    bool weight_we = false;
    int weight = 0;
    std::int32_t psum = 0;
  };

  std::int32_t clock(const Inputs& in) {
    const auto psum = static_cast<std::uint32_t>(in.psum) + static_cast<std::uint32_t>(product());
    if (in.weight_we) shadow_ = in.weight;
    if (in.swap) {
      active_ = shadow_;
      select_ = in.select;
    }
    act_ = in.act;
    return static_cast<std::int32_t>(psum);
  }

  int act() const { return act_; }
  int active() const { return active_; }
  int select() const { return select_; }

 private:
  std::int32_t product() const {
    if (act_ == 0 || active_ == 0) return 0;
    const std::int32_t magnitude = tables_[static_cast<std::size_t>(select_)](
        static_cast<std::uint8_t>(std::abs(act_)), static_cast<std::uint8_t>(std::abs(active_)));
    return (act_ < 0) == (active_ < 0) ? magnitude : -magnitude;
  }

  std::vector<TruthTable> tables_;
  int act_ = 0, active_ = 0, shadow_ = 0, select_ = 0;
};

PeInputs ports(const PeReference::Inputs& in) {
  PeInputs p;
  p.act_sign = in.act < 0;
  p.act_mag = static_cast<std::uint8_t>(std::abs(in.act));
  p.swap = in.swap;
  p.select = static_cast<std::uint8_t>(in.select);
  p.weight_we = in.weight_we;
  p.weight_sign = in.weight < 0;
  p.weight_mag = static_cast<std::uint8_t>(std::abs(in.weight));
  p.psum = in.psum;
  return p;
}

std::vector<TruthTable> gated_tables() {
  std::vector<TruthTable> tables;
  for (int mode = 0; mode < 4; ++mode)
    tables.push_back(Catalogue::built_in().find("gated_dadda-468/m" + std::to_string(mode))->table);
  return tables;
}

/// Half of the activations and a sixth of the weights are 0; weights are written and swapped at random moments.
PeReference::Inputs random_inputs(Random& random) {
  PeReference::Inputs in;
  const auto below = [&random](int n) { return static_cast<int>(random.below(static_cast<std::uint64_t>(n))); };
  if (below(2) == 0) in.act = below(4) == 0 ? -below(128) : below(256);
  in.swap = below(5) == 0;
  in.select = below(4);
  in.weight_we = below(3) == 0;
  if (below(6) != 0) in.weight = below(255) - 127;
  in.psum = static_cast<std::int32_t>(random.below(1ull << 32));
  return in;
}

TEST(ProcessingElement, EqualsTheReferenceWithItsMultiplierInRtl) {
  PeReference reference{gated_tables()};
  const auto pe = make_verilated_pe_gated_dadda_468();
  Random random{1};
  for (int cycle = 0; cycle < 200000; ++cycle) {
    const auto in = random_inputs(random);
    const std::int32_t psum = reference.clock(in);
    const PeOutputs out = pe->clock(ports(in));
    ASSERT_EQ(out.psum, psum) << "cycle " << cycle << ": activation " << reference.act() << ", weight "
                              << reference.active() << ", mode " << reference.select();
    ASSERT_EQ(out.act_sign ? -out.act_mag : out.act_mag, in.act) << "cycle " << cycle;
    ASSERT_EQ(out.swap, in.swap) << "cycle " << cycle;
    ASSERT_EQ(out.select, reference.select()) << "cycle " << cycle;
  }
}

// A multiplier with another product for 0 than 0, so that gating shows: x w + 3 in two's complement.
TEST(ProcessingElement, OfTwosComplementEqualsPlainIntegers) {
  const auto pe = make_verilated_pe_s8([](std::uint8_t x, std::uint8_t w, int select) {
    return static_cast<std::uint16_t>(static_cast<std::int8_t>(x) * static_cast<std::int8_t>(w) + 3 + select);
  });
  Random random{2};
  int act = 0, active = 0, shadow = 0, select = 0;
  for (int cycle = 0; cycle < 100000; ++cycle) {
    PeReference::Inputs in = random_inputs(random);
    in.act = std::min(in.act, 127);
    PeInputs at_ports = ports(in);
    at_ports.act_sign = at_ports.weight_sign = false;
    at_ports.act_mag = static_cast<std::uint8_t>(in.act);
    at_ports.weight_mag = static_cast<std::uint8_t>(in.weight);
    const std::int32_t product = act != 0 && active != 0 ? act * active + 3 + select : 0;
    const auto psum = static_cast<std::uint32_t>(in.psum) + static_cast<std::uint32_t>(product);
    const PeOutputs out = pe->clock(at_ports);
    ASSERT_EQ(out.psum, static_cast<std::int32_t>(psum))
        << "cycle " << cycle << ": activation " << act << ", weight " << active;
    ASSERT_EQ(static_cast<std::int8_t>(out.act_mag), in.act) << "cycle " << cycle;
    if (in.weight_we) shadow = in.weight;
    if (in.swap) {
      active = shadow;
      select = in.select;
    }
    act = in.act;
    ASSERT_EQ(out.select, select) << "cycle " << cycle;
  }
}

TEST(ProcessingElement, PassesActivationFirstToThePool) {
  const auto multiplier = make_verilated_multiplier("ax_mul_dadda_perf_w2");  // 7 * (5 & ~3), not symmetric
  const auto pe = make_verilated_pe([&](std::uint8_t x, std::uint8_t w, int) { return multiplier->multiply(x, w, 0); });
  PeInputs in;
  in.weight_we = true;
  in.weight_mag = 5;
  (void)pe->clock(in);
  in = {};
  in.swap = true;
  in.act_mag = 7;
  (void)pe->clock(in);
  EXPECT_EQ(pe->clock({}).psum, 28);
}

TEST(ProcessingElement, HoldsThePoolsOperandsWhileGated) {
  struct Operands {
    int x, w, select;
    bool operator==(const Operands& o) const { return x == o.x && w == o.w && select == o.select; }
  };
  Operands held{};
  const auto pe = make_verilated_pe([&held](std::uint8_t x, std::uint8_t w, int select) {
    held = {x, w, select};
    return static_cast<std::uint16_t>(x * w + 1000);  // not 0 for 0, as in an approximate table
  });
  const auto clock = [&pe](int act, int weight_write, bool swap) {
    PeReference::Inputs in;
    in.act = act;
    in.weight_we = weight_write != 0;
    in.weight = weight_write;
    in.swap = swap;
    in.select = 1;
    return pe->clock(ports(in)).psum;
  };
  (void)clock(0, 3, false);  // shadow 3
  (void)clock(20, 0, true);  // 20 * 3
  EXPECT_EQ(held, (Operands{20, 3, 1}));
  EXPECT_EQ(clock(0, 0, false), 1060);
  EXPECT_EQ(held, (Operands{20, 3, 1})) << "an activation of 0 must not reach the multiplier";
  EXPECT_EQ(clock(0, 0, false), 0) << "nor may its raw product be added";
  PeReference::Inputs zero_weight;
  zero_weight.weight_we = true;
  (void)pe->clock(ports(zero_weight));  // shadow 0
  (void)clock(40, 0, true);             // 40 * 0
  EXPECT_EQ(held, (Operands{20, 3, 1})) << "a weight of 0 must hold both operands";
  EXPECT_EQ(clock(50, 0, false), 0);
  EXPECT_EQ(held, (Operands{20, 3, 1}));
}

TEST(ProcessingElement, LoadsTheNextWeightWhileTheActiveOneComputes) {
  const auto pe = make_verilated_pe([](std::uint8_t x, std::uint8_t w, int) { return std::uint16_t(x * w); });
  PeReference::Inputs in;
  in.weight_we = true;
  in.weight = 100;
  (void)pe->clock(ports(in));
  in = {};
  in.act = 10;
  in.swap = true;
  in.weight_we = true;  // in the cycle of the swap: it counts for this very activation
  in.weight = -3;
  (void)pe->clock(ports(in));
  in.swap = false;
  in.act = 11;
  in.weight = 5;  // written while -3 is at work
  EXPECT_EQ(pe->clock(ports(in)).psum, -30);
  in.weight_we = false;
  in.swap = true;
  in.act = 12;
  EXPECT_EQ(pe->clock(ports(in)).psum, -33);
  EXPECT_EQ(pe->clock({}).psum, 60);
}

TEST(ProcessingElement, PartialSumWrapsAtThirtyTwoBits) {
  const auto pe = make_verilated_pe([](std::uint8_t x, std::uint8_t w, int) { return std::uint16_t(x * w); });
  PeReference::Inputs in;
  in.weight_we = true;
  in.weight = 1;
  (void)pe->clock(ports(in));
  in = {};
  in.act = 1;
  in.swap = true;
  (void)pe->clock(ports(in));
  in = {};
  in.act = -1;
  in.psum = std::numeric_limits<std::int32_t>::max();
  EXPECT_EQ(pe->clock(ports(in)).psum, std::numeric_limits<std::int32_t>::min());
  in.psum = std::numeric_limits<std::int32_t>::min();
  EXPECT_EQ(pe->clock(ports(in)).psum, std::numeric_limits<std::int32_t>::max());
}

TEST(ProcessingElement, ResetClearsWeightsAndSum) {
  const auto pe = make_verilated_pe([](std::uint8_t x, std::uint8_t w, int) { return std::uint16_t(x * w + 7); });
  PeReference::Inputs in;
  in.weight_we = true;
  in.weight = 9;
  (void)pe->clock(ports(in));
  in.swap = true;
  in.act = 9;
  (void)pe->clock(ports(in));
  pe->reset();
  in = {};
  in.act = 9;
  EXPECT_EQ(pe->clock(ports(in)).psum, 0);
  in.swap = true;  // the shadow weight is 0, too
  EXPECT_EQ(pe->clock(ports(in)).psum, 0);
  EXPECT_EQ(pe->clock({}).psum, 0);
}

}  // namespace
}  // namespace axvp
