import Aggregator
import Grid
import Keys
import Statistics
import Testing

@testable import Report

@Suite struct TabulatedRunsTests {
  private func read(
    _ text: String, _ roles: ColumnRoles, where conditions: [RunCondition] = [],
    pieces: Int = .max
  ) throws -> TabulatedRuns {
    var reader = CSVText.reader(Array(text.utf8), pieces: pieces)
    #expect(try reader.next() == .record)
    return try TabulatedRuns(
      from: &reader, header: CSVHeader(reader.fields), roles: roles, where: conditions)
  }

  private func guess(
    _ text: String, axes: [String]? = nil, replicates: [String]? = nil, metrics: [String]? = nil,
    isWhole: Bool = true
  ) throws -> ColumnGuess {
    try ColumnGuess(
      ColumnSample(Array(text.utf8), isWhole: isWhole), axes: axes, replicates: replicates,
      metrics: metrics)
  }

  /// The CSV of the cells that comes of reading a file.
  private func summary(_ table: TabulatedRuns, _ roles: ColumnRoles) throws -> [[String]] {
    let collector = Collector()
    try SummaryExport.write(
      CellTable(table.runs, averagingOver: roles.replicates), to: collector.sink)
    return try CSVText.records(collector.bytes)
  }

  @Test func cellsAreWhatTheRowsSay() throws {
    let roles = ColumnRoles(axes: ["lr"], replicates: ["seed"], metrics: ["acc"])
    let text = "id,lr,seed,acc\r\na,0.1,0,1\r\nb,0.10,1,3\r\nc,1e-2,0,5\r\n\r\nd,0.01,1,\r\n"
    for pieces in [1, 3, Int.max] {
      let table = try read(text, roles, pieces: pieces)
      #expect(table.faults.isEmpty && table.notFinite == 0 && table.runs.count == 4)
      let rows = try summary(table, roles)
      #expect(
        rows.map { Array($0.prefix(4)) } == [
          ["lr", "metric", "n", "mean"], ["0.1", "acc", "2", "2"], ["0.01", "acc", "1", "5"],
        ])
    }
  }

  @Test func linesThatCannotBeUsedAreToldAndLeftOut() throws {
    let roles = ColumnRoles(axes: ["a"], metrics: ["m"])
    let text = "a,m\n1,2\n1\n1,2,3\nx\"y,1\n1,four\n1,NaN\n\"two\nlines\",5\n1,6\n1,inf\n\"z"
    let table = try read(text, roles)
    #expect(table.faults.lines == 4 && table.faults.values == 1 && table.notFinite == 2)
    #expect(table.faults.first.map(\.line) == [3, 4, 5, 6, 12])
    #expect(table.faults.first[0].what == "1 field where the header has 2")
    #expect(table.faults.first[3].what == "m is “four”, which is no number")
    #expect(table.faults.sentences.last == "4 lines and 1 value are left out")
    #expect(table.runs.count == 6)
    #expect(try summary(table, roles)[1].prefix(4) == ["1", "m", "2", "4"])
  }

  @Test func onlyTheFirstFaultsAreTold() throws {
    let text = "a,m\n" + String(repeating: "1\n", count: 100)
    let table = try read(text, ColumnRoles(axes: ["a"], metrics: ["m"]))
    #expect(table.faults.first.count == LineFaults.shown && table.faults.lines == 100)
    #expect(table.faults.sentences.suffix(2) == ["and 95 more", "100 lines are left out"])
  }

  @Test func failedRunsHaveNoValues() throws {
    let roles = ColumnRoles(axes: ["a"], metrics: ["m"], state: "State")
    let table = try read("a,State,m\n1,finished,2\n1,crashed,100\n1,running,4\n1,odd,6\n", roles)
    #expect(table.runs.states == [.done, .failed, .running, .pending])
    #expect(table.faults.values == 1 && table.faults.first[0].line == 5)
    let means = try FileSummary(table.runs, roles: roles).sections[0].means
    #expect(means.rows[0].entries[0].remark == "(n=3 of 4; 3.0 with failed as 0)")
    #expect(
      means.notes[0].contains("1 failed, 2 not done yet") || means.notes[0].contains("1 failed"))
  }

  @Test func conditionsLeaveRowsOut() throws {
    let roles = ColumnRoles(axes: ["a"], metrics: ["m"])
    let conditions = ["step <= 10", "note != \"x y\""].compactMap { RunCondition(text: $0) }
    let table = try read(
      "a,step,note,m\n1,9,,1\n1,10,x y,2\n1,11,,3\n1,10.0,z,5\n1,,z,7\n", roles, where: conditions)
    #expect(table.runs.count == 2 && table.excluded == 3)
    #expect(throws: ColumnFault.unknownColumn("stp", known: ["a", "m"])) {
      try read("a,m\n", roles, where: [RunCondition(text: "stp > 1")!])
    }
  }

  @Test func columnsMustBeThereOnce() throws {
    #expect(throws: ColumnFault.columnTwice("a")) {
      try read("a,a,m\n", ColumnRoles(axes: ["a"], metrics: ["m"]))
    }
    #expect(throws: ColumnFault.namedTwice("m")) {
      try read("a,m\n", ColumnRoles(axes: ["m"], metrics: ["m"]))
    }
    #expect(throws: ColumnFault.noHeader) { try ColumnSample(Array("\n1,2\n".utf8), isWhole: true) }
    #expect(throws: ColumnFault.noHeader) { try ColumnSample([], isWhole: true) }
  }

  @Test func ownRunsSayWhatIsWhat() throws {
    let guess = try guess("run,size,seed,step,state,tokens,loss\n0123456789ab,1,0,0,done,5,\n")
    #expect(
      guess.roles
        == ColumnRoles(
          axes: ["size", "step"], replicates: ["seed"], metrics: ["tokens"], state: "state"))
    #expect(
      guess.sentence
        == "guessed: cells by size and step; replicates seed; metric tokens; left out run, loss. "
        + "--by, --replicate and --metric say it.")
  }

  @Test func wandbExports() throws {
    var text =
      "\"Name\",\"State\",\"Created\",\"Runtime\",\"config/lr\",\"config/model name\",\"seed\","
      + "\"_step\",\"eval/Accuracy\",\"train loss\",\"grad\"\n"
    for run in 0..<24 {
      text += "\"run-\(run)\",\"finished\",\"2025\",\"\(run)\",\"\(run % 3)e-4\",\"m\(run % 2)\","
      text += "\"\(run % 4)\",\"1000\",\"0.\(run % 4)\",\"\(run).5\",\"\(run * run)\"\n"
    }
    let guess = try guess(text)
    #expect(guess.roles.axes == ["config/lr", "config/model name"])
    #expect(guess.roles.replicates == ["seed"] && guess.roles.state == "State")
    #expect(guess.roles.metrics == ["eval/Accuracy", "train loss", "grad"])
  }

  @Test func evaluationTables() throws {
    let text = """
      Tasks,Version,Filter,n-shot,Metric,Value,Stderr
      arc_easy,1,none,0,acc,0.65,0.01
      arc_easy,1,none,0,acc_norm,0.61,0.01
      hellaswag,1,none,0,acc,0.45,0.02
      gsm8k,3,strict,5,exact_match,0.12,N/A

      """
    let guess = try guess(text, metrics: ["Value"])
    #expect(guess.roles.axes == ["Tasks", "Version", "Filter", "n-shot", "Metric"])
    let table = try read(text, guess.roles)
    #expect(table.runs.count == 4 && table.faults.isEmpty)
  }

  @Test func whatWasAskedForIsNotGuessed() throws {
    let text = "a,b,m\n1,2,0.5\n1,3,0.7\n"
    let guess = try guess(text, axes: ["a"], replicates: ["b"], metrics: ["m"])
    #expect(guess.sentence == nil)
    #expect(guess.roles == ColumnRoles(axes: ["a"], replicates: ["b"], metrics: ["m"]))
    #expect(throws: ColumnFault.noMetrics(known: ["a", "b"])) {
      try self.guess("a,b\nx,y\nx,z\n")
    }
  }

  @Test func aHeadThatEndsWithinALineIsEnough() throws {
    let text = "lr,loss\n0.1,1.5\n0.2,2.5\n0.1,1.25\n0.2,\"2."
    let guess = try guess(text, axes: ["lr"], isWhole: false)
    #expect(guess.roles.metrics == ["loss"])
  }

  @Test func manyDistinctValuesKeepTheirCodes() throws {
    let stream = RandomStream(seed: 5, purpose: RandomPurpose("axis-column"))
    var generator = stream.generator(0)
    let texts = (0..<20_000).map { _ in "v\(generator.below(5000)) of a longer name" }
    var column = AxisColumn()
    for var text in texts { text.withUTF8 { column.append($0) } }
    let (values, codes) = column.finished()
    #expect(Set(values).count == values.count)
    #expect(zip(texts, codes).allSatisfy { values[Int($1)] == .string($0) })
  }

  @Test func numbersAreInOrder() throws {
    var column = AxisColumn()
    for var text in ["10", "2", "1.0", "10.0", "1", "2e0"] { text.withUTF8 { column.append($0) } }
    let (values, codes) = column.finished()
    #expect(values == [.integer(1), .integer(2), .integer(10)] && codes == [2, 1, 0, 2, 0, 1])
  }

  @Test func tablesStandAsAsked() throws {
    let text =
      "a,b,seed,m\n1,x,0,1\n1,y,0,2\n2,x,0,3\n2,y,0,4\n1,x,1,2\n1,y,1,4\n2,x,1,4\n2,y,1,6\n"
    let roles = ColumnRoles(axes: ["a", "b"], replicates: ["seed"], metrics: ["m"])
    let table = try read(text, roles)
    let summary = try FileSummary(
      table.runs, roles: roles, baseline: ["b": .string("x")])
    let section = summary.sections[0]
    #expect(section.means.labelHeaders == ["a"])
    #expect(section.means.columnHeaders == [["b x"], ["b y"]])
    #expect(section.means.caption[0].hasPrefix("m: mean over seed ± half-width"))
    #expect(section.differences?.rows.map { $0.entries[0].figure.prefix(4) } == ["+1.5", "+1.5"])
    let pooled = ColumnRoles(axes: ["a"], metrics: ["m"])
    let means = try FileSummary(try read(text, pooled).runs, roles: pooled).sections[0].means
    #expect(means.caption[0].hasPrefix("m: mean ± half-width"))
    #expect(
      try FileSummary(table.runs, roles: roles, rows: ["b"]).sections[0].means.labelHeaders
        == ["b", "a"])
    #expect(summary.markdown().contains("| a | b x | b y |"))
  }
}
