#pragma once

namespace axvp::sim {

/// `axvp tune --method affine`, in the program that links LibTorch. Returns the exit code.
int run_tune_affine(int argc, char** argv);

}  // namespace axvp::sim
