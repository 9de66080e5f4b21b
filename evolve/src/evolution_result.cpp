#include "axvp/common/provenance.h"
#include "axvp/evolve/evolution.h"

namespace axvp {

nlohmann::json to_json(const EvolutionResult& result, const EvolutionConfig& config, const EvolutionTask& task) {
  const char* cost_name = config.cost == CostKind::Area ? "cost_um2" : "cost_pj";
  nlohmann::json front = nlohmann::json::array();
  for (const EvolvedCircuit& found : result.front)
    front.push_back({{"mae", found.error.mean_absolute},
                     {"mean", found.error.mean},
                     {"std", found.error.standard_deviation},
                     {cost_name, found.cost},
                     {"area_um2", found.area.value},
                     {"circuit", to_text(found.circuit)}});
  Provenance provenance{"multipliers evolve", config.search.seed, {{"search", task.identity}}, {}};
  return {{"schema", 1},
          {"kind", "evolution_result"},
          {"provenance", to_json(provenance)},
          {"configuration", to_json(config)},
          {"evaluations", result.evaluations},
          {"complete", result.complete},
          {"front", front}};
}

}  // namespace axvp
