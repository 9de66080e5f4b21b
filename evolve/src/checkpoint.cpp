#include "checkpoint.h"

#include <limits>

#include "axvp/common/field_reader.h"
#include "axvp/common/file.h"

namespace axvp {
namespace {

constexpr int kSchema = 1;

/// Nodes as function, a, b, c, d, flat; then the product's signals.
nlohmann::json to_json(const Genome& genome) {
  nlohmann::json nodes = nlohmann::json::array();
  for (const Genome::Node& node : genome.nodes) {
    nodes.push_back(node.function);
    for (const SignalId input : node.inputs) nodes.push_back(input);
  }
  return {{"nodes", nodes}, {"product", genome.product}};
}

nlohmann::json to_json(const IslandState& island) {
  nlohmann::json archive = nlohmann::json::array();
  for (const ArchiveEntry& entry : island.archive)
    archive.push_back({{"circuit", to_text(entry.circuit)}, {"cost", entry.cost}, {"error", entry.error}});
  return {{"genome", to_json(island.genome)},  {"cost", island.cost},
          {"record", island.record},           {"error", island.error},
          {"evaluations", island.evaluations}, {"archive", archive}};
}

Genome read_genome(FieldReader reader) {
  const auto nodes = reader.integers("nodes", {0, 65535});
  const auto product = reader.integers("product", {0, 65535});
  Genome genome;
  constexpr std::size_t kGenes = Genome::kGenesPerNode;
  const auto signals = static_cast<std::int64_t>(kFirstGateSignal + 2 * (nodes.size() / kGenes));
  if (nodes.size() % kGenes != 0 || product.size() != genome.product.size()) {
    reader.reject("nodes", "expected five numbers a node and 16 product bits");
    return genome;
  }
  for (std::size_t n = 0; n < nodes.size() / kGenes; ++n) {
    Genome::Node node;
    node.function = static_cast<std::uint8_t>(nodes[kGenes * n]);
    bool is_good = nodes[kGenes * n] < Genome::kFunctions;
    for (std::size_t k = 0; k < kGateInputs; ++k) {
      node.inputs[k] = static_cast<SignalId>(nodes[kGenes * n + 1 + k]);
      is_good &= node.inputs[k] < output_signal(n);
    }
    if (!is_good) reader.reject("nodes", fmt::format("node {} is no gate or reads what comes later", n));
    genome.nodes.push_back(node);
  }
  for (std::size_t bit = 0; bit < product.size(); ++bit) {
    if (product[bit] >= signals) reader.reject("product", fmt::format("bit {} reads what no node drives", bit));
    genome.product[bit] = static_cast<SignalId>(product[bit]);
  }
  return genome;
}

constexpr IntegerRange kCount{0, std::numeric_limits<std::int64_t>::max()};

IslandState read_island(FieldReader reader) {
  IslandState island;
  island.genome = read_genome(reader.table("genome", true));
  island.cost = static_cast<std::uint64_t>(reader.integer("cost", kCount));
  island.record = static_cast<std::uint64_t>(reader.integer("record", kCount));
  island.error = reader.number("error", {0.0});
  island.evaluations = static_cast<std::uint64_t>(reader.integer("evaluations", kCount));
  for (FieldReader& item : reader.tables("archive")) {
    ArchiveEntry entry;
    if (auto circuit = gate_circuit_from_text(item.string("circuit")))
      entry.circuit = std::move(*circuit);
    else
      item.reject("circuit", circuit.error().message);
    entry.cost = static_cast<std::uint64_t>(item.integer("cost", kCount));
    entry.error = item.number("error", {0.0});
    island.archive.push_back(std::move(entry));
  }
  return island;
}

}  // namespace

Result<void> save_checkpoint(const std::filesystem::path& path, const std::string& identity,
                             const EvolutionState& state) {
  nlohmann::json islands = nlohmann::json::array();
  for (const IslandState& island : state.islands) islands.push_back(to_json(island));
  const nlohmann::json root{
      {"schema", kSchema}, {"kind", "evolution"}, {"search", identity}, {"epoch", state.epoch}, {"islands", islands}};
  return write_file_atomically(path, root.dump() + "\n");
}

Result<EvolutionState> load_checkpoint(const std::filesystem::path& path, const std::string& identity) {
  const auto document = load_json(path);
  if (!document) return forward_error(document);
  FieldReader reader{*document};
  reader.integer("schema", {kSchema, kSchema});
  reader.choice("kind", {"evolution"});
  if (reader.string("search") != identity)
    reader.reject("search", "the checkpoint belongs to another search; remove it or name another file");
  EvolutionState state;
  state.epoch = static_cast<std::uint64_t>(reader.integer("epoch", kCount));
  for (FieldReader& island : reader.tables("islands", true)) state.islands.push_back(read_island(std::move(island)));
  if (const auto done = reader.finish(); !done) return forward_error(done);
  return state;
}

}  // namespace axvp
