#ifndef ESPALIER_SIMD_H
#define ESPALIER_SIMD_H

// Vector operations that Swift's SIMD8 turns into eight scalar ones. Header only, so that they
// inline into Kernels, the one module compiled for AVX2; elsewhere this header is empty.
#ifdef __AVX2__

#include <immintrin.h>

typedef float espalier_float8 __attribute__((vector_size(32)));
typedef int espalier_int8x32 __attribute__((vector_size(32)));

static inline espalier_float8 espalier_sqrt8(espalier_float8 x) {
  return __builtin_elementwise_sqrt(x);
}

// Each lane rounded to the nearest integer, ties to even.
static inline espalier_int8x32 espalier_round_to_int8(espalier_float8 x) {
  return (espalier_int8x32)_mm256_cvtps_epi32((__m256)x);
}

static inline espalier_float8 espalier_max8(espalier_float8 x, espalier_float8 y) {
  return _mm256_max_ps(x, y);
}

// The lanes whose mask has its top bit set, zero elsewhere; memory behind the others is not touched.
static inline espalier_float8 espalier_load_masked8(const float *p, espalier_int8x32 mask) {
  return _mm256_maskload_ps(p, (__m256i)mask);
}

static inline void espalier_store_masked8(
    float *p, espalier_int8x32 mask, espalier_float8 value) {
  _mm256_maskstore_ps(p, (__m256i)mask, value);
}

#endif
#endif
