#define _GNU_SOURCE
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { STOPPED = 130, GRACE_SECONDS = 4 };

static char lastWords[256];
static _Atomic int noting;
static _Atomic int noted;
static _Atomic long notedAt;  // milliseconds
static int wake[2] = {-1, -1};

static void setWords(const char *words) {
  strncpy(lastWords, words, sizeof lastWords - 1);
  lastWords[sizeof lastWords - 1] = 0;
}

void csystem_end_stopped(void) {
  // A pipe that nobody empties must not hold up the end.
  struct pollfd descriptor = {STDERR_FILENO, POLLOUT, 0};
  if (poll(&descriptor, 1, 0) == 1 && (descriptor.revents & POLLOUT)) {
    long ignored = write(STDERR_FILENO, lastWords, strlen(lastWords));
    (void)ignored;
  }
  _exit(STOPPED);
}

static void onAlarm(int number) {
  (void)number;
  csystem_end_stopped();
}

static long milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000L + now.tv_nsec / 1000000L;
}

// Only calls that are safe in a handler.
static void onStop(int number) {
  int before = errno;
  if (!atomic_load(&noting)) csystem_end_stopped();
  int none = 0;
  if (atomic_compare_exchange_strong(&noted, &none, number)) {
    atomic_store(&notedAt, milliseconds());
    alarm(GRACE_SECONDS);
    if (wake[1] >= 0) {
      long ignored = write(wake[1], "s", 1);
      (void)ignored;
    }
  } else if (number == SIGINT && milliseconds() - atomic_load(&notedAt) > 200) {
    // One Ctrl-C may arrive twice, from the terminal and from a program in between.
    csystem_end_stopped();
  }
  errno = before;
}

static void handle(int number, void (*handler)(int)) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, NULL);
}

void csystem_begin(const char *words) {
  for (int descriptor = 0; descriptor <= 2; descriptor++) {
    // The lowest free number is taken: this one. Data that nobody could get are an error of their write.
    if (fcntl(descriptor, F_GETFD) < 0 && errno == EBADF && open("/dev/null", descriptor == 1 ? O_RDONLY : O_RDWR) < 0) break;
  }
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  setWords(words);
  // A parent may have left them blocked.
  sigset_t stops;
  sigemptyset(&stops);
  const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGALRM};
  for (int i = 0; i < 4; i++) sigaddset(&stops, numbers[i]);
  sigprocmask(SIG_UNBLOCK, &stops, NULL);
  handle(SIGALRM, onAlarm);
  handle(SIGINT, onStop);
  handle(SIGTERM, onStop);
  struct sigaction hangUp;
  if (sigaction(SIGHUP, NULL, &hangUp) == 0 && hangUp.sa_handler != SIG_IGN) handle(SIGHUP, onStop);
}

int csystem_note_stops(const char *words) {
  setWords(words);
  int result = 0;
  if (wake[0] < 0 && pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0) {
    result = -errno;
    wake[0] = wake[1] = -1;
  }
  atomic_store(&noting, 1);
  return result < 0 ? result : wake[0];
}

int csystem_noted_stop(void) { return atomic_load_explicit(&noted, memory_order_relaxed); }

void csystem_end_noting(void) {
  alarm(0);
  if (wake[1] >= 0) {
    long ignored = write(wake[1], "e", 1);
    (void)ignored;
  }
  atomic_store(&noting, 0);
}

void csystem_end_within(unsigned int seconds) { alarm(seconds); }

int csystem_terminal_columns(int descriptor) {
  struct winsize size;
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
