# Each fuzz/<name>_fuzz.cpp is a libFuzzer program <name>_fuzz. A corpus, if any, is in
# fuzz/corpus/<name>/.

if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  message(FATAL_ERROR "The fuzz targets need Clang: use `cmake --preset fuzz`.")
endif()
file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/fuzz/*_fuzz.cpp)
set(targets)
foreach(source IN LISTS sources)
  get_filename_component(name ${source} NAME_WE)
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE pyrunner_flags api access policy engine http wire base pyrunner_sanitizers)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  list(APPEND targets ${name})
endforeach()
add_custom_target(fuzz_targets DEPENDS ${targets})
