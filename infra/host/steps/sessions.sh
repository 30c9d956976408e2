# What would lead around the rest: another way to be root, and a container engine that runs as root.

close_side_doors() {
  [ "$shape" = ec2 ] || return 0
  for unit in docker.socket docker.service containerd.service; do
    if [ -n "$root" ]; then
      [ ! -e "$root/usr/lib/systemd/system/$unit" ] || put_link "/etc/systemd/system/$unit" /dev/null
    elif systemctl cat "$unit" >/dev/null 2>&1 && [ "$(systemctl is-enabled "$unit" 2>/dev/null || true)" != masked ]; then
      act systemctl mask --now "$unit"
    fi
  done
}

# The workspace in memory, and the programs that go with containers.
place_workspace() {
  [ "$ephemeral" = yes ] || return 0
  put_link /usr/local/bin/sallyport-workspace /opt/sallyport/bin/sallyport-workspace
  put_text /etc/tmpfiles.d/sallyport-workspace.conf 0644 <<'END'
# What a session that was killed left behind.
e /work - - - 1d
END
}
