#!/usr/bin/env bash
# Installs outside engines for the tests: Gitleaks and Betterleaks into FOLDER/bin, Presidio's analyzer and LLM Guard,
# without models, into FOLDER/python. It always ends well: what cannot be had in time is left out, and the tests that
# need it say that they are skipped. TruffleHog is not among them, because it takes 11 minutes to build.
set -uo pipefail
if [ $# -ne 1 ]; then
  echo 'usage: scripts/install-engines.sh FOLDER' >&2
  exit 2
fi
mkdir -p "$1/bin"
folder=$(cd "$1" && pwd)

# Seconds for one step: several times what a step takes on one core.
step_limit=300
within_limit() { timeout --kill-after=10 "$step_limit" "$@" </dev/null; }

# The module is the main one of its build, as its own replacements of dependencies want it. A build that was cut short
# leaves nothing where a test would look.
build_program() { # NAME MODULE@VERSION
  local source
  cd "$folder" && within_limit go mod download "$2" && source=$(within_limit go list -m -f '{{.Dir}}' "$2") &&
    cd "$source" && within_limit go build -o "$folder/$1" . && mv "$folder/$1" "$folder/bin/$1"
}

# LLM Guard asks for torch, which brings 19 packages for accelerators; the scanners that have no model never call it.
make_python() {
  local pip=("$folder/python/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --only-binary :all:)
  within_limit python3 -m venv "$folder/python" &&
    within_limit "${pip[@]}" presidio-analyzer==2.2.366 &&
    within_limit "${pip[@]}" presidio-analyzer==2.2.366 bc-detect-secrets==1.5.43 transformers==4.51.3 \
      json-repair==0.44.1 'presidio-anonymizer<3' 'faker<38' 'fuzzysearch<0.9' 'structlog<27' &&
    within_limit "${pip[@]}" --no-deps llm-guard==0.3.16
}

tell() { # NAME COMMAND...
  local name=$1 started=$SECONDS
  shift
  if ("$@") >"$folder/$name.log" 2>&1; then
    echo "engines: $name is there after $((SECONDS - started)) s"
  else
    echo "engines: $name is not there after $((SECONDS - started)) s: $(tail -n 1 "$folder/$name.log")"
  fi
}

tell python make_python &
if command -v go >/dev/null; then
  # A release of Go that is too old for a module fetches the one that it asks for.
  export GOTOOLCHAIN=auto
  tell gitleaks build_program gitleaks github.com/zricethezav/gitleaks/v8@v8.30.1
  tell betterleaks build_program betterleaks github.com/betterleaks/betterleaks@v1.1.1
else
  echo 'engines: gitleaks and betterleaks are not there: no go'
fi
wait
