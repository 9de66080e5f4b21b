#pragma once

#include <string>
#include <vector>

#include "axvp/multipliers/truth_table.h"
#include "axvp/workloads/dataset.h"
#include "axvp/workloads/int8_executor.h"
#include "axvp/workloads/quantise.h"

namespace axvp {

/// x * w in an encoding.
[[nodiscard]] TruthTable exact_table(Encoding encoding);

/// The exact int8 network; `quantisation` must outlive it.
[[nodiscard]] Result<Int8Executor> exact_executor(const Quantisation& quantisation);

/// Real value of one step of the accumulator, by output channel of a layer: what its exact requantisation and the
/// tensor behind it make of it. Negative where gamma is.
[[nodiscard]] std::vector<double> accumulator_steps(const Quantisation& quantisation, std::size_t layer);

/// The images as the network reads them. Fails for none, or for images of another shape.
[[nodiscard]] Result<std::vector<StoredTensor>> stored_images(const QuantizedNetwork& network, const Dataset& images);

}  // namespace axvp
