#include "axvp/accel/dataflow.h"

#include "axvp/common/text.h"

namespace axvp {

std::string_view to_string(Dataflow dataflow) {
  switch (dataflow) {
    case Dataflow::WeightStationary:
      return "weight-stationary";
    case Dataflow::OutputStationary:
      return "output-stationary";
    case Dataflow::InputStationary:
      return "input-stationary";
  }
  return "";
}

Result<Dataflow> parse_dataflow(std::string_view name) {
  if (name == "ws" || name == to_string(Dataflow::WeightStationary)) return Dataflow::WeightStationary;
  if (name == "os" || name == to_string(Dataflow::OutputStationary)) return Dataflow::OutputStationary;
  if (name == "is" || name == to_string(Dataflow::InputStationary)) return Dataflow::InputStationary;
  return fail("dataflow `{}`{}", name,
              suggestion(name, {"weight-stationary", "output-stationary", "input-stationary", "ws", "os", "is"}));
}

}  // namespace axvp
