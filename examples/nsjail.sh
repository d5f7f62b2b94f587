#!/bin/sh
# The nsjail main-script API with curl.
#
#     sh examples/nsjail.sh [http://localhost:8000]
set -eu
base=${1:-http://localhost:8000}

curl -s -o /dev/null "$base/health" || { echo "cannot reach $base" >&2; exit 1; }

# post PATH JSON: prints the answer, whatever its status.
post() {
  printf '$ %s %s\n' "$1" "$2"
  curl -sS -X POST "$base$1" -H 'Content-Type: application/json' -d "$2"
  echo
}

post /nsjail/execute '{"script": "def main():\n    return {\"sum\": 10 + 20}"}'
post /nsjail/execute '{"script": "def main():\n    print(\"hello\")\n    return None"}'
post /nsjail/execute '{"script": "def main():\n    return 1 / 0"}'
post /nsjail/execute '{"script": "import os\ndef main():\n    return os.getcwd()"}'
post /nsjail/execute '{}'
