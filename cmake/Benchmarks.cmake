# Each bench/<name>.cpp is a program bench_<name>. They are built by the target benchmarks only.

find_package(benchmark QUIET)
add_custom_target(benchmarks)
file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bench/*.cpp)
foreach(source IN LISTS sources)
  get_filename_component(name ${source} NAME_WE)
  add_executable(bench_${name} EXCLUDE_FROM_ALL ${source})
  target_link_libraries(bench_${name} PRIVATE pyrunner_flags pyrunner_sanitizers cli)
  if(benchmark_FOUND)
    target_link_libraries(bench_${name} PRIVATE benchmark::benchmark)
  endif()
  add_dependencies(benchmarks bench_${name})
endforeach()
