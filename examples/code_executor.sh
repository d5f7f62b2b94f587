#!/bin/sh
# The code executor API with curl.
#
#     sh examples/code_executor.sh [http://localhost:8000]
set -eu
base=${1:-http://localhost:8000}

curl -s -o /dev/null "$base/health" || { echo "cannot reach $base" >&2; exit 1; }

# post PATH JSON: prints the answer, whatever its status.
post() {
  printf '$ %s %s\n' "$1" "$2"
  curl -sS -X POST "$base$1" -H 'Content-Type: application/json' -d "$2"
  echo
}

post /code-executor/execute '{"code": "print(\"Hello, World!\")", "language": "python"}'
post /code-executor/execute '{"code": "1 / 0", "language": "python", "execution_id": "job-17"}'
post /code-executor/execute '{"code": "import tensorflow", "language": "python"}'
post /code-executor/execute '{"code": "import os; os.system(\"ls\")", "language": "python"}'
# The same at the bare path, told by `code`.
post /execute '{"code": "print(6 * 7)", "language": "python", "timeout": 5, "max_memory_mb": 256}'
