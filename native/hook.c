/*
 * The hook client: hands one hook event of the agent's client to the guard and gives back the guard's answer.
 *
 *   sallyport-hook SOCKET SESSION [DEADLINE_MS [withhold]]     event on stdin, answer on stdout, refusal on stderr
 *
 * The agent's client lets a call pass when its hook crashes, hangs, prints something odd or exits with anything but
 * 0 or 2. So there are two ways out only: exit 0 after a whole, well-formed answer was printed, and exit 2 with one
 * sentence for the model after everything else, signals and the own deadline included. Nothing is read from the
 * environment: it belongs to whoever wrote the repository's settings.
 *
 * After a tool has run, exit 2 only adds a sentence: the model still reads the result. With the word `withhold` a refusal
 * is exit 0 with one object on stdout that puts a sentence, or the client's own error, in the result's place. Where that
 * object cannot be written it is exit 2. An answer that broke off on stdout cannot be mended, since the client takes one
 * object or none: it is exit 2 as well, and the result stays. Only an answer larger than the pipe can break off.
 *
 * Request: POST /hook/SESSION with the event as body. Answer, with status 200 and read to the end of the stream:
 *   sallyport-answer 0|2 LF payload LF sallyport-end LF
 * The payload is one line: for 0 a JSON object or nothing, to stdout; for 2 a sentence, to stderr.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum {
  DEADLINE_MS = 5000,         /* far below the 60 s after which the agent's client stops waiting and lets the call pass */
  MAX_DEADLINE_MS = 30000,
  LAST_WORDS_MS = 200,        /* what writing the sentence may take once the call is refused */
  MAX_EVENT_BYTES = 8 << 20,  /* the guard's own bound */
  MAX_ANSWER_BYTES = 1 << 20, /* with the HTTP head */
  MAX_SESSION_BYTES = 64,
  HEAD_ROOM = 512,
  SIGNALS = 65
};

static char request[HEAD_ROOM + MAX_EVENT_BYTES + 1];
static char answer[MAX_ANSWER_BYTES + 1];
static struct timespec deadline;
/* What is being waited for, for the sentence of a deadline that strikes in the middle of it. */
static const char *volatile late = "the guard did not answer in time";
static volatile sig_atomic_t has_refused;
static volatile sig_atomic_t is_withholding;
/* Whether stdout may hold a part of an answer, or leads nowhere. */
static volatile sig_atomic_t is_stdout_spoilt;
/* What a refusal ends with: 0 once stdout holds the whole of `withheld`. */
static volatile sig_atomic_t refusal_exit = 2;
static const char withheld[] =
    "{\"hookSpecificOutput\":{\"hookEventName\":\"PostToolUse\",\"updatedToolOutput\":\"Sallyport withheld this result "
    "because it could not be checked. Ask the user to run \\\"sallyport doctor\\\".\"}}\n";

/* Strikes again and again, so that a strike which falls on a change of its handler is not the only one. */
static void set_timer(long ms) {
  struct timeval time = {ms / 1000, (ms % 1000) * 1000};
  struct itimerval timer = {time, time};
  (void)setitimer(ITIMER_REAL, &timer, NULL);
}

static void leave(int signal_number) {
  (void)signal_number;
  _exit(refusal_exit);
}

/* Writes as far as that works within `wait_ms` a piece: a reader that never reads must not turn a refusal into a hang. */
static int say(int fd, int wait_ms, const char *text, size_t length) {
  while (length > 0) {
    struct pollfd stream = {fd, POLLOUT, 0};
    /* A pipe that polls as writable takes PIPE_BUF bytes without blocking; POSIX promises at least 512. */
    size_t part = length < 512 ? length : 512;
    if (poll(&stream, 1, wait_ms) != 1 || (stream.revents & POLLOUT) == 0) return 0;
    ssize_t done = write(fd, text, part);
    if (done <= 0) return 0;
    text += done;
    length -= (size_t)done;
  }
  return 1;
}

/*
 * Cuts a refusal short that cannot be told: from here on the timer ends it. Other signals wait, so that none comes between
 * the object on stdout and its exit 0; those of a fault cannot, the kernel would kill for them.
 */
