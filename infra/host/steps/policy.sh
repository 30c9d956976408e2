# The policy: the key that signs it, where it comes from, and what it compiles to for this machine.

BUNDLE=/var/lib/sallyport/bundle/current.json

place_policy() {
  case $bundle in
  '' | *://* | /*) ;;
  *) bundle=$(cd "$(dirname "$bundle")" && pwd -P)/$(basename "$bundle") ;;
  esac
  if [ -n "$policy" ]; then
    put_file "$policy" /etc/sallyport/policy.yaml 0644
    words='--policy /etc/sallyport/policy.yaml'
  else
    put_file "$trust" /etc/sallyport/trust.pem 0644
    words="--bundle $BUNDLE --trust /etc/sallyport/trust.pem${max_age:+ --max-bundle-age-days $max_age}"
    # The folder first: the daemon's account makes nothing below /var/lib itself. What is in it that account makes, for in a
    # folder of somebody else's root follows links which that one puts there.
    make_folder /var/lib/sallyport 0700 sallyport:sallyport
    if [ "$dry_run" = no ] && [ ! -d "$root$(dirname "$BUNDLE")" ]; then as_daemon mkdir -m 0700 "$root$(dirname "$BUNDLE")"; fi
    [ -f "$root$BUNDLE" ] || pull_bundle
  fi
  put_text /etc/sallyport/guard.env 0644 <<END
SALLYPORT_GUARD_WORDS=$words --group sallyport-users
SALLYPORT_BUNDLE_SOURCE=$bundle
${region:+AWS_REGION=$region
}SALLYPORT_AUDIT_LOCK=$audit_lock
END
}

# The daemon pulls by itself later on; without a first bundle it would not start.
pull_bundle() {
  case $bundle in
  *://*)
    set -- policy pull "$bundle" --trust /etc/sallyport/trust.pem --out "$BUNDLE" ${region:+--region "$region"}
    act as_daemon env SALLYPORT_HOME=/var/lib/sallyport /opt/sallyport/bin/sallyport "$@"
    ;;
  *)
    [ -f "$bundle" ] || fail "there is no bundle $bundle"
    changes=$((changes + 1))
    if [ "$dry_run" = yes ]; then
      say "would check and write: $BUNDLE"
      return 0
    fi
    say "check and write: $BUNDLE"
    # Copied first: what is put in place is what was looked at.
    cp "$bundle" "$work/bundle"
    sallyport_here policy verify-bundle "$work/bundle" --key "$root/etc/sallyport/trust.pem" >/dev/null || fail 'the bundle is refused'
    # shellcheck disable=SC2016 # the shell inside is the one to read `$1`
    as_daemon sh -c 'umask 077 && cat >"$1.part" && mv -fT "$1.part" "$1"' sh "$root$BUNDLE" <"$work/bundle"
    ;;
  esac
}

# Runs a program as the daemon's account; below --root, and without the rights for it, as whoever runs this.
as_daemon() {
  if [ -n "$root" ] || [ "$(id -u)" -ne 0 ]; then "$@"; else setpriv --reuid sallyport --regid sallyport --init-groups -- "$@"; fi
}

# Writes what the policy in force compiles to. The same at an install and whenever a new bundle came.
place_documents() {
  if [ "$dry_run" = yes ]; then
    say 'would compile: audit rules, settings of the client, limits of containers, shell profile'
    return 0
  fi
  if [ -f "$root/etc/sallyport/policy.yaml" ] && [ -z "$bundle" ]; then
    set -- "$root/etc/sallyport/policy.yaml"
  else
    set -- --bundle "$root$BUNDLE" --trust "$root/etc/sallyport/trust.pem"
  fi
  # Every kind in one go; what this policy has no document for is of no matter here.
  sallyport_here policy compile "$@" --all --out "$work/compiled" >/dev/null 2>"$work/told" || {
    cat "$work/told" >&2
    fail 'the policy does not compile'
  }
  made=$work/compiled
  put_file "$made/auditd/50-sallyport.rules" /etc/audit/rules.d/50-sallyport.rules 0640
  if [ "$audit_lock" = yes ]; then
    put_file "$made/auditd/99-sallyport-finalize.rules" /etc/audit/rules.d/99-sallyport-finalize.rules 0640
  fi
  put_file "$made/container-limits/run.flags" /etc/sallyport/container/run.flags 0644
  put_file "$made/shell-profile/sallyport.sh" /etc/profile.d/sallyport.sh 0644
  put_file "$made/installed/managed-settings.json" /etc/sallyport/held/etc/claude-code/managed-settings.json 0644
}

# What the machine holds under /etc/claude-code and elsewhere is then made to be what is held.
place_held_files() {
  if [ "$shape" = ec2 ]; then
    # Session Manager's agent gives its own account all rights in a file of this name; one that is there it leaves alone.
    put_text /etc/sallyport/held/etc/sudoers.d/ssm-agent-users 0440 <<'END'
# The account of Session Manager's agent has no rights here: a session runs as the developer's own account.
END
  fi
  if [ "$dry_run" = yes ]; then
    say 'would hold: /etc/claude-code'
    return 0
  fi
  sh "$here/files/bin/sallyport-hold" "$root" >"$work/held"
  if [ -s "$work/held" ]; then
    changes=$((changes + $(wc -l <"$work/held")))
    sed 's/^/hold: /' "$work/held"
  fi
}

# The package's own program, below --root too; nothing of the caller's environment counts.
sallyport_here() {
  env -i PATH="$PATH" HOME=/nonexistent SALLYPORT_HOME="$work/none" ${region:+AWS_REGION="$region"} \
    "$root/opt/sallyport/node/bin/node" "$root/opt/sallyport/package/bin/sallyport.mjs" "$@"
}
