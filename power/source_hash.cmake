# Writes a header with the hash of the power library's sources: what was measured by other sources is not used again.
set(hashes "")
foreach(file IN LISTS SOURCES)
  file(SHA256 ${file} hash)
  string(APPEND hashes ${hash})
endforeach()
string(SHA256 hash "${hashes}")
file(WRITE ${OUTPUT} "#pragma once\n\n#include <string>\n\nnamespace axvp {\ninline const std::string kPowerSourceHash = \"${hash}\";\n}  // namespace axvp\n")
