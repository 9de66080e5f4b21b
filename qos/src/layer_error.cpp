#include "axvp/qos/layer_error.h"

#include <algorithm>
#include <cmath>

namespace axvp {

void ErrorMoments::add(const std::int32_t* exact, const std::int32_t* approximate, std::size_t positions) {
  for (std::size_t p = 0; p < positions; ++p)
    for (Channel& channel : of_channel_) {
      const double x = *exact;
      const double e = static_cast<double>(*approximate++) - x;
      ++exact;
      channel.count += 1.0;
      channel.exact += x;
      channel.exact_squares += x * x;
      channel.error += e;
      channel.error_squares += e * e;
      channel.product += e * x;
    }
}

void ErrorMoments::merge(const ErrorMoments& other) {
  for (std::size_t c = 0; c < of_channel_.size(); ++c) {
    Channel& a = of_channel_[c];
    const Channel& b = other.of_channel_[c];
    a.count += b.count;
    a.exact += b.exact;
    a.exact_squares += b.exact_squares;
    a.error += b.error;
    a.error_squares += b.error_squares;
    a.product += b.product;
  }
}

double ErrorMoments::Channel::exact_variance() const {
  return std::max(0.0, exact_squares / count - exact_mean() * exact_mean());
}

double ErrorMoments::Channel::error_variance() const {
  return std::max(0.0, error_squares / count - error_mean() * error_mean());
}

double ErrorMoments::Channel::approximate_variance() const {
  return std::max(0.0, exact_variance() + 2.0 * (product / count - error_mean() * exact_mean()) + error_variance());
}

double ErrorMoments::Channel::matched_variance() const {
  if (error_variance() == 0.0) return 0.0;
  const double of_exact = exact_variance(), of_approximate = approximate_variance();
  if (of_approximate == 0.0) return of_exact;
  const double covariance = of_exact + product / count - error_mean() * exact_mean();
  return 2.0 * std::max(0.0, of_exact - std::sqrt(of_exact / of_approximate) * covariance);
}

LayerError ErrorMoments::summary(const std::vector<double>& steps) const {
  LayerError result;
  double squares = 0.0, signal = 0.0, residual = 0.0;
  const auto channels = static_cast<double>(of_channel_.size());
  for (std::size_t c = 0; c < of_channel_.size(); ++c) {
    const Channel& channel = of_channel_[c];
    result.mean += channel.error_mean() / channels;
    squares += channel.error_squares / channel.count / channels;
    result.std_within_channels += channel.error_variance() / channels;
    signal += steps[c] * steps[c] * channel.exact_variance();
    residual += steps[c] * steps[c] * channel.matched_variance();
  }
  result.std = std::sqrt(std::max(0.0, squares - result.mean * result.mean));
  result.std_within_channels = std::sqrt(result.std_within_channels);
  result.relative_variance = signal > 0.0 ? residual / signal : 0.0;
  return result;
}

}  // namespace axvp
