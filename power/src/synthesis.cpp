#include "axvp/power/synthesis.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "axvp/common/file.h"
#include "axvp/common/hash.h"
#include "axvp/common/text.h"
#include "library_check.h"
#include "process.h"
#include "scripts.h"

namespace axvp {
namespace {

namespace fs = std::filesystem;

/// Every pass can make one more adder input constant; the longest chain of an 8x8 tree is below this.
constexpr int kFoldPasses = 16;
constexpr std::size_t kLastLines = 6;

std::string last_lines(const std::string& text) {
  std::vector<std::string> lines;
  for (auto& line : split(text, '\n'))
    if (!line.empty()) lines.push_back(std::move(line));
  if (lines.size() > kLastLines) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(kLastLines));
  return join(lines, "\n  ");
}

std::string line_with(const std::string& text, const std::string& marker) {
  for (const auto& line : split(text, '\n'))
    if (line.find(marker) != std::string::npos) return line;
  return "unknown";
}

std::string content_key(const std::vector<std::string>& parts) {
  std::string hashes;
  for (const auto& part : parts) hashes += sha256(part);  // of fixed length, so that parts cannot run into each other
  return sha256(hashes);
}

std::string scripts() {
  std::string all;
  for (const auto& file : kSynthesisFiles) all += fmt::format("{}\n{}\n", file.name, file.text);
  return all;
}

/// Paths in Yosys' own scripts cannot hold line feeds.
Result<std::string> source_list(const std::vector<fs::path>& sources) {
  std::vector<std::string> names;
  for (const auto& source : sources) {
    names.push_back(fs::absolute(source).string());
    if (names.back().find('\n') != std::string::npos) return fail("{}: a line feed in a file name", names.back());
  }
  return join(names, "\n");
}

/// Leaves of Yosys' netlist what is read of it, a tenth: modules with ports and cells, cells with type and connections.
Result<void> shorten_netlist(const fs::path& file) {
  using json = nlohmann::ordered_json;  // the order of ports is that of the module
  constexpr int kOfModule = 3;          // depth of the keys in {"modules": {NAME: {...}}}
  constexpr int kOfCell = 5;
  const auto is_read = [](int depth, json::parse_event_t event, json& parsed) {
    if (event != json::parse_event_t::key) return true;
    const auto is_one_of = [&parsed](std::initializer_list<const char*> keys) {
      return std::any_of(keys.begin(), keys.end(), [&parsed](const char* key) { return parsed == key; });
    };
    if (depth == kOfModule) return !is_one_of({"netnames", "attributes"});
    return depth != kOfCell || !is_one_of({"hide_name", "attributes", "parameters", "port_directions"});
  };
  const auto text = read_text_file(file, 1ull << 30);
  if (!text) return forward_error(text);
  const json netlist = json::parse(*text, is_read, false);
  if (netlist.is_discarded()) return fail("{}: Yosys wrote no valid JSON", file.string());
  return write_file_atomically(file, netlist.dump());
}

/// A folder of our own beside the final one, removed unless it was renamed.
class WorkFolder {
 public:
  explicit WorkFolder(const fs::path& final_folder) : final_(final_folder) {
    static std::atomic<unsigned> count{0};
    path_ = final_folder.string() + fmt::format(".{}-{}", getpid(), count++);
  }
  ~WorkFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

  [[nodiscard]] const fs::path& path() const { return path_; }

  /// Another run may have been faster; its result is the same.
  [[nodiscard]] Result<void> keep() const {
    std::error_code error;
    fs::rename(path_, final_, error);
    if (error && !fs::exists(final_ / "netlist.json")) return fail("{}: {}", final_.string(), error.message());
    return {};
  }

 private:
  fs::path final_;
  fs::path path_;
};

}  // namespace

fs::path default_synthesis_cache() {
  if (const char* folder = std::getenv("XDG_CACHE_HOME"); folder != nullptr && *folder != '\0')
    return fs::path{folder} / "axvp" / "synthesis";
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0')
    return fs::path{home} / ".cache" / "axvp" / "synthesis";
  std::error_code error;
  return fs::temp_directory_path(error) / "axvp-synthesis";
}

Result<Synthesiser> Synthesiser::create(const SynthesisOptions& options) {
  Synthesiser result;
  result.options_ = options;
  const auto version = run_process(options.yosys, {"-V"});
  if (!version || version->exit_code != 0)
    return fail(
        "synthesis needs Yosys: {}; install the Debian package yosys, or use the committed energy table",
        version ? fmt::format("`{} -V` ended with {}", options.yosys, version->exit_code) : version.error().message);
  auto library = load_liberty(options.liberty);
  if (!library) return forward_error(library);
  if (const auto usable = check_library(*library); !usable) return fail_in(options.liberty.string(), usable);
  result.library_ = std::make_shared<const LibertyLibrary>(std::move(*library));
  result.adder_map_ = adder_map(*result.library_);
  const auto abc = run_process(options.abc, {"-c", "version"});
  result.tools_ = {{"yosys", line_with(version->output, "Yosys")},
                   {"abc", abc ? line_with(abc->output, "UC Berkeley, ABC") : "unknown"}};
  return result;
}

