#ifndef ORTHOWEAVE_CPROJ_SHIM_H
#define ORTHOWEAVE_CPROJ_SHIM_H
#include <geodesic.h>
#include <proj.h>
#endif
