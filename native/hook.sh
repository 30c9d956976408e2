#!/bin/dash
# The hook client where no C compiler is: the same promise as hook.c, with dash, curl and coreutils.
#
#   hook.sh SOCKET SESSION [DEADLINE_MS [withhold]]     event on stdin, answer on stdout, refusal on stderr
#
# Exit 0 after a whole, well-formed answer was printed; exit 2 after everything else. The environment belongs to whoever
# wrote the repository's settings: programs are named absolutely, run with none of it, and curl reads no configuration.
# A signal is answered when the exchange under way ends, which the deadline bounds. With `withhold` a refusal is exit 0 with
# the object on stdout that takes the result's place; hook.c says where it stays exit 2.
set -u
LC_ALL=C
IFS=' '
newline='
'
signals='HUP INT QUIT ALRM TERM USR1 USR2 VTALRM PROF XCPU'
status=2
may_withhold=no
[ $# -eq 4 ] && [ "$4" = withhold ] && may_withhold=yes

DEADLINE_MS=5000
MAX_DEADLINE_MS=30000
MAX_EVENT_BYTES=8388608
MAX_ANSWER_BYTES=1048576
PUT_S=1
LAST_WORDS_S=0.2
WITHHELD='{"hookSpecificOutput":{"hookEventName":"PostToolUse","updatedToolOutput":"Sallyport withheld this result because it could not be checked. Ask the user to run \"sallyport doctor\"."}}'

# Writes to a reader for at most so many seconds: one that never reads must not turn an answer into a hang.
put() {
  printf '%s\n' "$2" | /usr/bin/env -i /usr/bin/timeout --foreground -s KILL "$1" /usr/bin/cat
}

# Puts the object on stdout where a refusal may be told by it. The shell itself writes: that needs no process and no
# program, and a pipe that nothing was written to takes it without a reader.
withhold() {
  trap '' $signals
  [ "$may_withhold" = yes ] && may_withhold=no && printf '%s\n' "$WITHHELD" 2>/dev/null && status=0
}

leave_saying() {
  withhold
  put "$LAST_WORDS_S" "$1" >&2
  exit "$status"
}

refuse() {
  leave_saying "Sallyport refused this call because $1. Do not try another way; ask the user to run \"sallyport doctor\"."
}

# Whatever ends the script, an error of the shell itself included, is a refusal unless an answer was given.
trap 'withhold; exit "$status"' EXIT
trap 'refuse "its hook was interrupted"' $signals
# Their effect shows as an error of the write itself, or would be to stop, which the client takes for a timeout.
trap '' PIPE XFSZ TSTP TTIN TTOU

[ $# -eq 2 ] || [ $# -eq 3 ] || [ "$may_withhold" = yes ] || refuse 'its hook was started with wrong arguments'
socket=$1
session=$2
deadline_ms=${3:-$DEADLINE_MS}
case $socket in
  /*) ;;
  *) refuse "the guard's socket path is not usable" ;;
esac
case $session in
  '' | *[!A-Za-z0-9_-]*) refuse 'the session id is not usable' ;;
esac
[ ${#session} -le 64 ] || refuse 'the session id is not usable'
case $deadline_ms in
  '' | 0* | *[!0-9]* | ??????*) refuse 'its hook was started with a deadline that is not one' ;;
esac
[ "$deadline_ms" -ge 1 ] && [ "$deadline_ms" -le "$MAX_DEADLINE_MS" ] || refuse 'its hook was started with a deadline that is not one'
seconds=$(printf '%d.%03d' $((deadline_ms / 1000)) $((deadline_ms % 1000)))
# What feeds curl lives a little longer: a curl that saw its input end would send off half an event in its last moment.
longer=$(printf '%d.%03d' $(((deadline_ms + 300) / 1000)) $(((deadline_ms + 300) % 1000)))

[ -S "$socket" ] || refuse "the guard's socket is missing or may not be reached"
for program in env timeout cat curl head id stat tr; do
  [ -x "/usr/bin/$program" ] || refuse "/usr/bin/$program is missing"
done

# Runs a program of the system without the environment, for at most so many seconds.
within() {
  /usr/bin/env -i LC_ALL=C /usr/bin/timeout --foreground -s KILL "$@" 2>/dev/null
}

# Behind a door, whose owner could put a guard of their own in the daemon's place, only the daemon may answer: the owner of the
# folder of doors. Where a launcher shows its session a folder of doors of its own, with the one door in it, it must at least not be
# this user. From inside of the folder that was looked at, whatever becomes of its name meanwhile.
case $socket in
  /*/*/guard/g.sock)
    room=${socket%/g.sock}
    door=${room%/guard}
    cd -P "$room" 2>/dev/null || refuse "the guard's socket is missing or may not be reached"
    owner=$(within "$seconds" /usr/bin/stat -c %u .) || refuse "its hook could not see who answers"
    keeper=$(within "$seconds" /usr/bin/stat -L -c %u "${door%/*}") || refuse "its hook could not see who answers"
    own=$(within "$seconds" /usr/bin/id -u) || refuse "its hook could not see who answers"
    [ "$keeper" = "$own" ] || own=''
    case $owner in
      '' | "$own") refuse "another program answers in the guard's place" ;;
    esac
    [ -n "$own" ] || [ "$owner" = "$keeper" ] || refuse "another program answers in the guard's place"
    socket=g.sock
    ;;
