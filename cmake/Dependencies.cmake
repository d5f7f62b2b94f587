# The libraries of others. All are Debian 12's own packages; ./dev installs them.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_path(EXPECTED_INCLUDE_DIR tl/expected.hpp REQUIRED)
if(NOT PYRUNNER_FUZZ)
  pkg_check_modules(python REQUIRED IMPORTED_TARGET python-3.11-embed)
endif()

# Boost 1.81 for Asio's coroutines. Its -dev package conflicts with Debian's scipy, so
# ./dev unpacks it here instead of installing it.
set(BOOST_ROOT ${CMAKE_SOURCE_DIR}/.deps/boost/usr CACHE PATH "Where Boost 1.81 is unpacked")
find_path(BOOST_INCLUDE_DIR boost/beast/version.hpp PATHS ${BOOST_ROOT}/include NO_DEFAULT_PATH)
if(NOT BOOST_INCLUDE_DIR)
  message(FATAL_ERROR "No Boost headers under ${BOOST_ROOT}/include: run ./dev build once.")
endif()

# What every room may include.
add_library(pyrunner_headers INTERFACE)
target_include_directories(pyrunner_headers INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_include_directories(pyrunner_headers SYSTEM INTERFACE
  ${BOOST_INCLUDE_DIR} ${EXPECTED_INCLUDE_DIR})
target_compile_definitions(pyrunner_headers INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION)
target_link_libraries(pyrunner_headers INTERFACE Threads::Threads)
