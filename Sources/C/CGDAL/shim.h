// GDAL's C interface. Variadic functions and macros become static inline functions here,
// because Swift imports neither.
#ifndef ORTHOWEAVE_CGDAL_SHIM_H
#define ORTHOWEAVE_CGDAL_SHIM_H

#include <cpl_conv.h>
#include <cpl_error.h>
#include <cpl_minixml.h>
#include <cpl_string.h>
#include <cpl_vsi.h>
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

#endif
