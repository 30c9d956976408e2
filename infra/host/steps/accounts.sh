# Accounts: the daemon's own, and those of developers, who may open sessions and nothing else of it.

make_daemon_account() {
  has_group sallyport || act groupadd --system sallyport
  has_group sallyport-users || act groupadd --system sallyport-users
  # Its own group has no other member: the folder by which people prove who they are belongs to it.
  has_user sallyport || act useradd --system --gid sallyport --home-dir /var/lib/sallyport --no-create-home --shell /usr/sbin/nologin sallyport
  members=$(group_members sallyport)
  [ -z "$members" ] || fail "group sallyport has members: $members" 'take them out; developers belong to sallyport-users'
}

# The account of a person has no password: Session Manager starts it, and nothing else lets anybody in.
make_developers() {
  for user in $developers; do
    has_user "$user" || act useradd --create-home --shell /bin/bash "$user"
    in_group "$user" sallyport-users || act usermod --append --groups sallyport-users "$user"
  done
  [ "$shape" = ec2 ] || return 0
  for user in $(people); do
    for group in $PRIVILEGED_GROUPS; do
      ! in_group "$user" "$group" || act gpasswd --delete "$user" "$group"
    done
  done
}

has_user() { grep -q "^$1:" "$root/etc/passwd" 2>/dev/null || { [ -z "$root" ] && getent passwd "$1" >/dev/null; }; }

has_group() { grep -q "^$1:" "$root/etc/group" 2>/dev/null || { [ -z "$root" ] && getent group "$1" >/dev/null; }; }

group_members() { sed -n "s/^$1:[^:]*:[^:]*://p" "$root/etc/group" 2>/dev/null || true; }

in_group() {
  case ",$(group_members "$2")," in *",$1,"*) return 0 ;; esac
  return 1
}
