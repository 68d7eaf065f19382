import Foundation
import Grid
import Keys
import Testing

@testable import Execution

/// What is written and read without a general encoder is the same as with one.
@Suite struct ProtocolLineTests {
  let key = StageKey(Digest(of: "a stage"))

  @Test func anOrderIsWhatAnEncoderWrites() throws {
    let prepare = Stage(
      kind: "prepare", version: 3,
      parameters: [
        "model": .string("a \"quoted\" name\n"), "learning_rate": .number(1e-5),
        "deep": .boolean(true),
        "large": .number(1e300), "seed": .integer(-3), "third": .number(1.0 / 3),
      ], parents: [])
    let state = Stage(
      kind: "em", version: 1, parameters: ["temperature": .number(0.3)], parents: [prepare.key],
      step: 5)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    for order in [
      JobOrder(
        job: JobID(rawValue: 12), attempt: Attempt(rawValue: 2), stages: [state],
        context: [prepare],
        keep: [state.key, prepare.key]),
      JobOrder(job: JobID(rawValue: 1), attempt: .first, stages: [], context: [], keep: []),
    ] {
      let line = order.line
      #expect(line.last == UInt8(ascii: "\n"))
      #expect(try JSONDecoder().decode(JobOrder.self, from: Data(line)) == order)
      // Numbers may have another form, and mean the same.
      let encoded = try JSONDecoder().decode(JobOrder.self, from: encoder.encode(order))
      #expect(encoded == order)
    }
  }

  /// The scanner reads what a worker writes, and only that; anything else is the decoder's.
  @Test func aScannerReadsWhatOurWorkersWrite() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let result = StageResult(
      stage: key, metrics: ["accuracy": 0.1, "loss": -2.5e-7, "n": 512], seconds: 1.25)
    let events = [
      WorkerEvent.completed(job: JobID(rawValue: 7), attempt: .first, result: result),
      .finished(job: JobID(rawValue: 7), attempt: .first),
    ]
    for event in events {
      let line = Array(try encoder.encode(event))
      #expect(line.withUnsafeBytes { EventScanner.event($0) } == event)
      // Every change of a byte is either no event or what the decoder makes of it.
      for position in line.indices {
        for byte in [UInt8(ascii: "0"), UInt8(ascii: "\""), UInt8(ascii: "}"), UInt8(ascii: "-")] {
          var changed = line
          changed[position] = byte
          guard let scanned = changed.withUnsafeBytes({ EventScanner.event($0) }) else { continue }
          #expect(try JSONDecoder().decode(WorkerEvent.self, from: Data(changed)) == scanned)
        }
      }
    }
  }

  @Test func eventsAreWhatADecoderReads() throws {
    let encoder = JSONEncoder()
    let decoder = JSONDecoder()
    let (job, attempt) = (JobID(rawValue: 7), Attempt(rawValue: 3))
    let failure = Failure(reason: .nonFinite, message: "loss is NaN")
    let result = StageResult(
      stage: key, metrics: ["accuracy": 0.1, "loss": 2.5e-7, "n": 512], seconds: 1.25)
    let kept = StageResult(
      stage: key, metrics: [:],
      artifacts: [
        ArtifactReference(stage: key, kind: "state", sha256: key.hex, bytes: 1)
      ], seconds: 0)
    for event in [
      WorkerEvent.completed(job: job, attempt: attempt, result: result),
      .completed(job: job, attempt: attempt, result: kept),
      .finished(job: job, attempt: attempt), .finished(job: job, attempt: attempt, at: 1.5),
      .completed(
        job: job, attempt: attempt,
        result: StageResult(
          stage: key,
          metrics: ["a \"quoted\" name": -1, "größe": 1e300, "big": 12_345_678_901_234_568],
          seconds: 0)),
      .completed(
        job: JobID(rawValue: .max), attempt: Attempt(rawValue: 0),
        result: StageResult(stage: key, metrics: [:], seconds: 2.5e-300)),
      .failed(job: job, attempt: attempt, stage: nil, failure: failure),
      .recalled(jobs: [job, JobID(rawValue: 8)]), .recalled(jobs: []),
    ] {
      for formatting in [[], [.sortedKeys], [.prettyPrinted]] as [JSONEncoder.OutputFormatting] {
        encoder.outputFormatting = formatting
        let line = Array(try encoder.encode(event))
        #expect(try line.withUnsafeBytes { try WorkerEvent.reading($0, decoder) } == event)
      }
    }
    for line in [
      #"{"finished":{"attempt":1}}"#, #"{"finished":{"attempt":1.5,"job":1}}"#,
      #"{"completed":{"attempt":1,"job":1,"result":{"metrics":{"a":NaN},"seconds":0}}}"#, "{}", "",
      #"{"finished":{"attempt":01,"job":1}}"#, #"{"finished":{"attempt":1,"job":1}}}"#,
      #"{"finished":{"attempt":1,"job":1}"#, #"{"finished":{"attempt":1,"job":}}"#,
    ] {
      #expect(throws: (any Error).self) {
        try Array(line.utf8).withUnsafeBytes { try WorkerEvent.reading($0, decoder) }
      }
    }
  }
}
