#include "axvp/accel/array_model.h"

#include <map>
#include <utility>

#include "axvp/accel/cycle_array.h"
#include "axvp/multipliers/gated_products.h"

namespace axvp {
namespace {

class AnalyticArray final : public ArrayModel {
 public:
  AnalyticArray(Dataflow dataflow, const ArrayConfig& array, Encoding encoding, std::vector<TruthTable> multipliers)
      : dataflow_(dataflow), array_(array), encoding_(encoding), multipliers_(std::move(multipliers)) {}

  std::string_view level() const override { return "analytic"; }
  Dataflow dataflow() const override { return dataflow_; }

  ChainCycles run(const std::vector<MatrixProduct>& chain) override {
    for (const MatrixProduct& product : chain) compute(product);
    return chain_cycles(dataflow_, array_, fold_groups(dataflow_, array_, chain));
  }

 private:
  void compute(const MatrixProduct& p) {
    const GatedProducts& products = gated(p.select, p.activations_signed);
    for (int m = 0; m < p.positions; ++m)
      for (int n = 0; n < p.channels; ++n) {
        std::int32_t sum = 0;
        for (int k = 0; k < p.depth; ++k)
          sum += products(p.activations[std::int64_t{m} * p.depth + k],
                          static_cast<std::uint8_t>(p.weights[std::int64_t{n} * p.depth + k]));
        p.sums[std::int64_t{m} * p.sum_stride + n] = sum;
      }
  }

  const GatedProducts& gated(std::uint8_t select, bool is_signed) {
    const auto found = products_.find({select, is_signed});
    if (found != products_.end()) return found->second;
    return products_.try_emplace({select, is_signed}, multipliers_[select], encoding_, is_signed).first->second;
  }

  Dataflow dataflow_;
  ArrayConfig array_;
  Encoding encoding_;
  std::vector<TruthTable> multipliers_;
  std::map<std::pair<std::uint8_t, bool>, GatedProducts> products_;
};

}  // namespace

std::vector<FoldGroup> fold_groups(Dataflow dataflow, const ArrayConfig& array,
                                   const std::vector<MatrixProduct>& chain) {
  std::vector<FoldGroup> groups;
  for (const MatrixProduct& p : chain)
    groups.push_back(fold_group(dataflow, array,
                                {static_cast<std::uint64_t>(p.positions), static_cast<std::uint64_t>(p.channels),
                                 static_cast<std::uint64_t>(p.depth)}));
  return groups;
}

std::unique_ptr<ArrayModel> make_analytic_array(Dataflow dataflow, const ArrayConfig& array, Encoding encoding,
                                                std::vector<TruthTable> multipliers) {
  return std::make_unique<AnalyticArray>(dataflow, array, encoding, std::move(multipliers));
}

std::unique_ptr<ArrayModel> make_cycle_array(Dataflow dataflow, const ArrayConfig& array, Encoding encoding,
                                             std::vector<TruthTable> multipliers, ArrayWave* wave) {
  if (dataflow == Dataflow::OutputStationary)
    return make_array_model(make_cycle_os_array(array, encoding, std::move(multipliers)), "cycle", wave);
  return make_array_model(make_cycle_ws_array(array, encoding, std::move(multipliers)), "cycle", wave);
}

}  // namespace axvp
