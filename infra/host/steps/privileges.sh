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
    [ "$(uid_of "$user")" != 0 ] || echo "$user uid 0" >>"$work/privileged"
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
  [ "$shape" = ec2 ] && in_group "$1" "$2" && [ "$(account_field "$1" 4)" != "$(gid_of "$2")" ] || return 1
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

uid_of() { { [ -z "$root" ] && id -u -- "$1" 2>/dev/null; } || account_field "$1" 3; }

gid_of() {
  held=$(sed -n "s/^$1:[^:]*:\([0-9]*\):.*/\1/p" "$root/etc/group" 2>/dev/null || true)
  [ -n "$held" ] || [ -n "$root" ] || held=$(getent group "$1" | cut -d: -f3)
  echo "$held"
}

# sudoers_with USER GROUP…: the files whose lines name one of them, by name or number. An alias counts for whomever it holds.
sudoers_with() {
  user=$1
  names=" $1 #$(uid_of "$1") %#$(account_field "$1" 4) "
  shift
  for name; do names="$names%$name %#$(gid_of "$name") "; done
  sudoers_files | while read -r file; do
    ! root=$root user=$user names=$names awk "$SUDOERS_NAMES" "$file" || echo "${file#"$root"}"
  done
}

# With what they include, whether sudo would read it here or not.
sudoers_files() {
  IFS=''
  seen='|'
  set -- "$root/etc/sudoers" "$root/etc/sudoers.d/"*
  while [ $# -gt 0 ]; do
    file=$1
    shift
    [ -f "$file" ] || continue
    # By its one path: a file may include itself by ever longer ones.
    place=$(readlink -f "$file")
    case "$seen" in *"|$place|"*) continue ;; esac
    seen="$seen$place|"
    echo "$file"
    awk "$SUDOERS_INCLUDES" "$file" >"$work/included"
    while IFS=' ' read -r kind place; do
      case "$place" in /*) place=$root$place ;; *) place=${file%/*}/$place ;; esac
      [ "$kind" != includedir ] || place="${place%/}/*"
      # shellcheck disable=SC2086 # as it stands, and as a pattern: %h is any host
      set -- "$@" "$place" $place
    done <"$work/included"
  done
}

# A byte by its number, as `\x61`; -1 for what is none.
SUDOERS_CODES='
  function code_of(text,   digits) {
    digits = "0123456789abcdef"
    text = tolower(text)
    if (text !~ /^x[0-9a-f][0-9a-f]$/) return -1
    return 16 * (index(digits, substr(text, 2, 1)) - 1) + index(digits, substr(text, 3, 1)) - 1
  }'

# One line each: `include` or `includedir`, and the path with its escapes undone.
# shellcheck disable=SC2016 # no variables of the shell
SUDOERS_INCLUDES='
  /^[ \t]*[#@]include(dir)?[ \t]/ {
    sub(/[ \t\r]+$/, "")
    kind = /^[ \t]*[#@]include[ \t]/ ? "include" : "includedir"
    sub(/^[ \t]*[#@]include(dir)?[ \t]+/, "")
    gsub(/"/, "")
    gsub(/%h/, "*")
    path = ""
    for (at = 1; at <= length($0); at++) {
      c = substr($0, at, 1)
      if (c == "\\" && (code = code_of(substr($0, at + 1, 3))) > 0) {
        path = path sprintf("%c", code)
        at += 3
      } else if (c != "\\") path = path c
    }
    print kind " " path
  }'"$SUDOERS_CODES"

# Exits 0 where a list of users in a file of sudoers holds one of the names. A netgroup holds whom the machine says, or everybody.
# shellcheck disable=SC2016 # no variables of the shell
SUDOERS_NAMES='
  BEGIN { names = tolower(ENVIRON["names"]); user = tolower(ENVIRON["user"]) }
  { sub(/\r$/, ""); line[++count] = $0 }
  END {
    for (at = 1; at <= count && !found; at++) {
      # A comment ends with its line, and so does a line whose last backslash is escaped.
      if (at > 1 && line[at - 1] ~ /\\[ \t]*$/ && line[at - 1] !~ /#|\\\\/) continue
      whole = line[at]
      for (to = at; to < count && sub(/\\[ \t]*$/, " ", whole); to++) whole = whole line[to + 1]
      found = index(whole, "=") && lists(whole)
    }
    exit !found
  }
  # The list in front of the hosts; in the line of an alias all that stands there.
  function lists(text,   alias, at, c, item, isQuoted, isOver, code) {
    if (text ~ /^[ \t]*Defaults/) return 0
    alias = sub(/^[ \t]*User_Alias[ \t]/, "", text)
    item = ""
    for (at = 1; at <= length(text); at++) {
      c = substr(text, at, 1)
      # These end a name without a blank, and so does what is no digit a number.
      if (!isQuoted && (c ~ /[!"]/ ? item !~ /^!*[%+]?:?$/ : c !~ /[0-9]/ && item ~ /^!*(%:?)?#[0-9]+$/)) {
        if (names_one(item)) return 1
        item = ""
        isOver = !alias
      }
      if (!isQuoted && (c ~ /[ \t,]/ || (c ~ /[=:]/ && alias && item !~ /^!*%$/))) {
        if (c ~ /[ \t]/ && item ~ /^!*$/) continue
        if (item != "" && names_one(item)) return 1
        item = ""
        isOver = c != "," && !alias
        continue
      }
      if (!isQuoted && c == "#" && !(item ~ /^!*(%:?)?$/ && substr(text, at + 1, 1) ~ /[0-9]/)) break
      if (!isQuoted && (c == "=" || (isOver && item == ""))) break
      if (c == "\"") {
        if (isQuoted && names_one(item)) return 1
        if (isQuoted) { item = ""; isOver = !alias }
        isQuoted = !isQuoted
      } else if (c == "\\" && (code = code_of(substr(text, at + 1, 3))) >= 0) {
        # What follows the code 0 is not read.
        if (code == 0 && names_one(item)) return 1
        item = item sprintf("%c", code ? code : 1)
        at += 3
      } else if (c == "\\") item = item substr(text, ++at, 1)
      else item = item c
    }
    return item != "" && names_one(item)
  }
  function names_one(item,   words, word, many) {
    while (sub(/^!!/, "", item)) continue
    if (item == "ALL" || item ~ /^%:/) return 1
    if (item ~ /^\+/) return netgroup(substr(item, 2))
    while (item ~ /^%?#0[0-9]/) sub(/#0/, "#", item)
    if (item ~ /^%/) gsub(/ /, " %", item)
    many = split(tolower(item), words, " ")
    for (word = 1; word <= many; word++) if (!index(names, " " words[word] " ")) return 0
    return many > 0
  }
  function netgroup(name,   told, asked, isMember) {
    if (ENVIRON["root"] != "" || name !~ /^[A-Za-z0-9][A-Za-z0-9._-]*$/) return 1
    asked = "getent netgroup " name " 2>/dev/null"
    while ((asked | getline told) > 0) {
      gsub(/[ \t]/, "", told)
      if (index(tolower(told), "," user ",") || index(told, ",,")) isMember = 1
    }
    close(asked)
    return told == "" || isMember
  }'"$SUDOERS_CODES"
