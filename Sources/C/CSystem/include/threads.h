// Names of threads, for debuggers and `top -H`.
#ifndef CSYSTEM_THREADS_H
#define CSYSTEM_THREADS_H

#include <pthread.h>

// Declared by <pthread.h> under _GNU_SOURCE only.
extern int pthread_setname_np(pthread_t thread, const char *name);

// Names the calling thread; what is longer than 15 bytes is refused and changes nothing.
static inline void csystem_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

#endif
