# Language, warnings, hardening and sanitizers. Everything that changes generated code is here.

option(PYRUNNER_WERROR "Treat warnings as errors" OFF)
option(PYRUNNER_FUZZ "Build the fuzz targets and nothing else; needs Clang" OFF)
option(PYRUNNER_COVERAGE "Instrument for gcov" OFF)
set(PYRUNNER_SANITIZE "" CACHE STRING "Sanitizers of the gateway and its tests, e.g. address,undefined")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, Debug or Sanitize" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g")
# -g1 keeps line numbers for the reports at a third of the size.
set(CMAKE_CXX_FLAGS_SANITIZE "-O1 -g1 -fno-omit-frame-pointer")

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# Position-independent executables.
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)

# What each of our own targets is compiled with; libraries of others are not held to it.
add_library(pyrunner_flags INTERFACE)
target_compile_options(pyrunner_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual
  -Wformat=2 -Wimplicit-fallthrough -Wundef -Wvla
  $<$<BOOL:${PYRUNNER_WERROR}>:-Werror>
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op -Wextra-semi>
  # g++ 12 takes the inlined delete of a coroutine's frame for a mismatch.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete>
  # Both compilers warn of omitted designated initialisers, which have defaults here.
  -Wno-missing-field-initializers)
target_link_options(pyrunner_flags INTERFACE -Wl,--as-needed)

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_options(pyrunner_flags INTERFACE
    -D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS -fstack-protector-strong -fstack-clash-protection)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|amd64|i[3-6]86")
    target_compile_options(pyrunner_flags INTERFACE -fcf-protection)
  endif()
  target_link_options(pyrunner_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
endif()

if(PYRUNNER_COVERAGE)
  target_compile_options(pyrunner_flags INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(pyrunner_flags INTERFACE --coverage)
endif()

# Linked by every target except the plain ones (see Rooms.cmake).
add_library(pyrunner_sanitizers INTERFACE)
if(PYRUNNER_SANITIZE)
  target_compile_options(pyrunner_sanitizers INTERFACE
    -fsanitize=${PYRUNNER_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(pyrunner_sanitizers INTERFACE -fsanitize=${PYRUNNER_SANITIZE})
  if(PYRUNNER_FUZZ)
    target_compile_options(pyrunner_sanitizers INTERFACE -fsanitize=fuzzer-no-link)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # g++ 12 gives false alarms with -Wmaybe-uninitialized when instrumenting.
    # -Wtsan says of each of Asio's fences that the thread sanitizer does not see it.
    target_compile_options(pyrunner_sanitizers INTERFACE -Wno-maybe-uninitialized -Wno-tsan)
  endif()
endif()
