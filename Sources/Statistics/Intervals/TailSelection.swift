/// Quantiles of many numbers without sorting them all.
struct TailSelection {
  private var near: [Double] = []

  /// The quantile at `position`, counted from 0 in ascending order, on the straight line between its
  /// neighbours: what sorting all and interpolating gives, to the last bit.
  ///
  /// Only the numbers below a guessed threshold are looked at closer; a bad guess costs time, never the
  /// result.
  ///
  /// - Parameters:
  ///   - sign: 1 to count from the smallest; −1 to count from the largest, the guess then being of the
  ///     negated numbers and the result theirs.
  ///   - guess: a threshold that probably has more than `position` numbers below it.
  ///   - step: by how much to raise it if not; positive.
  /// - Precondition: `0 ≤ position ≤ numbers.count − 1`; the numbers are finite.
  /// - Complexity: O(numbers) for a good guess.
  mutating func quantile(
    of numbers: [Double], sign: Double, position: Double, guess: Double, step: Double
  ) -> Double {
    let rank = Int(position)
    let last = min(rank + 1, numbers.count - 1)
    var threshold = guess
    var rise = step
    var count = collect(numbers, sign: sign, below: threshold)
    while count <= last {
      threshold += rise
      rise *= 2
      count = collect(numbers, sign: sign, below: rise.isFinite ? threshold : .infinity)
    }
    partition(rank, count: count)
    let low = near[rank]
    guard last > rank else { return low }
    var high = near[last]
    for index in last..<count { high = min(high, near[index]) }
    return SortedSample.between(low, high, weight: position - Double(rank))
  }

  /// Brings the numbers below the threshold to the front of `near`; how many they are.
  private mutating func collect(
    _ numbers: [Double], sign: Double, below threshold: Double
  ) -> Int {
    if near.count < numbers.count + 1 { near = Array(repeating: 0, count: numbers.count + 1) }
    var count = 0
    near.withUnsafeMutableBufferPointer { near in
      for number in numbers {
        // Always written and only sometimes kept: a branch here would be guessed wrong too often.
        near[count] = sign * number
        count &+= sign * number < threshold ? 1 : 0
      }
    }
    return count
  }

  /// Hoare's quickselect on the first `count`: no smaller number after `rank`, no larger one before.
  private mutating func partition(_ rank: Int, count: Int) {
    near.withUnsafeMutableBufferPointer { near in
      var low = 0
      var high = count - 1
      while low < high {
        let pivot = near[(low + high) / 2]
        var i = low
        var j = high
        while i <= j {
          while near[i] < pivot { i += 1 }
          while near[j] > pivot { j -= 1 }
          if i <= j {
            near.swapAt(i, j)
            i += 1
            j -= 1
          }
        }
        if rank <= j {
          high = j
        } else if rank >= i {
          low = i
        } else {
          return
        }
      }
    }
  }
}
