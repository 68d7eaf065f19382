// Reads samples, one a line, numbers separated by blanks; prints for each its 95% t interval, its
// BCa interval and the one that a report shows, as six numbers (nan where there is none), and at the end
// the seconds that each kind took.
import Statistics

var samples: [[Double]] = []
while let line = readLine() {
  samples.append(line.split(separator: " ").compactMap { Double($0) })
}

func seconds(_ body: () -> Void) -> Double {
  let time = ContinuousClock().measure(body).components
  return Double(time.seconds) + Double(time.attoseconds) * 1e-18
}

var intervals = MeanInterval()
var t: [ConfidenceInterval?] = []
var bca: [ConfidenceInterval?] = []
var shown: [ConfidenceInterval?] = []
let times = [
  seconds { t = samples.map { ConfidenceInterval.studentT(of: $0) } },
  seconds { bca = samples.map { intervals.bca(of: $0) } },
  seconds { shown = samples.map { intervals.interval(of: $0) } },
]
for sample in samples.indices {
  let limits = [t[sample], bca[sample], shown[sample]].flatMap {
    [$0?.low ?? .nan, $0?.high ?? .nan]
  }
  print(limits.map { "\($0)" }.joined(separator: " "))
}
print(times.map { "\($0)" }.joined(separator: " "))
