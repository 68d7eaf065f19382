import Grid
import Testing

@testable import Planner

@Suite("Measurements that a grid asks for")
struct MeasurementTests {
  private func plan(_ measure: String) throws -> Plan {
    try Laboratory.plan(
      """
      name: measured
      parameters: {model: tiny, method: em}
      axes:
        seed: {count: 2}
        step: {from: 0, to: 3}
      \(measure)
      """)
  }

  @Test("another measurement adds its own stages and changes nothing else")
  func adding() throws {
    let plain = try plan("")
    let drifting = try plan("measure: drift")
    let both = try plan("measure: [logits, drift]")
    #expect(plain.runs.map(\.id) == both.runs.map(\.id))
    #expect(plain.hash != both.hash)
    #expect(Set(plain.stages.map(\.kind)) == ["prepare", "select", "em", "evaluate"])
    func added(_ plan: Plan, to other: Plan) -> [Stage] {
      let known = Set(other.stages.map(\.key))
      #expect(known.isSubset(of: plan.stages.map(\.key)))
      return plan.stages.filter { !known.contains($0.key) }
    }
    // One text of the base model; the drift of the base and of three steps of two seeds.
    let ofDrift = added(drifting, to: plain)
    #expect(ofDrift.count { $0.kind == "text" } == 1 && ofDrift.count { $0.kind == "drift" } == 7)
    #expect(ofDrift.count == 8)
    let ofLogits = added(both, to: drifting)
    #expect(ofLogits.count == 7 && ofLogits.allSatisfy { $0.kind == "logits" })
  }

  @Test("a run's metrics come from all of its measurements")
  func metrics() throws {
    let plan = try plan("measure: [logits, drift]")
    for run in plan.runs {
      let kinds = run.stages.compactMap { key in plan.stages.first { $0.key == key }?.kind }
      #expect(Set(kinds).isSuperset(of: ["evaluate", "logits", "drift"]))
      #expect(!kinds.contains("text"))
    }
  }

  @Test("a measurement is done with its state, and alone where the state is there")
  func jobs() throws {
    let program = Laboratory.description
    let plain = try plan("")
    let both = try plan("measure: [logits, drift]")
    let tree = StageTree(both.stages, of: program)
    let fresh = JobBuilder.jobs(of: tree, done: [], program: program)
    // The base with its text and its measurements, the selection, a trajectory for each of two seeds.
    #expect(fresh.count == 4)
    let base = fresh[0].stages.compactMap { tree.stage($0)?.kind }
    #expect(base == ["prepare", "text", "evaluate", "drift", "logits"])
    let later = JobBuilder.jobs(
      of: tree, done: Set(plain.stages.map(\.key)), program: program)
    #expect(later.flatMap(\.stages).count == 15)
    let kinds = Set(later.flatMap(\.stages).compactMap { tree.stage($0)?.kind })
    #expect(kinds == ["text", "drift", "logits"])
  }

  @Test("the order of the names makes no difference, and each counts once")
  func order() throws {
    let one = try Laboratory.read("parameters: {model: tiny}\nmeasure: [logits, drift, logits]")
    let other = try Laboratory.read("parameters: {model: tiny}\nmeasure: [drift, logits]")
    #expect(one.specification.measurements == ["drift", "logits"])
    #expect(one.hash == other.hash)
    let report = try Laboratory.read(
      "parameters: {model: tiny}\nmeasure: logits\nreport: {metric: logit_skewness}")
    #expect(report.specification.report.metrics == ["logit_skewness"])
  }
}
