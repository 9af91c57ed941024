// A library for LD_PRELOAD that counts the system calls by which a program changes files below one folder, over all its threads, and at
// the N-th kills the program or lets the call fail; or records all of them, so that a test can rebuild what a power cut would have left.
//
// It does not wrap libc functions, of which buffered streams and other libraries would slip through: a seccomp filter makes the kernel
// send SIGSYS for each such call, and the handler decides. Only the handler's own calls, made at one known address, pass the filter.
//
//   FAULTS_ROOT    the folder that counts; calls elsewhere, and on pipes and terminals, pass uncounted
//   FAULTS_COUNT   a file in which the number of calls stands afterwards (8 bytes, native), also after a kill
//   FAULTS_AT      N, from 1; none: nothing is disturbed
//   FAULTS_DO      kill       SIGKILL in place of call N
//                  half       call N does half of what it writes (or all, if it is no write), then SIGKILL
//                  error      call N fails with FAULTS_ERRNO (a number) and is not done
//                  errors     so does every later one of the kinds that need space
//                  short      call N writes half of what it is given and says so, without an error
//   FAULTS_ONLY    counts calls of one kind alone, some of which are not counted otherwise:
//                  write      writes
//                  slow       writes, openings and syncs: what a signal can interrupt
//                  close      closings of files that were open for writing
//                  map        mappings of a mebibyte or more, wherever they come from
//                  allocation allocations (malloc, calloc, realloc and aligned ones) of 64 KiB or more; call N gets none
//   FAULTS_CLOCK   seconds that are added to the time of day, as where somebody set the clock;
//   FAULTS_CLOCK_FROM   N: only from call N on, as where it is set while the program runs
//   FAULTS_LOG     a file to which every successful call is appended: struct entry, two paths, the bytes written
//
// Build: cc -shared -fPIC -O2 -o faults.so faults.c

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

// MARK: - Calls that pass the filter

extern const char faults_after_call[];
long faults_call(long number, long a, long b, long c, long d, long e, long f);

#if defined(__x86_64__)
#define FAULTS_ARCH AUDIT_ARCH_X86_64
__asm__(
    ".text\n.globl faults_call\n.hidden faults_call\n.hidden faults_after_call\n.globl faults_after_call\n"
    "faults_call:\n  mov %rdi, %rax\n  mov %rsi, %rdi\n  mov %rdx, %rsi\n  mov %rcx, %rdx\n"
    "  mov %r8, %r10\n  mov %r9, %r8\n  mov 8(%rsp), %r9\n  syscall\nfaults_after_call:\n  ret\n");
#define REGISTER(context, index)                                                                                     \
  ((context)->uc_mcontext.gregs[(const int[]){REG_RDI, REG_RSI, REG_RDX, REG_R10, REG_R8, REG_R9}[index]])
#define NUMBER(context) ((context)->uc_mcontext.gregs[REG_RAX])
#define SET_RESULT(context, value) ((context)->uc_mcontext.gregs[REG_RAX] = (value))
#elif defined(__aarch64__)
#define FAULTS_ARCH AUDIT_ARCH_AARCH64
__asm__(
    ".text\n.globl faults_call\n.hidden faults_call\n.hidden faults_after_call\n.globl faults_after_call\n"
    "faults_call:\n  mov x8, x0\n  mov x0, x1\n  mov x1, x2\n  mov x2, x3\n  mov x3, x4\n  mov x4, x5\n  mov x5, x6\n"
    "  svc #0\nfaults_after_call:\n  ret\n");
#define REGISTER(context, index) ((context)->uc_mcontext.regs[index])
#define NUMBER(context) ((context)->uc_mcontext.regs[8])
#define SET_RESULT(context, value) ((context)->uc_mcontext.regs[0] = (unsigned long long)(value))
#else
#error "no fault injection for this processor"
#endif

