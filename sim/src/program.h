#pragma once

namespace axvp::sim {

/// The program `axvp`: reads the command line, runs the subcommand, reports on standard output and standard error.
/// Returns the exit code. To be called once per process, from sc_main: a simulation uses the SystemC kernel up.
int run_program(int argc, char** argv);

}  // namespace axvp::sim
