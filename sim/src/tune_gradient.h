#pragma once

namespace axvp::sim {

/// `axvp tune --method affine` and `full`, in the program that links LibTorch. Returns the exit code.
int run_tune_gradient(int argc, char** argv);

/// `axvp-train noise`: AGN's noise of a workload, for `axvp search --sensitivity gradient`. Returns the exit code.
int run_noise(int argc, char** argv);

}  // namespace axvp::sim