static long raw(long number, long a, long b, long c, long d, long e, long f) { return faults_call(number, a, b, c, d, e, f); }
#define call1(n, a) raw(n, (long)(a), 0, 0, 0, 0, 0)
#define call2(n, a, b) raw(n, (long)(a), (long)(b), 0, 0, 0, 0)
#define call3(n, a, b, c) raw(n, (long)(a), (long)(b), (long)(c), 0, 0, 0)
#define call4(n, a, b, c, d) raw(n, (long)(a), (long)(b), (long)(c), (long)(d), 0, 0)

// MARK: - What is watched

enum kind { OPEN = 1, WRITE, SYNC, RENAME, EXCHANGE, UNLINK, MKDIR, RMDIR, LINK, SYMLINK, TRUNCATE, OTHER, CLOSE, MAP };

struct entry {
  uint32_t magic;  // 0x53544C46
  uint32_t kind;
  uint64_t number;
  uint64_t inode;   // of the file written, synced, truncated, opened or made
  int64_t offset;   // of a write; the new length of a truncation; 1 for an opening that made the file, 2 that emptied it
  uint32_t first;   // bytes of the first path
  uint32_t second;  // bytes of the second path
  uint64_t data;    // bytes written
};

static const int watched[] = {
#ifdef SYS_open
    SYS_open, SYS_creat, SYS_rename, SYS_unlink, SYS_mkdir, SYS_rmdir, SYS_link, SYS_symlink,
#endif
    SYS_openat, SYS_write, SYS_pwrite64, SYS_writev, SYS_pwritev, SYS_fsync, SYS_fdatasync,
#ifdef SYS_renameat
    SYS_renameat,
#endif
    SYS_renameat2, SYS_unlinkat, SYS_mkdirat, SYS_linkat, SYS_symlinkat, SYS_ftruncate, SYS_truncate, SYS_fallocate, SYS_copy_file_range,
    // Only where they are asked for: see install.
    SYS_close, SYS_mmap,
};

enum { WRITING = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC };

static char root[4096];
static size_t rootLength;
static long disturbedAt;
static enum { NOTHING, KILL, HALF, FAIL, FAIL_ON, SHORT } disturbance;
static enum { ALL, WRITES, SLOW, CLOSES, MAPS, ALLOCATIONS } only;
static int failure;
static _Atomic uint64_t ownCount;
static _Atomic uint64_t *count = &ownCount;
static atomic_flag busy = ATOMIC_FLAG_INIT;
static int logFile = -1;

static size_t length(const char *text) {
  size_t n = 0;
  while (text[n]) n++;
  return n;
}

// Writes the absolute path for a directory descriptor and a name, without dots; returns its length or 0.
static size_t absolute(int directory, const char *name, char *path) {
  size_t n = 0;
  if (name && name[0] == '/') {
    n = length(name);
    if (n > 4095) return 0;
    memcpy(path, name, n + 1);
  } else {
    if (directory == AT_FDCWD) {
      long got = call2(SYS_getcwd, path, 4096);
      if (got <= 0) return 0;
      n = (size_t)got - 1;
    } else {
      char link[40] = "/proc/self/fd/";
      char digits[12];
      int k = 0, place = 14;
      unsigned value = (unsigned)directory;
      do digits[k++] = (char)('0' + value % 10);
      while (value /= 10);
      while (k) link[place++] = digits[--k];
      link[place] = 0;
      long got = call4(SYS_readlinkat, AT_FDCWD, link, path, 4095);
      if (got <= 0) return 0;
      n = (size_t)got;
    }
    path[n] = 0;
    if (name && name[0]) {
      size_t more = length(name);
      if (n + 1 + more > 4095) return 0;
      path[n++] = '/';
      memcpy(path + n, name, more + 1);
      n += more;
    }
  }
  // "a/./b", "a//b" and a slash at the end; ".." does not occur in what is tested.
  size_t to = 0;
  for (size_t from = 0; from < n; from++) {
    if (path[from] == '/' && (path[from + 1] == '/' || path[from + 1] == 0)) continue;
    if (path[from] == '/' && path[from + 1] == '.' && (path[from + 2] == '/' || path[from + 2] == 0)) {
      from++;
      continue;
    }
    path[to++] = path[from];
  }
  path[to] = 0;
  return to;
}

