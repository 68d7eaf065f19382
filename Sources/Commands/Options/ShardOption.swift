import ArgumentParser
import Grid

/// Which share of a grid a command is about.
struct ShardOption: ParsableArguments {
  @Option(
    name: .customLong("shard"),
    help: ArgumentHelp(
      """
      Only the K-th of N shares of the grid, such as 3/8, for running it on N machines. The same file, \
      overrides and K/N give the same share everywhere.
      """, valueName: "K/N"))
  var text: String?

  func validate() throws {
    guard let text, Shard(text) == nil else { return }
    throw ValidationError(
      "--shard takes K/N, the K-th of N shares, with K from 1 to N and N at most \(Shard.limit), such "
        + "as 3/8; “\(text)” is not that")
  }

  var shard: Shard? { text.flatMap { Shard($0) } }
}
