#include "cpu.h"
#include "process.h"
#include "simd.h"
#include "watch.h"