static int isBelowRoot(const char *path) {
  return rootLength && memcmp(path, root, rootLength) == 0 && (path[rootLength] == '/' || path[rootLength] == 0);
}

static void append(const void *bytes, size_t size) {
  const char *at = bytes;
  while (size) {
    long wrote = call3(SYS_write, logFile, at, size);
    if (wrote <= 0) return;
    at += wrote;
    size -= (size_t)wrote;
  }
}

// MARK: - The decision

struct watch {
  enum kind kind;
  int descriptor;  // of a call on a descriptor, or -1
  char first[4096];
  char second[4096];
  size_t firstLength;
  size_t secondLength;
  int flags;
};

// What a trapped call is about; 0 where it does not count.
static int examine(long number, ucontext_t *context, struct watch *watch) {
  long a = (long)REGISTER(context, 0), b = (long)REGISTER(context, 1), c = (long)REGISTER(context, 2), d = (long)REGISTER(context, 3);
  watch->descriptor = -1;
  watch->firstLength = watch->secondLength = 0;
  watch->flags = 0;
  switch (number) {
#ifdef SYS_open
    case SYS_open:
      watch->kind = OPEN, watch->flags = (int)b;
      watch->firstLength = absolute(AT_FDCWD, (const char *)a, watch->first);
      break;
    case SYS_creat:
      watch->kind = OPEN, watch->flags = O_CREAT | O_WRONLY | O_TRUNC;
      watch->firstLength = absolute(AT_FDCWD, (const char *)a, watch->first);
      break;
    case SYS_rename:
      watch->kind = RENAME;
      watch->firstLength = absolute(AT_FDCWD, (const char *)a, watch->first);
      watch->secondLength = absolute(AT_FDCWD, (const char *)b, watch->second);
      break;
    case SYS_unlink:
    case SYS_rmdir:
      watch->kind = number == SYS_unlink ? UNLINK : RMDIR;
      watch->firstLength = absolute(AT_FDCWD, (const char *)a, watch->first);
      break;
    case SYS_mkdir:
      watch->kind = MKDIR;
      watch->firstLength = absolute(AT_FDCWD, (const char *)a, watch->first);
      break;
    case SYS_link:
      watch->kind = LINK;
      watch->firstLength = absolute(AT_FDCWD, (const char *)a, watch->first);
      watch->secondLength = absolute(AT_FDCWD, (const char *)b, watch->second);
      break;
    case SYS_symlink:
      watch->kind = SYMLINK;
      watch->secondLength = length((const char *)a);
      memcpy(watch->second, (const char *)a, watch->secondLength + 1);
      watch->firstLength = absolute(AT_FDCWD, (const char *)b, watch->first);
      break;
#endif
    case SYS_openat:
      watch->kind = OPEN, watch->flags = (int)c;
      watch->firstLength = absolute((int)a, (const char *)b, watch->first);
      break;
#ifdef SYS_renameat
    case SYS_renameat:
#endif
    case SYS_renameat2:
      watch->kind = number == SYS_renameat2 && (REGISTER(context, 4) & 2) ? EXCHANGE : RENAME;
      watch->firstLength = absolute((int)a, (const char *)b, watch->first);
      watch->secondLength = absolute((int)c, (const char *)d, watch->second);
      break;
    case SYS_unlinkat:
      watch->kind = c & AT_REMOVEDIR ? RMDIR : UNLINK;
      watch->firstLength = absolute((int)a, (const char *)b, watch->first);
      break;
    case SYS_mkdirat:
      watch->kind = MKDIR;
      watch->firstLength = absolute((int)a, (const char *)b, watch->first);
      break;
    case SYS_linkat:
      watch->kind = LINK;
      watch->firstLength = absolute((int)a, (const char *)b, watch->first);
      watch->secondLength = absolute((int)c, (const char *)d, watch->second);
      break;
    case SYS_symlinkat:
      watch->kind = SYMLINK;
      watch->secondLength = length((const char *)a);
      memcpy(watch->second, (const char *)a, watch->secondLength + 1);
      watch->firstLength = absolute((int)b, (const char *)c, watch->first);
      break;
    case SYS_truncate:
      watch->kind = TRUNCATE;
      watch->firstLength = absolute(AT_FDCWD, (const char *)a, watch->first);
      break;
    case SYS_mmap:
      watch->kind = MAP;
      return b >= 1 << 20;
    case SYS_close: {
      struct stat status;
      long opened = call2(SYS_fcntl, a, F_GETFL);
      if (opened < 0 || (opened & O_ACCMODE) == O_RDONLY) return 0;
      if (call2(SYS_fstat, a, &status) < 0 || !S_ISREG(status.st_mode)) return 0;
      watch->kind = CLOSE;
      watch->descriptor = (int)a;
      watch->firstLength = absolute((int)a, NULL, watch->first);
      break;
    }
    default: {
      watch->kind = number == SYS_fsync || number == SYS_fdatasync ? SYNC
                    : number == SYS_ftruncate                      ? TRUNCATE
                    : number == SYS_fallocate                      ? OTHER
                                                                   : WRITE;
      watch->descriptor = (int)(number == SYS_copy_file_range ? c : a);
      struct stat status;
      if (call2(SYS_fstat, watch->descriptor, &status) < 0 || !(S_ISREG(status.st_mode) || S_ISDIR(status.st_mode))) return 0;
      watch->firstLength = absolute(watch->descriptor, NULL, watch->first);
    }
  }
  if (watch->kind == OPEN && !(watch->flags & WRITING)) return 0;
  if (watch->firstLength && isBelowRoot(watch->first)) return 1;
  return watch->kind != SYMLINK && watch->secondLength && isBelowRoot(watch->second);
}

