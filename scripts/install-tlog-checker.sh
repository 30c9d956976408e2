#!/usr/bin/env bash
# Builds the independent checker of logs (test/independent/tlog-checker) as FOLDER/sallyport-tlog-checker, from modules of
# the Go proxy that go.sum pins. Tests look for it in PATH or in SALLYPORT_TLOG_CHECKER, and say so when they skip.
set -euo pipefail
if [ $# -ne 1 ]; then
  echo 'usage: scripts/install-tlog-checker.sh FOLDER' >&2
  exit 2
fi
mkdir -p "$1"
folder=$(cd "$1" && pwd)
go=$(command -v go || echo /usr/local/go/bin/go)
if [ ! -x "$go" ]; then
  echo 'tlog-checker: there is no Go compiler' >&2
  exit 1
fi
cd "$(dirname "$0")/../test/independent/tlog-checker"
# The compiler that is there, unless the caller lets Go fetch the release that go.mod asks for.
GOTOOLCHAIN="${GOTOOLCHAIN:-local}" timeout --kill-after=10 300 "$go" build -trimpath -o "$folder/sallyport-tlog-checker" . </dev/null
echo "tlog-checker: $folder/sallyport-tlog-checker"
