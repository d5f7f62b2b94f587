# Run by CPack when the files of the package are collected.
set(file ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/etc/pyrunner/pyrunner.toml)
cmake_path(GET file PARENT_PATH folder)
file(MAKE_DIRECTORY ${folder})
file(COPY_FILE ${CPACK_PYRUNNER_SHARE}/pyrunner.toml ${file})
file(CHMOD ${file} PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ)
