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

static inline espalier_float8 espalier_max8(espalier_float8 x, espalier_float8 y) {
  return _mm256_max_ps(x, y);
}

// All bits set in the first `count` lanes.
static inline espalier_int8x32 espalier_first_lanes8(int count) {
  return (espalier_int8x32)_mm256_cmpgt_epi32(
      _mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

// x in the lanes whose mask has its top bit set, y elsewhere.
static inline espalier_float8 espalier_select8(
    espalier_int8x32 mask, espalier_float8 x, espalier_float8 y) {
  return _mm256_blendv_ps(y, x, (__m256)mask);
}

// The lanes whose mask has its top bit set, zero elsewhere; memory behind the others is not touched.
static inline espalier_float8 espalier_load_masked8(const float *p, espalier_int8x32 mask) {
  return _mm256_maskload_ps(p, (__m256i)mask);
}

static inline void espalier_store_masked8(
    float *p, espalier_int8x32 mask, espalier_float8 value) {
  _mm256_maskstore_ps(p, (__m256i)mask, value);
}

// The 8 × 8 block of the given rows transposed to `to`.
static inline void espalier_transpose_rows8(
    float *to, long to_stride, __m256 r0, __m256 r1, __m256 r2, __m256 r3, __m256 r4, __m256 r5,
    __m256 r6, __m256 r7) {
  __m256 t0 = _mm256_unpacklo_ps(r0, r1), t1 = _mm256_unpackhi_ps(r0, r1);
  __m256 t2 = _mm256_unpacklo_ps(r2, r3), t3 = _mm256_unpackhi_ps(r2, r3);
  __m256 t4 = _mm256_unpacklo_ps(r4, r5), t5 = _mm256_unpackhi_ps(r4, r5);
  __m256 t6 = _mm256_unpacklo_ps(r6, r7), t7 = _mm256_unpackhi_ps(r6, r7);
  r0 = _mm256_shuffle_ps(t0, t2, 0x44), r1 = _mm256_shuffle_ps(t0, t2, 0xEE);
  r2 = _mm256_shuffle_ps(t1, t3, 0x44), r3 = _mm256_shuffle_ps(t1, t3, 0xEE);
  r4 = _mm256_shuffle_ps(t4, t6, 0x44), r5 = _mm256_shuffle_ps(t4, t6, 0xEE);
  r6 = _mm256_shuffle_ps(t5, t7, 0x44), r7 = _mm256_shuffle_ps(t5, t7, 0xEE);
  _mm256_storeu_ps(to, _mm256_permute2f128_ps(r0, r4, 0x20));
  _mm256_storeu_ps(to + to_stride, _mm256_permute2f128_ps(r1, r5, 0x20));
  _mm256_storeu_ps(to + 2 * to_stride, _mm256_permute2f128_ps(r2, r6, 0x20));
  _mm256_storeu_ps(to + 3 * to_stride, _mm256_permute2f128_ps(r3, r7, 0x20));
  _mm256_storeu_ps(to + 4 * to_stride, _mm256_permute2f128_ps(r0, r4, 0x31));
  _mm256_storeu_ps(to + 5 * to_stride, _mm256_permute2f128_ps(r1, r5, 0x31));
  _mm256_storeu_ps(to + 6 * to_stride, _mm256_permute2f128_ps(r2, r6, 0x31));
  _mm256_storeu_ps(to + 7 * to_stride, _mm256_permute2f128_ps(r3, r7, 0x31));
}

// The 8 × 8 block at `from` (rows `from_stride` floats apart) transposed to `to`.
static inline void espalier_transpose8(
    float *to, long to_stride, const float *from, long from_stride) {
  espalier_transpose_rows8(
      to, to_stride, _mm256_loadu_ps(from), _mm256_loadu_ps(from + from_stride),
      _mm256_loadu_ps(from + 2 * from_stride), _mm256_loadu_ps(from + 3 * from_stride),
      _mm256_loadu_ps(from + 4 * from_stride), _mm256_loadu_ps(from + 5 * from_stride),
      _mm256_loadu_ps(from + 6 * from_stride), _mm256_loadu_ps(from + 7 * from_stride));
}

// As espalier_transpose8, of the eight rows that `rows` names.
static inline void espalier_transpose8_of(
    float *to, long to_stride, const float *from, long from_stride, const int *rows) {
  espalier_transpose_rows8(
      to, to_stride, _mm256_loadu_ps(from + rows[0] * from_stride),
      _mm256_loadu_ps(from + rows[1] * from_stride), _mm256_loadu_ps(from + rows[2] * from_stride),
      _mm256_loadu_ps(from + rows[3] * from_stride), _mm256_loadu_ps(from + rows[4] * from_stride),
      _mm256_loadu_ps(from + rows[5] * from_stride), _mm256_loadu_ps(from + rows[6] * from_stride),
      _mm256_loadu_ps(from + rows[7] * from_stride));
}

#endif
#endif
