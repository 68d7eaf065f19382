#ifndef ESPALIER_WIDE_PRODUCTS_H
#define ESPALIER_WIDE_PRODUCTS_H

// The block of a matrix product for processors with AVX-512: twice as many numbers at a time as the
// tiles in Swift, which cannot be compiled for some processors only. Every element is the same chain
// of fused multiply-adds, so both give the same bits. Header only: compiled with Kernels, optimised
// in debug builds too; call it only where `espalier_cpu_has_avx512` says so.
#ifdef __AVX2__

#include <immintrin.h>

#define ESPALIER_WIDE __attribute__((target("avx512f"), always_inline)) static inline
#define ESPALIER_UNROLL _Pragma("clang loop unroll(full)")

// C and B in panels of 16 columns, A by rows and steps; `initial` may be null.
typedef struct {
  float *c;
  long c_row, c_panel;
  const float *initial;
  long initial_row;
  const float *a;
  long a_row, a_step;
  const float *b;
  long b_row, b_panel;
  long depth;
} espalier_wide_block;

// `rows` × 16·`panels` elements of C in registers; of the last panel the columns of `mask`.
ESPALIER_WIDE void espalier_wide_tile(
    espalier_wide_block x, const int rows, const int panels, __mmask16 mask) {
  __m512 sums[rows][panels];
  ESPALIER_UNROLL
  for (int i = 0; i < rows; i++) {
    ESPALIER_UNROLL
    for (int j = 0; j < panels; j++) {
      sums[i][j] = x.initial
          ? _mm512_maskz_loadu_ps(
                j == panels - 1 ? mask : 0xFFFF, x.initial + i * x.initial_row + j * x.c_panel)
          : _mm512_setzero_ps();
    }
  }
  const float *a = x.a, *b = x.b;
  for (long k = 0; k < x.depth; k++) {
    __m512 right[panels];
    ESPALIER_UNROLL
    for (int j = 0; j < panels; j++) right[j] = _mm512_loadu_ps(b + j * x.b_panel);
    ESPALIER_UNROLL
    for (int i = 0; i < rows; i++) {
      const __m512 left = _mm512_set1_ps(a[i * x.a_row]);
      ESPALIER_UNROLL
      for (int j = 0; j < panels; j++) sums[i][j] = _mm512_fmadd_ps(left, right[j], sums[i][j]);
    }
    a += x.a_step;
    b += x.b_row;
  }
  ESPALIER_UNROLL
  for (int i = 0; i < rows; i++) {
    ESPALIER_UNROLL
    for (int j = 0; j < panels; j++) {
      _mm512_mask_storeu_ps(
          x.c + i * x.c_row + j * x.c_panel, j == panels - 1 ? mask : 0xFFFF, sums[i][j]);
    }
  }
}

// `rows` rows of C over all panels, `together` panels at a time while they last.
ESPALIER_WIDE void espalier_wide_stripe(
    espalier_wide_block x, const int rows, const int together, long columns) {
  while (columns > 0) {
    const long panels = (columns + 15) / 16;
    const __mmask16 mask = columns % 16 ? (1 << columns % 16) - 1 : 0xFFFF;
    long done = panels < together ? panels : together;
    const __mmask16 here = done == panels ? mask : 0xFFFF;
    if (done == together) {
      espalier_wide_tile(x, rows, together, here);
    } else if (together > 4 && done >= 4) {
      done = 4;
      espalier_wide_tile(x, rows, 4, panels == 4 ? mask : 0xFFFF);
    } else if (together > 2 && done == 3) {
      espalier_wide_tile(x, rows, 3, here);
    } else if (together > 2 && done == 2) {
      espalier_wide_tile(x, rows, 2, here);
    } else {
      done = 1;
      espalier_wide_tile(x, rows, 1, panels == 1 ? mask : 0xFFFF);
    }
    x.c += done * x.c_panel;
    x.b += done * x.b_panel;
    if (x.initial) x.initial += done * x.c_panel;
    columns -= 16 * done;
  }
}

ESPALIER_WIDE espalier_wide_block espalier_wide_below(espalier_wide_block x, long rows) {
  x.c += rows * x.c_row;
  x.a += rows * x.a_row;
  if (x.initial) x.initial += rows * x.initial_row;
  return x;
}

// All rows and columns of a block: two panels after the other over the tall tiles, then the rest of
// the rows.
ESPALIER_WIDE void espalier_wide_block_body(espalier_wide_block x, long rows, long columns) {
  const long full = rows - rows % 12;
  espalier_wide_block strip = x;
  for (long column = 0; column < columns && full > 0; column += 32) {
    const long some = columns - column < 32 ? columns - column : 32;
    for (long row = 0; row < full; row += 12) {
      espalier_wide_stripe(espalier_wide_below(strip, row), 12, 2, some);
    }
    strip.c += 2 * strip.c_panel;
    strip.b += 2 * strip.b_panel;
    if (strip.initial) strip.initial += 2 * strip.c_panel;
  }
  x = espalier_wide_below(x, full);
  switch (rows - full) {
    case 11: espalier_wide_stripe(x, 11, 2, columns); break;
    case 10: espalier_wide_stripe(x, 10, 2, columns); break;
    case 9: espalier_wide_stripe(x, 9, 2, columns); break;
    case 8: espalier_wide_stripe(x, 8, 3, columns); break;
    case 7: espalier_wide_stripe(x, 7, 3, columns); break;
    case 6: espalier_wide_stripe(x, 6, 4, columns); break;
    case 5: espalier_wide_stripe(x, 5, 4, columns); break;
    case 4: espalier_wide_stripe(x, 4, 4, columns); break;
    case 3: espalier_wide_stripe(x, 3, 8, columns); break;
    case 2: espalier_wide_stripe(x, 2, 8, columns); break;
    case 1: espalier_wide_stripe(x, 1, 8, columns); break;
    default: break;
  }
}

// A row-major: one step after the other in memory.
__attribute__((target("avx512f"), noinline)) static inline void espalier_wide_row_major(
    espalier_wide_block x, long rows, long columns) {
  x.a_step = 1;
  espalier_wide_block_body(x, rows, columns);
}

// A the transpose of a row-major matrix.
__attribute__((target("avx512f"), noinline)) static inline void espalier_wide_column_major(
    espalier_wide_block x, long rows, long columns) {
  x.a_row = 1;
  espalier_wide_block_body(x, rows, columns);
}

// So many rounds of 24 independent fused multiply-adds on registers: the processor's peak.
__attribute__((target("avx512f"), noinline)) static inline float espalier_wide_rounds(
    long rounds, float factor) {
  __m512 sums[24];
  ESPALIER_UNROLL
  for (int i = 0; i < 24; i++) sums[i] = _mm512_setzero_ps();
  const __m512 f = _mm512_set1_ps(factor), one = _mm512_set1_ps(1);
  for (long k = 0; k < rounds; k++) {
    ESPALIER_UNROLL
    for (int i = 0; i < 24; i++) sums[i] = _mm512_fmadd_ps(sums[i], f, one);
  }
  __m512 total = sums[0];
  ESPALIER_UNROLL
  for (int i = 1; i < 24; i++) total = _mm512_add_ps(total, sums[i]);
  return total[0];
}

#undef ESPALIER_WIDE
#undef ESPALIER_UNROLL
#endif
#endif