static void guard_last_words(void) {
  static const int urgent[] = {SIGALRM, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP};
  struct sigaction action;
  sigset_t waiting;
  memset(&action, 0, sizeof action);
  /* A deadline that struck while a signal was handled is still pending: to ignore it drops it. */
  action.sa_handler = SIG_IGN;
  (void)sigaction(SIGALRM, &action, NULL);
  set_timer(LAST_WORDS_MS);
  action.sa_handler = leave;
  (void)sigaction(SIGALRM, &action, NULL);
  sigfillset(&waiting);
  for (size_t at = 0; at < sizeof urgent / sizeof urgent[0]; at++) sigdelset(&waiting, urgent[at]);
  (void)sigprocmask(SIG_SETMASK, &waiting, NULL);
}

/* The one end of every refusal, the guard's own included. */
__attribute__((noreturn)) static void end_refused(const char *sentence, size_t length) {
  guard_last_words();
  has_refused = 1;
  if (is_withholding && !is_stdout_spoilt && say(STDOUT_FILENO, LAST_WORDS_MS, withheld, sizeof withheld - 1) &&
      close(STDOUT_FILENO) == 0)
    refusal_exit = 0;
  (void)say(STDERR_FILENO, 0, sentence, length);
  _exit(refusal_exit);
}

__attribute__((noreturn)) static void refuse(const char *why) {
  static const char before[] = "Sallyport refused this call because ";
  static const char after[] = ". Do not try another way; ask the user to run \"sallyport doctor\".\n";
  static char sentence[512];
  size_t length = 0;
  if (has_refused) _exit(refusal_exit);
  memcpy(sentence, before, sizeof before - 1);
  length = sizeof before - 1;
  for (; *why != '\0' && length < sizeof sentence - sizeof after; why++) sentence[length++] = *why;
  memcpy(sentence + length, after, sizeof after - 1);
  end_refused(sentence, length + sizeof after - 1);
}

static void on_alarm(int signal_number) {
  (void)signal_number;
  refuse(late);
}

static void on_signal(int signal_number) {
  (void)signal_number;
  /* The answer may still become whole, and a refusal would leave the result to the model. The timer bounds it. */
  if (is_withholding && is_stdout_spoilt && !has_refused) return;
  refuse("its hook was interrupted");
}

/* Every signal that would kill or stop this process ends in a refusal or is ignored; only SIGKILL and SIGSTOP cannot be. */
static void catch_signals(void) {
  static char stack[16384]; /* a stack that overflowed cannot run a handler on itself */
  stack_t alternate = {.ss_sp = stack, .ss_flags = 0, .ss_size = sizeof stack};
  struct sigaction action;
  sigset_t none;
  (void)sigaltstack(&alternate, NULL);
  memset(&action, 0, sizeof action);
  sigfillset(&action.sa_mask);
  action.sa_flags = SA_ONSTACK;
  for (int number = 1; number < SIGNALS; number++) {
    switch (number) {
      case SIGKILL: case SIGSTOP: continue;
      /* Their effect shows as an error of the call itself, or would be to stop, which the client takes for a timeout. */
      case SIGPIPE: case SIGXFSZ: case SIGTSTP: case SIGTTIN: case SIGTTOU:
      case SIGCHLD: case SIGCONT: case SIGURG: case SIGWINCH:
        action.sa_handler = SIG_IGN;
        break;
      case SIGALRM:
        action.sa_handler = on_alarm;
        break;
      default:
        action.sa_handler = on_signal;
    }
    (void)sigaction(number, &action, NULL); /* the C library keeps two numbers to itself */
  }
  sigemptyset(&none);
  (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* A closed stream would be the number of the next file opened: the answer must not land in the socket. */
static void check_streams(void) {
  int is_closed[3];
  for (int fd = 0; fd < 3; fd++) is_closed[fd] = fcntl(fd, F_GETFD) < 0;
  is_stdout_spoilt = is_closed[1];
  for (int fd = 0; fd < 3; fd++)
    if (is_closed[fd] && open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd) _exit(2);
  if (is_closed[0]) refuse("its hook was started without an event");
  if (is_closed[1]) refuse("its hook has nowhere to write the answer");
}

static void start_clock(long ms) {
  if (clock_gettime(CLOCK_MONOTONIC, &deadline) != 0) refuse("its hook has no clock");
  deadline.tv_sec += ms / 1000;
  deadline.tv_nsec += (ms % 1000) * 1000000L;
  if (deadline.tv_nsec >= 1000000000L) {
    deadline.tv_sec += 1;
    deadline.tv_nsec -= 1000000000L;
  }
  set_timer(ms);
}

static int remaining_ms(void) {
  struct timespec now;
  if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) refuse("its hook has no clock");
  long long left = (long long)(deadline.tv_sec - now.tv_sec) * 1000 + (deadline.tv_nsec - now.tv_nsec) / 1000000;
  if (left <= 0) refuse(late);
  return left > MAX_DEADLINE_MS ? MAX_DEADLINE_MS : (int)left;
}

static void wait_for(int fd, short events) {
  for (;;) {
    struct pollfd stream = {fd, events, 0};
    int ready = poll(&stream, 1, remaining_ms());
    if (ready == 1) return; /* an error or a hang-up shows in the call that follows */
    if (ready < 0 && errno != EINTR) refuse("its hook could not wait for the guard");
  }
}

/* Reads to the end of the stream; the caller's `room` is one byte more than what is let in. */
static size_t read_whole(int fd, char *into, size_t room, const char *too_long, const char *unreadable) {
  size_t length = 0;
  for (;;) {
    wait_for(fd, POLLIN);
    ssize_t got = read(fd, into + length, room - length);
    if (got == 0) return length;
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) refuse(unreadable);
    length += (size_t)got;
    if (length >= room) refuse(too_long);
  }
}

