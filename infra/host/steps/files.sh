# Files of the machine: each is put in place whole, only where it differs, and written down so that it can be taken away.

# Where the list of our files lies.
MANIFEST=/etc/sallyport/manifest

changes=0

begin_changes() {
  : >"$work/manifest"
}

# A second install at the same time would write the same files.
lock_install() {
  [ "$dry_run" = no ] && [ -z "$root" ] || return 0
  exec 9>/run/sallyport-install.lock
  flock -n 9 || fail 'another install is running'
}

say() { echo "$*"; }

# Runs what changes the machine; with --dry-run, and below --root, it is only told.
act() {
  changes=$((changes + 1))
  if [ "$dry_run" = yes ]; then
    say "would run: $*"
  elif [ -n "$root" ]; then
    say "left to the machine: $*"
  else
    say "run: $*"
    "$@"
  fi
}

# put_file SOURCE PATH MODE [OWNER:GROUP]
put_file() {
  echo "$2" >>"$work/manifest"
  same_file "$1" "$root$2" "$3" "${4:-root:root}" && return 0
  changes=$((changes + 1))
  changed_files="${changed_files-}
$2"
  if [ "$dry_run" = yes ]; then
    say "would write: $2 ($3)"
    return 0
  fi
  say "write: $2 ($3)"
  note_path "$2"
  make_folder "$(dirname "$2")" 0755
  # Renamed into place: whoever reads it meanwhile sees the old one or the new one.
  partial="$root$(dirname "$2")/.sallyport.$$"
  rm -f "$partial"
  (umask 077 && cat "$1" >"$partial")
  own "${4:-root:root}" "$partial"
  chmod "$3" "$partial"
  mv -fT "$partial" "$root$2"
}

# put_text PATH MODE, the text on standard input
put_text() {
  cat >"$work/text"
  put_file "$work/text" "$1" "$2" "${3:-root:root}"
}

# Written down before it is there, so that an install that was cut off can be taken away too.
note_path() {
  make_folder /etc/sallyport 0755
  grep -qxF "$1" "$root$MANIFEST" 2>/dev/null || echo "$1" >>"$root$MANIFEST"
}

# make_folder PATH MODE [OWNER:GROUP]: with its parents. What is there already keeps what it has, unless an owner is given.
make_folder() {
  if [ ! -d "$root$1" ]; then
    [ ! -L "$root$1" ] || fail "$1 is a link where a folder has to be"
    if [ "$dry_run" = yes ]; then
      say "would make: $1 ($2)"
      return 0
    fi
    [ -d "$root$(dirname "$1")" ] || make_folder "$(dirname "$1")" 0755
    mkdir "$root$1"
    own "${3:-root:root}" "$root$1"
    chmod "$2" "$root$1"
  elif [ $# -gt 2 ] && [ "$dry_run" = no ]; then
    # An account that is given what a link leads to would have any folder of the machine.
    [ ! -L "$root$1" ] || fail "$1 is a link where a folder has to be"
    own "$3" "$root$1"
    chmod "$2" "$root$1"
  fi
}

# put_link PATH TARGET
put_link() {
  echo "$1" >>"$work/manifest"
  [ "$(readlink "$root$1" 2>/dev/null || true)" != "$2" ] || return 0
  changes=$((changes + 1))
  if [ "$dry_run" = yes ]; then
    say "would link: $1 -> $2"
    return 0
  fi
  say "link: $1 -> $2"
  note_path "$1"
  make_folder "$(dirname "$1")" 0755
  ln -s "$2" "$root$1.sallyport.$$"
  mv -fT "$root$1.sallyport.$$" "$root$1"
}

remove_file() {
  [ -e "$root$1" ] || [ -L "$root$1" ] || return 0
  changes=$((changes + 1))
  if [ "$dry_run" = yes ]; then
    say "would remove: $1"
  else
    say "remove: $1"
    rm -f "$root$1"
  fi
}

# Files of an earlier install that this one does not have.
forget_old_files() {
  if [ -f "$root$MANIFEST" ]; then
    sort -u "$work/manifest" >"$work/now"
    sort -u "$root$MANIFEST" | comm -23 - "$work/now" >"$work/gone"
    while read -r path; do
      case $path in "$MANIFEST" | *..*) ;; /*) remove_file "$path" ;; esac
    done <"$work/gone"
  fi
  sort -u "$work/manifest" >"$work/manifest.sorted"
  put_file "$work/manifest.sorted" "$MANIFEST" 0644
}

was_changed() {
  case "${changed_files-}
" in
  *"
$1"*) return 0 ;;
  esac
  return 1
}

end_changes() {
  case $dry_run$changes in
  yes0 | no0) say 'nothing to change' ;;
  yes*) say "$changes steps; nothing was changed" ;;
  *) say "done: $changes steps" ;;
  esac
}

same_file() {
  [ -f "$2" ] && [ ! -L "$2" ] && cmp -s "$1" "$2" || return 1
  [ "$(stat -c %04a "$2")" = "$3" ] || return 1
  [ "$(id -u)" -ne 0 ] || [ "$(stat -c %U:%G "$2")" = "$4" ] || [ -n "$root" ]
}

# Below --root the accounts are those of the image, which this machine does not know.
own() {
  [ "$(id -u)" -eq 0 ] || return 0
  if [ -n "$root" ]; then chown -h 0:0 "$2"; else chown -h "$1" "$2"; fi
}
