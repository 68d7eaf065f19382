/// Where the elements of a heap are, by their keys.
protocol HeapPositions: Sendable {
  associatedtype Key: Sendable

  init()
  var count: Int { get }
  subscript(_ key: Key) -> Int? { get set }
}
