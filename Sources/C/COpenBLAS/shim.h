#ifndef ORTHOWEAVE_COPENBLAS_SHIM_H
#define ORTHOWEAVE_COPENBLAS_SHIM_H
#include <cblas.h>
// Exported by a DYNAMIC_ARCH build, but in no header: they choose the kernels again
// after OPENBLAS_CORETYPE was set.
extern void gotoblas_dynamic_quit(void);
extern void gotoblas_dynamic_init(void);
#endif