static uint64_t inodeOf(const struct watch *watch) {
  struct stat status;
  long result = watch->descriptor >= 0 ? call2(SYS_fstat, watch->descriptor, &status)
                                       : call4(SYS_newfstatat, AT_FDCWD, watch->first, &status, AT_SYMLINK_NOFOLLOW);
  return result < 0 ? 0 : (uint64_t)status.st_ino;
}

static void record(uint64_t index, long number, ucontext_t *context, struct watch *watch, long result, uint64_t before, int64_t position) {
  struct entry entry = {0x53544C46, watch->kind, index, 0, 0, (uint32_t)watch->firstLength, (uint32_t)watch->secondLength, 0};
  const char *bytes = (const char *)REGISTER(context, 1);
  switch (watch->kind) {
    case OPEN:
      entry.inode = inodeOf(watch);
      entry.offset = (before == 0 ? 1 : 0) | (watch->flags & O_TRUNC ? 2 : 0);
      if (entry.offset == 0) return;
      break;
    case WRITE:
      entry.inode = inodeOf(watch);
      entry.offset = position;
      entry.data = (uint64_t)result;
      break;
    case TRUNCATE:
      entry.inode = inodeOf(watch);
      entry.offset = (int64_t)REGISTER(context, 1);
      break;
    case RMDIR:
    case UNLINK: entry.inode = before; break;
    case OTHER: return;
    default: entry.inode = inodeOf(watch);
  }
  append(&entry, sizeof entry);
  append(watch->first, watch->firstLength);
  append(watch->second, watch->secondLength);
  if (watch->kind != WRITE) return;
  if (number == SYS_writev || number == SYS_pwritev) {
    const struct iovec *vectors = (const struct iovec *)bytes;
    uint64_t left = entry.data;
    for (int i = 0; left; i++) {
      uint64_t part = vectors[i].iov_len < left ? vectors[i].iov_len : left;
      append(vectors[i].iov_base, part);
      left -= part;
    }
  } else if (number == SYS_copy_file_range) {
    // Copied within the kernel: read back what arrived.
    char page[4096];
    for (uint64_t done = 0; done < entry.data;) {
      size_t want = entry.data - done < sizeof page ? (size_t)(entry.data - done) : sizeof page;
      long got = call4(SYS_pread64, watch->descriptor, page, want, position + (int64_t)done);
      if (got <= 0) memset(page, 0, want), got = (long)want;
      append(page, (size_t)got);
      done += (uint64_t)got;
    }
  } else {
    append(bytes, entry.data);
  }
}

