/// The mean and the central moments of a sample.
struct CentralMoments {
  let count: Int
  let mean: Double
  /// With n − 1; infinite where it exceeds the range of Double; 0 for n = 1.
  let variance: Double
  /// Its square root, finite where the variance is not.
  let standardDeviation: Double
  /// The standard deviation by √n.
  let standardError: Double
  /// g1 = m₃ / m₂^{3/2}; 0 without spread.
  let skewness: Double
  /// g2 = m₄ / m₂² − 3; 0 without spread.
  let excessKurtosis: Double
  /// Whether the values differ by more than rounding.
  let hasSpread: Bool
  /// m₂ in the units of `deviation(of:)`.
  let scaledSquare: Double
  /// The power of two that values are multiplied with before anything else.
  private let scale: Double
  /// The mean of scaled values, rounded, and what the rounding took.
  private let center: Double
  private let correction: Double

  /// The moments of values in any order; `nil` for n = 0 and with a NaN or an infinity among them.
  init?(of values: [Double]) {
    guard !values.isEmpty, values.allSatisfy(\.isFinite) else { return nil }
    self.init(ofSorted: values.sorted())
  }

  /// The moments about the mean in a second pass, with compensated sums and with the rounding error
  /// of the mean taken out (Chan, Golub and LeVeque, The American Statistician 37 (1983) 242–247,
  /// eq. 1.7, carried on to the third and fourth moment), so that a common offset of 10⁹ costs no
  /// digits. A power of two is divided out first, so that squares neither overflow nor vanish.
  ///
  /// - Precondition: `values` are finite, in ascending order, and at least one.
  init(ofSorted values: [Double]) {
    count = values.count
    let smallest = values[0]
    let largest = values[values.count - 1]
    guard smallest < largest else {
      mean = smallest
      variance = 0
      standardDeviation = 0
      standardError = 0
      skewness = 0
      excessKurtosis = 0
      hasSpread = false
      scaledSquare = 0
      scale = 1
      center = smallest
      correction = 0
      return
    }
    let n = Double(values.count)
    // Brings the largest magnitude to about 1. Clamped, so that the scale and its inverse are
    // normal numbers.
    let exponent = max(smallest.magnitude, largest.magnitude).exponent
    scale = Double(
      sign: .plus, exponent: min(max(-Int(exponent), -1000), 1000), significand: 1)

    var sum = CompensatedSum()
    for value in values { sum.add(value * scale) }
    center = sum.value / n

    var rest = CompensatedSum()
    for value in values { rest.add(value * scale - center) }
    correction = rest.value / n

    var squares = CompensatedSum()
    var cubes = CompensatedSum()
    var fourths = CompensatedSum()
    for value in values {
      let deviation = (value * scale - center) - correction
      let square = deviation * deviation
      squares.add(square)
      cubes.add(square * deviation)
      fourths.add(square * square)
    }
    let second = squares.value / n
    scaledSquare = second
    let third = cubes.value / n
    let exactMean = center + correction
    mean = min(max(exactMean / scale, smallest), largest)
    variance = squares.value / (n - 1) / scale / scale
    standardDeviation = (squares.value / (n - 1)).squareRoot() / scale
    standardError = (squares.value / (n - 1) / n).squareRoot() / scale
    hasSpread = second.squareRoot() > 0x1p-52 * exactMean.magnitude
    skewness = second > 0 ? third / (second * second.squareRoot()) : 0
    excessKurtosis = second > 0 ? fourths.value / n / second / second - 3 : 0
  }

  /// How far a value lies from the mean, in units in which the largest magnitude is about 1.
  func deviation(of value: Double) -> Double { (value * scale - center) - correction }

  /// The value that lies so far from the mean.
  func value(at deviation: Double) -> Double {
    (center + (correction + deviation)) / scale
  }
}

extension Double {
  var ifFinite: Double? { isFinite ? self : nil }
}
