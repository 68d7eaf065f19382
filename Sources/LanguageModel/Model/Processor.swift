import CShims

/// What the processor must offer before anything else of this module may be called: the kernels are
/// compiled for AVX2 and FMA and would die of an illegal instruction without them.
package enum Processor {
  /// The names of the required features that this processor or operating system lacks; empty where
  /// the engine runs.
  package static var missingFeatures: [String] {
    var missing: [String] = []
    if espalier_cpu_has_avx2() == 0 { missing.append("AVX2") }
    if espalier_cpu_has_fma() == 0 { missing.append("FMA") }
    return missing
  }
}
