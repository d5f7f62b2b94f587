# At installation: the texts that the program prints, and the unit with its place.
file(MAKE_DIRECTORY ${share})
function(print output)
  execute_process(COMMAND ${program} ${ARGN} OUTPUT_FILE ${share}/${output} COMMAND_ERROR_IS_FATAL ANY)
endfunction()
print(bash completion bash)
print(zsh completion zsh)
print(fish completion fish)
print(pyrunner.1 man)
print(pyrunner.toml config example)
execute_process(COMMAND date -u -R -d ${date} OUTPUT_VARIABLE date OUTPUT_STRIP_TRAILING_WHITESPACE
                COMMAND_ERROR_IS_FATAL ANY)
file(WRITE ${share}/changelog "pyrunner (${version}) bookworm; urgency=medium

  * What users notice is in CHANGELOG.md beside this file.

 -- The PyRunner authors <pyrunner@localhost.localdomain>  ${date}
")
foreach(text pyrunner.1 changelog)
  execute_process(COMMAND gzip -9nf ${share}/${text} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
file(READ ${source}/deploy/systemd/pyrunner.service unit)
string(REPLACE "/usr/bin/pyrunner" "${CMAKE_INSTALL_PREFIX}/${bindir}/pyrunner" unit "${unit}")
file(WRITE ${share}/pyrunner.service "${unit}")
