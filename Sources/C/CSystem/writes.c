#define _GNU_SOURCE
#include "writes.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

// MARK: - The watched folders

enum { WATCHES = 64, PATH_BYTES = 4096 };

// A folder is known by its device and inode: however long its path is, by whatever way a library names it.
static struct {
  int isUsed;
  dev_t device;
  ino_t inode;
  int failure;
  char path[PATH_BYTES];
} watches[WATCHES];
static atomic_flag busy = ATOMIC_FLAG_INIT;
static _Atomic int watching;

static void enter(void) {
  while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire)) {
  }
}

static void leave(void) { atomic_flag_clear_explicit(&busy, memory_order_release); }

static int isWatching(void) { return atomic_load_explicit(&watching, memory_order_relaxed) > 0; }

int csystem_watch_writes(const char *folder) {
  struct stat status;
  if (stat(folder, &status) != 0) return -errno;
  int found = -EMFILE;
  enter();
  for (int i = 0; i < WATCHES && found < 0; i++) {
    if (watches[i].isUsed) continue;
    watches[i].isUsed = 1;
    watches[i].device = status.st_dev;
    watches[i].inode = status.st_ino;
    watches[i].failure = 0;
    found = i;
  }
  leave();
  if (found >= 0) atomic_fetch_add(&watching, 1);
  return found;
}

int csystem_failed_write(int watch, char *path, size_t capacity) {
  path[0] = 0;
  if (watch < 0 || watch >= WATCHES) return 0;
  enter();
  int failure = watches[watch].failure;
  if (failure) snprintf(path, capacity, "%s", watches[watch].path);
  leave();
  return failure;
}

// The watches, a bit for each, below whose folders a path lies: one of the folders above it is theirs.
static uint64_t watchesAbove(const char *path) {
  char folder[PATH_BYTES];
  size_t length = strlen(path);
  if (length >= sizeof folder) length = sizeof folder - 1;
  memcpy(folder, path, length);
  uint64_t found = 0;
  while (length > 0) {
    while (length > 0 && folder[length - 1] != '/') length--;
    while (length > 1 && folder[length - 1] == '/') length--;
    folder[length] = 0;
    struct stat status;
    if (stat(length ? folder : ".", &status) == 0) {
      enter();
      for (int i = 0; i < WATCHES; i++) {
        if (watches[i].isUsed && watches[i].device == status.st_dev && watches[i].inode == status.st_ino) found |= UINT64_C(1) << i;
      }
      leave();
    }
    if (length <= 1) break;
  }
  return found;
}

// All watches on a device: where nobody can say in which folder a file lies, its failure counts for each.
static uint64_t watchesOn(dev_t device) {
  uint64_t found = 0;
  enter();
  for (int i = 0; i < WATCHES; i++) {
    if (watches[i].isUsed && watches[i].device == device) found |= UINT64_C(1) << i;
  }
  leave();
  return found;
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
  watches[watch].isUsed = 0;
  if (watches[watch].failure && lastWordsLength) {
    for (int i = 0; i < 4; i++) sigaction(crashes[i], &before[i], NULL);
    lastWordsLength = 0;
  }
  leave();
  atomic_fetch_sub(&watching, 1);
}

// MARK: - Noting failures

static void note(uint64_t which, const char *path, int failure) {
  if (!which) return;
  enter();
  for (int i = 0; i < WATCHES; i++) {
    if (!(which >> i & 1) || !watches[i].isUsed || watches[i].failure) continue;
    watches[i].failure = failure;
    snprintf(watches[i].path, sizeof watches[i].path, "%s", path);
  }
  expectCrash(path, failure);
  leave();
}

// An open file's path while it can still be told, and its device.
struct opened {
  int isKnown;
  dev_t device;
  char path[PATH_BYTES];
};

static void look(int descriptor, struct opened *file) {
  struct stat status;
  file->isKnown = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  if (!file->isKnown) return;
  file->device = status.st_dev;
  char link[40];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  // Longer paths than the buffer's are none that the system tells.
  ssize_t length = readlink(link, file->path, sizeof file->path - 1);
  file->path[length > 0 ? length : 0] = 0;
}

static void noteFile(const struct opened *file, int failure) {
  if (!file->isKnown) return;
  if (file->path[0] == '/') {
    note(watchesAbove(file->path), file->path, failure);
  } else {
    note(watchesOn(file->device), "a file whose path the system does not tell", failure);
  }
}

static void noteDescriptor(int descriptor) {
  if (!isWatching()) return;
  int failure = errno;
  if (failure == EBADF || failure == EINVAL) return;
  struct opened file;
  look(descriptor, &file);
  noteFile(&file, failure);
  errno = failure;
}

static uint64_t notePath(const char *path) {
  if (!isWatching() || !path) return 0;
  int failure = errno;
  // What is looked for and is not there, or must not be there yet, is not a failure.
  if (failure == ENOENT || failure == ENOTDIR || failure == EEXIST || failure == ENOTEMPTY || failure == EINTR) return 0;
  uint64_t which = watchesAbove(path);
  note(which, path, failure);
  errno = failure;
  return which;
}

