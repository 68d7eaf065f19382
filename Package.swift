// swift-tools-version: 6.2
import PackageDescription

// The layering is the design: each target lists the only modules it may import.
// Tests/ArchitectureTests reads the import lines and holds them against the same table.

/// Debug builds, which the tests use, check at run time that no one writes what another reads at the same
/// moment; a tenth of the planning of a million runs would go into that in a release.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
  .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

/// The engine is unusably slow unoptimised, so its modules are optimised in debug builds too, each as
/// a whole: otherwise nothing is inlined from one file into another.
let engine: [SwiftSetting] =
  strict + [
    .unsafeFlags(
      ["-O", "-disable-batch-mode", "-whole-module-optimization", "-num-threads", "2"],
      .when(configuration: .debug))
  ]

/// Only `Kernels` may contain AVX2 and FMA instructions: every other module must be able to run far
/// enough on an older CPU to say in a sentence that it is too old.
let kernels: [SwiftSetting] = engine + [.unsafeFlags(["-Xcc", "-march=haswell"])]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
/// SQLite's own functions, from the package that links it.
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

func module(
  _ name: String, _ dependencies: [Target.Dependency], settings: [SwiftSetting] = strict
) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [],
  settings: [SwiftSetting] = strict
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TestSupport"], exclude: exclude,
    swiftSettings: settings)
}

let package = Package(
  name: "espalier",
  products: [.executable(name: "espalier", targets: ["espalier"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .target(name: "CShims"),

    module("Keys", [crypto]),
    module("Kernels", ["CShims"], settings: kernels),
    module("Artifacts", ["CZstd", "Keys"]),
    module("Problems", ["Keys"], settings: engine),
    module("LanguageModel", ["Kernels", "Artifacts", "Keys"], settings: engine),
    module("PostTraining", ["LanguageModel", "Problems"], settings: engine),
    module("Evaluation", ["LanguageModel", "Problems", "Statistics"], settings: engine),
    module("Statistics", ["Keys"], settings: engine),
    module("Grid", ["Keys"]),
    module("Planner", ["Grid", yams]),
    module("JobTable", ["Grid", grdb, sqlite]),
    module("Scheduler", ["Grid"], settings: engine),
    module("Execution", ["Scheduler", "JobTable", "Artifacts", "CShims"]),
    module("BuiltinProgram", ["Grid", "PostTraining", "Evaluation", "Artifacts"]),
    module("Aggregator", ["Grid", "Statistics"]),
    module("Report", ["Aggregator"]),
    module(
      "Commands",
      [
        "Planner", "JobTable", "Scheduler", "Execution", "BuiltinProgram", "Problems", "Artifacts",
        "Aggregator", "Report", argumentParser,
      ]),
    .executableTarget(name: "espalier", dependencies: ["Commands"], swiftSettings: strict),
    .executableTarget(
      name: "bench-engine",
      dependencies: ["Evaluation", "Kernels", "Keys", "LanguageModel", "PostTraining", "Problems"],
      path: "tools/bench/engine", exclude: ["run"], swiftSettings: strict),
    .executableTarget(
      name: "bench-compare",
      dependencies: ["Evaluation", "Kernels", "Keys", "LanguageModel", "PostTraining", "Problems"],
      path: "tools/bench/compare-torch/engine", swiftSettings: strict),
    .executableTarget(
      name: "bench-tree",
      dependencies: ["Kernels", "Keys", "LanguageModel", "PostTraining", "Problems"],
      path: "tools/bench/tree", swiftSettings: strict),
    .executableTarget(
      name: "bench-coverage", dependencies: ["Statistics"], path: "tools/bench/coverage/engine",
      swiftSettings: strict),
    .executableTarget(
      name: "bench-report", dependencies: ["BuiltinProgram", "JobTable", "Keys", "Planner"],
      path: "tools/bench/report/fill", swiftSettings: strict),
    .executableTarget(
      name: "bench-scale", dependencies: ["JobTable", "Keys"], path: "tools/bench/scale/fill",
      swiftSettings: strict),
    .executableTarget(
      name: "bench-scheduler", dependencies: ["Execution", "Grid", "JobTable", "Keys"],
      path: "tools/bench/scheduler/engine", swiftSettings: strict),

    .target(
      name: "TestSupport", dependencies: ["Keys"], path: "Tests/TestSupport", swiftSettings: strict),
    tests("ArchitectureTests", []),
    tests("KeysTests", ["Keys"]),
    tests("KernelsTests", ["Kernels"]),
    tests("ArtifactsTests", ["Artifacts"]),
    tests("ProblemsTests", ["Problems"]),
    tests("LanguageModelTests", ["LanguageModel"], exclude: ["Golden"]),
    tests("PostTrainingTests", ["PostTraining"], exclude: ["Golden"]),
    tests("EvaluationTests", ["Evaluation"], exclude: ["Golden"]),
    tests("GridTests", ["Grid"]),
    tests("PlannerTests", ["Planner"]),
    tests("JobTableTests", ["JobTable", grdb], exclude: ["Golden"]),
    // Thousands of simulated histories are a matter of seconds only when they are optimised too.
    tests("SchedulerTests", ["Scheduler"], settings: engine),
    tests("ExecutionTests", ["Execution"], exclude: ["Fixtures"]),
    tests("BuiltinProgramTests", ["BuiltinProgram", "Planner"], exclude: ["Golden"]),
    // A naive twin of a bootstrap or an enumeration of permutations is slow unoptimised as well.
    tests("StatisticsTests", ["Statistics"], exclude: ["Golden"], settings: engine),
    tests("AggregatorTests", ["Aggregator"]),
    tests("ReportTests", ["Report"], exclude: ["Golden"]),
    tests("CommandsTests", ["Commands"], exclude: ["Golden"]),
    tests("EndToEndTests", ["espalier"]),
  ],
  swiftLanguageModes: [.v6]
)
