# Says what is built and what is skipped.
message(STATUS "axvp ${PROJECT_VERSION}: build type ${CMAKE_BUILD_TYPE}, tests ${AXVP_BUILD_TESTS}, benchmarks ${AXVP_BUILD_BENCHMARKS}, "
               "Verilator ${AXVP_WITH_VERILATOR}, Yosys ${AXVP_WITH_YOSYS}, training ${AXVP_WITH_TRAINING}, native ${AXVP_NATIVE}")
