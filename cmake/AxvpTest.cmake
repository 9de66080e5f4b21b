# -fPIE also for tests/support: a precompiled header serves only targets of equal flags.
set(AXVP_TEST_OPTIONS -fPIE $<IF:$<CONFIG:Release>,-O1,-O0>)
# axvp_add_test(NAME tier SOURCES ... LIBRARIES ...): one GoogleTest binary, one CTest label (its tier). PREFIX: of its tests' names,
# where another binary has the same tests.
# `axvp_TIER_tests` builds a whole tier. Every test runs in its own process from the source folder's root, so that SystemC tests do not share a kernel.
function(axvp_add_test name tier)
  cmake_parse_arguments(arg "" "MAIN;TIMEOUT;PREFIX" "SOURCES;LIBRARIES" ${ARGN})
  find_package(GTest REQUIRED)
  include(GoogleTest)
  add_executable(${name} ${arg_SOURCES})
  set(main GTest::gtest_main)
  if(arg_MAIN)
    set(main ${arg_MAIN})
  endif()
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} GTest::gmock ${main} axvp::warnings)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/support ${PROJECT_BINARY_DIR}/tests/support)
  # Half the time of -O3 to compile, and -O0 half that of -O1 under sanitizers; what takes time to run is in the libraries.
  target_compile_options(${name} PRIVATE ${AXVP_TEST_OPTIONS})
  target_precompile_headers(${name} REUSE_FROM axvp_test_support)
  if(NOT TARGET axvp_${tier}_tests)
    add_custom_target(axvp_${tier}_tests)
  endif()
  add_dependencies(axvp_${tier}_tests ${name})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 600)
  endif()
  gtest_discover_tests(${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} TEST_PREFIX "${tier}.${arg_PREFIX}" DISCOVERY_TIMEOUT 60
                       PROPERTIES LABELS ${tier} TIMEOUT ${arg_TIMEOUT})
endfunction()
