// What writing files and the state on disk need of the system and Swift's Glibc module hides or cannot import.
// Every function returns 0 (or a length) where it worked and the negative errno where it did not.
#ifndef CSYSTEM_FILES_H
#define CSYSTEM_FILES_H

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/types.h>
#include <unistd.h>

#ifndef F_OFD_SETLK
#define F_OFD_SETLK 37
#endif

// Declared by <stdio.h> under _GNU_SOURCE only.
extern int renameat2(int oldDirectory, const char *oldPath, int newDirectory, const char *newPath, unsigned int flags);

// Exchanges two directory entries in one step (RENAME_EXCHANGE).
static inline int csystem_exchange(const char *first, const char *second) {
  return renameat2(AT_FDCWD, first, AT_FDCWD, second, 2u) == 0 ? 0 : -errno;
}

// Renames, unless the new name is taken (RENAME_NOREPLACE).
static inline int csystem_rename_new(const char *from, const char *to) {
  return renameat2(AT_FDCWD, from, AT_FDCWD, to, 1u) == 0 ? 0 : -errno;
}

// Takes a lock of the open file description on bytes start ..< start + length, or to the end for length 0, without waiting:
// kind 0 is shared, 1 exclusive, 2 unlocks, for all copies of the descriptor. Held until the last descriptor of that opening is closed.
static inline int csystem_lock(int descriptor, int kind, int64_t start, int64_t length) {
  struct flock lock;
  memset(&lock, 0, sizeof lock);
  lock.l_type = kind == 0 ? F_RDLCK : kind == 1 ? F_WRLCK : F_UNLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = start;
  lock.l_len = length;
  return fcntl(descriptor, F_OFD_SETLK, &lock) == 0 ? 0 : -errno;
}

// Opens a file; never follows a link in the last component when asked not to.
static inline int csystem_open(const char *path, int flags, unsigned int mode) {
  int descriptor;
  do {
    descriptor = open(path, flags | O_CLOEXEC, (mode_t)mode);
  } while (descriptor < 0 && errno == EINTR);
  return descriptor < 0 ? -errno : descriptor;
}

// Opens a file without a name in a folder, for writing (O_TMPFILE), where the file system can and it could be named later.
static inline int csystem_open_unnamed(const char *folder, unsigned int mode) {
  if (access("/proc/self/fd", X_OK) != 0) return -EOPNOTSUPP;
  return csystem_open(folder, 020000000 | O_DIRECTORY | O_WRONLY, mode);
}

// Gives such a file a name that must be free.
static inline int csystem_name_descriptor(int descriptor, const char *path) {
  char link[40];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  return linkat(AT_FDCWD, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 ? 0 : -errno;
}

// Gives an open file the permissions of the regular file at a path, where there is one.
static inline void csystem_keep_mode(const char *path, int descriptor) {
  struct stat status;
  if (lstat(path, &status) == 0 && S_ISREG(status.st_mode)) (void)!fchmod(descriptor, status.st_mode & 0777);
}

// What the state on disk asks of a directory entry; times in nanoseconds since 1970.
struct csystem_status {
  uint32_t kind;  // 1 regular file, 2 directory, 3 symbolic link, 0 anything else
  int64_t size;
  int64_t allocated;
  int64_t modified;
  int64_t changed;
  uint64_t inode;
  uint64_t links;      // names that the inode has
  uint64_t device;
};

// File systems store times that nanoseconds in 64 bits cannot hold (after 2262): those are clamped.
static inline int64_t csystem_nanoseconds(struct timespec time) {
  if (time.tv_sec > 9223372035) return INT64_MAX;
  if (time.tv_sec < -9223372035) return INT64_MIN;
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static inline void csystem_fill_status(const struct stat *from, struct csystem_status *to) {
  to->kind = S_ISREG(from->st_mode) ? 1 : S_ISDIR(from->st_mode) ? 2 : S_ISLNK(from->st_mode) ? 3 : 0;
  to->size = (int64_t)from->st_size;
  to->allocated = (int64_t)from->st_blocks * 512;
  to->modified = csystem_nanoseconds(from->st_mtim);
  to->changed = csystem_nanoseconds(from->st_ctim);
  to->inode = (uint64_t)from->st_ino;
  to->links = (uint64_t)from->st_nlink;
  to->device = (uint64_t)from->st_dev;
}

static inline int csystem_status_of(const char *path, int followLinks, struct csystem_status *status) {
  struct stat buffer;
  if ((followLinks ? stat(path, &buffer) : lstat(path, &buffer)) != 0) return -errno;
  csystem_fill_status(&buffer, status);
  return 0;
}

static inline int csystem_status_of_descriptor(int descriptor, struct csystem_status *status) {
  struct stat buffer;
  if (fstat(descriptor, &buffer) != 0) return -errno;
  csystem_fill_status(&buffer, status);
  return 0;
}

// What the file system that holds a path has left for an ordinary user.
struct csystem_space {
  uint64_t bytes;
  uint64_t inodes;     // how many files and folders can still be made
  uint64_t allInodes;  // 0 where the file system does not count them
  uint64_t nameBytes;  // of the longest name
};

static inline int csystem_space_at(const char *path, struct csystem_space *space) {
  struct statvfs status;
  if (statvfs(path, &status) != 0) return -errno;
  space->bytes = (uint64_t)status.f_bavail * (uint64_t)status.f_frsize;
  space->inodes = (uint64_t)status.f_favail;
  space->allInodes = (uint64_t)status.f_files;
  space->nameBytes = (uint64_t)status.f_namemax;
  return 0;
}

#endif
