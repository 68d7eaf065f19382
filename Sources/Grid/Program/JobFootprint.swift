/// What the stages of a program need of a machine, as far as their parameters tell.
///
/// It follows from the rest of a description and says nothing about results, so that all footprints
/// count as equal.
package struct JobFootprint: Sendable {
  /// The parameters of a stage and of every stage that it is computed from, defaults included.
  package typealias Parameters = ParameterAssignment

  /// Peak resident memory in bytes of a worker that computes a stage of the kind, all of the process
  /// counted; `nil` for a kind of which nothing is known.
  package let memory: @Sendable (_ kind: String, _ parameters: Parameters) -> Int?
  /// Bytes on the disk of the artifacts of one stage of the kind; those of a training state if it is
  /// kept. `nil` where nothing is known.
  package let disk: @Sendable (_ kind: String, _ parameters: Parameters) -> Int?

  package init(
    memory: @escaping @Sendable (_ kind: String, _ parameters: Parameters) -> Int?,
    disk: @escaping @Sendable (_ kind: String, _ parameters: Parameters) -> Int?
  ) {
    self.memory = memory
    self.disk = disk
  }
}

extension JobFootprint: Hashable {
  package static func == (left: JobFootprint, right: JobFootprint) -> Bool { true }

  package func hash(into hasher: inout Hasher) {}
}
