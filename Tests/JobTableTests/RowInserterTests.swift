import Foundation
import GRDB
import Keys
import TestSupport
import Testing

@testable import JobTable

@Suite struct RowInserterTests {
  private struct Row: Equatable, FetchableRecord {
    let id: Int
    let text: String?
    let digest: [UInt8]?

    init(id: Int, text: String?, digest: [UInt8]?) {
      (self.id, self.text, self.digest) = (id, text, digest)
    }

    init(row: GRDB.Row) {
      self.init(id: row["id"], text: row["text"], digest: (row["digest"] as Data?).map(Array.init))
    }
  }

  private func withTable(_ body: (Database) throws -> Void) throws {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = true
    try DatabaseQueue(configuration: configuration).write { db in
      try db.execute(
        sql: """
          CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT, digest BLOB) STRICT;
          CREATE TABLE child (parent INTEGER NOT NULL REFERENCES t (id)) STRICT;
          """)
      try body(db)
    }
  }

  private func rows(_ db: Database) throws -> [Row] {
    try Row.fetchAll(db, sql: "SELECT * FROM t ORDER BY id")
  }

  /// As many as a statement takes, fewer, more, and texts that are longer than what was set aside.
  @Test(arguments: [0, 1, 31, 32, 33, 64, 100])
  func allRowsAreEntered(count: Int) throws {
    let expected = (0..<count).map { number in
      Row(
        id: number,
        text: number % 3 == 0
          ? nil : number % 5 == 0 ? "" : String(repeating: "ä", count: number * number),
        digest: number % 2 == 0 ? nil : Digest(of: "\(number)").bytes)
    }
    try withTable { db in
      let inserter = RowInserter(db, into: "t", ["id", "text", "digest"])
      for row in expected {
        inserter.bind(1, row.id)
        if let text = row.text { inserter.bind(2, text: text) }
        if row.digest != nil { inserter.bind(3, Digest(of: "\(row.id)")) }
        try inserter.add()
      }
      #expect(try rows(db).count == count / 32 * 32)
      try inserter.finish()
      try inserter.finish()
      #expect(try rows(db) == expected)
    }
  }

  @Test func knownRows() throws {
    try withTable { db in
      func enter(_ known: RowInserter.Known, _ text: String, _ ids: [Int]) throws {
        let inserter = RowInserter(db, into: "t", ["id", "text"], known: known)
        for id in ids {
          inserter.bind(1, id)
          inserter.bind(2, text: text)
          try inserter.add()
        }
        try inserter.finish()
      }
      func texts() throws -> [String] { try rows(db).compactMap(\.text) }
      try enter(.failure, "a", [1, 2])
      try enter(.ignored, "b", [2, 3])
      #expect(try texts() == ["a", "a", "b"])
      try enter(.update(of: "id"), "c", Array(2..<40))
      #expect(try texts() == ["a"] + Array(repeating: "c", count: 38))
      let inserter = RowInserter(db, into: "t", ["id", "text"], known: .update(of: "id"))
      inserter.bind(1, 2)
      try inserter.add()
      inserter.bind(1, 3)
      inserter.bind(2, utf8: UnsafeRawBufferPointer(start: nil, count: 0))
      try inserter.add()
      try inserter.finish()
      #expect(try texts() == ["a", ""] + Array(repeating: "c", count: 36))
      #expect(throws: DatabaseError.self) { try enter(.failure, "d", [40, 1]) }
      #expect(throws: DatabaseError.self) { try enter(.failure, "d", Array(39..<80)) }
    }
  }

  /// References are looked up when a row is entered, so what it refers to comes first.
  @Test func rowsThatOthersReferToAreEnteredBefore() throws {
    try withTable { db in
      let parents = RowInserter(db, into: "t", ["id"])
      let children = RowInserter(db, into: "child", ["parent"], after: [parents])
      for id in 0..<50 {
        parents.bind(1, id)
        try parents.add()
        for _ in 0..<3 {
          children.bind(1, id)
          try children.add()
        }
      }
      try children.finish()
      #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM child") == 150)
      #expect(try rows(db).count == 50)
    }
  }

  /// The order of their first bits, some left out.
  @Test func keysInOrder() throws {
    let prefixes: [UInt64?] = (0..<5_000).map { number in
      number % 7 == 0 ? nil : Digest(of: "\(number)").prefix64
    }
    let feed = KeyOrder.feed(of: prefixes.count) { prefixes[$0] }
    defer { feed.close() }
    let order = try #require(try feed.next()).map { Int($0) }
    let expected = prefixes.indices.filter { prefixes[$0] != nil }
      .sorted { (prefixes[$0] ?? 0) < (prefixes[$1] ?? 0) }
    #expect(order == expected)
  }
}
