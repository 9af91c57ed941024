// The limits of this process's memory (ulimit -v and -d), and what becomes of an allocation that they refuse.
#ifndef CSYSTEM_LIMITS_H
#define CSYSTEM_LIMITS_H

#include <stdint.h>

// OpenBLAS, which GDAL brings along too, starts a thread for each core while it is loaded, and each of them waits for ever where it gets no
// buffer (128 MiB of address space). Each of our workers calls it from its own thread, so none of those is needed: `memory_limits.c` makes the
// library find OPENBLAS_NUM_THREADS=1 in the environment, before main as well.

// The most address space, or private writable memory, that this process may have, in bytes; UINT64_MAX for no limit.
uint64_t csystem_limit_of_address_space(void);
uint64_t csystem_limit_of_data(void);

// Raises the limit of stacks (ulimit -s), for this thread and those to come, to what is usual, or to what may be had. Returns whether that is as much as
// is needed at least. To be called once at the start.
int csystem_raise_stack(uint64_t least, uint64_t usual);

// Whether so many bytes could be allocated now, as far as the limits go; nothing is kept.
int csystem_could_allocate(uint64_t bytes);

// Freed memory goes back to the system, so that what was used once is not held for ever. Where memory is limited as above, an allocation
// that fails ends the program with exit code 1 and a line that names the limit, in place of SIGABRT (Swift's and C++'s way). To be called
// once at the start.
void csystem_bound_memory(void);

// Has each thread keep up to so many bytes of what it frees, and at most 4 MiB, for what it takes next: what goes back to the system costs a page fault for
// each page that is taken again.
void csystem_keep_freed(uint64_t bytes);

#endif
