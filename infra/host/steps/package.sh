# The package and the client: fetched, checked, and put in place by one rename.

check_package() {
  fetch "$from" "$work/package.tar.gz"
  found=$(sha256sum <"$work/package.tar.gz" | cut -d ' ' -f 1)
  [ "$found" = "$sha256" ] || fail "the package is not the one that was pinned: its SHA-256 is $found" 'nothing was changed'
  tar -tzf "$work/package.tar.gz" >"$work/names" || fail 'the package cannot be read'
  ! grep -qvE '^sallyport(/|$)' "$work/names" && ! grep -qE '(^|/)\.\.(/|$)' "$work/names" || fail 'the package holds files of other places'
  [ "$(tar -xzOf "$work/package.tar.gz" sallyport/architecture)" = "$(uname -m)" ] || fail "the package is for another architecture than $(uname -m)"
}

check_client() {
  [ -n "$client" ] || return 0
  fetch "$client" "$work/client.tgz"
  expected=${client_integrity:-$(awk -v arch="$(uname -m)" '$1 == arch { print $3 }' "$here/client.pin")}
  case $expected in sha512-*) ;; *) fail "client.pin names no client for $(uname -m)" ;; esac
  # The registry writes a digest in base64, sha512sum in hexadecimal digits.
  wanted=$(echo "${expected#sha512-}" | base64 -d 2>/dev/null | od -An -v -tx1 | tr -d ' \n') || wanted=''
  found=$(sha512sum <"$work/client.tgz" | cut -d ' ' -f 1)
  [ "$found" = "$wanted" ] || fail "the client is not the one that was pinned: its SHA-512 is $found" 'nothing was changed'
}

# fetch SOURCE FILE
fetch() {
  case $1 in
  https://*) curl --fail --silent --show-error --proto '=https' --max-time 600 --max-filesize 2147483648 --output "$2" "$1" || fail "cannot be fetched: $1" ;;
  s3://*) aws s3 cp ${region:+--region "$region"} --only-show-errors "$1" "$2" || fail "cannot be fetched: $1" ;;
  *://*) fail "fetched over https:// or s3:// alone: $1" ;;
  *)
    [ -f "$1" ] || fail "there is no file $1"
    cp "$1" "$2"
    ;;
  esac
}

# Programs that the host works with, and the packages that hold them on Debian and on Amazon Linux.
need_programs() {
  missing=''
  need bwrap bubblewrap bubblewrap
  need socat socat socat
  need nft nftables nftables
  need auditctl auditd audit
  [ -n "$missing" ] || return 0
  if [ "$packages" = no ]; then fail "missing:$missing" 'install them, or leave out --no-packages'; fi
  if command -v apt-get >/dev/null; then
    # shellcheck disable=SC2086 # one word for each package
    act env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $missing
  elif command -v dnf >/dev/null; then
    # shellcheck disable=SC2086
    act dnf install --assumeyes $missing
  else
    fail "missing, and there is neither apt-get nor dnf:$missing"
  fi
}

need() {
  command -v "$1" >/dev/null && return 0
  if command -v apt-get >/dev/null; then missing="$missing $2"; else missing="$missing $3"; fi
}

# The folder of programs is exchanged whole. A run that was cut off between the two renames is mended by the next one.
place_package() {
  stamp="$sha256 $(if [ -n "$client" ]; then sha256sum <"$work/client.tgz" | cut -d ' ' -f 1; else echo kept; fi)"
  if [ ! -d "$root/opt/sallyport" ] && [ -d "$root/opt/sallyport.old" ] && [ "$dry_run" = no ]; then
    mv "$root/opt/sallyport.old" "$root/opt/sallyport"
  fi
  [ "$dry_run" = yes ] || rm -rf "$root/opt/sallyport.new" "$root/opt/sallyport.old"
  [ "$(cat "$root/opt/sallyport/installed" 2>/dev/null || true)" != "$stamp" ] || return 0
  changes=$((changes + 1))
  changed_files="${changed_files-}
/opt/sallyport"
  if [ "$dry_run" = yes ]; then
    say "would unpack: /opt/sallyport"
    return 0
  fi
  say 'unpack: /opt/sallyport'
  make_folder /opt 0755
  new=$root/opt/sallyport.new
  mkdir "$new"
  tar -xzf "$work/package.tar.gz" -C "$new" --strip-components 1 --no-same-owner --no-same-permissions
  if [ -n "$client" ]; then
    mkdir "$new/client"
    tar -xzf "$work/client.tgz" -C "$new/client" --strip-components 1 --no-same-owner --no-same-permissions
    chmod 0755 "$new/client/claude"
  elif [ -d "$root/opt/sallyport/client" ]; then
    cp -a "$root/opt/sallyport/client" "$new/client"
  fi
  mkdir -p "$new/bin"
  cp "$new/package/infra/host/files/bin/"* "$new/bin/"
  chmod 0755 "$new/bin/"* "$new/node/bin/node"
  chmod -R go-w "$new"
  echo "$stamp" >"$new/installed"
  [ ! -d "$root/opt/sallyport" ] || mv "$root/opt/sallyport" "$root/opt/sallyport.old"
  mv "$new" "$root/opt/sallyport"
  rm -rf "$root/opt/sallyport.old"
}

place_programs() {
  # From here on files come from the package that was checked, not from where this script happened to lie.
  [ "$dry_run" = yes ] || here=$root/opt/sallyport/package/infra/host
  for program in sallyport sallyport-container; do
    put_link "/usr/local/bin/$program" "/opt/sallyport/bin/$program"
  done
  if [ -n "$client" ] || [ -x "$root/opt/sallyport/client/claude" ]; then put_link /usr/local/bin/claude /opt/sallyport/client/claude; fi
}
