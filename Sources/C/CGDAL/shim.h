// GDAL's C interface. Variadic functions and macros become static inline functions here,
// because Swift imports neither.
#ifndef ORTHOWEAVE_CGDAL_SHIM_H
#define ORTHOWEAVE_CGDAL_SHIM_H

#include <string.h>

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_minixml.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
#include <cpl_vsi_error.h>
#include <gdal.h>
#include <gdal_alg.h>
#include <gdal_utils.h>
#include <gdalwarper.h>
#include <ogr_api.h>
#include <ogr_srs_api.h>

// GDAL declares some lists as `char **`, others as `const char *const *`; C converts silently, Swift does not.
static inline const char *const *orthoweave_const_list(char **list) { return (const char *const *)list; }

// `CPLFree` is a macro.
static inline void orthoweave_free(void *memory) { VSIFree(memory); }

// Arrays of warp options, which GDAL frees; all zero.
static inline int *orthoweave_integers(size_t count) { return (int *)CPLCalloc(count, sizeof(int)); }
static inline double *orthoweave_doubles(size_t count) { return (double *)CPLCalloc(count, sizeof(double)); }

// A transformer of our own. GDALDestroyTransformer and GDALSerializeTransformer look at the beginning, which is laid out as GDAL's own ones are.
typedef struct {
  GByte signature[4];
  const char *name;
  GDALTransformerFunc transform;
  void (*cleanup)(void *);
  CPLXMLNode *(*serialize)(void *);
  void *(*similar)(void *, double, double);
  void *context;
} orthoweave_transformer;

static inline void *orthoweave_transformer_make(
    void *context, GDALTransformerFunc transform, void (*cleanup)(void *), void *(*similar)(void *, double, double)) {
  orthoweave_transformer *made = (orthoweave_transformer *)VSICalloc(1, sizeof(orthoweave_transformer));
  if (!made) return NULL;
  memcpy(made->signature, GDAL_GTI2_SIGNATURE, 4);
  made->name = "Orthoweave";
  made->transform = transform;
  made->cleanup = cleanup;
  made->similar = similar;
  made->context = context;
  return made;
}
static inline void *orthoweave_transformer_context(void *transformer) { return ((orthoweave_transformer *)transformer)->context; }

#endif
