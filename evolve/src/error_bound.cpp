#include "axvp/evolve/error_bound.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "instruction_set.h"
#include "pair_blocks.h"
#include "program_delta.h"

namespace axvp {
namespace {

__extension__ using Int128 = __int128;

bool has_entry(const OperandHistogram& counts, std::size_t codes) {
  return std::any_of(counts.begin(), counts.begin() + static_cast<std::ptrdiff_t>(codes),
                     [](std::uint64_t count) { return count != 0; });
}

Result<void> check(const OperandDomain& domain, const ErrorBound& bound) {
  if (domain.weight_bits != 8 && (domain.weight_bits != 7 || domain.encoding != Encoding::SignMagnitude))
    return fail("weights of {} bits, expected 8, or 7 for sm8", domain.weight_bits);
  if (!(bound.limit >= 0) || bound.limit > 65535) return fail("error limit {}, expected 0 to 65535", bound.limit);
  if (bound.mean_limit && !(*bound.mean_limit >= 0)) return fail("mean limit {}, expected >= 0", *bound.mean_limit);
  if (bound.usage && !has_entry(bound.usage->x, 256)) return fail("the histogram of x is empty");
  if (bound.usage && !has_entry(bound.usage->w, std::size_t{1} << domain.weight_bits))
    return fail("the histogram of w is empty over its {} bits", domain.weight_bits);
  return {};
}

}  // namespace

struct ErrorEvaluator::State {
  State(const OperandDomain& domain, const ErrorBound& error_bound, const Kernels& inner_loops)
      : blocks(domain),
        bound(error_bound),
        kernels(inner_loops),
        is_signed(domain.encoding == Encoding::TwosComplement) {
    if (bound.usage) weights = pair_weights(blocks, *bound.usage, domain.weight_bits);
    for (std::size_t block = 0; block < blocks.blocks(); ++block) weight_of_block.push_back(block_weight(block));
    total = std::accumulate(weight_of_block.begin(), weight_of_block.end(), std::uint64_t{0});
    only_absolute = bound.metric == ErrorMetric::MeanAbsolute && !bound.mean_limit && weights.empty();
    const auto weight = static_cast<double>(total);
    absolute_limit = static_cast<std::uint64_t>(std::floor(bound.limit * weight));
    deviation_limit = static_cast<std::uint64_t>(std::floor(bound.limit * bound.limit * weight));
    if (bound.mean_limit) mean_limit = static_cast<std::int64_t>(std::floor(*bound.mean_limit * weight));
  }

  [[nodiscard]] std::uint64_t block_weight(std::size_t block) const {
    if (weights.empty()) return kBlockPairs;
    const auto begin = weights.begin() + static_cast<std::ptrdiff_t>(block * kBlockPairs);
    return std::accumulate(begin, begin + static_cast<std::ptrdiff_t>(kBlockPairs), std::uint64_t{0});
  }

  void prepare(const CircuitProgram& program) {
    const std::size_t words = program.slots * kBlockWords;
    if (values.size() < words) values.resize(words);
  }

  [[nodiscard]] std::uint64_t* kept(std::size_t block) {
    return parent_values.data() + block * slots_kept * kBlockWords;
  }
  /// Makes room for the values of `slots` slots in every block.
  void keep(std::size_t slots) {
    slots_kept = slots;
    parent_values.assign(blocks.blocks() * slots * kBlockWords, 0);
    for (std::size_t block = 0; block < blocks.blocks(); ++block) blocks.load_inputs(block, kept(block));
  }

  /// Runs the steps of a child that differ from the parent's on one of the blocks kept.
  ErrorBlock run(const ProgramDelta& child, std::size_t block) {
    kernels.run(child.steps().data(), child.steps().size(), kept(block));
    return {kept(block), child.product(), blocks.exact(block), is_signed};
  }

  /// Adds one block to the sums; false if the bound is exceeded for certain.
  bool take(const ErrorBlock& error, std::size_t block, BlockSums& sums, std::uint64_t& weight) const {
    if (bound.zero_products && kernels.any_product(error, blocks.zero_pairs(block))) return false;
    accumulate(error, block, sums);
    weight += weight_of_block[block];
    return !exceeds(sums, weight);
  }

  [[nodiscard]] std::optional<double> metric_of(const BlockSums& sums) const {
    if (bound.mean_limit && std::abs(sums.error) > mean_limit) return std::nullopt;
    const ErrorFigures figures = figures_of(sums);
    return bound.metric == ErrorMetric::MeanAbsolute ? figures.mean_absolute : figures.standard_deviation;
  }

  ErrorBlock run(const CircuitProgram& program, std::size_t block) {
    blocks.load_inputs(block, values.data());
    kernels.run(program.steps.data(), program.steps.size(), values.data());
    return {values.data(), program.product.data(), blocks.exact(block), is_signed};
  }
  [[nodiscard]] BlockSums moments(const ErrorBlock& error, std::size_t block) const {
    return weights.empty() ? kernels.error_moments(error)
                           : kernels.weighted_moments(error, weights.data() + block * kBlockPairs);
  }

  /// Adds one block's sums: all of them, or only that of |e| where nothing else is asked for.
  void accumulate(const ErrorBlock& error, std::size_t block, BlockSums& sums) const {
    if (only_absolute) {
      sums.absolute += kernels.absolute_error(error);
      return;
    }
    const BlockSums more = moments(error, block);
    sums.absolute += more.absolute;
    sums.error += more.error;
    sums.squared += more.squared;
  }

