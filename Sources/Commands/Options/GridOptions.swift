import ArgumentParser

/// Which grid a command is about.
struct GridOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp("The grid file.", valueName: "grid"),
    completion: .file(extensions: ["yaml", "yml"]))
  var grid: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      """
      Overrides the grid file: a parameter (temperature=0.5, which also replaces an axis of that \
      name) or a path (axes.seed.count=2). May be given several times.
      """, valueName: "key=value"))
  var overrides: [String] = []

  @OptionGroup var results: ResultsOption
}
