# Units of systemd: placed, enabled, and started again where what they run has changed.

UNITS='sallyport-network.service sallyport-guard.service sallyport-settings.path sallyport-settings.timer'
BUNDLE_UNITS='sallyport-policy.timer sallyport-documents.path'

place_units() {
  for unit in "$here/units/"*; do
    name=$(basename "$unit")
    case $name in
    work.mount) [ "$ephemeral" = yes ] || continue ;;
    sallyport-journal.service) [ -n "$cloudwatch$syslog" ] || continue ;;
    sallyport-policy.* | sallyport-documents.*) [ -n "$bundle" ] || continue ;;
    esac
    put_file "$unit" "/etc/systemd/system/$name" 0644
  done
}

start_units() {
  units=$UNITS
  [ -z "$bundle" ] || units="$units $BUNDLE_UNITS"
  [ -z "$cloudwatch$syslog" ] || units="$units sallyport-journal.service"
  [ "$ephemeral" = no ] || units="$units work.mount"
  case ${changed_files-} in *"/etc/systemd/system/"*) act systemctl daemon-reload ;; esac
  for unit in $units; do
    is_enabled "$unit" || act systemctl enable "$unit"
    if was_changed "/etc/systemd/system/$unit" || { [ "$unit" = sallyport-network.service ] && was_changed /etc/sallyport/network.nft; } ||
      { [ "$unit" = sallyport-guard.service ] && { was_changed /opt/sallyport || was_changed /etc/sallyport/guard.env || was_changed /etc/sallyport/trust.pem || was_changed /etc/sallyport/policy.yaml; }; }; then
      act systemctl restart "$unit"
    else
      is_active "$unit" || act systemctl start "$unit"
    fi
  done
  is_enabled auditd.service || act systemctl enable auditd.service
  is_active auditd.service || act systemctl start auditd.service
  load_audit_rules
  wait_for_daemon
}

# Its socket is the last thing that the daemon makes.
wait_for_daemon() {
  [ "$dry_run" = no ] && [ -z "$root" ] || return 0
  left=60
  until [ -S /run/sallyport/session.sock ]; do
    [ "$left" -gt 0 ] || fail 'the daemon does not get ready' 'journalctl -u sallyport-guard'
    left=$((left - 1))
    sleep 1
  done
}

is_enabled() { [ -z "$root" ] && [ "$(systemctl is-enabled "$1" 2>/dev/null || true)" = enabled ]; }

is_active() { [ -z "$root" ] && systemctl is-active --quiet "$1" 2>/dev/null; }
