#!/bin/sh
# The PyRunner API with curl.
#
#     sh examples/pyrunner.sh [http://localhost:8000]
set -eu
base=${1:-http://localhost:8000}

curl -s -o /dev/null "$base/health" || { echo "cannot reach $base" >&2; exit 1; }

# post PATH JSON: prints the answer, whatever its status.
post() {
  printf '$ %s %s\n' "$1" "$2"
  curl -sS -X POST "$base$1" -H 'Content-Type: application/json' -d "$2"
  echo
}

curl -sS "$base/"
echo
post /run '{"code": "print(6 * 7)"}'
post /run '{"code": "import sympy\nprint(sympy.pi.evalf(20))", "timeout": 10, "memory_limit": 256}'
post /run '{"code": "print(undefined)"}'
post /run '{"code": "import os"}'
post /run '{"code": "print(1)", "timeout": 0}'
