#include "axvp/accel/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "axvp/accel/memory_map.h"
#include "axvp/accel/parameter_set.h"
#include "small_network.h"

namespace axvp {
namespace {

using ::testing::HasSubstr;

class ProgramTest : public ::testing::Test {
 protected:
  const QuantizedNetwork network_ = testing::small_residual_network();
  const SelectablePool pool_ = testing::small_pool();
  PlatformConfig config_;

  [[nodiscard]] OperatingPoint point(const std::string& name, std::uint64_t seed,
                                     const std::string& selectable = "exact") const {
    return testing::make_point(network_, name, {selectable}, seed);
  }
  static const std::uint8_t* at(const Program& program, std::uint32_t address) {
    return program.image.data() + (address - kDramBase);
  }
  static PointRecord record(const Program& program, std::uint32_t index) {
    const auto header = decode_point_header(at(program, program.point_table_address));
    return decode_point_record(
        at(program, program.point_table_address + kPointHeaderBytes + index * header.record_bytes), header.layers);
  }
};

TEST_F(ProgramTest, HoldsWeightsSelectorsAndSetsOfEveryLayer) {
  const std::vector<OperatingPoint> points{point("a", 1), point("b", 2, "shifted")};
  const auto program = compile(network_, points, pool_, config_);
  ASSERT_TRUE(program) << program.error().message;
  const auto layers = network_.layers();
  const auto header = decode_point_header(at(*program, program->point_table_address));
  EXPECT_EQ(header.layers, layers.size());
  EXPECT_EQ(header.points, 2u);
  for (std::uint32_t p = 0; p < 2; ++p) {
    const PointRecord r = record(*program, p);
    for (std::size_t l = 0; l < layers.size(); ++l) {
      EXPECT_EQ(at(*program, r.selector_address)[l], p == 0 ? 0 : 2);
      EXPECT_EQ(unpack_requantisation(at(*program, r.sets[l].address), points[p].requantisation[l].size()),
                points[p].requantisation[l]);
      EXPECT_EQ(r.sets[l].bytes, 9 * points[p].requantisation[l].size());
      const auto& weights = network_.layer(l).weights;
      EXPECT_TRUE(std::equal(weights.begin(), weights.end(), at(*program, program->weight_addresses[l]),
                             [](std::int8_t w, std::uint8_t byte) { return static_cast<std::uint8_t>(w) == byte; }));
    }
  }
}

TEST_F(ProgramTest, SetsThatAreEqualAreStoredOnce) {
  std::vector<OperatingPoint> points{point("a", 1), point("b", 1, "coarse")};
  points[1].requantisation[3][0].bias += 1;
  const auto program = compile(network_, points, pool_, config_);
  ASSERT_TRUE(program);
  const PointRecord a = record(*program, 0);
  const PointRecord b = record(*program, 1);
  for (std::size_t l = 0; l < a.sets.size(); ++l) EXPECT_EQ(a.sets[l].address == b.sets[l].address, l != 3) << l;
}

TEST_F(ProgramTest, TensorsDoNotOverlapTheImageOrEachOther) {
  const auto program = compile(network_, {point("a", 1)}, pool_, config_);
  ASSERT_TRUE(program);
  std::uint64_t end = kDramBase + program->image.size();
  for (const auto& tensor : program->tensors) {
    EXPECT_GE(tensor.address, end);
    EXPECT_EQ(tensor.address % kDramAlignment, 0u);
    end = std::uint64_t{tensor.address} + tensor.bytes;
  }
  EXPECT_LE(end, kDramBase + config_.dram_bytes());
}

TEST_F(ProgramTest, NodesCountTheNetworksMacs) {
  const auto program = compile(network_, {point("a", 1)}, pool_, config_);
  ASSERT_TRUE(program);
  for (const auto& node : program->nodes)
    EXPECT_EQ(node.macs, node.layer ? network_.macs_of_layer(*node.layer) : 0u) << node.name;
}

TEST_F(ProgramTest, TheSameInputsGiveTheSameImage) {
  EXPECT_EQ(compile(network_, {point("a", 1)}, pool_, config_)->image,
            compile(network_, {point("a", 1)}, pool_, config_)->image);
}

TEST_F(ProgramTest, WrongInputsAreNamed) {
  const auto message = [&](const std::vector<OperatingPoint>& points) {
    const auto program = compile(network_, points, pool_, config_);
    return program ? std::string{"accepted"} : program.error().message;
  };
  EXPECT_THAT(message({}), HasSubstr("no operating point"));
  OperatingPoint bad = point("bad", 1);
  bad.selectable_of_layer[2] = "exakt";
  EXPECT_THAT(message({bad}), AllOf(HasSubstr("bad"), HasSubstr("conv_2"), HasSubstr("did you mean `exact`")));
  bad = point("bad", 1);
  bad.requantisation[1].pop_back();
  EXPECT_THAT(message({bad}), AllOf(HasSubstr("conv_1"), HasSubstr("7 requantisation entries for 8 channels")));
  bad = point("bad", 1);
  bad.requantisation.pop_back();
  EXPECT_THAT(message({bad}), HasSubstr("requantisation sets for the 7 layers"));
}

TEST_F(ProgramTest, AccumulatorThatCouldOverflowNamesLayerPointAndSelectable) {
  SelectablePool pool = pool_;
  pool.tables[1] = TruthTable::from_function([](std::uint8_t, std::uint8_t) { return 1 << 28; });
  const auto program = compile(network_, {point("a", 1), point("eco", 1, "coarse")}, pool, config_);
  ASSERT_FALSE(program);
  EXPECT_THAT(program.error().message, AllOf(HasSubstr("conv_0"), HasSubstr("eco"), HasSubstr("coarse"),
                                             HasSubstr("overflow the int32 accumulator")));
}

TEST_F(ProgramTest, PoolOfTheOtherEncodingIsRefused) {
  SelectablePool pool = pool_;
  pool.encoding = Encoding::TwosComplement;
  EXPECT_THAT(compile(network_, {point("a", 1)}, pool, config_).error().message,
              HasSubstr("coded s8, the network sm8"));
}

TEST_F(ProgramTest, MemoriesThatAreTooSmallAreNamed) {
  testing::NetworkBuilder builder{1};
  const TensorId image = builder.input({3, 320, 320}, ElementType::Signed8);
  const TensorId stem = builder.convolution(image, 16, testing::square_window(3, 1, 1));
  const QuantizedNetwork large = builder.classifier(builder.average_pool(stem, testing::square_window(4, 4, 0)), 200);
  config_.dram.size_mb = 1;
  const auto points = std::vector<OperatingPoint>{testing::make_point(large, "a", {"exact"}, 1)};
  EXPECT_THAT(compile(large, points, pool_, config_).error().message, HasSubstr("raise dram.size_mb"));
  config_ = PlatformConfig{};
  config_.scratchpads.parameter_kb = 1;
  EXPECT_THAT(compile(large, points, pool_, config_).error().message,
              AllOf(HasSubstr("conv_2"), HasSubstr("raise scratchpads.parameter_kb")));
}

}  // namespace
}  // namespace axvp
