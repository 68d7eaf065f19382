/// Places points beside each other so that all can be seen.
enum Swarm {
  /// For each height the sideways shift that keeps its point from covering those placed before: the
  /// smallest one that works, in turn to the right and to the left. The shifts depend on the values
  /// alone.
  ///
  /// - Parameters:
  ///   - heights: where the points stand, in the figure's units.
  ///   - diameter: of a point.
  ///   - room: the largest shift; points for which it is not enough overlap at its edge.
  /// - Complexity: O(n²) for heights that all lie together, O(n log n) for sparse ones.
  static func shifts(_ heights: [Double], diameter: Double, room: Double) -> [Double] {
    var shifts = [Double](repeating: 0, count: heights.count)
    let order = heights.indices.sorted { (heights[$0], $0) < (heights[$1], $1) }
    var first = 0
    for (rank, index) in order.enumerated() {
      while heights[order[first]] < heights[index] - diameter { first += 1 }
      var candidates = [0.0]
      let near = order[first..<rank].map { neighbour -> (Double, Double) in
        let rise = heights[index] - heights[neighbour]
        let reach = max(0, diameter * diameter - rise * rise).squareRoot()
        candidates.append(shifts[neighbour] + reach)
        candidates.append(shifts[neighbour] - reach)
        return (shifts[neighbour], reach)
      }
      candidates.sort { ($0.magnitude, -$0) < ($1.magnitude, -$1) }
      let free = candidates.first { shift in
        shift.magnitude <= room
          && near.allSatisfy { (shift - $0.0).magnitude >= $0.1 - 1e-9 }
      }
      shifts[index] = free ?? (rank % 2 == 0 ? room : -room) * Double(rank % 7 + 1) / 7
    }
    return shifts
  }
}
