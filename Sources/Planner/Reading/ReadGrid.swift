import Grid
import Keys

/// A grid file that was found right.
package struct ReadGrid: Sendable {
  package let specification: GridSpecification
  /// The built-in program's description, or the one made from the grid for a program of the user's.
  package let program: ProgramDescription
  /// What looks odd but does not hinder.
  package let warnings: [GridDiagnostic]
  /// Where things stand in the file, for faults that show only when the runs are made.
  let places: GridPlaces

  /// A specification that comes from elsewhere than a file, such as the job table.
  package init(specification: GridSpecification, program: ProgramDescription) {
    self.init(
      specification: specification, program: program, warnings: [],
      places: GridPlaces(root: Place(source: .file(specification.name))))
  }

  init(
    specification: GridSpecification, program: ProgramDescription, warnings: [GridDiagnostic],
    places: GridPlaces
  ) {
    self.specification = specification
    self.program = program
    self.warnings = warnings
    self.places = places
  }

  /// SHA-256 of what decides the plan: a grid with the hash of a plan need not be planned again.
  ///
  /// - Complexity: O(number of axis points).
  package var hash: Digest {
    // Piece by piece: the text of an axis of a million values has 40 MB.
    var digest = DigestBuilder()
    func take(_ text: inout [UInt8]) {
      text.withUnsafeBytes { digest.update($0) }
      text.removeAll(keepingCapacity: true)
    }
    // The number is raised when the planner makes other stages or runs of the same grid.
    var text = Array("{\"planner\":1,\"program\":".utf8)
    program.canonical.write(to: &text)
    text += ",\"specification\":".utf8
    specification.writeCanonical(to: &text, spill: take)
    text.append(UInt8(ascii: "}"))
    take(&text)
    return digest.digest()
  }
}

struct GridPlaces: Sendable {
  var root: Place
  var exclude: [Place] = []
  var baseline: Place?
  var conditions: Place?
  var axes: [String: Place] = [:]
  /// Of the claims, in their order.
  var claims: [ClaimPlaces] = []

  struct ClaimPlaces: Sendable {
    /// The place of the claim in the file's list.
    let index: Int
    /// Of each selection in `of`, or of the claim itself where it selects nothing, then of `against`.
    let selections: [Place]
  }
}
