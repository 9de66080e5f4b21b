#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "axvp/common/progress.h"
#include "axvp/common/result.h"
#include "axvp/multipliers/truth_table.h"
#include "axvp/workloads/dataset.h"
#include "axvp/workloads/quantise.h"

namespace axvp {

/// Ways to predict the deviation within channels of a layer's errors.
enum class ErrorModel {
  Sampled,            ///< Receptive fields with the real weights (SampledErrors).
  ClosedForm,         ///< The papers', one weight histogram a layer.
  ClosedFormChannel,  ///< The same with one histogram a channel.
};
inline constexpr std::array kErrorModels{ErrorModel::Sampled, ErrorModel::ClosedForm, ErrorModel::ClosedFormChannel};
[[nodiscard]] std::string_view to_string(ErrorModel model);

/// One selectable in one layer.
struct ErrorComparison {
  std::size_t layer = 0, candidate = 0;
  double measured = 0.0;  ///< Deviation within channels on all positions of the held-out images.
  std::array<double, kErrorModels.size()> predicted{};  ///< By model.
};

/// How well one model predicts, over all comparisons whose measured deviation is not 0.
struct ErrorModelQuality {
  double median_relative = 0.0, p90_relative = 0.0;  ///< |predicted / measured - 1|.
  double correlation = 0.0, log_correlation = 0.0;   ///< Pearson's.
};

struct ErrorComparisonOptions {
  std::size_t fields = 2048;
  std::size_t closed_form_fields = 128;  ///< Of the same: it takes each of them channel by channel.
  std::uint64_t seed = 1;
  unsigned threads = 0;
  ProgressStyle progress = ProgressStyle::Quiet;
};

/// Every candidate in every layer, layers outermost. `images` are sampled, `held_out` are run whole, exactly up to each
/// layer. Candidates without any error are left out.
[[nodiscard]] Result<std::vector<ErrorComparison>> compare_error_models(const Quantisation& quantisation,
                                                                        const Dataset& images, const Dataset& held_out,
                                                                        const std::vector<TruthTable>& tables,
                                                                        const ErrorComparisonOptions& options);

[[nodiscard]] ErrorModelQuality quality_of(const std::vector<ErrorComparison>& comparisons, ErrorModel model);

}  // namespace axvp
