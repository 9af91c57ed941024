// Failed writes below a folder, whoever made them: libraries lose such errors.
//
// GDAL 3.6 and its shapefile writer take no notice of many a failed write (.dbf, .prj, .cpg, .aux.xml, TIFF directories), and a full
// disk would give a damaged layer without an error. So the C library's writing functions are wrapped for the whole program, and a failure
// below a watched folder is kept until it is asked for. After one, a crash in the library that met it ends the program with exit code 1
// and a sentence, instead of a signal.
#ifndef CSYSTEM_WRITES_H
#define CSYSTEM_WRITES_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// Watches a folder and all that lies below it, by its device and inode. Returns a number for the watch, or the negative errno: EMFILE where 64 folders are watched.
int csystem_watch_writes(const char *folder);

// The errno of the first failed write below a watched folder since then, 0 where there was none; its path, cut to the capacity.
int csystem_failed_write(int watch, char *path, size_t capacity);

void csystem_end_watch(int watch);

// Has a function asked before `fopen` opens anything, for the whole process; it answers 0, and sets errno, for what must not be opened.
// `fopen64`, which GDAL uses, is not asked for: its file systems are guarded by themselves.
void csystem_ask_before_opening(int (*answer)(const char *path, const char *mode));

#ifdef __cplusplus
}
#endif

#endif
