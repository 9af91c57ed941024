#define _GNU_SOURCE
#include "writes.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

// MARK: - The watched folders

enum { WATCHES = 64 };

static struct {
  char part[512];  // empty: free
  int failure;
  char path[1024];
} watches[WATCHES];
static atomic_flag busy = ATOMIC_FLAG_INIT;
static _Atomic int watching;

static void enter(void) {
  while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire)) {
  }
}

static void leave(void) { atomic_flag_clear_explicit(&busy, memory_order_release); }

int csystem_watch_writes(const char *part) {
  int found = -1;
  if (!part[0] || strlen(part) >= sizeof watches[0].part) return -1;
  enter();
  for (int i = 0; i < WATCHES && found < 0; i++) {
    if (watches[i].part[0]) continue;
    strcpy(watches[i].part, part);
    watches[i].failure = 0;
    found = i;
  }
  leave();
  if (found >= 0) atomic_fetch_add(&watching, 1);
  return found;
}

int csystem_failed_write(int watch, char path[1024]) {
  path[0] = 0;
  if (watch < 0 || watch >= WATCHES) return 0;
  enter();
  int failure = watches[watch].failure;
  if (failure) memcpy(path, watches[watch].path, 1024);
  leave();
  return failure;
}

// MARK: - A crash after a failed write

static char lastWords[1400];
static size_t lastWordsLength;
static const int crashes[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE};
static struct sigaction before[4];

static void endWithWords(int signal) {
  (void)signal;
  long ignored = write(STDERR_FILENO, lastWords, lastWordsLength);
  (void)ignored;
  _exit(1);
}

static void expectCrash(const char *path, int failure) {
  if (lastWordsLength) return;
  struct statvfs disk;
  double megabytes = statvfs(path, &disk) == 0 ? (double)disk.f_bavail * (double)disk.f_frsize / 1e6 : -1;
  char space[40] = "";
  if (megabytes >= 0) snprintf(space, sizeof space, " (%.1f MB free)", megabytes);
  int length = snprintf(lastWords, sizeof lastWords, "error: %.900s: cannot be written: %s%s; nothing was published of it\n", path,
                        strerror(failure), space);
  lastWordsLength = length < (int)sizeof lastWords ? (size_t)length : sizeof lastWords - 1;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = endWithWords;
  for (int i = 0; i < 4; i++) sigaction(crashes[i], &action, &before[i]);
}

void csystem_end_watch(int watch) {
  if (watch < 0 || watch >= WATCHES) return;
  enter();
  watches[watch].part[0] = 0;
  if (watches[watch].failure && lastWordsLength) {
    for (int i = 0; i < 4; i++) sigaction(crashes[i], &before[i], NULL);
    lastWordsLength = 0;
  }
  leave();
  atomic_fetch_sub(&watching, 1);
}

// MARK: - Noting failures

static void note(const char *path, int failure) {
  enter();
  int isWatched = 0;
  for (int i = 0; i < WATCHES; i++) {
    if (!watches[i].part[0] || !strstr(path, watches[i].part)) continue;
    isWatched = 1;
    if (watches[i].failure) continue;
    watches[i].failure = failure;
    strncpy(watches[i].path, path, sizeof watches[i].path - 1);
    watches[i].path[sizeof watches[i].path - 1] = 0;
  }
  if (isWatched) expectCrash(path, failure);
  leave();
}

static void noteDescriptor(int descriptor) {
  if (atomic_load_explicit(&watching, memory_order_relaxed) == 0) return;
  int failure = errno;
  if (failure == EINTR || failure == EAGAIN || failure == EBADF || failure == EINVAL) return;
  char link[40], path[1024];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length > 0) {
    path[length] = 0;
    note(path, failure);
  }
  errno = failure;
}

static void notePath(const char *path) {
  if (atomic_load_explicit(&watching, memory_order_relaxed) == 0 || !path) return;
  int failure = errno;
  // What is looked for and is not there, or must not be there yet, is no failure.
  if (failure == ENOENT || failure == ENOTDIR || failure == EEXIST || failure == EINTR) return;
  note(path, failure);
  errno = failure;
}

// MARK: - The wrapped functions

// The C library's own function, found at the first call.
#define NEXT(type, name, ...)                                              \
  static type (*_Atomic next)(__VA_ARGS__);                                \
  type (*own)(__VA_ARGS__) = atomic_load_explicit(&next, memory_order_acquire); \
  if (!own) {                                                              \
    own = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name);                    \
    atomic_store_explicit(&next, own, memory_order_release);               \
  }

