#!/bin/sh
# Compiles the bundle that came anew for this machine and loads what changed. The unit sallyport-documents runs it.
set -eu
umask 022
LC_ALL=C
export LC_ALL
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
here=$(cd "$(dirname "$0")" && pwd -P)
for step in files policy logs; do
  # shellcheck source=/dev/null
  . "$here/steps/$step.sh"
done
fail() {
  echo "error: $1" >&2
  exit 1
}
# shellcheck disable=SC2034 # for the steps
root='' dry_run=no region='' audit_lock=$(sed -n 's/^SALLYPORT_AUDIT_LOCK=//p' /etc/sallyport/guard.env)
bundle=$(sed -n 's/^SALLYPORT_BUNDLE_SOURCE=//p' /etc/sallyport/guard.env)
work=$(mktemp -d /run/sallyport-refresh.XXXXXX)
trap 'rm -rf "$work"' EXIT
begin_changes
place_documents
load_audit_rules
end_changes
