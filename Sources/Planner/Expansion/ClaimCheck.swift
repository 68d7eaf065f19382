import Grid

/// Holds the selections of claims against the runs of an expanded grid: each selects some, and these
/// differ only on axes that the claim speaks of.
struct ClaimCheck {
  private let specification: GridSpecification
  private let runs: RunList
  /// Whether the runs are a whole product of axes, so that selections can be judged axis by axis.
  private let isWhole: Bool

  init(_ specification: GridSpecification, runs: RunList) {
    self.specification = specification
    self.runs = runs
    isWhole = runs.blocks.count == 1 && runs.blocks[0].count == runs.count
  }

  struct Objection {
    /// Of the claim and of its selection: `of` in order, then `against`.
    let claim: Int
    let selection: Int
    let fault: GridFault
  }

  /// A selection, with what it says of each value of each column.
  private struct Selection {
    /// By block, for each column that it names: the column, and whether it takes a value.
    let wanted: [[(column: Int, takes: [Bool])]]
  }

  /// - Complexity: O(claims × axis points) for a whole product, else O(claims × runs).
  func objections() -> [Objection] {
    specification.claims.enumerated().flatMap { index, claim in
      claim.selections { exists(compile($0)) }
        .enumerated().compactMap { place, selection in
          fault(of: selection, in: claim).map {
            Objection(claim: index, selection: place, fault: $0)
          }
        }
    }
  }

  private func compile(_ selection: ParameterAssignment) -> Selection {
    let named = specification.axes.enumerated().compactMap { index, axis in
      selection[axis.name].map { (index, $0) }
    }
    return Selection(
      wanted: runs.blocks.map { block in
        named.map { column, value in
          (column, block.columns[column].values.map { $0.isSame(as: value) })
        }
      })
  }

  private func takes(_ selection: Selection, _ index: Int) -> Bool {
    let (block, run) = runs.place(at: index)
    return selection.wanted[block].allSatisfy { column, takes in
      takes[runs.blocks[block].place(of: run, in: column)]
    }
  }

  private func exists(_ selection: Selection) -> Bool {
    if isWhole {
      return (0..<runs.blocks[0].axes.count).allSatisfy { !points(of: selection, on: $0).isEmpty }
        && constantsFit(selection)
    }
    return runs.indices.contains { takes(selection, $0) }
  }

  private func fault(of selection: ParameterAssignment, in claim: Claim) -> GridFault? {
    let compiled = compile(selection)
    let free = specification.axes.indices.filter { index in
      let name = specification.axes[index].name
      return selection[name] == nil && !claim.across.contains(name) && claim.over != name
    }
    guard exists(compiled) else { return .claimOfNothing }
    if isWhole, isUniform(compiled, on: free) { return nil }
    var first: Int?
    for index in runs.indices where takes(compiled, index) {
      guard let first else {
        first = index
        continue
      }
      for column in free where value(first, column) != value(index, column) {
        return .claimLeavesOpen(
          specification.axes[column].name, values: values(on: column, of: compiled))
      }
    }
    return nil
  }

  private func value(_ index: Int, _ column: Int) -> ParameterValue {
    let (block, run) = runs.place(at: index)
    return runs.blocks[block].columns[column].values[
      runs.blocks[block].place(of: run, in: column)]
  }

  /// The values that the selected runs have on an axis, in the order of the runs.
  private func values(on column: Int, of selection: Selection) -> [String] {
    var seen: Set<String> = []
    var values: [String] = []
    for index in runs.indices where takes(selection, index) {
      let text = value(index, column).description
      if seen.insert(text).inserted { values.append(text) }
    }
    return values
  }

  // MARK: Axis by axis

  /// The points of an axis that a selection takes.
  private func points(of selection: Selection, on axis: Int) -> [Int] {
    let block = runs.blocks[0]
    let wanted = selection.wanted[0].filter { block.columns[$0.column].axis == axis }
    return block.axes[axis].fragments.indices.filter { point in
      wanted.allSatisfy { $0.takes[point] }
    }
  }

  private func constantsFit(_ selection: Selection) -> Bool {
    selection.wanted[0].allSatisfy { column, takes in
      runs.blocks[0].columns[column].axis != nil || takes[0]
    }
  }

  private func isUniform(_ selection: Selection, on columns: [Int]) -> Bool {
    columns.allSatisfy { column in
      let column = runs.blocks[0].columns[column]
      guard let axis = column.axis else { return true }
      let points = points(of: selection, on: axis)
      return points.allSatisfy { column.values[$0] == column.values[points[0]] }
    }
  }
}
