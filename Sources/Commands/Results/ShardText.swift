import JobTable
import Report

extension GridShards {
  /// What this folder has of the grid, for people; empty for a grid that is run whole.
  var sentences: [String] {
    var lines = shards.map { share in
      "shard \(share.shard): \(CountText.of(share.runs, "run")), \(share.done) done"
        + (share.failed > 0 ? ", \(share.failed) failed" : "")
        + "; \(share.jobsDone) of its \(CountText.of(share.jobs, "job")) done"
    }
    if missing > 0 {
      lines.append(
        "\(CountText.of(missing, "run")) of other shards \(missing == 1 ? "is" : "are") not here: take "
          + "their results in with `\(CommandLineText.program) merge FOLDER`, or run the grid "
          + "without --shard")
    }
    return lines
  }

  /// The same for a report: nothing once nothing is missing, since then it is that of one machine.
  var reportSentences: [String] {
    missing == 0 ? [] : ["Caution: a share of the grid only."] + sentences
  }
}

extension ShardCounts {
  var json: OrderedJSON {
    .object([
      .init("shard", .string(shard.description)), .init("runs", .integer(runs)),
      .init("done", .integer(done)), .init("failed", .integer(failed)),
      .init("jobs", .integer(jobs)), .init("jobs_done", .integer(jobsDone)),
    ])
  }
}
