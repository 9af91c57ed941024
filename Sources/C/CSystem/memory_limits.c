#define _GNU_SOURCE
#include "memory_limits.h"

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

// MARK: - OpenBLAS's threads

char *getenv(const char *name) {
  static char one[] = "1";
  static char *(*_Atomic next)(const char *);
  if (strcmp(name, "OPENBLAS_NUM_THREADS") == 0) return one;
  char *(*own)(const char *) = atomic_load_explicit(&next, memory_order_acquire);
  if (!own) {
    own = (char *(*)(const char *))dlsym(RTLD_NEXT, "getenv");
    atomic_store_explicit(&next, own, memory_order_release);
  }
  return own(name);
}

// MARK: - Limits

static uint64_t limit(__rlimit_resource_t resource) {
  struct rlimit limits;
  return getrlimit(resource, &limits) == 0 && limits.rlim_cur != RLIM_INFINITY ? limits.rlim_cur : UINT64_MAX;
}

uint64_t csystem_limit_of_address_space(void) { return limit(RLIMIT_AS); }

uint64_t csystem_limit_of_data(void) { return limit(RLIMIT_DATA); }

int csystem_raise_stack(uint64_t least, uint64_t usual) {
  struct rlimit limits;
  if (getrlimit(RLIMIT_STACK, &limits) != 0 || limits.rlim_cur == RLIM_INFINITY || limits.rlim_cur >= usual) return 1;
  // The stack of the first thread grows up to the limit of the moment; that of others is what the limit was when the process began.
  limits.rlim_cur = limits.rlim_max == RLIM_INFINITY || limits.rlim_max > usual ? (rlim_t)usual : limits.rlim_max;
  if (setrlimit(RLIMIT_STACK, &limits) != 0) return 0;
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) == 0) {
    if (pthread_attr_setstacksize(&attributes, (size_t)limits.rlim_cur) == 0) pthread_setattr_default_np(&attributes);
    pthread_attr_destroy(&attributes);
  }
  return limits.rlim_cur >= least;
}

int csystem_could_allocate(uint64_t bytes) {
  if (bytes > SIZE_MAX) return 0;
  void *memory = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return 0;
  munmap(memory, (size_t)bytes);
  return 1;
}

// MARK: - Memory that is refused

static char words[256];

static void onAbort(int number) {
  // Our own mistakes end with the same signals: where no allocation has just failed, and there is room for plenty, this is one.
  if (errno != ENOMEM && csystem_could_allocate(64u << 20)) {
    signal(number, SIG_DFL);
    raise(number);
    return;
  }
  long ignored = write(STDERR_FILENO, words, strlen(words));
  (void)ignored;
  _exit(1);
}

void csystem_keep_freed(uint64_t bytes) {
  const uint64_t most = 4u << 20;
  mallopt(M_TOP_PAD, (int)(bytes < most ? bytes : most));
  // With plenty of memory, pieces that stay in heaps do not matter.
  if (bytes >= most) mallopt(M_MMAP_THRESHOLD, (int)most);
}

void csystem_bound_memory(void) {
  // Until there is known to be plenty, blocks of this size and above go back to the system when they are freed. By itself the library raises that
  // size to 32 MB, and what GDAL frees in blocks of 256 kB would stay, in pieces, in the heap of whichever thread took it: 140 MB of 370 for a
  // source of 100,000 × 1.
  mallopt(M_MMAP_THRESHOLD, 128 << 10);
  uint64_t space = csystem_limit_of_address_space(), data = csystem_limit_of_data();
  if (space == UINT64_MAX && data == UINT64_MAX) return;
  int isSpace = space <= data;
  snprintf(words, sizeof words,
           "error: memory was refused: this process may have %.0f MB of %s (ulimit -%c); raise that limit, or lower inference.memory and "
           "inference.workers\n",
           (double)(isSpace ? space : data) / 1e6, isSpace ? "address space" : "data", isSpace ? 'v' : 'd');
  // Each thread would reserve 64 MB of address space for small allocations.
  mallopt(M_ARENA_MAX, 2);
  const int ends[] = {SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGTRAP};
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = onAbort;
  sigemptyset(&action.sa_mask);
  for (unsigned i = 0; i < sizeof ends / sizeof *ends; i++) sigaction(ends[i], &action, NULL);
}
