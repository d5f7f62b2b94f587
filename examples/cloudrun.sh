#!/bin/sh
# The Cloud Run main-script API with curl.
#
#     sh examples/cloudrun.sh [http://localhost:8000]
set -eu
base=${1:-http://localhost:8000}

curl -s -o /dev/null "$base/health" || { echo "cannot reach $base" >&2; exit 1; }

# post PATH JSON: prints the answer, whatever its status.
post() {
  printf '$ %s %s\n' "$1" "$2"
  curl -sS -X POST "$base$1" -H 'Content-Type: application/json' -d "$2"
  echo
}

post /cloudrun/execute '{"script": "def main():\n    return {\"message\": \"Hello, World!\"}"}'
post /cloudrun/execute '{"script": "import os\ndef main():\n    return os.getcwd()"}'
post /cloudrun/execute '{"script": "x = 1"}'
post /cloudrun/execute '{"script": "def main():\n    return {1, 2}"}'
# The same at the bare path, told by `script` (of the nsjail API with --script-api nsjail).
post /execute '{"script": "def main():\n    return 6 * 7"}'
