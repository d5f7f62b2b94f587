# Each bench/<name>.cpp is a program bench_<name>, built only by the target benchmarks;
# bench/bench.py runs them.

add_custom_target(benchmarks)
file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bench/*.cpp)
foreach(source IN LISTS sources)
  get_filename_component(name ${source} NAME_WE)
  add_executable(bench_${name} EXCLUDE_FROM_ALL ${source})
  target_link_libraries(bench_${name} PRIVATE pyrunner_flags pyrunner_sanitizers cli)
  add_dependencies(benchmarks bench_${name})
endforeach()