// Where a file cannot be made, the writer gets a stream into nothing: Shapelib writes into it without looking, and would crash.
static FILE *openedOrNothing(FILE *file, const char *path, const char *mode, FILE *(*own)(const char *, const char *)) {
  if (file || !mode || !(strchr(mode, 'w') || strchr(mode, 'a') || strchr(mode, '+'))) return file;
  if (atomic_load_explicit(&watching, memory_order_relaxed) == 0) return file;
  int failure = errno;
  int wasNoted = 0;
  notePath(path);
  enter();
  for (int i = 0; i < WATCHES; i++) wasNoted |= watches[i].part[0] && watches[i].failure && strstr(path, watches[i].part);
  leave();
  if (wasNoted && failure != ENOENT && failure != ENOTDIR && strchr(mode, 'w')) return own("/dev/null", mode);
  errno = failure;
  return NULL;
}

FILE *fopen(const char *restrict path, const char *restrict mode) {
  NEXT(FILE *, "fopen", const char *, const char *)
  return openedOrNothing(own(path, mode), path, mode, own);
}

FILE *fopen64(const char *restrict path, const char *restrict mode) {
  NEXT(FILE *, "fopen64", const char *, const char *)
  return openedOrNothing(own(path, mode), path, mode, own);
}

size_t fwrite(const void *restrict bytes, size_t size, size_t count, FILE *restrict file) {
  NEXT(size_t, "fwrite", const void *, size_t, size_t, FILE *)
  size_t written = own(bytes, size, count, file);
  if (written < count && size > 0) noteDescriptor(fileno(file));
  return written;
}

int fflush(FILE *file) {
  NEXT(int, "fflush", FILE *)
  int result = own(file);
  if (result != 0 && file) noteDescriptor(fileno(file));
  return result;
}

// Seeking writes what is in the buffer.
int fseek(FILE *file, long offset, int origin) {
  NEXT(int, "fseek", FILE *, long, int)
  int result = own(file, offset, origin);
  if (result != 0) noteDescriptor(fileno(file));
  return result;
}

int fseeko(FILE *file, off_t offset, int origin) {
  NEXT(int, "fseeko", FILE *, off_t, int)
  int result = own(file, offset, origin);
  if (result != 0) noteDescriptor(fileno(file));
  return result;
}

int fseeko64(FILE *file, off64_t offset, int origin) {
  NEXT(int, "fseeko64", FILE *, off64_t, int)
  int result = own(file, offset, origin);
  if (result != 0) noteDescriptor(fileno(file));
  return result;
}

int fclose(FILE *file) {
  NEXT(int, "fclose", FILE *)
  if (atomic_load_explicit(&watching, memory_order_relaxed) == 0) return own(file);
  // What is still in the buffer is written here, where the descriptor can still be named; an error that was met before is remembered.
  if (ferror(file)) {
    errno = EIO;
    noteDescriptor(fileno(file));
  }
  fflush(file);
  return own(file);
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
  NEXT(ssize_t, "write", int, const void *, size_t)
  ssize_t written = own(descriptor, bytes, count);
  if (written < 0) noteDescriptor(descriptor);
  return written;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
  NEXT(ssize_t, "pwrite", int, const void *, size_t, off_t)
  ssize_t written = own(descriptor, bytes, count, offset);
  if (written < 0) noteDescriptor(descriptor);
  return written;
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
  NEXT(ssize_t, "pwrite64", int, const void *, size_t, off64_t)
  ssize_t written = own(descriptor, bytes, count, offset);
  if (written < 0) noteDescriptor(descriptor);
  return written;
}

int ftruncate(int descriptor, off_t length) {
  NEXT(int, "ftruncate", int, off_t)
  int result = own(descriptor, length);
  if (result != 0) noteDescriptor(descriptor);
  return result;
}

int ftruncate64(int descriptor, off64_t length) {
  NEXT(int, "ftruncate64", int, off64_t)
  int result = own(descriptor, length);
  if (result != 0) noteDescriptor(descriptor);
  return result;
}

int fsync(int descriptor) {
  NEXT(int, "fsync", int)
  int result = own(descriptor);
  if (result != 0) noteDescriptor(descriptor);
  return result;
}

int fdatasync(int descriptor) {
  NEXT(int, "fdatasync", int)
  int result = own(descriptor);
  if (result != 0) noteDescriptor(descriptor);
  return result;
}

int unlink(const char *path) {
  NEXT(int, "unlink", const char *)
  int result = own(path);
  if (result != 0) notePath(path);
  return result;
}
