# cmake -DFOLDER=... -DPREFIX=... -DFILE=... -P collect_verilated.cmake: one C++ file that includes all that Verilator wrote, because
# the names of its files are not known before.
file(GLOB sources "${FOLDER}/${PREFIX}*.cpp")
list(SORT sources)
set(text "")
foreach(source IN LISTS sources)
  string(APPEND text "#include \"${source}\"\n")
endforeach()
file(WRITE "${FILE}" "${text}")
