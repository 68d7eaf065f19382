import Keys
import Testing

/// Known answers of FIPS 180-2, appendix B, and of `sha256sum`.
@Suite struct DigestTests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    ("{\"a\":1}", "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"),
    ("é", "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"),
  ])
  func knownAnswers(text: String, hex: String) {
    #expect(Digest(of: text).hex == hex)
    #expect(Digest(of: Array(text.utf8)).hex == hex)
    Array(text.utf8).withUnsafeBytes { #expect(Digest(of: $0).hex == hex) }
  }

  @Test func millionLetters() {
    let digest = Digest(of: String(repeating: "a", count: 1_000_000))
    #expect(digest.hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func hexIsReadBack() {
    let digest = Digest(of: "abc")
    #expect(Digest(hex: digest.hex) == digest)
    #expect(Digest(hex: String(digest.hex.dropLast())) == nil)
    #expect(Digest(hex: digest.hex.uppercased()) == nil)
    #expect(Digest(hex: String(repeating: "g", count: 64)) == nil)
    #expect(digest.hex(digits: 12) == "ba7816bf8f01")
    var text = Array("key ".utf8)
    digest.appendHex(to: &text)
    #expect(String(decoding: text, as: UTF8.self) == "key \(digest.hex)")
  }

  @Test func prefixIsBigEndian() {
    #expect(Digest(of: "abc").prefix64 == 0xba78_16bf_8f01_cfea)
  }
}
