#ifndef ESPALIER_CPU_H
#define ESPALIER_CPU_H

// Whether the processor and the operating system support what the Kernels module was compiled for.
// This header and its callers are compiled without those features, so that an older processor can
// be told so in a sentence instead of dying of an illegal instruction.

static inline int espalier_cpu_has_avx2(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") != 0;
}

static inline int espalier_cpu_has_fma(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("fma") != 0;
}

// Whether registers of 16 floats may be used; the operating system has a say too.
static inline int espalier_cpu_has_avx512(void) {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") != 0;
}

#endif
