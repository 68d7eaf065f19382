import Glibc

/// OpenBLAS's matrix product, the reference limit. It is loaded at run time, so that building needs
/// no BLAS; the engine itself has kernels of its own.
struct OpenBLAS {
  /// cblas_sgemm: order, transposes, m, n, k, α, A, lda, B, ldb, β, C, ldc.
  typealias Product =
    @convention(c) (
      Int32, Int32, Int32, Int32, Int32, Int32, Float, UnsafePointer<Float>?, Int32,
      UnsafePointer<Float>?, Int32, Float, UnsafeMutablePointer<Float>?, Int32
    ) -> Void
  private typealias Words = @convention(c) () -> UnsafePointer<CChar>?

  private let product: Product
  /// The library's own words: version, options, kernel set.
  let description: String

  /// Nil where the library is not installed.
  init?() {
    // Read when the library is loaded: one thread, as the engine has. OPENBLAS_CORETYPE=Haswell in
    // the environment asks for its AVX2 kernels.
    setenv("OPENBLAS_NUM_THREADS", "1", 1)
    guard let library = dlopen("libopenblas.so.0", RTLD_NOW),
      let symbol = dlsym(library, "cblas_sgemm")
    else { return nil }
    product = unsafeBitCast(symbol, to: Product.self)
    let words = dlsym(library, "openblas_get_config").flatMap {
      unsafeBitCast($0, to: Words.self)()
    }
    description = words.map { String(cString: $0) } ?? "OpenBLAS"
  }

  enum Operand: Int32 {
    case plain = 111
    case transposed = 112
  }

  /// C (m × n) = β·C + A (m × k) · B (k × n), all row-major; a transposed operand lies as its
  /// transpose.
  func multiply(
    _ c: UnsafeMutablePointer<Float>, beta: Float, _ a: UnsafePointer<Float>, _ aForm: Operand,
    _ b: UnsafePointer<Float>, _ bForm: Operand, m: Int, n: Int, k: Int
  ) {
    let rowMajor: Int32 = 101
    product(
      rowMajor, aForm.rawValue, bForm.rawValue, Int32(m), Int32(n), Int32(k), 1, a,
      Int32(aForm == .plain ? k : m), b, Int32(bForm == .plain ? n : k), beta, c, Int32(n))
  }
}
