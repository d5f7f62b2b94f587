# The library web_files: the pages of web/ and the npm packages that they use, which ./dev fetches
# into .deps/web. What it defines is declared in src/api/web_files.h.
set(PYRUNNER_WEB_PACKAGES ${CMAKE_SOURCE_DIR}/.deps/web CACHE PATH "Where the npm packages are")
# Not find_package(Python3): another Python may come first on PATH.
find_program(PYTHON3 python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)

file(GLOB web_sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/web/*.* ${CMAKE_SOURCE_DIR}/web/openapi/*.json)
set(web_generated ${CMAKE_BINARY_DIR}/generated/web_files)
add_custom_command(
  OUTPUT ${web_generated}/web_files.cpp ${web_generated}/web_files.bin
  COMMAND ${PYTHON3} -B ${CMAKE_SOURCE_DIR}/cmake/web_files.py --sources ${CMAKE_SOURCE_DIR}/web
          --packages ${PYRUNNER_WEB_PACKAGES} --output ${web_generated}
  DEPENDS ${web_sources} ${CMAKE_SOURCE_DIR}/cmake/web_files.py
          ${CMAKE_SOURCE_DIR}/cmake/web_openapi.py ${CMAKE_SOURCE_DIR}/cmake/web_packages.py
  COMMENT "Embedding the web pages"
  VERBATIM)
add_library(web_files STATIC ${web_generated}/web_files.cpp)
target_link_libraries(web_files PRIVATE pyrunner_headers)
set_source_files_properties(${web_generated}/web_files.cpp PROPERTIES
  OBJECT_DEPENDS ${web_generated}/web_files.bin)
