// Waves of the Verilated array: the same as of its model in C++, and the same in both formats.
#include <fstapi.h>
#include <gmock/gmock.h>

#include "array_chains.h"
#include "axvp/accel/array_wave.h"
#include "axvp/common/file.h"
#include "axvp/cosim/fst_file.h"
#include "axvp/cosim/rtl_array.h"
#include "axvp/multipliers/catalogue.h"
#include "temporary_folder.h"
#include "vcd_reader.h"

namespace axvp {
namespace {

using testing::RandomChain;
using testing::Vcd;

class ArrayWaves : public testing::TemporaryFolder {
 protected:
  using MakeArray = std::function<std::unique_ptr<ArrayModel>(ArrayWave&)>;

  /// The same random chain every time.
  static void record(Result<std::unique_ptr<WaveFile>> file, const MakeArray& make) {
    ASSERT_TRUE(file) << file.error().message;
    ArrayWave wave{std::move(*file), {"conv"}, {}, 100.0};
    Random random{9};
    RandomChain chain{{{9, 11, 6}, {1, 4, 4}, {16, 7, 5}}, 2, random};
    wave.begin_run(0, 42);
    (void)make(wave)->run(chain.products());
    EXPECT_GT(wave.edges(), 50u);
    ASSERT_TRUE(wave.close());
  }

  const std::vector<std::string> ids_{"dadda_trunc-k9c", "gated_dadda-468/m2"};
  [[nodiscard]] std::unique_ptr<ArrayModel> cycle(Dataflow dataflow, const ArrayConfig& shape, ArrayWave& wave) const {
    std::vector<TruthTable> tables;
    for (const auto& id : ids_) tables.push_back(Catalogue::built_in().find(id)->table);
    return make_cycle_array(dataflow, shape, Encoding::SignMagnitude, tables, &wave);
  }
  [[nodiscard]] std::unique_ptr<ArrayModel> rtl(Dataflow dataflow, const ArrayConfig& shape, ArrayWave& wave) const {
    std::vector<RtlSelectable> pool;
    for (const auto& id : ids_) {
      const auto selectable = Catalogue::built_in().find(id);
      pool.push_back({id, selectable->rtl_module, selectable->mode});
    }
    return make_rtl_array(dataflow, shape, Encoding::SignMagnitude, pool, &wave).value();
  }
};

TEST_F(ArrayWaves, OfRtlAndOfItsModelAreTheSameBytes) {
  for (const auto& [dataflow, shape] : {std::pair{Dataflow::WeightStationary, ArrayConfig{5, 3}},
                                        std::pair{Dataflow::OutputStationary, ArrayConfig{16, 16}}}) {
    record(make_vcd_file(path("cycle.vcd")), [&](ArrayWave& wave) { return cycle(dataflow, shape, wave); });
    record(make_vcd_file(path("rtl.vcd")), [&](ArrayWave& wave) { return rtl(dataflow, shape, wave); });
    const std::string text = read_text_file(path("rtl.vcd")).value();
    EXPECT_TRUE(text == read_text_file(path("cycle.vcd")).value()) << to_string(dataflow);
  }
}

/// An FST as GTKWave reads it.
std::map<std::uint64_t, Vcd::Values> read_fst(const std::string& path) {
  void* context = fstReaderOpen(path.c_str());
  if (context == nullptr) return {};
  struct Reader {
    std::map<fstHandle, std::string> names;
    std::map<std::uint64_t, Vcd::Values> changes;
  } reader;
  std::string scope;
  while (const fstHier* item = fstReaderIterateHier(context)) {
    if (item->htyp == FST_HT_SCOPE) scope = item->u.scope.name;
    if (item->htyp == FST_HT_VAR) reader.names[item->u.var.handle] = scope + "." + item->u.var.name;
  }
  fstReaderSetFacProcessMaskAll(context);
  const auto changed = [](void* user, std::uint64_t time, fstHandle signal, const unsigned char* value) {
    auto& r = *static_cast<Reader*>(user);
    r.changes[time][r.names.at(signal)] = std::stoull(reinterpret_cast<const char*>(value), nullptr, 2);
  };
  fstReaderIterBlocks(context, changed, &reader, nullptr);
  fstReaderClose(context);
  Vcd::Values now;
  for (auto& [time, values] : reader.changes) {
    for (const auto& [name, value] : values) now[name] = value;
    values = now;
  }
  return reader.changes;
}

TEST_F(ArrayWaves, AreTheSameInBothFormats) {
  const ArrayConfig shape{5, 3};
  const auto make = [&](ArrayWave& wave) { return rtl(Dataflow::WeightStationary, shape, wave); };
  record(make_vcd_file(path("wave.vcd")), make);
  record(make_fst_file(path("wave.fst")), make);
  const Vcd vcd{read_text_file(path("wave.vcd")).value()};
  const auto fst = read_fst(path("wave.fst"));
  ASSERT_GT(fst.size(), 100u);
  for (const auto& [time, values] : fst) ASSERT_EQ(values, vcd.at(time)) << time;
  EXPECT_LT(std::filesystem::file_size(path("wave.fst")), std::filesystem::file_size(path("wave.vcd")) / 4);
}

TEST_F(ArrayWaves, OfAnFstThatIsNotCompletedLeaveNothing) {
  {
    auto file = make_fst_file(path("wave.fst"));
    ASSERT_TRUE(file);
    const ArrayWave wave{std::move(*file), {}, {}, 100.0};
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
  EXPECT_FALSE(make_fst_file(path("no/such/folder/wave.fst")));
}

}  // namespace
}  // namespace axvp