// Whether a failed call is to be tried again: libraries take an interruption for an error.
static int wasInterrupted(ssize_t result) { return result < 0 && errno == EINTR && isWatching(); }

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
  int failure = errno;
  if (notePath(path) && strchr(mode, 'w')) return own("/dev/null", mode);
  errno = failure;
  return NULL;
}

static int (*_Atomic mayOpen)(const char *path, const char *mode);

void csystem_ask_before_opening(int (*answer)(const char *path, const char *mode)) {
  atomic_store_explicit(&mayOpen, answer, memory_order_release);
}

// Opens for reading without waiting: a pipe that was laid in place of a file would keep its reader until somebody writes to it.
static FILE *openedForReading(const char *path, const char *mode) {
  int descriptor = open(path, O_RDONLY | O_NONBLOCK | (strchr(mode, 'e') ? O_CLOEXEC : 0));
  if (descriptor < 0) return NULL;
  struct stat status;
  if (fstat(descriptor, &status) == 0 && S_ISFIFO(status.st_mode)) {
    close(descriptor);
    errno = EACCES;
    return NULL;
  }
  fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK);
  FILE *file = fdopen(descriptor, mode);
  if (!file) close(descriptor);
  return file;
}

static int onlyReads(const char *path, const char *mode) { return path && mode && mode[0] == 'r' && !strchr(mode, '+'); }

FILE *fopen(const char *restrict path, const char *restrict mode) {
  NEXT(FILE *, "fopen", const char *, const char *)
  int (*answer)(const char *, const char *) = atomic_load_explicit(&mayOpen, memory_order_acquire);
  if (answer && path && mode && !answer(path, mode)) return NULL;
  if (onlyReads(path, mode)) return openedForReading(path, mode);
  FILE *file;
  do file = own(path, mode);
  while (!file && wasInterrupted(-1));
  return openedOrNothing(file, path, mode, own);
}

FILE *fopen64(const char *restrict path, const char *restrict mode) {
  NEXT(FILE *, "fopen64", const char *, const char *)
  if (onlyReads(path, mode)) return openedForReading(path, mode);
  FILE *file;
  do file = own(path, mode);
  while (!file && wasInterrupted(-1));
  return openedOrNothing(file, path, mode, own);
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
  if (!isWatching()) return own(file);
  // What is still in the buffer is written here, where the descriptor can still be named; an error that was met before is remembered.
  if (ferror(file)) {
    errno = EIO;
    noteDescriptor(fileno(file));
  }
  fflush(file);
  struct opened closing;
  look(fileno(file), &closing);
  int result = own(file);
  if (result != 0) noteFile(&closing, errno);
  return result;
}

int close(int descriptor) {
  NEXT(int, "close", int)
  if (!isWatching()) return own(descriptor);
  int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY) return own(descriptor);
  struct opened closing;
  look(descriptor, &closing);
  int result = own(descriptor);
  int failure = errno;
  if (result != 0 && failure != EINTR) noteFile(&closing, failure);
  errno = failure;
  return result;
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
  NEXT(ssize_t, "write", int, const void *, size_t)
  ssize_t written;
  do written = own(descriptor, bytes, count);
  while (wasInterrupted(written));
  if (written < 0) noteDescriptor(descriptor);
  return written;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
  NEXT(ssize_t, "pwrite", int, const void *, size_t, off_t)
  ssize_t written;
  do written = own(descriptor, bytes, count, offset);
  while (wasInterrupted(written));
  if (written < 0) noteDescriptor(descriptor);
  return written;
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
  NEXT(ssize_t, "pwrite64", int, const void *, size_t, off64_t)
  ssize_t written;
  do written = own(descriptor, bytes, count, offset);
  while (wasInterrupted(written));
  if (written < 0) noteDescriptor(descriptor);
  return written;
}

int ftruncate(int descriptor, off_t length) {
  NEXT(int, "ftruncate", int, off_t)
  int result;
  do result = own(descriptor, length);
  while (wasInterrupted(result));
  if (result != 0) noteDescriptor(descriptor);
  return result;
}

int ftruncate64(int descriptor, off64_t length) {
  NEXT(int, "ftruncate64", int, off64_t)
  int result;
  do result = own(descriptor, length);
  while (wasInterrupted(result));
  if (result != 0) noteDescriptor(descriptor);
  return result;
}

int fsync(int descriptor) {
  NEXT(int, "fsync", int)
  int result;
  do result = own(descriptor);
  while (wasInterrupted(result));
  if (result != 0) noteDescriptor(descriptor);
  return result;
}

int fdatasync(int descriptor) {
  NEXT(int, "fdatasync", int)
  int result;
  do result = own(descriptor);
  while (wasInterrupted(result));
  if (result != 0) noteDescriptor(descriptor);
  return result;
}

ssize_t writev(int descriptor, const struct iovec *pieces, int count) {
  NEXT(ssize_t, "writev", int, const struct iovec *, int)
  ssize_t written;
  do written = own(descriptor, pieces, count);
  while (wasInterrupted(written));
  if (written < 0) noteDescriptor(descriptor);
  return written;
}

int rename(const char *from, const char *to) {
  NEXT(int, "rename", const char *, const char *)
  int result = own(from, to);
  if (result != 0) notePath(to);
  return result;
}

int unlink(const char *path) {
  NEXT(int, "unlink", const char *)
  int result = own(path);
  if (result != 0) notePath(path);
  return result;
}