// Where a write goes: its offset, or the descriptor's position.
static int64_t positionOf(long number, ucontext_t *context, const struct watch *watch) {
  if (watch->kind != WRITE) return 0;
  if (number == SYS_pwrite64 || number == SYS_pwritev) return (int64_t)REGISTER(context, 3);
  if (number == SYS_copy_file_range && REGISTER(context, 3)) return *(const int64_t *)REGISTER(context, 3);
  long flags = call2(SYS_fcntl, watch->descriptor, F_GETFL);
  if (flags >= 0 && (flags & O_APPEND)) {
    struct stat status;
    if (call2(SYS_fstat, watch->descriptor, &status) >= 0) return (int64_t)status.st_size;
  }
  return (int64_t)call3(SYS_lseek, watch->descriptor, 0, SEEK_CUR);
}

static int needsSpace(const struct watch *watch) {
  switch (watch->kind) {
    case OPEN: return watch->flags & O_CREAT;
    case WRITE:
    case MKDIR:
    case LINK:
    case SYMLINK:
    case OTHER: return 1;
    default: return 0;
  }
}

static long perform(long number, ucontext_t *context) {
  return raw(number, (long)REGISTER(context, 0), (long)REGISTER(context, 1), (long)REGISTER(context, 2), (long)REGISTER(context, 3),
             (long)REGISTER(context, 4), (long)REGISTER(context, 5));
}

static void die(void) {
  call2(SYS_kill, raw(SYS_getpid, 0, 0, 0, 0, 0, 0), SIGKILL);
  for (;;) {
  }
}

static int isCounted(enum kind kind) {
  switch (only) {
    case ALL: return kind != CLOSE && kind != MAP;
    case WRITES: return kind == WRITE;
    case SLOW: return kind == WRITE || kind == OPEN || kind == SYNC;
    case CLOSES: return kind == CLOSE;
    case MAPS: return kind == MAP;
    case ALLOCATIONS: return 0;
  }
  return 0;
}

static long writeHalf(long number, ucontext_t *context) {
  long descriptor = (long)REGISTER(context, 0), bytes = (long)REGISTER(context, 1), length = (long)REGISTER(context, 2);
  long offset = (long)REGISTER(context, 3);
  if (number == SYS_writev || number == SYS_pwritev) {
    const struct iovec *first = (const struct iovec *)bytes;
    if (length < 1 || first->iov_len < 2) return perform(number, context);
    bytes = (long)first->iov_base;
    length = (long)first->iov_len;
    number = number == SYS_writev ? SYS_write : SYS_pwrite64;
  } else if (number == SYS_copy_file_range || length < 2) {
    return perform(number, context);
  }
  return call4(number, descriptor, bytes, length / 2, offset);
}

static long decide(long number, ucontext_t *context, struct watch *watch) {
  if (!isCounted(watch->kind)) return perform(number, context);
  uint64_t index = atomic_fetch_add(count, 1) + 1;
  if (disturbance == FAIL_ON && (long)index > disturbedAt && needsSpace(watch)) return -failure;
  if ((long)index == disturbedAt) {
    switch (disturbance) {
      case NOTHING: break;
      case KILL: die(); break;
      case HALF:
        if (number == SYS_write || number == SYS_pwrite64) {
          call4(number, REGISTER(context, 0), REGISTER(context, 1), REGISTER(context, 2) / 2, REGISTER(context, 3));
        } else {
          perform(number, context);
        }
        die();
        break;
      case FAIL:
      case FAIL_ON:
        // Linux releases the descriptor of a close that reports an error.
        if (watch->kind == CLOSE) perform(number, context);
        return -failure;
      case SHORT: return writeHalf(number, context);
    }
  }
  if (logFile < 0) return perform(number, context);
  uint64_t before = watch->kind == OPEN || watch->kind == UNLINK || watch->kind == RMDIR ? inodeOf(watch) : 0;
  int64_t position = positionOf(number, context, watch);
  long result = perform(number, context);
  if (result >= 0) record(index, number, context, watch, result, before, position);
  return result;
}

