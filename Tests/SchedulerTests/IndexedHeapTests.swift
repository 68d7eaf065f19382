import Keys
import Testing

@testable import Scheduler

@Suite struct IndexedHeapTests {
  @Test(arguments: 0..<20)
  func agreesWithASortedDictionary(seed: Int) {
    agrees(IndexedHeap<Int, HashedPositions<Int>>(), seed)
    agrees(IndexedHeap<Int, DensePositions>(), seed)
  }

  private func agrees<P: HeapPositions>(_ empty: IndexedHeap<Int, P>, _ seed: Int)
  where P.Key == Int {
    var random = RandomStream(seed: UInt64(seed), purpose: RandomPurpose("heap")).generator(0)
    var heap = empty
    var twin: [Int: Int] = [:]
    for _ in 0..<300 {
      let key = random.below(20)
      switch random.below(4) {
      case 0:
        #expect(heap.remove(key) == (twin.removeValue(forKey: key) != nil))
      case 1:
        let least = twin.values.min()
        let popped = heap.popFirst()
        #expect(popped?.priority == least)
        if let popped { #expect(twin.removeValue(forKey: popped.key) == popped.priority) }
      default:
        let priority = random.below(50)
        heap.set(key, to: priority)
        twin[key] = priority
      }
      #expect(heap.isConsistent)
      #expect(Set(heap.keys) == Set(twin.keys) && heap.count == twin.count)
      #expect((0..<22).allSatisfy { heap.contains($0) == (twin[$0] != nil) })
    }
  }
}
