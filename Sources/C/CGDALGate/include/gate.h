// The gate through which GDAL reaches files: GDAL's own file systems, wrapped.
//
// A thread that reads what others have made enters a confinement first. While it is in one, GDAL opens regular files below the confinement's
// folders and its own data files, for reading, and nothing else. Outside of any confinement the disk is open, as for the program's own writers.
// The network, pipes and other file systems are closed for every thread, but for what `orthoweave_remote_…` fetches. PROJ opens grids by itself: the `fopen` of CSystem asks here.
#ifndef ORTHOWEAVE_CGDALGATE_H
#define ORTHOWEAVE_CGDALGATE_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct orthoweave_confinement orthoweave_confinement;

// Wraps GDAL's file systems and refuses its network access. To be called once, before a second thread uses GDAL.
void orthoweave_gate_install(void);

// Takes the function away by which a driver opens; it still creates. For drivers that take what a file names for an address in memory.
void orthoweave_gate_forbid_opening(void *driver);

// The size of a regular file, by GDAL's own name for it; -1 where there is none, or not in this thread's confinement.
long long orthoweave_gate_file_size(const char *path);

// What the pipeline itself names on the network or in an archive. It is fetched by the four functions below, which no driver calls: what a raster names
// meets the closed file systems. They take GDAL's own names (/vsicurl/, /vsicurl_streaming/, /vsis3/, /vsigs/, /vsiaz/, /vsizip/, /vsitar/); an
// archive is opened within this thread's confinement. After a failure, GDAL's VSIGetLastErrorNo and VSIGetLastErrorMsg tell more.
typedef struct {
  // Bytes.
  long long size;
  // Seconds since 1970; 0 where it is not known.
  long long modified;
  bool is_folder;
  // Of the content, as the server calls it; empty where it does not.
  char etag[256];
} orthoweave_remote_status;

// Asks what a file is like, without any cache; false where that cannot be told.
bool orthoweave_remote_examine(const char *path, orthoweave_remote_status *status);

// The names in a folder, those of folders with a slash behind them, at most one more than `most`; a list of GDAL's that the caller destroys. NULL where
// the folder cannot be listed.
char **orthoweave_remote_list(const char *folder, int most);

// Opens a file for reading; NULL where that fails.
void *orthoweave_remote_open(const char *path);

// Reads up to `count` bytes from an offset on; fewer at the end of the file, and where the connection fails: then the file has to be opened again.
size_t orthoweave_remote_read(void *file, unsigned long long offset, void *bytes, size_t count);

void orthoweave_remote_close(void *file);

// A confinement to `count` folders, given by their real paths. With `follows_links`, what lies below a folder by its name counts as lying in it,
// wherever a link leads; `names` are then the folders as the pipeline names them, absolute. Freed by the caller.
orthoweave_confinement *orthoweave_confinement_make(
    const char *const *roots, size_t count, const char *const *names, size_t name_count, bool follows_links);
void orthoweave_confinement_free(orthoweave_confinement *confinement);

// Limits the size in bytes of what GDAL opens besides rasters: files that describe them are read whole, and parsed. The limit is not for files of
// these real paths, nor for those with one of the endings, in lower case and without a dot.
void orthoweave_confinement_limit_others(
    orthoweave_confinement *confinement, long long largest, const char *const *files, size_t count, const char *const *endings,
    size_t ending_count);

// Makes a confinement hold for this thread, or none where it is NULL; answers what held before.
orthoweave_confinement *orthoweave_confinement_enter(orthoweave_confinement *confinement);

// Copies the name of the first file or address that was asked for and refused since the last call; false where there was none.
// Names that do not exist are not counted. `size` above 1; `for_size` tells whether the file is too large, and not elsewhere.
bool orthoweave_confinement_take_refusal(orthoweave_confinement *confinement, char *name, size_t size, bool *for_size);

#ifdef __cplusplus
}
#endif

#endif
