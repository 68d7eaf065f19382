import ArgumentParser

struct ResultsOption: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The folder with the job table, the artifacts and the exports.", valueName: "dir"),
    completion: .directory)
  var results = "results"
}