esac

# The line that curl adds tells a whole exchange from a broken one and keeps the last newline of the answer. A NUL would
# vanish in the shell; as another control character it is seen and refused.
reply=$(
  within "$longer" /usr/bin/head -c $((MAX_EVENT_BYTES + 1)) |
    within "$seconds" /usr/bin/curl -q -s --noproxy '*' --proto =http --unix-socket "$socket" --max-time "$seconds" \
      -H 'Content-Type: application/json' -H 'Expect:' --data-binary @- \
      -w 'sallyport-curl %{http_code} %{size_upload}' "http://sallyport/hook/$session" |
    within "$longer" /usr/bin/head -c "$MAX_ANSWER_BYTES" |
    within "$longer" /usr/bin/tr '\000' '\001'
)

case $reply in
  '') refuse 'the guard did not answer in time' ;;
  'sallyport-curl 000 '*) refuse 'the guard is not running or broke off before it answered' ;;
  "sallyport-answer 0$newline"*"${newline}sallyport-end${newline}sallyport-curl 200 "*) code=0 ;;
  "sallyport-answer 2$newline"*"${newline}sallyport-end${newline}sallyport-curl 200 "*) code=2 ;;
  *) refuse "the guard's answer was not understood" ;;
esac

sent_bytes=${reply##*"${newline}sallyport-curl 200 "}
case $sent_bytes in
  '' | *[!0-9]* | ????????*) refuse 'its event is larger than 8 MiB' ;;
  0) refuse 'its hook was started without an event' ;;
esac
[ "$sent_bytes" -le "$MAX_EVENT_BYTES" ] || refuse 'its event is larger than 8 MiB'

payload=${reply#"sallyport-answer $code$newline"}
payload=${payload%"${newline}sallyport-end${newline}sallyport-curl 200 $sent_bytes"}
case $payload in
  *[[:cntrl:]]*) refuse "the guard's answer was not understood" ;;
esac

if [ "$code" = 2 ]; then
  [ -n "$payload" ] || refuse "the guard's answer was not understood"
  leave_saying "$payload"
fi
case $payload in
  '' | '{'*'}') ;;
  *) refuse "the guard's answer was not understood" ;;
esac
if [ -n "$payload" ]; then
  put_s=$PUT_S
  if [ "$may_withhold" = yes ]; then
    # From here on stdout may hold a part of the answer. It may still become whole, so a signal waits for that, and a slow
    # machine gets more time: what breaks off leaves the result to the model.
    may_withhold=no
    put_s=$seconds
    trap '' $signals
  fi
  put "$put_s" "$payload" 2>/dev/null || refuse 'its hook could not write the answer'
fi
may_withhold=no
status=0
exit 0
