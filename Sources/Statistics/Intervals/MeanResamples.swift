/// The resamples of samples of n values, drawn once and then used for every sample of that size: the
/// same draws as `Bootstrap` makes, so the same interval to rounding, at a fraction of the time.
///
/// Draws are kept two by two: a table of the sums of all pairs of values makes one addition of two.
struct MeanResamples {
  /// Above this the table of pairs leaves the first-level cache, and draws are kept one by one.
  private static let pairLimit = 64

  let sampleSize: Int
  /// The number of resamples.
  let count: Int
  /// Entries of the table that a resample adds up.
  private let codesPerResample: Int
  /// The width of the table of pairs: n, and one more for odd n, whose last draw is paired with nothing;
  /// 0 without pairs.
  private let width: Int
  private let codes: [UInt16]

  /// - Precondition: `2 ≤ sampleSize ≤ 65,536`.
  /// - Complexity: O(n B), about 3 ns for each draw.
  init(sampleSize: Int, bootstrap: Bootstrap) {
    precondition((2...65_536).contains(sampleSize), "resamples of \(sampleSize)")
    self.sampleSize = sampleSize
    count = bootstrap.count
    let usesPairs = sampleSize <= Self.pairLimit
    width = usesPairs ? sampleSize + sampleSize % 2 : 0
    codesPerResample = usesPairs ? width / 2 : sampleSize
    var codes: [UInt16] = []
    codes.reserveCapacity(count * codesPerResample)
    var draws: [Int] = []
    for resample in 0..<count {
      draws.removeAll(keepingCapacity: true)
      bootstrap.appendDraws(resample: resample, factor: 0, levels: sampleSize, to: &draws)
      if usesPairs {
        if draws.count < width { draws.append(sampleSize) }
        for place in stride(from: 0, to: width, by: 2) {
          codes.append(UInt16(draws[place] * width + draws[place + 1]))
        }
      } else {
        for draw in draws { codes.append(UInt16(draw)) }
      }
    }
    self.codes = codes
  }

  /// The sum of every resample of `values`.
  ///
  /// - Complexity: O(n B): half an addition for each draw of up to 64 values.
  func sums(of values: [Double], into sums: inout [Double], table: inout [Double]) {
    precondition(values.count == sampleSize, "\(values.count) values for \(sampleSize)")
    table.removeAll(keepingCapacity: true)
    if width == 0 {
      table.append(contentsOf: values)
    } else {
      let padded = values.count < width ? values + [0] : values
      for first in padded {
        for second in padded { table.append(first + second) }
      }
    }
    if sums.count != count { sums = Array(repeating: 0, count: count) }
    // Every code is below the size of the table, by construction. Checked access would double the time.
    codes.withUnsafeBufferPointer { codes in
      table.withUnsafeBufferPointer { table in
        sums.withUnsafeMutableBufferPointer { sums in
          var place = 0
          for resample in 0..<count {
            var sum = 0.0
            for _ in 0..<codesPerResample {
              sum += table[Int(codes[place])]
              place &+= 1
            }
            sums[resample] = sum
          }
        }
      }
    }
  }
}
