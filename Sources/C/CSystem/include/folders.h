// Attributes of folders that RunState replaces.
#ifndef CSYSTEM_FOLDERS_H
#define CSYSTEM_FOLDERS_H

#include <sys/xattr.h>

// Gives the folder `to` the owner, mode (and the bits `needed` besides), access control lists and user attributes of the folder `from`.
// Returns 0, 1 where something of it is not allowed or not possible, or the negative errno where a folder cannot be examined.
int csystem_keep_attributes(const char *from, const char *to, unsigned int needed);

// Takes the permission to read from all who may not write an open file: who may read it could hold a lock on it.
void csystem_forbid_reading(int descriptor);

#endif
