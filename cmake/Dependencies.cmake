# The libraries of others. All are Debian 12's own packages; ./dev installs them.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
# Only the core: the service has a server of its own.
pkg_check_modules(prometheus REQUIRED IMPORTED_TARGET prometheus-cpp-core)
find_path(EXPECTED_INCLUDE_DIR tl/expected.hpp REQUIRED)

# Python inside the zygote. Its static library, as /usr/bin/python3 has it: calls within the
# interpreter need no table, which makes it faster and touches fewer pages in each fork; and the
# parser's own syntax tree, which the policy reads, is not exported by the shared one.
if(NOT PYRUNNER_FUZZ)
  pkg_check_modules(python_headers REQUIRED IMPORTED_TARGET python-3.11)
  file(GLOB python_archive /usr/lib/python3.11/config-3.11-*/libpython3.11-pic.a)
  if(NOT python_archive)
    message(FATAL_ERROR "No libpython3.11-pic.a: install libpython3.11-dev (./dev does).")
  endif()
  add_library(python INTERFACE)
  target_link_libraries(python INTERFACE PkgConfig::python_headers
    -Wl,--whole-archive ${python_archive} -Wl,--no-whole-archive
    expat z m dl)
  # Extension modules find the interpreter in the program that loads them. All is bound at start: a
  # symbol that is looked up in a fork costs that fork pages.
  target_link_options(python INTERFACE -rdynamic -Wl,-z,now)
endif()

# Boost 1.81 for Asio's coroutines. Its -dev package conflicts with Debian's scipy, so
# ./dev unpacks it here instead of installing it.
set(BOOST_ROOT ${CMAKE_SOURCE_DIR}/.deps/boost/usr CACHE PATH "Where Boost 1.81 is unpacked")
find_path(BOOST_INCLUDE_DIR boost/asio.hpp PATHS ${BOOST_ROOT}/include NO_DEFAULT_PATH)
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
