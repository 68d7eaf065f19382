#include "cpu.h"
#include "simd.h"
