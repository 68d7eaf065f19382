import Report

/// Draws the live view. Pure: the same state and size, the same lines.
struct LiveView {
  /// A smaller terminal gets a single line.
  static let smallestWidth = 60
  static let smallestHeight = 16
  /// A higher one is not filled.
  private static let greatestHeight = 48

  let state: LiveState
  private let width: Int
  private let height: Int

  /// - Parameters:
  ///   - columns: of the terminal; the last one stays empty, since terminals differ on what follows it.
  ///   - rows: of the terminal.
  init(_ state: LiveState, columns: Int, rows: Int) {
    self.state = state
    width = columns - 1
    height = min(rows - 1, Self.greatestHeight)
  }

  /// At most one line fewer than the terminal has, none wider than it.
  var lines: [StyledLine] {
    let head = [title, bar, runs, throughput]
    let room = height - head.count
    let failures = failureLines(Array(state.failures.prefix(room >= 24 ? 5 : 3)))
    let workers = workerLines(limit: max(3, (room - failures.count) / 2))
    let cells = cellLines(limit: room - failures.count - workers.count)
    return (head + workers + cells + failures).prefix(height).map { $0.cut(to: width) }
  }

  // MARK: Head

  private var title: StyledLine {
    let elapsed = DurationText.short(state.progress.elapsed)
    var line = StyledLine("espalier ", .bold)
    line.add(DisplayText.printable(state.title))
    line = line.cut(to: max(1, width - elapsed.count - 2))
    line.add(String(repeating: " ", count: max(2, width - line.width - elapsed.count)))
    line.add(elapsed, .dim)
    return line
  }

  private var bar: StyledLine {
    let progress = state.progress
    var line = StyledLine(Blocks.bar(progress.share, width: min(40, width / 3)), .good)
    line.add(" \(Int(progress.share * 100))% of \(progress.stagesTotal) stages")
    if let remaining = state.remaining {
      line.add(" · about \(DurationText.short(remaining)) left")
    }
    return line
  }

  private var runs: StyledLine {
    let progress = state.progress
    var line = StyledLine("\(progress.runsDone) of \(CountText.of(progress.runsTotal, "run")) done")
    if progress.runsFailed > 0 { line.add(" · ") }
    if progress.runsFailed > 0 { line.add("\(progress.runsFailed) failed", .bad) }
    if let cells = state.cells {
      line.add(" · \(cells.complete) of \(CountText.of(cells.cells.count, "cell")) complete")
    }
    if progress.jobsPaused > 0 { line.add(" · \(progress.jobsPaused) asked for another try") }
    return line
  }

  private var throughput: StyledLine {
    if let words = ProgressLine.endingText(state.progress) { return StyledLine(words, .bad) }
    guard let rate = state.rate else { return StyledLine("no stage is complete yet", .dim) }
    var line = StyledLine("\(ProgressLine.rateText(rate)) stages/s ")
    let peak = " peak \(ProgressLine.rateText(max(state.history.peak, rate)))"
    line.add(
      Blocks.sparkline(state.history.rates(width: min(60, width - line.width - peak.count))), .good)
    line.add(peak, .dim)
    return line
  }

  // MARK: Sections

  private func workerLines(limit: Int) -> [StyledLine] {
    let activities = state.progress.activities
    var lines = [StyledLine("at work: \(activities.count) of \(state.slots)", .bold)]
    let shown = activities.count < limit ? activities.count : limit - 2
    let labels = activities.prefix(shown).map { DisplayText.printable($0.label) }
    let labelWidth = min(labels.map(DisplayText.width).max() ?? 0, width / 2)
    for (activity, label) in zip(activities, labels) {
      let cut = StyledLine(label).cut(to: labelWidth).plain
      var line = StyledLine("  " + DisplayText.padded(cut, to: labelWidth))
      if activity.total > 1 {
        line.add(" ")
        line.add(Blocks.bar(Double(activity.done) / Double(activity.total), width: 10), .good)
        line.add(" \(activity.done)/\(activity.total)")
      } else if activity.done > 0 {
        line.add(" \(activity.done)")
      }
      line.add("  " + DurationText.short(activity.seconds), .dim)
      if !activity.note.isEmpty { line.add("  " + DisplayText.printable(activity.note)) }
      lines.append(line)
    }
    if shown < activities.count {
      lines.append(StyledLine("  and \(activities.count - shown) more", .dim))
    }
    return lines
  }

  private func failureLines(_ failures: [LiveState.Failure]) -> [StyledLine] {
    if failures.isEmpty { return [] }
    return [StyledLine("last failures", .bold)]
      + failures.map { failure in
        var line = StyledLine("  at " + DurationText.short(failure.at) + "  ", .dim)
        line.add(DisplayText.printable(failure.label) + ": ")
        line.add(DisplayText.printable(failure.message), .bad)
        return line
      }
  }

  /// As a table where that fits, else one after the other, several to a character if need be.
  private func cellLines(limit: Int) -> [StyledLine] {
    guard let fill = state.cells, !fill.cells.isEmpty, limit >= 2 else { return [] }
    let seen = state.cellsSeenAt.map { seen in
      " (" + DurationText.short(max(0, state.progress.elapsed - seen)) + " ago)"
    }
    func title(_ words: String) -> StyledLine {
      StyledLine("cells, \(words)" + (seen ?? ""), .bold)
    }
    let full = title("as full as they are")
    let labelWidth = min(20, fill.rows.map { DisplayText.width($0.label) }.max() ?? 0)
    let columns = fill.rows.first?.cells.count ?? 0
    if fill.rows.count < limit, columns + labelWidth + 3 <= width {
      var named = full
      named.add(": " + axesText(of: fill), .dim)
      return [named]
        + fill.rows.map { row in
          let label = StyledLine(DisplayText.printable(row.label)).cut(to: labelWidth).plain
          var line = StyledLine("  " + DisplayText.padded(label, to: labelWidth) + " ")
          for cell in row.cells {
            if let cell { add(fill.cells[cell], to: &line) } else { line.add(" ") }
          }
          return line
        }
    }
    let room = (limit - 1) * (width - 2)
    let together = (fill.cells.count + room - 1) / room
    let groups = stride(from: 0, to: fill.cells.count, by: together).map { start in
      fill.cells[start..<min(start + together, fill.cells.count)].reduce(into: CellFill.Cell()) {
        $0.total += $1.total
        $0.done += $1.done
        $0.failed += $1.failed
      }
    }
    var lines = [together > 1 ? title("\(together) to a mark") : full]
    for start in stride(from: 0, to: groups.count, by: width - 2) {
      var line = StyledLine("  ")
      for cell in groups[start..<min(start + width - 2, groups.count)] { add(cell, to: &line) }
      lines.append(line)
    }
    return lines
  }

  /// `temperature down, learning_rate × step across`.
  private func axesText(of fill: CellFill) -> String {
    [(fill.down, "down"), (fill.across, "across")]
      .filter { !$0.0.isEmpty }
      .map { names, way in DisplayText.printable(names.joined(separator: " × ")) + " " + way }
      .joined(separator: ", ")
  }

  private func add(_ cell: CellFill.Cell, to line: inout StyledLine) {
    if cell.failed > 0 {
      line.add(
        cell.failed == cell.total
          ? "✗" : String(Blocks.level(Double(cell.done) / Double(max(1, cell.total)))), .bad)
    } else {
      line.add(
        String(Blocks.level(Double(cell.done) / Double(max(1, cell.total)))),
        cell.done == cell.total ? .good : .plain)
    }
  }
}
