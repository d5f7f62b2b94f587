# What `cmake --install` puts where, and the Debian package of it. The prefix may still be given then,
# so the texts that name it are made at that time.
include(GNUInstallDirs)

file(STRINGS ${CMAKE_SOURCE_DIR}/src/cli/version.h version_date REGEX "kVersionDate = ")
string(REGEX MATCH "[0-9]+-[0-9]+-[0-9]+" version_date "${version_date}")

install(TARGETS pyrunner RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# Started by pyrunner only, which looks for it there, from its own place on.
install(TARGETS pyrunner-zygote RUNTIME DESTINATION ${CMAKE_INSTALL_LIBEXECDIR}/pyrunner)

set(share ${CMAKE_BINARY_DIR}/share)
install(CODE "set(source \"${CMAKE_SOURCE_DIR}\")
set(program \"${CMAKE_BINARY_DIR}/pyrunner\")
set(share \"${share}\")
set(bindir \"${CMAKE_INSTALL_BINDIR}\")
set(version \"${PROJECT_VERSION}\")
set(date \"${version_date}\")
include(\"${CMAKE_SOURCE_DIR}/cmake/InstalledTexts.cmake\")")
install(FILES ${share}/pyrunner.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${share}/bash RENAME pyrunner
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${share}/zsh RENAME _pyrunner
        DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
install(FILES ${share}/fish RENAME pyrunner.fish
        DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(FILES ${share}/pyrunner.service DESTINATION lib/systemd/system)
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE RENAME copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${share}/changelog.gz DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${CMAKE_SOURCE_DIR}/README.md ${CMAKE_SOURCE_DIR}/SECURITY.md
              ${CMAKE_SOURCE_DIR}/CHANGELOG.md
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${CMAKE_SOURCE_DIR}/deploy/debian/lintian-overrides RENAME pyrunner
        DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides)
file(GLOB pages ${CMAKE_SOURCE_DIR}/docs/*.md)
install(FILES ${pages} DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)
# The file of an operator stays as it is.
install(FILES ${share}/pyrunner.toml DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME pyrunner)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_BINARY_DIR})
set(CPACK_PACKAGE_CONTACT "The PyRunner authors <pyrunner@localhost.localdomain>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION httpd)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "service that runs untrusted Python programs in sandboxes")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"PyRunner takes Python programs over HTTP, runs each in a brand-new sandbox of
the kernel's means (namespaces, cgroups, Landlock, seccomp) that is used once,
and answers with output, result and how it ended. numpy, pandas, scipy, sympy,
matplotlib and scikit-learn are imported before the program comes.")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# The interpreter is linked into pyrunner-zygote; the standard library and what programs import are
# the distribution's, and must be of the same minor version.
set(CPACK_DEBIAN_PACKAGE_DEPENDS
"python3 (>= 3.11~), python3 (<< 3.12), libpython3.11-stdlib, python3-numpy, python3-pandas, \
python3-scipy, python3-sympy, python3-matplotlib, python3-sklearn, tzdata")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${CMAKE_SOURCE_DIR}/deploy/debian/conffiles ${CMAKE_SOURCE_DIR}/deploy/debian/postinst
    ${CMAKE_SOURCE_DIR}/deploy/debian/prerm ${CMAKE_SOURCE_DIR}/deploy/debian/postrm)
# Only the package has a file in /etc: `cmake --install` must not replace one.
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/cmake/PackagedConfiguration.cmake)
set(CPACK_PYRUNNER_SHARE ${share})
include(CPack)
