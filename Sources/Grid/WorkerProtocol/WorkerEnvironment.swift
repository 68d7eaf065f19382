/// Where a worker's results come from; recorded with each attempt.
package struct WorkerEnvironment: Hashable, Sendable, Codable {
  package let pid: Int32
  /// Espalier's version, with the commit it was built from where known.
  package let version: String
  /// The CPU's model name.
  package let cpu: String
  /// What computes its matrix products, in words.
  package let blas: String

  package init(pid: Int32, version: String, cpu: String, blas: String) {
    self.pid = pid
    self.version = version
    self.cpu = cpu
    self.blas = blas
  }
}
