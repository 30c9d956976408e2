# People who are above every control of this machine: what a group or sudo gives them, no policy takes away.

# Membership leads to root, or to what only root may read: by a daemon that runs as root, a disk, a device, a password, a log.
# shellcheck disable=SC2034 # for accounts.sh
PRIVILEGED_GROUPS='root sudo wheel admin google-sudoers staff docker podman lxd lxc incus incus-admin microk8s libvirt libvirt-qemu kvm disk kmem shadow adm systemd-journal'

# Before anything is written: with such a developer the rest would be for show.
check_privileges() {
  : >"$work/privileged"
  for user in $(people); do
    groups=''
    for group in $(groups_of "$user"); do
      will_leave "$user" "$group" && continue
      groups="$groups $group"
      case " $PRIVILEGED_GROUPS " in *" $group "*) echo "$user group $group" >>"$work/privileged" ;; esac
    done
    [ "$(account_field "$user" 3)" != 0 ] || echo "$user uid 0" >>"$work/privileged"
    # shellcheck disable=SC2086 # one word for each group
    sudoers_with "$user" $groups | while read -r file; do echo "$user sudo $file"; done >>"$work/privileged"
  done
  while read -r user kind what; do
    if [ "$allow_privileged" = yes ]; then
      say "above every control, and allowed: $user ($kind $what)"
    else
      refusals=$((refusals + 1))
      echo "error: $user is above every control of this machine: $kind $what" >&2
    fi
  done <"$work/privileged"
  [ "$refusals" -eq 0 ] || [ "$dry_run" = yes ] || refuse_privileges
}

refuse_privileges() {
  fail "$refusals ways for developers to be root; nothing was changed" \
    'gpasswd --delete USER GROUP, take the line out of sudoers, end their sessions; or --allow-privileged-users, which is written down'
}

# Whom the owner of the machine let stay so: `sallyport doctor` names them.
place_privileged() {
  [ ! -s "$work/privileged" ] || put_file "$work/privileged" /etc/sallyport/privileged-users 0644
}

# Developers of this install and of earlier ones.
people() {
  # shellcheck disable=SC2086 # one word for each
  { printf '%s\n' $developers && group_members sallyport-users | tr ',' '\n'; } | sed '/^$/d; /^sallyport$/d' | sort -u
}

# On a host of EC2 memberships are taken away; a first group, and one that a directory gives, cannot be.
will_leave() {
  [ "$shape" = ec2 ] && in_group "$1" "$2" || return 1
  case " $PRIVILEGED_GROUPS " in *" $2 "*) return 0 ;; esac
  return 1
}

# By the machine itself where it knows the account, because a directory may give groups that no file names.
groups_of() {
  if [ -z "$root" ] && held=$(id -nG -- "$1" 2>/dev/null); then
    echo "$held"
    return 0
  fi
  awk -F: -v user="$1" -v gid="$(account_field "$1" 4)" '
    { held = $3 == gid; count = split($4, members, ","); for (at = 1; at <= count; at++) if (members[at] == user) held = 1 }
    held { print $1 }' "$root/etc/group" 2>/dev/null || true
}

account_field() { awk -F: -v user="$1" -v field="$2" '$1 == user { print $field; exit }' "$root/etc/passwd" 2>/dev/null || true; }

# sudoers_with USER GROUP…: the files whose lines name one of them. An alias counts for whomever it holds.
sudoers_with() {
  names=" $1 "
  shift
  for name; do names="$names%$name "; done
  for file in "$root/etc/sudoers" "$root/etc/sudoers.d/"*; do
    [ -f "$file" ] || continue
    awk -v names="$names" '
      /^[ \t]*(#|Defaults|@)/ { next }
      !/^[ \t]*User_Alias/ { sub(/=.*/, "") }
      { count = split($0, words, /[ \t,=]+/); for (at = 1; at <= count; at++) if (words[at] == "ALL" ? at == 1 : index(names, " " words[at] " ")) found = 1 }
      END { exit !found }' "$file" && echo "${file#"$root"}"
  done
  return 0
}
