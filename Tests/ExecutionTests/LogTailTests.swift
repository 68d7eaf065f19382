import Testing

@testable import Execution

@Suite struct LogTailTests {
  private func lastLine(_ text: String) -> String {
    var tail = LogTail()
    Array(text.utf8).withUnsafeBytes { tail.add($0) }
    return tail.lastLine
  }

  @Test(arguments: [
    ("", ""), ("\n \n", ""), ("one\ntwo\n", "two"), ("one\n  two\n\n", "two"),
    ("RuntimeError: CUDA out of memory\nbye\n", "RuntimeError: CUDA out of memory"),
    (
      "ValueError: no\nresource_tracker: warning: 1 leaked semaphore, an error\n", "ValueError: no"
    ),
    ("Error: first\nError: second\nat line 3\n", "Error: second"),
    ("step 1, val_error: 0.5\rdone with 0 errors\r", "done with 0 errors"),
    ("Error: 10 errors in x\nbye\n", "Error: 10 errors in x"),
    ("error: warnings being treated as errors\nbye\n", "error: warnings being treated as errors"),
    (
      "ERROR: cache miss\nmemory allocation of 8 bytes failed\n",
      "memory allocation of 8 bytes failed"
    ),
    ("error: no\nERROR again\nKilled\nbye\n", "Killed"),
    (
      "awk: run time error: out of memory\n\tFILENAME=\"\" FNR=0\n",
      "awk: run time error: out of memory"
    ),
    (
      """
      Traceback (most recent call last):
        File "x.py", line 3, in run
          raise Oops("error")
      lab.Oops: bad seed
      cleaning up

      """, "lab.Oops: bad seed"
    ),
    ("Traceback (most recent call last):\n", "Traceback (most recent call last):"),
  ])
  func theLineThatTellsWhy(text: String, line: String) {
    #expect(lastLine(text) == line)
  }

  @Test func longLinesAreShortened() {
    #expect(
      lastLine(String(repeating: "x", count: 300)) == String(repeating: "x", count: 199) + "…")
    // Only the end is looked at.
    #expect(lastLine("error\n" + String(repeating: "0123456 \n", count: 3000)) == "0123456 ")
  }
}
