# Offers LibTorch::libtorch (CPU). Torch's own package file also looks for CUDA, prints and changes global flags.
find_path(LIBTORCH_INCLUDE_DIR torch/csrc/api/include/torch/torch.h)
find_library(LIBTORCH_TORCH_LIBRARY torch)
find_library(LIBTORCH_CPU_LIBRARY torch_cpu)
find_library(LIBTORCH_C10_LIBRARY c10)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch REQUIRED_VARS LIBTORCH_TORCH_LIBRARY LIBTORCH_CPU_LIBRARY LIBTORCH_C10_LIBRARY
                                                         LIBTORCH_INCLUDE_DIR)
if(LibTorch_FOUND AND NOT TARGET LibTorch::libtorch)
  add_library(LibTorch::libtorch INTERFACE IMPORTED GLOBAL)
  target_include_directories(LibTorch::libtorch SYSTEM INTERFACE ${LIBTORCH_INCLUDE_DIR}
                                                                 ${LIBTORCH_INCLUDE_DIR}/torch/csrc/api/include)
  target_link_libraries(LibTorch::libtorch INTERFACE ${LIBTORCH_TORCH_LIBRARY} ${LIBTORCH_CPU_LIBRARY}
                                                     ${LIBTORCH_C10_LIBRARY})
endif()
mark_as_advanced(LIBTORCH_INCLUDE_DIR LIBTORCH_TORCH_LIBRARY LIBTORCH_CPU_LIBRARY LIBTORCH_C10_LIBRARY)
