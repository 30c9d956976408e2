#!/bin/sh
# Makes a machine a governed host: package, client, accounts, units, settings, audit rules, network rules. A second run with the
# same words changes nothing. What is fetched is checked before anything is written, and the developers' accounts come last, so
# that nobody can start a session on a machine that is not whole.
set -eu
umask 022
LC_ALL=C
export LC_ALL
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH
here=$(cd "$(dirname "$0")" && pwd -P)

for step in files package privileges accounts policy units network logs sessions uninstall; do
  # shellcheck source=/dev/null
  . "$here/steps/$step.sh"
done

usage() {
  cat <<'END'
usage: install.sh --from FILE|URL --sha256 HEX [--client FILE|URL] (--bundle SOURCE --trust FILE | --policy FILE) [options]
       install.sh --uninstall

  --from FILE|URL        the package that scripts/package-host.ts makes; https:// or s3:// or a file
  --sha256 HEX           what it must be
  --client FILE|URL      the client's package of the registry (.tgz), checked against client.pin; without it the client stays
                         as it is on the machine
  --client-integrity X   sha512-… of another version than the pinned one
  --bundle SOURCE        signed policy bundle: https://, s3://bucket/key or a file; fetched anew every five minutes
  --trust FILE           public key that signs bundles
  --max-bundle-age-days N  allow nothing by a bundle that was signed longer ago
  --policy FILE          a policy without a signature, on a machine that its owner looks after
  --shape NAME           workstation (default) or ec2: on ec2 Session Manager's account loses sudo and Docker is switched off
  --developer USER       may open sessions; the account is made where it is missing (may be given again)
  --region NAME          region of AWS for the daemon
  --cloudwatch GROUP     ship journal and kernel audit to this log group, by the agent where it is installed
  --syslog HOST:PORT     ship them to a syslog server over TLS, by rsyslog
  --ephemeral-workspace  a workspace in memory that ends with the session
  --no-audit-lock        leave the kernel's audit rules changeable until the machine starts again
  --allow-privileged-users  install although developers are in groups that lead to root, or sudo names them; who they are is
                         written to /etc/sallyport/privileged-users
  --no-packages          install nothing by the package manager; fail where something is missing
  --root DIR             write below DIR and leave accounts and services alone, for making an image
  --dry-run              print each step and change nothing
  --uninstall            take everything away but the log and the accounts
END
}

fail() {
  echo "error: $1" >&2
  [ $# -lt 2 ] || echo "hint: $2" >&2
  exit 1
}

misused() {
  echo "error: $1" >&2
  echo "hint: install.sh --help" >&2
  exit 2
}

from='' sha256='' client='' client_integrity='' bundle='' trust='' max_age='' policy='' shape=workstation developers='' region=''
cloudwatch='' syslog='' root='' dry_run=no uninstall=no audit_lock=yes packages=yes ephemeral=no
# shellcheck disable=SC2034 # for the steps
allow_privileged=no refusals=0

while [ $# -gt 0 ]; do
  case $1 in
  --from | --sha256 | --client | --client-integrity | --bundle | --trust | --max-bundle-age-days | --policy | --shape | --developer | --region | --cloudwatch | --syslog | --root)
    [ $# -ge 2 ] || misused "$1 needs a value"
    case $2 in
    '' | -* | *[!A-Za-z0-9._/:@+=,~-]*) misused "the value of $1 is empty, begins with a hyphen or holds odd characters" ;;
    esac
    ;;
  esac
  case $1 in
  --from) from=$2 && shift ;;
  --sha256) sha256=$2 && shift ;;
  --client) client=$2 && shift ;;
  --client-integrity) client_integrity=$2 && shift ;;
  --bundle) bundle=$2 && shift ;;
  --trust) trust=$2 && shift ;;
  --max-bundle-age-days) max_age=$2 && shift ;;
  --policy) policy=$2 && shift ;;
  --shape) shape=$2 && shift ;;
  --developer) developers="$developers $2" && shift ;;
  --region) region=$2 && shift ;;
  --cloudwatch) cloudwatch=$2 && shift ;;
  --syslog) syslog=$2 && shift ;;
  --root) root=$2 && shift ;;
  --ephemeral-workspace) ephemeral=yes ;;
  --no-audit-lock) audit_lock=no ;;
  --no-packages) packages=no ;;
  --allow-privileged-users) allow_privileged=yes ;;
  --dry-run) dry_run=yes ;;
  --uninstall) uninstall=yes ;;
  --help | -h) usage && exit 0 ;;
  *) misused "there is no option $1" ;;
  esac
  shift
done

check_words() {
  case $shape in workstation | ec2) ;; *) misused '--shape is workstation or ec2' ;; esac
  for user in $developers; do
    case $user in
    root | sallyport | ssm-user | ec2-user | admin | debian | ubuntu | [!a-z_]* | *[!a-z0-9_-]*)
      misused "--developer $user: an account of a person, in small letters, digits, - and _"
      ;;
    esac
    [ "${#user}" -le 31 ] || misused "--developer $user: 31 characters at the most"
  done
  case $max_age in *[!0-9]*) misused '--max-bundle-age-days is a whole number' ;; esac
  case $syslog in '' | *:[0-9]*) ;; *) misused '--syslog is HOST:PORT' ;; esac
  [ "$uninstall" = no ] || return 0
  [ -n "$from" ] || misused '--from is missing'
  case $sha256 in *[!0-9a-f]* | '') misused '--sha256 is 64 hexadecimal digits' ;; esac
  [ "${#sha256}" -eq 64 ] || misused '--sha256 is 64 hexadecimal digits'
  if [ -n "$policy" ]; then
    [ -z "$bundle$trust" ] || misused '--policy and --bundle exclude each other'
    [ -f "$policy" ] || fail "there is no policy $policy"
  else
    [ -n "$bundle" ] && [ -n "$trust" ] || misused '--bundle and --trust belong together, or give --policy'
    [ -f "$trust" ] || fail "there is no key $trust"
    ! grep -q 'PRIVATE KEY' "$trust" || fail "$trust is a private key" 'hosts get bundle-signing.pub; make a new pair, for this one has left its place'
  fi
}

check_machine() {
  [ "$(uname -s)" = Linux ] || fail 'a governed host runs Linux'
  if [ -n "$root" ]; then
    [ -d "$root" ] || fail "there is no folder $root"
    root=$(cd "$root" && pwd -P)
    [ "$root" != / ] || root=''
  fi
  if [ "$(id -u)" -ne 0 ] && [ -z "$root" ] && [ "$dry_run" = no ]; then
    fail 'this is for root' 'run it with sudo, or with --dry-run to see what it would do'
  fi
  [ -n "$root" ] || [ -d /run/systemd/system ] || fail 'systemd does not run here' 'a container has its own shape: see infra/images'
}

main() {
  check_words
  check_machine
  work=$(mktemp -d "${TMPDIR:-/tmp}/sallyport-install.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  trap 'exit 1' HUP INT TERM
  lock_install
  begin_changes
  if [ "$uninstall" = yes ]; then
    remove_everything
    return
  fi
  check_package
  check_client
  check_privileges
  need_programs
  make_daemon_account
  place_package
  place_programs
  place_policy
  place_documents
  place_network
  place_logs
  place_workspace
  place_units
  place_held_files
  place_privileged
  forget_old_files
  start_units
  close_side_doors
  make_developers
  end_changes
  [ "$refusals" -eq 0 ] || refuse_privileges
}

main
