/// The program of a grid and how its jobs are run. Only `work` takes part in stage keys.
package struct ProgramSpecification: Hashable, Sendable, Codable {
  package enum Work: Hashable, Sendable, Codable {
    case builtin
    case external(ExternalProgram)
  }

  package var work: Work
  package var resources: Resources
  /// How often a failed attempt is tried again.
  package var retries: Int

  package init(work: Work, resources: Resources = Resources(), retries: Int = 0) {
    self.work = work
    self.resources = resources
    self.retries = retries
  }
}
