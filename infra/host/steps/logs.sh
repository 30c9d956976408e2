# The kernel's audit rules, and where journal and kernel audit are shipped to.

# A rule that takes every task out of the audit, as some images bring it, would make all others empty.
let_audit_work() {
  for file in "$root/etc/audit/rules.d/"*.rules; do
    [ -f "$file" ] || continue
    grep -qE '^[[:space:]]*-a[[:space:]]+(never,task|task,never)' "$file" || continue
    path=${file#"$root"}
    changes=$((changes + 1))
    if [ "$dry_run" = yes ]; then
      say "would switch off: the rule in $path that takes every task out of the audit"
      continue
    fi
    say "switch off: the rule in $path that takes every task out of the audit"
    sed -E 's/^([[:space:]]*-a[[:space:]]+(never,task|task,never))/# switched off by sallyport: \1/' "$file" >"$work/rules"
    cat "$work/rules" >"$file"
    changed_files="${changed_files-}
/etc/audit/rules.d/50-sallyport.rules"
  done
}

load_audit_rules() {
  was_changed /etc/audit/rules.d/50-sallyport.rules || was_changed /etc/audit/rules.d/99-sallyport-finalize.rules || return 0
  if [ "$dry_run" = no ] && [ -z "$root" ] && auditctl -s 2>/dev/null | grep -q '^enabled 2'; then
    say 'note: the audit rules are locked; the new ones hold when the machine has started again'
    return 0
  fi
  act augenrules --load
}

place_logs() {
  let_audit_work
  [ -n "$cloudwatch$syslog" ] || return 0
  make_folder /var/log/sallyport 0750
  put_file "$here/files/logrotate.conf" /etc/logrotate.d/sallyport 0644
  if [ -n "$cloudwatch" ]; then
    sed "s|@GROUP@|$cloudwatch|" "$here/files/cloudwatch-agent.json" >"$work/agent.json"
    put_file "$work/agent.json" /opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.d/sallyport.json 0644
    if [ -z "$root" ] && [ ! -x /opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl ]; then
      say 'note: the CloudWatch agent is not installed: nothing ships journal and kernel audit until it is'
    elif was_changed /opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.d/sallyport.json; then
      act systemctl enable amazon-cloudwatch-agent
      act systemctl restart amazon-cloudwatch-agent
    fi
  fi
  if [ -n "$syslog" ]; then
    sed -e "s|@HOST@|${syslog%:*}|" -e "s|@PORT@|${syslog##*:}|" "$here/files/rsyslog.conf" >"$work/rsyslog.conf"
    put_file "$work/rsyslog.conf" /etc/rsyslog.d/60-sallyport.conf 0644
    ! was_changed /etc/rsyslog.d/60-sallyport.conf || act systemctl restart rsyslog
  fi
}
