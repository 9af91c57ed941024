#define _GNU_SOURCE
#include "folders.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { LIST_BYTES = 65536, VALUE_BYTES = 65536 };  // The kernel's own limits.

static const char accessList[] = "system.posix_acl_access";
static const char defaultList[] = "system.posix_acl_default";

// Labels of security modules and what file systems keep for themselves are not ours to copy.
static int isKept(const char *name) {
  return strncmp(name, "user.", 5) == 0 || strcmp(name, accessList) == 0 || strcmp(name, defaultList) == 0 ||
         strcmp(name, "system.nfs4_acl") == 0;
}

int csystem_keep_attributes(const char *from, const char *to, unsigned int needed) {
  struct stat old, new;
  if (stat(from, &old) != 0 || stat(to, &new) != 0) return -errno;
  int isLost = 0;
  if (old.st_uid != new.st_uid || old.st_gid != new.st_gid) {
    if (chown(to, old.st_uid, old.st_gid) != 0) {
      isLost = 1;
      // The group alone is allowed to its members.
      if (old.st_gid != new.st_gid) (void)!chown(to, (uid_t)-1, old.st_gid);
    }
  }
  mode_t mode = (old.st_mode | needed) & 07777;
  if (mode != (new.st_mode & 07777) && chmod(to, mode) != 0) isLost = 1;

  static _Thread_local char names[LIST_BYTES], value[VALUE_BYTES];
  // An inherited list that the old folder does not have.
  if (getxattr(to, defaultList, value, sizeof value) > 0 && getxattr(from, defaultList, value, sizeof value) < 0) {
    (void)!removexattr(to, defaultList);
  }
  ssize_t length = listxattr(from, names, sizeof names);
  for (ssize_t at = 0; at < length; at += (ssize_t)strlen(names + at) + 1) {
    const char *name = names + at;
    // An access list would take back what is needed for a while.
    if (!isKept(name) || (needed && strcmp(name, accessList) == 0)) continue;
    ssize_t bytes = getxattr(from, name, value, sizeof value);
    if (bytes < 0 || setxattr(to, name, value, (size_t)bytes, 0) != 0) isLost = 1;
  }
  return isLost;
}

void csystem_forbid_reading(int descriptor) {
  struct stat status;
  if (fstat(descriptor, &status) != 0) return;
  mode_t mode = status.st_mode & 0777;
  // A bit to write lies right below the one to read.
  mode_t allowed = mode & ~(~(mode << 1) & 0444);
  if (allowed != mode) (void)!fchmod(descriptor, allowed);
}
