import Foundation
import Testing

/// A sweep of which everything fails: 5,000 runs, of four causes.
@Suite(.serialized)
struct ManyFailuresTests {
  private static let grid = """
    name: causes
    program:
      shell: |
        echo "starting {kind} number {seed}"
        case {kind} in
          file) echo "no such file: data-{seed}.bin"; exit 3 ;;
          math) echo "division by zero at step {seed} of /tmp/run.$$/log"; exit 4 ;;
          word) echo "cannot parse input"; exit 5 ;;
          memory) bytes=$(head -c 100000000 /dev/zero | tail -c 80000000 | wc -c)
            [ "$bytes" -eq 80000000 ] || exit 6 ;;
        esac
        printf '{"metrics": {"x": %d}}\\n' {seed}
      resources: {memory: 48 MiB}
    variants:
      - axes: {kind: [file, math, word], seed: {count: 1650}}
      - axes: {kind: [memory], seed: {count: 50}}
    """

  private func failures(in folder: TemporaryFolder) throws -> [[String: Any]] {
    let text = try EspalierProgram.succeed(
      ["status", "causes.yaml", "--output", "json"], in: folder
    ).standardOutput
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]]
    return try #require(value?.first?["failures"] as? [[String: Any]])
  }

  @Test("5,000 failures of four causes are four clusters, and more memory heals one of them")
  func fourClusters() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.grid, to: "causes.yaml")
    let run = try EspalierProgram.run(["run", "causes.yaml", "--output", "quiet"], in: folder)
    #expect(run.status == 1)
    let clusters = try failures(in: folder)
    #expect(clusters.map { $0["runs"] as? Int } == [1650, 1650, 1650, 50])
    #expect(clusters.map { $0["jobs"] as? Int } == [1650, 1650, 1650, 50])
    let memory = try #require(clusters.last)
    #expect(memory["reason"] as? String == "memory limit")
    let id = try #require(memory["cluster"] as? String)
    let text = try EspalierProgram.succeed(["status", "causes.yaml"], in: folder).standardOutput
    let hint = " retry causes.yaml --cluster \(id) --memory 96MiB\n"
    #expect(text.contains(hint), "\(text)")
    // Their logs are in one store, and what kept nothing left no folder.
    for (name, most) in [("logs", 3), ("work", 0)] {
      let path = folder.url.appending(path: "results/\(name)").path
      let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
      #expect(files.count <= most, "\(name): \(files.prefix(5))")
    }

    let retry = try EspalierProgram.run(
      [
        "retry", "causes.yaml", "--cluster", id, "--memory", "2GiB", "--output", "quiet",
      ], in: folder)
    #expect(retry.status == 1)
    let left = try failures(in: folder)
    #expect(left.map { $0["runs"] as? Int } == [1650, 1650, 1650])
    let done = try EspalierProgram.succeed(
      ["runs", "causes.yaml", "--where", "state=done"], in: folder)
    #expect(done.standardError == "50 of 5000 runs\n")
  }

  @Test("Of many clusters the first are shown, and how many more there are")
  func manyClusters() throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      name: causes
      program:
        shell: |
          name=$(echo {seed} | tr 0123456789 abcdefghij)
          echo "the part $name is missing"
          exit 1
      parameters: {data: none}
      axes: {seed: {count: 25}}
      """, to: "causes.yaml")
    #expect(try EspalierProgram.run(["run", "causes.yaml"], in: folder).status == 1)
    #expect(try failures(in: folder).count == 25)
    let text = try EspalierProgram.succeed(["status", "causes.yaml"], in: folder).standardOutput
    #expect(text.split(separator: "\n").count { $0.hasPrefix("  failure ") } == 20)
    #expect(text.contains("\n  and 5 clusters more with 5 jobs; --output json has them all\n"))
  }
}
