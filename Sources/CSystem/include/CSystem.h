// What this program needs of the system that Swift cannot reach: one header per subject.
#include "files.h"
#include "folders.h"
#include "processor.h"
#include "writes.h"