static void send_whole(int fd, const char *from, size_t length) {
  while (length > 0) {
    wait_for(fd, POLLOUT);
    ssize_t done = send(fd, from, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (done < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (done <= 0) refuse("the guard stopped listening");
    from += done;
    length -= (size_t)done;
  }
}

static void print_whole(const char *from, size_t length) {
  while (length > 0) {
    wait_for(STDOUT_FILENO, POLLOUT);
    is_stdout_spoilt = 1;
    ssize_t done = write(STDOUT_FILENO, from, length);
    if (done < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (done <= 0) refuse("its hook could not write the answer");
    from += done;
    length -= (size_t)done;
  }
  /* Some file systems tell of a full disk only here. */
  if (close(STDOUT_FILENO) != 0) refuse("its hook could not write the answer");
}

/*
 * Behind a door, whose owner could put a guard of their own in the daemon's place, only the daemon may answer: the owner of the
 * folder of doors. Where a launcher shows its session a folder of doors of its own, with the one door in it, it must at least
 * not be this user. The kernel keeps who began to listen, whatever becomes of the path meanwhile.
 */
static void check_listener(int fd, const char *path) {
  static const char room[] = "/guard/g.sock";
  char doors[sizeof(((struct sockaddr_un *)0)->sun_path)];
  size_t length = strlen(path);
  if (length < sizeof room || strcmp(path + length - (sizeof room - 1), room) != 0) return;
  length -= sizeof room - 1;
  while (length > 1 && path[length - 1] != '/') length--;
  memcpy(doors, path, length);
  doors[length] = '\0';
  struct stat folder;
  struct ucred listener;
  socklen_t size = sizeof listener;
  if (stat(doors, &folder) != 0 || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &listener, &size) != 0)
    refuse("its hook could not see who answers");
  uid_t own = geteuid();
  if (folder.st_uid == own ? listener.uid == own : listener.uid != folder.st_uid)
    refuse("another program answers in the guard's place");
}

static int connect_guard(const char *path) {
  struct sockaddr_un address;
  size_t length = strlen(path);
  memset(&address, 0, sizeof address);
  address.sun_family = AF_UNIX;
  if (path[0] != '/' || length >= sizeof address.sun_path) refuse("the guard's socket path is not usable");
  memcpy(address.sun_path, path, length);
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) refuse("its hook could not open a socket");
  /* Blocking: a full queue means to wait, which the timer bounds; a non-blocking connect would fail at once. */
  if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0) {
    check_listener(fd, path);
    return fd;
  }
  if (errno == ENOENT) refuse("the guard's socket is missing");
  if (errno == EACCES || errno == EPERM) refuse("the guard's socket may not be opened");
  refuse("the guard is not running");
}

static void check_session(const char *session) {
  size_t length = strlen(session);
  if (length == 0 || length > MAX_SESSION_BYTES) refuse("the session id is not usable");
  for (size_t at = 0; at < length; at++) {
    char c = session[at];
    /* It becomes part of a request line. */
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-'))
      refuse("the session id is not usable");
  }
}

static size_t append(char *into, size_t at, const char *text) {
  size_t length = strlen(text);
  if (at + length > HEAD_ROOM) refuse("the request head is too long");
  memcpy(into + at, text, length);
  return at + length;
}

