import Glibc
import Keys

/// How the corpus continues a prompt.
enum Style: CaseIterable, Hashable, Sendable {
  /// Steps, then a marked answer; mostly right.
  case worked
  /// A marked answer at once; often wrong.
  case direct
  /// One or two further questions, and no answer.
  case rambling
}

/// The probabilities of the styles, by kind and wording: the softmax of logits that add up over a
/// base, the opener, the suffix and the kind. On average over arithmetic .41 worked, .33 direct, .27 rambling. This
/// is what hides the model's competence: it can solve what it often does not.
struct StyleMix: Sendable {
  /// Per kind, for each wording, the probabilities of worked and direct as multiples of 2^-16,
  /// rounded so that no last bit of a system's `exp` can reach a document.
  private let weights: [ProblemKind: [SIMD2<Int>]]
  private static let one = 1 << 16

  static let corpus = StyleMix()

  private init() {
    weights = ProblemKind.allCases.reduce(into: [:]) { weights, kind in
      weights[kind] = (0..<Wording.count).map { number in
        let exact = Self.probabilities(of: kind, Wording(number: number)) * Double(Self.one)
        return SIMD2(Int(exact[0].rounded()), Int(exact[1].rounded()))
      }
    }
  }

  /// A style for a problem.
  func draw(
    for kind: ProblemKind, _ wording: Wording, using generator: inout StreamGenerator
  ) -> Style {
    guard let weight = weights[kind]?[wording.number] else {
      preconditionFailure("no styles for \(kind)")
    }
    let draw = generator.below(Self.one)
    if draw < weight[0] { return .worked }
    return draw < weight[0] + weight[1] ? .direct : .rambling
  }

  /// Softmax of the summed logits, in the order of `Style`.
  static func probabilities(of kind: ProblemKind, _ wording: Wording) -> SIMD3<Double> {
    let logits =
      base + openers[wording.opener] + suffixes[wording.suffix] + self.logits(of: kind)
    let powers = SIMD3(exp(logits[0]), exp(logits[1]), exp(logits[2]))
    return powers / powers.sum()
  }

  // Logits of (worked, direct, rambling).
  private static let base = SIMD3<Double>(0.55, 0, 0)
  private static let openers: [SIMD3<Double>] = [
    [1, 0, -0.6], [0.6, 0, 0], [-0.6, 0.9, 0], [0.8, -0.3, 0],
    [0.3, 0, 0.6], [-0.9, 0.9, 0], [0, 0.5, 0.5], [-0.3, 0, 0.9],
  ]
  private static let suffixes: [SIMD3<Double>] = [
    [0.5, 0, 0], [-0.4, 0, 0.5], [-0.5, 0.8, 0], [0.4, 0, 0],
  ]
  private static func logits(of kind: ProblemKind) -> SIMD3<Double> {
    switch kind {
    case .add2, .sub2: [0, 0.2, 0]
    case .mul: [0.1, 0, 0]
    case .mod, .add3: [0, 0, 0.1]
    case .word: [0.2, 0, 0.1]
    case .joint: [0.2, 0, 0.2]
    case .knights2, .knights3: [0.2, 0, 0.1]
    }
  }
}