  /// Sum of (e - mean)^2 over the pairs so far, times their weight.
  [[nodiscard]] static Int128 deviation(const BlockSums& sums, std::uint64_t weight) {
    return Int128{static_cast<std::int64_t>(sums.squared)} * static_cast<std::int64_t>(weight) -
           Int128{sums.error} * sums.error;
  }
  /// Over the bound for certain: these sums cannot shrink any more.
  [[nodiscard]] bool exceeds(const BlockSums& sums, std::uint64_t weight) const {
    if (bound.metric == ErrorMetric::MeanAbsolute) return sums.absolute > absolute_limit;
    return deviation(sums, weight) >
           Int128{static_cast<std::int64_t>(deviation_limit)} * static_cast<std::int64_t>(weight);
  }
  /// Over the bound as far as the `count` blocks so far show, each a fair sample of all pairs: by more than 27 % after
  /// one block, 14.5 % after two and so on to 2 %.
  [[nodiscard]] bool seems_to_exceed(const BlockSums& sums, std::uint64_t weight, std::size_t count) const {
    const Int128 percent = 102 + 25 / static_cast<std::int64_t>(count);
    const Int128 w = static_cast<std::int64_t>(weight), all = static_cast<std::int64_t>(total);
    if (bound.metric == ErrorMetric::MeanAbsolute)
      return static_cast<std::int64_t>(sums.absolute) * all * 100 >
             static_cast<std::int64_t>(absolute_limit) * w * percent;
    const Int128 limit = static_cast<std::int64_t>(deviation_limit) * w;
    return deviation(sums, weight) / 100 * all > limit / 100 * w / 100 * percent * percent / 100;
  }
  [[nodiscard]] ErrorFigures figures_of(const BlockSums& sums) const {
    const auto weight = static_cast<double>(total);
    const double mean = static_cast<double>(sums.error) / weight;
    const double variance = static_cast<double>(sums.squared) / weight - mean * mean;
    return {static_cast<double>(sums.absolute) / weight, mean, std::sqrt(std::max(0.0, variance))};
  }

  PairBlocks blocks;
  ErrorBound bound;
  const Kernels& kernels;
  bool is_signed;
  std::vector<std::uint32_t> weights;  // empty: all pairs count 1
  std::vector<std::uint64_t> weight_of_block;
  bool only_absolute = false;
  std::uint64_t total = 0;
  std::uint64_t absolute_limit = 0;   // of the sum of |e|
  std::uint64_t deviation_limit = 0;  // of the sum of (e - mean)^2
  std::int64_t mean_limit = 0;        // of |sum of e|
  std::vector<std::uint64_t> values;
  std::optional<CircuitProgram> parent;
  std::size_t slots_kept = 0;                // of each block in `parent_values`: the parent's, then room for a child's
  std::vector<std::uint64_t> parent_values;  // of all blocks: about a megabyte for 100 gates, second-level cache
  ProgramDelta delta;
};

ErrorEvaluator::ErrorEvaluator(std::unique_ptr<State> state) : state_(std::move(state)) {}
ErrorEvaluator::ErrorEvaluator(ErrorEvaluator&&) noexcept = default;
ErrorEvaluator& ErrorEvaluator::operator=(ErrorEvaluator&&) noexcept = default;
ErrorEvaluator::~ErrorEvaluator() = default;

Result<ErrorEvaluator> ErrorEvaluator::make(const OperandDomain& domain, const ErrorBound& bound, InstructionSet set) {
  if (const auto good = check(domain, bound); !good) return forward_error(good);
  const auto kernels = kernels_of(set);
  if (!kernels) return forward_error(kernels);
  return ErrorEvaluator{std::make_unique<State>(domain, bound, **kernels)};
}

std::optional<double> ErrorEvaluator::within_bound(const CircuitProgram& program) {
  State& state = *state_;
  state.prepare(program);
  BlockSums sums;
  std::uint64_t weight = 0;
  for (std::size_t block = 0; block < state.blocks.blocks(); ++block)
    if (!state.take(state.run(program, block), block, sums, weight)) return std::nullopt;
  return state.metric_of(sums);
}

void ErrorEvaluator::set_parent(const CircuitProgram& parent) {
  State& state = *state_;
  state.parent = parent;
  const std::size_t slots = parent.slots + 2 * parent.uses_node.size();  // a child has at most two slots a node
  if (slots > state.slots_kept) state.keep(slots);
  for (std::size_t block = 0; block < state.blocks.blocks(); ++block)
    state.kernels.run(parent.steps.data(), parent.steps.size(), state.kept(block));
}

std::optional<double> ErrorEvaluator::child_within_bound(const CircuitProgram& child) {
  State& state = *state_;
  if (!state.parent || child.uses_node.size() != state.parent->uses_node.size()) return within_bound(child);
  state.delta.compare(*state.parent, child);
  BlockSums sums;
  std::uint64_t weight = 0;
  for (std::size_t block = 0; block < state.blocks.blocks(); ++block)
    if (!state.take(state.run(state.delta, block), block, sums, weight) ||
        state.seems_to_exceed(sums, weight, block + 1))
      return std::nullopt;
  return state.metric_of(sums);
}

ErrorFigures ErrorEvaluator::figures(const CircuitProgram& program) {
  State& state = *state_;
  state.prepare(program);
  BlockSums sums;
  for (std::size_t block = 0; block < state.blocks.blocks(); ++block) {
    const BlockSums more = state.moments(state.run(program, block), block);
    sums.absolute += more.absolute;
    sums.error += more.error;
    sums.squared += more.squared;
  }
  return state.figures_of(sums);
}

}  // namespace axvp