Result<Synthesiser::Keys> Synthesiser::keys(const SynthesisJob& job) const {
  std::vector<std::string> texts{job.wrapper};
  for (const auto& source : job.sources) {
    auto text = read_text_file(source);
    if (!text) return forward_error(text);
    texts.push_back(std::move(*text));
  }
  Keys keys{content_key(texts), ""};
  keys.job = content_key({keys.rtl, job.top, join(job.parts, "\n"), scripts(), adder_map_, library_->sha256,
                          tools_.at("yosys"), tools_.at("abc")});
  return keys;
}

Result<std::string> Synthesiser::key(const SynthesisJob& job) const {
  const auto found = keys(job);
  if (!found) return forward_error(found);
  return found->job;
}

Result<MappedDesign> Synthesiser::run(const SynthesisJob& job) const {
  const auto key = keys(job);
  if (!key) return forward_error(key);
  const fs::path folder = options_.cache / key->job;
  if (!fs::exists(folder / "netlist.json"))
    if (const auto done = map(job, folder); !done) return forward_error(done);
  const auto text = read_text_file(folder / "netlist.json");
  if (!text) return forward_error(text);
  auto netlist = parse_netlist(*text, job.top, job.top, library_);
  if (!netlist) return forward_error(netlist);
  return MappedDesign{std::move(*netlist), key->rtl, key->job};
}

/// The wrapper goes into the folder; the list names all files.
Result<std::string> Synthesiser::write_sources(const SynthesisJob& job, const fs::path& folder) const {
  std::vector<fs::path> sources = job.sources;
  if (!job.wrapper.empty()) sources.push_back(folder / "wrapper.sv");
  if (const auto written = write_file_atomically(folder / "wrapper.sv", job.wrapper); !written)
    return forward_error(written);
  return source_list(sources);
}

Result<void> Synthesiser::map(const SynthesisJob& job, const fs::path& folder) const {
  const WorkFolder work{folder};
  std::vector<std::pair<std::string, std::string>> files{{"map_adders.v", adder_map_}};
  for (const auto& file : kSynthesisFiles) files.emplace_back(file.name, file.text);
  for (const auto& [name, text] : files)
    if (const auto written = write_file_atomically(work.path() / name, text); !written) return written;
  const auto list = write_sources(job, work.path());
  if (!list) return forward_error(list);
  const auto outcome = run_process(options_.yosys, {"-q", "-c", (work.path() / "map.tcl").string()},
                                   {{"AX_OUT", work.path().string()},
                                    {"AX_TOP", job.top},
                                    {"AX_LIBERTY", fs::absolute(options_.liberty).string()},
                                    {"AX_SOURCES", *list},
                                    {"AX_PARTS", join(job.parts, "\n")},
                                    {"AX_FOLD_PASSES", std::to_string(kFoldPasses)}});
  if (!outcome) return forward_error(outcome);
  if (outcome->exit_code != 0)
    return fail("Yosys cannot map {} (exit code {}):\n  {}", job.top, outcome->exit_code, last_lines(outcome->output));
  if (const auto shortened = shorten_netlist(work.path() / "netlist.json"); !shortened) return shortened;
  return work.keep();
}

Result<void> Synthesiser::prove(const SynthesisJob& job) const {
  const auto design = run(job);
  if (!design) return forward_error(design);
  const WorkFolder work{options_.cache / ("proof-" + design->key)};
  if (const auto written = write_file_atomically(work.path() / "prove.tcl", kProofScript); !written) return written;
  const auto list = write_sources(job, work.path());
  if (!list) return forward_error(list);
  const fs::path rtl = work.path() / "rtl.aig";
  const fs::path netlist = work.path() / "netlist.aig";
  for (const auto& [graph, mapped] :
       {std::pair{rtl, fs::path{}}, std::pair{netlist, fs::absolute(options_.cache / design->key / "netlist.json")}}) {
    const auto outcome = run_process(options_.yosys, {"-q", "-c", (work.path() / "prove.tcl").string()},
                                     {{"AX_OUT", graph.string()},
                                      {"AX_TOP", job.top},
                                      {"AX_LIBERTY", fs::absolute(options_.liberty).string()},
                                      {"AX_SOURCES", *list},
                                      {"AX_NETLIST", mapped.string()}});
    if (!outcome) return forward_error(outcome);
    if (outcome->exit_code != 0)
      return fail("Yosys cannot read {} (exit code {}):\n  {}", job.top, outcome->exit_code,
                  last_lines(outcome->output));
  }
  const auto proof =
      run_process(options_.abc, {"-q", fmt::format("cec -n \"{}\" \"{}\"", rtl.string(), netlist.string())});
  if (!proof) return forward_error(proof);
  if (proof->output.find("Networks are equivalent") != std::string::npos) return {};
  return fail("{}: ABC does not prove RTL and netlist equivalent:\n  {}", job.top, last_lines(proof->output));
}

}  // namespace axvp
