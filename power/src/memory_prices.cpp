#include "axvp/power/memory_prices.h"

#include "axvp/common/field_reader.h"
#include "axvp/common/text.h"
#include "rounding.h"

namespace axvp {

Result<MemoryEnergy> load_memory_prices(const std::filesystem::path& path, const LibertyLibrary& library) {
  const auto document = load_toml(path);
  if (!document) return forward_error(document);
  constexpr NumberRange kPositive{0.0, std::numeric_limits<double>::max(), true};
  FieldReader root{*document};
  FieldReader published = root.table("published", true);
  const std::string source = published.string("source");
  const double feature_nm = published.number("feature_nm", kPositive);
  const double voltage_v = published.number("voltage_v", kPositive);
  const auto access_bytes = static_cast<double>(published.integer("access_bytes", {1}));
  FieldReader features = root.table("feature_nm", true);
  double library_nm = 0.0;
  for (const auto& name : features.keys())
    if (const double nm = features.number(name, kPositive); name == library.name) library_nm = nm;
  const double scale = library_nm / feature_nm * (library.voltage_v / voltage_v) * (library.voltage_v / voltage_v);

  MemoryEnergy memory;
  for (auto& point : root.tables("sram", true)) {
    const auto capacity = static_cast<Bytes>(point.integer("capacity_bytes", {1}));
    const Picojoules per_byte = rounded(Picojoules{point.number("access_pj", kPositive) / access_bytes * scale});
    if (!memory.sram.empty() && memory.sram.back().capacity >= capacity)
      point.reject("capacity_bytes", "capacities must ascend");
    memory.sram.push_back({capacity, per_byte, per_byte});
  }
  FieldReader dram = root.table("dram", true);
  memory.dram_read_per_byte = rounded(Picojoules{dram.number("access_pj", kPositive) / access_bytes});
  memory.dram_write_per_byte = memory.dram_read_per_byte;
  if (const auto done = root.finish(); !done) return forward_error(done);
  if (!(library_nm > 0.0))
    return fail("{}: [feature_nm] does not name the library {}; add its feature size", path.string(), library.name);
  memory.sram_source = fmt::format("{}; scaled to {} nm, {} V: x {}", source, shortest(library_nm),
                                   shortest(library.voltage_v), shortest(scale));
  memory.dram_source = source + "; as published";
  return memory;
}

}  // namespace axvp
