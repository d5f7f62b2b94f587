// CPython 3.11's syntax tree and compiler, from its internal headers (Parser/Python.asdl names the
// nodes). They hold for exactly the version that is linked in; interpreter/python.h keeps others
// out.
#pragma once

#ifndef Py_BUILD_CORE
#define Py_BUILD_CORE 1
#endif

// IWYU pragma: begin_exports
#include <Python.h>
extern "C" {
#include <internal/pycore_ast.h>
#include <internal/pycore_compile.h>
#include <internal/pycore_parser.h>
#include <internal/pycore_pyarena.h>
}
// IWYU pragma: end_exports

static_assert(PY_VERSION_HEX >= 0x030b0000 && PY_VERSION_HEX < 0x030c0000,
              "the syntax tree of another Python looks different");
