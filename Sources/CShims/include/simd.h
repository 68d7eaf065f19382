#ifndef ESPALIER_SIMD_H
#define ESPALIER_SIMD_H
#endif
