import Artifacts
import Foundation
import Testing

/// Against bytes that the safetensors library wrote (tools/golden/safetensors_bytes.py).
@Suite struct SafetensorsTests {
  static let single = """
    CAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJwdCJ9LCJaIjp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsw\
    LDNdLCJkYXRhX29mZnNldHMiOlswLDBdfSwiYSI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMV0sImRhdGFfb2Zmc2V0\
    cyI6WzAsNF19LCJiLndlaWdodCI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMiwzXSwiZGF0YV9vZmZzZXRzIjpbNCwy\
    OF19LCJzY2FsYXIiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6W10sImRhdGFfb2Zmc2V0cyI6WzI4LDMyXX19ICAAAOBA\
    AADAPwAAAMAAAFBAzczMPXfMKzLK8knxAAAAPw==
    """
  static let mixed = """
    uAAAAAAAAAB7InNpbmdsZSI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMywyXSwiZGF0YV9vZmZzZXRzIjpbMCwyNF19\
    LCJicmFpbiI6eyJkdHlwZSI6IkJGMTYiLCJzaGFwZSI6WzMsMl0sImRhdGFfb2Zmc2V0cyI6WzI0LDM2XX0sImhhbGYi\
    OnsiZHR5cGUiOiJGMTYiLCJzaGFwZSI6WzMsMl0sImRhdGFfb2Zmc2V0cyI6WzM2LDQ4XX19AACAPwAAAL8A4H9HWdmA\
    M83MzD0AAEBAgD8Av4BHgTPNPUBAADwAuP97AQBmLgBC
    """

  private static let tensors = [
    Safetensors.Tensor(
      name: "b.weight", shape: [2, 3], values: [1.5, -2, 3.25, 0.1, 1e-8, -1e30]),
    Safetensors.Tensor(name: "a", shape: [1], values: [7]),
    Safetensors.Tensor(name: "scalar", shape: [], values: [0.5]),
    Safetensors.Tensor(name: "Z", shape: [0, 3], values: []),
  ]

  private static func bytes(_ base64: String) throws -> [UInt8] {
    Array(try #require(Data(base64Encoded: base64)))
  }

  @Test func bytesAreThoseOfTheLibrary() throws {
    let ours = Safetensors(tensors: Self.tensors, metadata: ["format": "pt"])
    let theirs = try Self.bytes(Self.single)
    #expect(ours.bytes == theirs)
    let read = try Safetensors(bytes: theirs)
    #expect(read == ours)
    #expect(read.tensors.map(\.name) == ["Z", "a", "b.weight", "scalar"])
    #expect(read["b.weight"]?.values[5] == -1e30)
    #expect(read["c"] == nil)
  }

  @Test func narrowTypesAreWidened() throws {
    let read = try Safetensors(bytes: Self.bytes(Self.mixed))
    #expect(read["single"]?.values == [1, -0.5, 65504, 6e-8, 0.1, 3])
    #expect(read["half"]?.values == [1, -0.5, 65504, 5.9604645e-08, 0.099975586, 3])
    #expect(read["brain"]?.values == [1, -0.5, 65536, 6.0070306e-08, 0.100097656, 3])
    #expect(read["half"]?.shape == [3, 2])
    #expect(read.metadata.isEmpty)
  }

  @Test func anythingSurvivesTheRoundTrip() throws {
    let odd = Safetensors(
      tensors: [
        .init(name: "quote \" and \\ and é", shape: [1, 2], values: [.infinity, -0.0]),
        .init(name: "n", shape: [1], values: [.leastNonzeroMagnitude]),
      ], metadata: ["b": "{\"x\": 1}", "a": "line\nbreak"])
    #expect(try Safetensors(bytes: odd.bytes) == odd)
    let none = Safetensors(tensors: [])
    #expect(try Safetensors(bytes: none.bytes) == none)
  }

  private static func file(_ header: String, data: Int) -> [UInt8] {
    var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
    bytes += Array(header.utf8)
    return bytes + [UInt8](repeating: 0, count: data)
  }

  private static func error(_ bytes: [UInt8]) -> SafetensorsError? {
    do {
      _ = try Safetensors(bytes: bytes)
      return nil
    } catch {
      return error
    }
  }

  @Test func damageIsNamed() throws {
    #expect(Self.error([]) == .truncatedHeader(fileSize: 0))
    #expect(
      Self.error([255, 255, 255, 255, 255, 255, 255, 255, 1]) == .truncatedHeader(fileSize: 9))
    let whole = try Self.bytes(Self.single)
    #expect(Self.error(Array(whole.prefix(100))) == .truncatedHeader(fileSize: 100))
    guard
      case .badPlace(tensor: "scalar", _, expectedBytes: 4, dataBytes: 31) = Self.error(
        whole.dropLast())
    else {
      Issue.record("a file that lacks its last byte is read")
      return
    }
    guard case .unreadableHeader = Self.error(Self.file("{\"a\":", data: 0)) else {
      Issue.record("half a header is read")
      return
    }
    func header(_ dtype: String, _ shape: String, _ offsets: String) -> String {
      "{\"a\":{\"dtype\":\"\(dtype)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}}"
    }
    #expect(
      Self.error(Self.file(header("I64", "[1]", "[0,8]"), data: 8))
        == .unknownType(tensor: "a", type: "I64"))
    #expect(
      Self.error(Self.file(header("F32", "[-1]", "[0,4]"), data: 4))
        == .badShape(tensor: "a", shape: [-1]))
    let huge = "[4611686018427387904,4]"
    #expect(
      Self.error(Self.file(header("F32", huge, "[0,4]"), data: 4))
        == .badShape(tensor: "a", shape: [4_611_686_018_427_387_904, 4]))
    for offsets in ["[0,8]", "[4,0]", "[-4,0]", "[0]", "[8,12]"] {
      guard case .badPlace = Self.error(Self.file(header("F32", "[1]", offsets), data: 4)) else {
        Issue.record("offsets \(offsets) are read")
        continue
      }
    }
  }
}