static size_t append_number(char *into, size_t at, size_t number) {
  char digits[24];
  size_t from = sizeof digits - 1;
  digits[from] = '\0';
  do digits[--from] = (char)('0' + number % 10);
  while ((number /= 10) > 0);
  return append(into, at, digits + from);
}

/* Puts the head right before the event, so that one `send` takes both. Returns where the request starts. */
static char *put_head(const char *session, size_t event_bytes) {
  char head[HEAD_ROOM];
  size_t length = append(head, 0, "POST /hook/");
  length = append(head, length, session);
  length = append(head, length, " HTTP/1.1\r\nHost: sallyport\r\nContent-Type: application/json\r\nContent-Length: ");
  length = append_number(head, length, event_bytes);
  length = append(head, length, "\r\nConnection: close\r\n\r\n");
  memcpy(request + HEAD_ROOM - length, head, length);
  return request + HEAD_ROOM - length;
}

static int starts_with(const char *text, size_t length, const char *start) {
  size_t size = strlen(start);
  return length >= size && memcmp(text, start, size) == 0;
}

/* Takes the frame apart, prints the payload and ends the process. Anything that is not the frame is refused. */
__attribute__((noreturn)) static void give_answer(const char *text, size_t length) {
  static const char odd[] = "the guard's answer was not understood";
  static const char end_line[] = "\nsallyport-end\n";
  const size_t end_bytes = sizeof end_line - 1, first_bytes = sizeof "sallyport-answer 0\n" - 1;

  if (length == 0) refuse("the guard broke off before it answered");
  if (!starts_with(text, length, "HTTP/1.1 200 ")) refuse(odd);
  const char *body = memmem(text, length, "\r\n\r\n", 4);
  if (body == NULL) refuse("the guard broke off in its answer");
  body += 4;
  length -= (size_t)(body - text);

  int is_refusal = starts_with(body, length, "sallyport-answer 2\n");
  if (!is_refusal && !starts_with(body, length, "sallyport-answer 0\n")) refuse(odd);
  if (length < first_bytes + end_bytes || memcmp(body + length - end_bytes, end_line, end_bytes) != 0)
    refuse("the guard broke off in its answer");

  const char *payload = body + first_bytes;
  size_t payload_bytes = length - first_bytes - end_bytes;
  for (size_t at = 0; at < payload_bytes; at++)
    if ((unsigned char)payload[at] < 0x20 || payload[at] == 0x7f) refuse(odd);

  if (is_refusal) {
    if (payload_bytes == 0) refuse(odd);
    end_refused(payload, payload_bytes + 1);
  }
  if (payload_bytes > 0 && (payload[0] != '{' || payload[payload_bytes - 1] != '}')) refuse(odd);
  print_whole(payload, payload_bytes == 0 ? 0 : payload_bytes + 1);
  _exit(0);
}

static long parse_deadline(const char *text) {
  long ms = 0;
  for (const char *at = text; *at != '\0'; at++) {
    if (*at < '0' || *at > '9' || ms > MAX_DEADLINE_MS) refuse("its hook was started with a deadline that is not one");
    ms = ms * 10 + (*at - '0');
  }
  if (ms < 1 || ms > MAX_DEADLINE_MS) refuse("its hook was started with a deadline that is not one");
  return ms;
}

int main(int argc, char **argv) {
  is_withholding = argc == 5 && strcmp(argv[4], "withhold") == 0;
  catch_signals();
  check_streams();
  start_clock(DEADLINE_MS);
  if (argc < 3 || (argc > 4 && !is_withholding)) refuse("its hook was started with wrong arguments");
  if (argc > 3) start_clock(parse_deadline(argv[3]));
  check_session(argv[2]);

  late = "its event did not arrive in time";
  size_t event_bytes = read_whole(STDIN_FILENO, request + HEAD_ROOM, MAX_EVENT_BYTES + 1, "its event is larger than 8 MiB",
                                  "its event could not be read");
  if (event_bytes == 0) refuse("its hook was started without an event");

  late = "the guard did not answer in time";
  int guard = connect_guard(argv[1]);
  const char *start = put_head(argv[2], event_bytes);
  send_whole(guard, start, (size_t)(request + HEAD_ROOM + event_bytes - start));
  size_t answer_bytes =
      read_whole(guard, answer, sizeof answer, "the guard's answer is too long", "the guard broke off in its answer");
  late = "its hook could not write the answer in time";
  give_answer(answer, answer_bytes);
}
