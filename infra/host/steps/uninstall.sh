# Takes everything away that an install wrote, and leaves what is evidence: the log, its keys, and the account that owns them.

remove_everything() {
  [ -f "$root$MANIFEST" ] || fail 'nothing is installed here'
  for unit in sallyport-settings.timer sallyport-settings.path sallyport-policy.timer sallyport-documents.path sallyport-journal.service sallyport-guard.service sallyport-network.service work.mount; do
    [ ! -e "$root/etc/systemd/system/$unit" ] || act systemctl disable --now "$unit"
  done
  if [ -z "$root" ] && nft list table inet sallyport >/dev/null 2>&1; then act nft delete table inet sallyport; fi
  find "$root/etc/sallyport/held" -type f 2>/dev/null | sed "s|^$root/etc/sallyport/held||" >"$work/held" || true
  while read -r path; do
    if cmp -s "$root/etc/sallyport/held$path" "$root$path"; then remove_file "$path"; fi
  done <"$work/held"
  while read -r path; do
    case $path in *..*) ;; /*) remove_file "$path" ;; esac
  done <"$root$MANIFEST"
  for file in "$root/etc/audit/rules.d/"*.rules; do
    [ -f "$file" ] && grep -q '^# switched off by sallyport: ' "$file" || continue
    changes=$((changes + 1))
    if [ "$dry_run" = yes ]; then say "would put back: the rule of ${file#"$root"}"; else sed -i 's/^# switched off by sallyport: //' "$file"; fi
  done
  for folder in /opt/sallyport /etc/sallyport; do
    [ -d "$root$folder" ] || continue
    changes=$((changes + 1))
    if [ "$dry_run" = yes ]; then say "would remove: $folder"; else
      say "remove: $folder"
      rm -rf "$root$folder"
    fi
  done
  act systemctl daemon-reload
  if [ "$dry_run" = no ] && [ -z "$root" ] && auditctl -s 2>/dev/null | grep -q '^enabled 2'; then
    say 'note: the audit rules stay loaded until the machine starts again'
  else
    act augenrules --load
  fi
  say 'left: /var/lib/sallyport with the log and its keys, and the accounts sallyport and those of developers'
  end_changes
}
