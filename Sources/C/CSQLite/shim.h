// SQLite's C interface: the library that GDAL is linked with, too.
#ifndef ORTHOWEAVE_CSQLITE_SHIM_H
#define ORTHOWEAVE_CSQLITE_SHIM_H

#include <sqlite3.h>

#endif
