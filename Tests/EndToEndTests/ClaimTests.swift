import Foundation
import Testing

/// Claims from the grid file to claims.csv.
@Suite(.serialized)
struct ClaimTests {
  private static let external = """
    name: stated
    program:
      shell: |
        awk -v a={arm} -v s={seed} 'BEGIN {
          noise = ((s * 7 + a * 3) % 5) / 100
          printf "{\\"metrics\\": {\\"score\\": %.3f}}\\n", 0.5 + 0.1 * a + noise + s / 50 }'
    axes:
      arm: [0, 1, 2]
      seed: {count: 6}
    report: {metric: score, rows: arm}
    claims:
      - id: helps
        says: One, and "more"
        test: paired-difference
        metric: score
        of: {arm: 1}
        against: {arm: 0}
        expect: "> 0"
      - {id: falls, test: trend, metric: score, over: arm, expect: decreasing}
      - {id: none, test: equivalence, metric: speed, of: {arm: 1}, against: {arm: 0}, margin: 0.1}
    """

  @Test("An external program's claims: verdicts, exports, verify, and a fault with its place")
  func external() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.external, to: "stated.yaml")
    let output = try EspalierProgram.succeed(["run", "stated.yaml", "-j", "2"], in: folder)
    #expect(output.standardOutput.contains("supported"))
    let lines = try folder.read("results/stated/claims.csv").split(separator: "\n").map(String.init)
    #expect(lines.count == 4)
    #expect(
      lines[0]
        == "grid,id,says,test,metric,expect,effect,ci_low,ci_high,level,n,sources,p,p_holm,verdict,reason"
    )
    #expect(
      lines[1].hasPrefix("stated,helps,\"One, and \"\"more\"\"\",paired-difference,score,> 0,"))
    #expect(lines[1].contains(",0.95,6,seed (6),"))
    #expect(lines[1].hasSuffix(",supported,significantly > 0"))
    #expect(lines[2].hasSuffix(",contradicted,significantly not < 0"))
    #expect(lines[3].hasSuffix(",undecided,of 12 runs 12 done without the metric speed"))

    // The effect of a claim follows from runs.csv.
    let runs = try folder.read("results/stated/runs.csv").split(separator: "\n").dropFirst()
      .map { $0.split(separator: ",").map(String.init) }
    func mean(_ arm: String) -> Double {
      let values = runs.filter { $0[1] == arm }.compactMap { Double($0[4]) }
      return values.reduce(0, +) / Double(values.count)
    }
    let effect = try #require(
      Double(lines[1].split(separator: ",", omittingEmptySubsequences: false)[7]))
    #expect((effect - (mean("1") - mean("0"))).magnitude < 1e-12)

    // Every form has the claims, and says that no commit is known.
    let markdown = try folder.read("results/stated/report.md")
    #expect(markdown.contains("## Claims") && markdown.contains("Claims fixed by commit unknown"))
    let export = try EspalierProgram.succeed(
      ["export", "stated.yaml", "--to", "out"], in: folder)
    #expect(export.standardOutput.contains("18 runs of stated"))
    #expect(try folder.bytes("out/claims.csv") == folder.bytes("results/stated/claims.csv"))

    // verify holds the file against the runs.
    try EspalierProgram.succeed(["verify", "stated.yaml"], in: folder)
    let changed = try folder.read("results/stated/claims.csv").replacing(
      "supported", with: "proven")
    try folder.write(changed, to: "results/stated/claims.csv")
    let verify = try EspalierProgram.run(["verify", "stated.yaml"], in: folder)
    #expect(verify.status == 1 && verify.standardOutput.contains("claims.csv"))

    try folder.write(Self.external.replacing("over: arm", with: "over: arms"), to: "stated.yaml")
    let broken = try EspalierProgram.run(["plan", "stated.yaml"], in: folder)
    #expect(broken.status == 2)
    #expect(broken.standardError.contains("claims[1].over names “arms”"))
  }

  @Test("The built-in program's claims cover the problems of its evaluations")
  func builtin() throws {
    let folder = try TemporaryFolder()
    let claims = """

      claims:
        - id: trained
          test: paired-difference
          metric: accuracy
          of: {temperature: 1.0, step: 4}
          against: {step: 0}
          expect: "> 0"
        - {id: loss, test: order, metric: loss, of: [{temperature: 1.0, step: 4}, {step: 1}]}
      """
    try folder.write(BuiltinGridTests.grid + claims, to: "small.yaml")
    try EspalierProgram.succeed(["run", "small.yaml"], in: folder)
    let lines = try folder.read("results/small/claims.csv").split(separator: "\n").map(String.init)
    let trained = try #require(lines.first { $0.contains(",trained,") })
    let loss = try #require(lines.first { $0.contains(",loss,") })
    if !trained.contains("do not differ at all") {
      #expect(trained.contains(",seed (2); problems (32),"))
    }
    #expect(loss.contains(",seed (2),"), "a loss is no mean over problems")
    let verify = try EspalierProgram.succeed(["verify", "small.yaml"], in: folder)
    #expect(verify.standardOutput.contains("3 exported files"))

    // Where the outcomes are gone, the claim is not judged on less.
    try FileManager.default.removeItem(at: folder.url.appending(path: "results/artifacts"))
    let report = try EspalierProgram.succeed(["report", "small.yaml"], in: folder)
    #expect(report.standardOutput.contains("the outcomes of single problems are gone for 4 of 4"))
  }
}
