# One executable <room>_test per room, from its *_test.cpp files; CTest knows each test by
# <room>.<suite>.<name>. The target unit_tests builds all of them and the programs they may start.

add_custom_target(unit_tests)
foreach(program pyrunner pyrunner-zygote)
  if(TARGET ${program})
    add_dependencies(unit_tests ${program})
  endif()
endforeach()

find_package(GTest)
if(NOT GTest_FOUND)
  message(STATUS "No GoogleTest: unit tests are not built.")
  return()
endif()

enable_testing()
include(GoogleTest)
foreach(room base wire policy sandbox http access engine telemetry api cli interpreter)
  if(PYRUNNER_SANITIZE AND room STREQUAL "interpreter")
    continue()  # The zygote has no sanitizer, so another run of its tests would tell nothing.
  endif()
  if(PYRUNNER_SANITIZE MATCHES "thread" AND room STREQUAL "sandbox")
    continue()  # Starts no thread, and its limits on memory leave no room for the shadow.
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${room}/*_test.cpp)
  if(NOT sources)
    continue()
  endif()
  add_executable(${room}_test ${sources})
  target_link_libraries(${room}_test PRIVATE
    pyrunner_flags ${room} GTest::gtest_main GTest::gmock)
  if(NOT room STREQUAL "interpreter")
    target_link_libraries(${room}_test PRIVATE pyrunner_sanitizers)
  endif()
  # For tests that start the real programs, or read a file of the tree.
  target_compile_definitions(${room}_test PRIVATE
    PYRUNNER_BUILD_DIR="${CMAKE_BINARY_DIR}" PYRUNNER_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  add_dependencies(unit_tests ${room}_test)
  gtest_discover_tests(${room}_test
    DISCOVERY_MODE PRE_TEST
    TEST_PREFIX ${room}.
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    PROPERTIES TIMEOUT 120)
endforeach()