static void handle(int signal, siginfo_t *information, void *pointer) {
  (void)signal;
  (void)information;
  ucontext_t *context = pointer;
  long number = (long)NUMBER(context);
  struct watch watch;
  long result;
  if (!examine(number, context, &watch)) {
    result = perform(number, context);
  } else {
    // One at a time, so that the order of the record is that of the disk, and nothing happens after a kill was decided.
    while (atomic_flag_test_and_set(&busy)) raw(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
    result = decide(number, context, &watch);
    atomic_flag_clear(&busy);
  }
  SET_RESULT(context, result);
}

// MARK: - Another time of day

static time_t clockOffset;
static uint64_t clockFrom;

int clock_gettime(clockid_t clock, struct timespec *time) {
  long result = call2(SYS_clock_gettime, clock, time);
  if (result == 0 && clock == CLOCK_REALTIME && atomic_load(count) >= clockFrom) time->tv_sec += clockOffset;
  if (result == 0) return 0;
  errno = (int)-result;
  return -1;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  (void)zone;
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *place) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (place) *place = now.tv_sec;
  return now.tv_sec;
}

// MARK: - Allocations

// The C library's own, under the names by which it exports them for such wrappers.
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

static int isRefused(size_t size) {
  if (only != ALLOCATIONS || size < 65536) return 0;
  uint64_t index = atomic_fetch_add(count, 1) + 1;
  return disturbance == FAIL && (long)index == disturbedAt;
}

void *malloc(size_t size) {
  if (isRefused(size)) return errno = ENOMEM, NULL;
  return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
  size_t bytes;
  if (!__builtin_mul_overflow(number, size, &bytes) && isRefused(bytes)) return errno = ENOMEM, NULL;
  return __libc_calloc(number, size);
}

void *realloc(void *old, size_t size) {
  if (isRefused(size)) return errno = ENOMEM, NULL;
  return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
  if (isRefused(size)) return errno = ENOMEM, NULL;
  return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **place, size_t alignment, size_t size) {
  if (isRefused(size)) return ENOMEM;
  void *bytes = __libc_memalign(alignment, size);
  if (!bytes) return ENOMEM;
  *place = bytes;
  return 0;
}

// MARK: - Signals

// A thread that blocks SIGSYS would be killed at its first trapped call.
typedef int (*maskFunction)(int, const sigset_t *, sigset_t *);

static int withoutSIGSYS(const char *name, int how, const sigset_t *set, sigset_t *old) {
  maskFunction next = (maskFunction)dlsym(RTLD_NEXT, name);
  sigset_t changed;
  if (set && how != SIG_UNBLOCK) {
    changed = *set;
    sigdelset(&changed, SIGSYS);
    set = &changed;
  }
  return next(how, set, old);
}

int pthread_sigmask(int how, const sigset_t *set, sigset_t *old) { return withoutSIGSYS("pthread_sigmask", how, set, old); }
int sigprocmask(int how, const sigset_t *set, sigset_t *old) { return withoutSIGSYS("sigprocmask", how, set, old); }

// MARK: - Start

static void install(void) {
  enum { watchedCount = sizeof watched / sizeof watched[0] };
  struct sock_filter filter[watchedCount + 32];
  int n = 0;
  uint64_t address = (uint64_t)(uintptr_t)faults_after_call;
#define LOAD(field, half) \
  filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(offsetof(struct seccomp_data, field) + 4 * (half)))
