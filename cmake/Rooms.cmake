# Functions that make the project's libraries and programs.
#
# A room is one static library from src/<room>/*.cpp. In the sanitizer builds pyrunner-zygote stays
# without instrumentation: it forks an interpreter whose memory layout, system calls and limits the
# sanitizers' runtime would change. So a PLAIN room exists twice there, as <room> and <room>_plain;
# in all other builds <room>_plain is another name of <room>.

function(pyrunner_library name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "UNSANITIZED" "" "SOURCES;DEPENDS")
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE pyrunner_flags PUBLIC ${ARG_DEPENDS})
    if(NOT ARG_UNSANITIZED)
      target_link_libraries(${name} PRIVATE pyrunner_sanitizers)
    endif()
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${ARG_DEPENDS})
  endif()
endfunction()

# As pyrunner_library, and with PLAIN also <name>_plain. ONLY_PLAIN: <name> itself is the plain one.
function(pyrunner_library_variants name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "PLAIN;ONLY_PLAIN" "" "SOURCES;DEPENDS")
  set(plain_depends)
  foreach(dependency IN LISTS ARG_DEPENDS)
    if(TARGET ${dependency}_plain)
      list(APPEND plain_depends ${dependency}_plain)
    else()
      list(APPEND plain_depends ${dependency})
    endif()
  endforeach()
  if(ARG_ONLY_PLAIN)
    pyrunner_library(${name} UNSANITIZED SOURCES ${ARG_SOURCES} DEPENDS ${plain_depends})
    return()
  endif()
  pyrunner_library(${name} SOURCES ${ARG_SOURCES} DEPENDS ${ARG_DEPENDS})
  if(ARG_PLAIN AND PYRUNNER_SANITIZE AND NOT PYRUNNER_FUZZ)
    pyrunner_library(${name}_plain UNSANITIZED SOURCES ${ARG_SOURCES} DEPENDS ${plain_depends})
  elseif(ARG_PLAIN)
    add_library(${name}_plain ALIAS ${name})
  endif()
endfunction()

function(pyrunner_room room)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${room}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cpp$")
  cmake_parse_arguments(PARSE_ARGV 1 ARG "PLAIN;ONLY_PLAIN" "" "DEPENDS")
  set(variants)
  foreach(variant PLAIN ONLY_PLAIN)
    if(ARG_${variant})
      list(APPEND variants ${variant})
    endif()
  endforeach()
  pyrunner_library_variants(${room} ${variants} SOURCES ${sources} DEPENDS ${ARG_DEPENDS})
endfunction()

# pyrunner_program(<name> SOURCE <main file> ROOM <room> [PLAIN])
function(pyrunner_program name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "PLAIN" "SOURCE;ROOM" "")
  # A glob, so that the file's arrival is noticed.
  file(GLOB source CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${ARG_SOURCE})
  if(NOT source)
    message(WARNING "${name} is not built: there is no ${ARG_SOURCE}.")
    return()
  endif()
  add_executable(${name} ${ARG_SOURCE})
  target_link_libraries(${name} PRIVATE pyrunner_flags ${ARG_ROOM})
  if(NOT ARG_PLAIN)
    target_link_libraries(${name} PRIVATE pyrunner_sanitizers)
  endif()
endfunction()

# pyrunner_embed_files(<target> <glob>...): a header <target>.h with the files' contents. Their names
# must differ.
function(pyrunner_embed_files target)
  list(TRANSFORM ARGN PREPEND ${CMAKE_SOURCE_DIR}/ OUTPUT_VARIABLE globs)
  file(GLOB files CONFIGURE_DEPENDS ${globs})
  set(header ${CMAKE_BINARY_DIR}/generated/${target}.h)
  add_custom_command(
    OUTPUT ${header}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${header} "-DFILES=${files}"
            -P ${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake
    COMMENT "Embedding ${ARGN}"
    VERBATIM)
  add_custom_target(${target}_header DEPENDS ${header})
  add_library(${target} INTERFACE)
  add_dependencies(${target} ${target}_header)
  target_include_directories(${target} INTERFACE ${CMAKE_BINARY_DIR}/generated)
endfunction()

# Asio compiled once instead of in every file that includes it.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/asio.cpp
     CONTENT "#include <boost/asio/impl/src.hpp>\n" @ONLY)
pyrunner_library_variants(asio PLAIN
  SOURCES ${CMAKE_BINARY_DIR}/generated/asio.cpp DEPENDS pyrunner_headers)
