// What this program needs of the system that Swift cannot reach: one header per subject.
#include "files.h"
#include "folders.h"
#include "memory_limits.h"
#include "processor.h"
#include "signals.h"
#include "threads.h"
#include "writes.h"
