# build/<preset>/weakened: the same two programs for tests that leave out a layer or let a step fail.
# They define the functions of src/sandbox/weakening.cpp, which the linker then does not look for.
function(pyrunner_weakened program source room)
  add_executable(weakened-${program} EXCLUDE_FROM_ALL
                 ${source} ${CMAKE_SOURCE_DIR}/tests/weakened/weakening.cpp)
  target_link_libraries(weakened-${program} PRIVATE pyrunner_flags ${room})
  set_target_properties(weakened-${program} PROPERTIES
                        OUTPUT_NAME ${program}
                        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/weakened)
endfunction()

if(NOT PYRUNNER_SANITIZE)
  pyrunner_weakened(pyrunner src/main.cpp cli)
  pyrunner_weakened(pyrunner-zygote src/interpreter/main.cpp interpreter)
endif()