#define JUMP(what, value, yes, no) filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | what | BPF_K, (uint32_t)(value), yes, no)
#define RETURN(value) filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, value)
  LOAD(arch, 0);
  JUMP(BPF_JEQ, FAULTS_ARCH, 1, 0);
  RETURN(SECCOMP_RET_ALLOW);
  // The handler's own calls.
  LOAD(instruction_pointer, 0);
  JUMP(BPF_JEQ, address & 0xFFFFFFFF, 0, 3);
  LOAD(instruction_pointer, 1);
  JUMP(BPF_JEQ, address >> 32, 0, 1);
  RETURN(SECCOMP_RET_ALLOW);
  // Opening for reading is most of all calls: passed without a trap.
  LOAD(nr, 0);
  JUMP(BPF_JEQ, SYS_openat, 0, 4);
  LOAD(args[2], 0);
  JUMP(BPF_JSET, WRITING, 1, 0);
  RETURN(SECCOMP_RET_ALLOW);
  RETURN(SECCOMP_RET_TRAP);
  // Words on standard output and error, too.
  JUMP(BPF_JEQ, SYS_write, 0, 4);
  LOAD(args[0], 0);
  JUMP(BPF_JGT, 2, 1, 0);
  RETURN(SECCOMP_RET_ALLOW);
  RETURN(SECCOMP_RET_TRAP);
  // Most of all calls otherwise.
  if (only != CLOSES) {
    JUMP(BPF_JEQ, SYS_close, 0, 1);
    RETURN(SECCOMP_RET_ALLOW);
  }
  if (only != MAPS) {
    JUMP(BPF_JEQ, SYS_mmap, 0, 1);
    RETURN(SECCOMP_RET_ALLOW);
  }
  for (int i = 0; i < watchedCount; i++) JUMP(BPF_JEQ, watched[i], (uint8_t)(watchedCount - i), 0);
  RETURN(SECCOMP_RET_ALLOW);
  RETURN(SECCOMP_RET_TRAP);

  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = handle;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigfillset(&action.sa_mask);
  sigaction(SIGSYS, &action, NULL);
  sigset_t unblocked;
  sigemptyset(&unblocked);
  sigaddset(&unblocked, SIGSYS);
  sigprocmask(SIG_UNBLOCK, &unblocked, NULL);
  struct sock_fprog program = {(unsigned short)n, filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    static const char message[] = "faults: the system does not allow a seccomp filter\n";
    (void)!write(2, message, sizeof message - 1);
    _exit(99);
  }
}

__attribute__((constructor)) static void start(void) {
  const char *offset = getenv("FAULTS_CLOCK");
  if (offset) clockOffset = atol(offset);
  const char *from = getenv("FAULTS_CLOCK_FROM");
  if (from) clockFrom = (uint64_t)atol(from);
  const char *folder = getenv("FAULTS_ROOT");
  if (!folder || !realpath(folder, root)) return;
  rootLength = strlen(root);
  const char *at = getenv("FAULTS_AT"), *what = getenv("FAULTS_DO"), *number = getenv("FAULTS_ERRNO");
  disturbedAt = at ? atol(at) : 0;
  failure = number ? atoi(number) : EIO;
  if (what) {
    disturbance = !strcmp(what, "kill")    ? KILL
                  : !strcmp(what, "half")  ? HALF
                  : !strcmp(what, "error") ? FAIL
                  : !strcmp(what, "short") ? SHORT
                                           : FAIL_ON;
  }
  if (disturbedAt <= 0) disturbance = NOTHING;
  const char *kinds = getenv("FAULTS_ONLY");
  if (kinds) {
    only = !strcmp(kinds, "write")   ? WRITES
           : !strcmp(kinds, "slow")  ? SLOW
           : !strcmp(kinds, "close") ? CLOSES
           : !strcmp(kinds, "map")   ? MAPS
                                     : ALLOCATIONS;
  }
  const char *counter = getenv("FAULTS_COUNT");
  if (counter) {
    int file = open(counter, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file >= 0 && ftruncate(file, 8) == 0) {
      void *page = mmap(NULL, 8, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
      if (page != MAP_FAILED) count = page;
    }
    if (file >= 0) close(file);
  }
  const char *log = getenv("FAULTS_LOG");
  if (log) {
    int file = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    // Out of the way of programs that count their descriptors.
    logFile = fcntl(file, F_DUPFD_CLOEXEC, 700);
    if (logFile < 0) logFile = file;
    else close(file);
  }
  install();
}
