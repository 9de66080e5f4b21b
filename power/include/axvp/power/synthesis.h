#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "axvp/common/result.h"
#include "axvp/power/liberty.h"
#include "axvp/power/netlist.h"

namespace axvp {

/// $XDG_CACHE_HOME/axvp/synthesis, or ~/.cache/axvp/synthesis, or a folder below the system's temporary one.
[[nodiscard]] std::filesystem::path default_synthesis_cache();

struct SynthesisOptions {
  std::filesystem::path liberty{std::string{kDefaultLiberty}};
  std::filesystem::path cache = default_synthesis_cache();  ///< Netlists by content hash; may be deleted at any time.
  std::string yosys = "yosys";                              ///< Program name or path.
  std::string abc = "yosys-abc";                            ///< The ABC that Yosys calls, asked for its version only.
};

/// One design to map.
struct SynthesisJob {
  std::string top;
  std::vector<std::filesystem::path> sources;  ///< SystemVerilog files.
  std::string wrapper;                         ///< More SystemVerilog, e.g. a top that ties inputs; may be empty.
  std::vector<std::string> parts;              ///< Modules whose energy is reported apart.
};

struct MappedDesign {
  Netlist netlist;
  std::string rtl_sha256;  ///< Of sources and wrapper.
  std::string key;         ///< Synthesiser::key() of the job.
};

/// Maps designs to a library with Yosys and ABC. Instances of `ax_fa` and `ax_ha` become the library's adder cells
/// where it has them. Results are cached by the hash of RTL, scripts, library and tool versions. Thread-safe after
/// creation.
class Synthesiser {
 public:
  /// Fails with one clear message if Yosys or the library is missing, or if the library has no inverter, no two-input
  /// gate or no internal_power tables.
  [[nodiscard]] static Result<Synthesiser> create(const SynthesisOptions& options);

  /// Fails if a source cannot be read or Yosys refuses the design; the message holds Yosys' last lines.
  [[nodiscard]] Result<MappedDesign> run(const SynthesisJob& job) const;

  /// Proves by SAT sweeping (`cec` of ABC) that the mapped netlist computes what the RTL says, for all inputs. The
  /// designs are combinational. Fails with ABC's last lines if they differ, and as run() does.
  [[nodiscard]] Result<void> prove(const SynthesisJob& job) const;

  /// The hash of everything that the netlist depends on. Fails if a source cannot be read.
  [[nodiscard]] Result<std::string> key(const SynthesisJob& job) const;

  [[nodiscard]] const std::shared_ptr<const LibertyLibrary>& library() const { return library_; }
  [[nodiscard]] const std::map<std::string, std::string>& tools() const { return tools_; }  ///< Tool -> version.

 private:
  struct Keys {
    std::string rtl, job;
  };
  Synthesiser() = default;
  [[nodiscard]] Result<Keys> keys(const SynthesisJob& job) const;
  [[nodiscard]] Result<std::string> write_sources(const SynthesisJob& job, const std::filesystem::path& folder) const;
  [[nodiscard]] Result<void> map(const SynthesisJob& job, const std::filesystem::path& folder) const;

  SynthesisOptions options_;
  std::shared_ptr<const LibertyLibrary> library_;
  std::map<std::string, std::string> tools_;
  std::string adder_map_;
};

/// Verilog that maps ax_fa and ax_ha to the library's smallest full and half adder cells, found by their functions, or
/// to gates where it has none.
[[nodiscard]] std::string adder_map(const LibertyLibrary& library);

}  // namespace axvp
