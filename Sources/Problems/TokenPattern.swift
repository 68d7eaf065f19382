/// A phrase with places for numbers, such as `% + % => %`, encoded once and filled in many times.
struct TokenPattern: Sendable {
  /// Token ids; `place` stands where a number goes.
  private let pieces: [Int32]
  private static let place: Int32 = -1

  /// - Parameter text: vocabulary words and `%` for numbers, separated by spaces.
  init(_ text: String) {
    pieces = text.split(separator: " ").map {
      $0 == "%" ? Self.place : Vocabulary.required(String($0))
    }
  }

  /// Appends the phrase with `numbers` in its places, in order.
  ///
  /// - Precondition: as many numbers as places.
  func append(_ numbers: [Int], to tokens: inout [Int32]) {
    var next = 0
    for piece in pieces {
      if piece == Self.place {
        tokens.append(number: numbers[next])
        next += 1
      } else {
        tokens.append(piece)
      }
    }
    precondition(next == numbers.count, "\(numbers.count) numbers for \(next) places")
  }
}

extension [Int32] {
  /// Appends the decimal digits of a number.
  ///
  /// - Precondition: `number >= 0`.
  mutating func append(number: Int) {
    precondition(number >= 0, "the corpus has no negative numbers")
    var power = 1
    while number / power >= 10 { power *= 10 }
    while power > 0 {
      append(Vocabulary.zero + Int32(number / power % 10))
      power /= 10
    }
  }
}
