# axvp::warnings: link PRIVATE. -Werror comes from the presets.
add_library(axvp_warnings INTERFACE)
add_library(axvp::warnings ALIAS axvp_warnings)
target_compile_options(axvp_warnings INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
                                               -Wcast-qual -Wundef -Wformat=2 -Wno-psabi)
if(AXVP_NATIVE)
  target_compile_options(axvp_warnings INTERFACE -march=native)
endif()
