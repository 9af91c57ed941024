#ifndef ORTHOWEAVE_CPANGO_SHIM_H
#define ORTHOWEAVE_CPANGO_SHIM_H
#include <pango/pangocairo.h>
#endif
