/// What one job needs, and what it may use at most.
package struct Resources: Hashable, Sendable, Codable {
  /// CPU cores that the job occupies of the `-j` slots.
  package var cpus: Int
  /// Memory in bytes; `nil` is no limit.
  package var memory: Int?
  package var gpus: Int
  /// Wall-clock limit of one attempt in seconds; `nil` is no limit.
  package var time: Double?

  package init(cpus: Int = 1, memory: Int? = nil, gpus: Int = 0, time: Double? = nil) {
    self.cpus = cpus
    self.memory = memory
    self.gpus = gpus
    self.time = time
  }
}
