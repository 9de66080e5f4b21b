#include <cstdlib>
#include <systemc>

#include "program.h"

/// The kernel's entry; its own main() would print a banner before every command.
int sc_main(int argc, char** argv) {
  return axvp::sim::run_program(argc, argv);
}

int main(int argc, char** argv) {
  ::setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 0);
  return sc_core::sc_elab_and_sim(argc, argv);
}
