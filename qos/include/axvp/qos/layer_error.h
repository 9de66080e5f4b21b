#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace axvp {

/// What a selectable's products do to one layer's accumulators, in units of the accumulator.
struct LayerError {
  double mean = 0.0;                 ///< Approximate minus exact, over all channels.
  double std = 0.0;                  ///< Over all channels, their means apart included.
  double std_within_channels = 0.0;  ///< What is left when each channel's mean is taken out.
  /// Variance of what is left when each channel has got the exact mean and deviation back (`match`), over the variance
  /// within channels of the exact output, both in real units: channels weighted by the square of their step.
  double relative_variance = 0.0;
};

/// Moments of exact accumulators and errors, channel by channel; sums are kept as doubles in a fixed order.
class ErrorMoments {
 public:
  explicit ErrorMoments(std::size_t channels) : of_channel_(channels) {}

  /// `positions` x channels sums of both kinds, channels fastest.
  void add(const std::int32_t* exact, const std::int32_t* approximate, std::size_t positions);
  void merge(const ErrorMoments& other);

  struct Channel {
    double count = 0.0, exact = 0.0, exact_squares = 0.0;    ///< Sums of x and x^2.
    double error = 0.0, error_squares = 0.0, product = 0.0;  ///< Sums of e, e^2 and e x.

    [[nodiscard]] double exact_mean() const { return exact / count; }
    [[nodiscard]] double error_mean() const { return error / count; }
    [[nodiscard]] double exact_variance() const;
    [[nodiscard]] double error_variance() const;
    [[nodiscard]] double approximate_variance() const;
    /// Variance of (approximate, moved and stretched to the exact mean and deviation) - exact.
    [[nodiscard]] double matched_variance() const;
  };
  [[nodiscard]] const std::vector<Channel>& channels() const { return of_channel_; }

  /// `steps` as accumulator_steps() gives them.
  [[nodiscard]] LayerError summary(const std::vector<double>& steps) const;

 private:
  std::vector<Channel> of_channel_;
};

}  // namespace axvp
