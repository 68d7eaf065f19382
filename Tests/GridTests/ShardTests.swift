import Testing

@testable import Grid

@Suite struct ShardTests {
  @Test func textsAreTakenBack() {
    #expect(Shard("3/8") == Shard(number: 3, of: 8))
    #expect(Shard("1/1")?.description == "1/1")
    #expect(Shard("9999/9999")?.number == 9999)
  }

  @Test(arguments: [
    "", "3", "0/8", "9/8", "3/0", "-1/8", "+1/8", "1/8/2", "a/b", "1/", "/8", "1 / 8", "1/10000",
    "1/99999999999999999999", "0x1/8", "١/٨",
  ])
  func anythingElseIsNone(text: String) {
    #expect(Shard(text) == nil)
  }
}
