// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = []) -> Target {
  .target(name: name, dependencies: dependencies, exclude: ["README.md"] + exclude, swiftSettings: strict)
}

/// Kernel modules are optimized in debug builds too, each as a whole (else nothing is inlined across files), and for its own processor.
///
/// Files of `Sources/Kernels/Shared` are linked into the folders of the sets; the README there says why.
func kernels(_ folder: String, _ name: String, _ dependencies: [Target.Dependency] = [], processor: String? = nil) -> Target {
  var flags = ["-Ounchecked", "-whole-module-optimization", "-num-threads", "1", "-disable-batch-mode"]
  if let processor { flags += ["-target-cpu", processor, "-Xcc", "-march=\(processor)"] }
  return .target(
    name: name, dependencies: dependencies, path: "Sources/Kernels/\(folder)", swiftSettings: strict + [.unsafeFlags(flags)])
}

func program(
  _ name: String, _ dependencies: [Target.Dependency], path: String? = nil, exclude: [String] = [], plugins: [Target.PluginUsage] = []
) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies + [.product(name: "ArgumentParser", package: "swift-argument-parser")], path: path,
    exclude: ["README.md"] + exclude, swiftSettings: strict, plugins: plugins)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies + ["TestSupport"], exclude: exclude, swiftSettings: strict)
}

#if arch(x86_64)
  let fastKernels: [Target] = [
    kernels("AVX2", "KernelsAVX2", ["KernelTypes", "CVectors"], processor: "haswell"),
    kernels("AVX512", "KernelsAVX512", ["KernelTypes", "CVectors"], processor: "skylake-avx512"),
    kernels("BFloat16", "KernelsBFloat16", ["KernelTypes", "CVectors"], processor: "cooperlake"),
  ]
  let fastKernelNames: [Target.Dependency] = ["KernelsAVX2", "KernelsAVX512", "KernelsBFloat16"]
#else
  let fastKernels: [Target] = []
  let fastKernelNames: [Target.Dependency] = []
#endif

let package = Package(
  name: "orthoweave",
  products: [
    .executable(name: "orthoweave", targets: ["orthoweave"]),
    // What scripts/fuzz-targets links with libFuzzer.
    .library(name: "FuzzTargets", type: .static, targets: ["FuzzTargets"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    .systemLibrary(name: "CGDAL", path: "Sources/C/CGDAL", pkgConfig: "gdal", providers: [.apt(["libgdal-dev"])]),
    .systemLibrary(name: "CPROJ", path: "Sources/C/CPROJ", pkgConfig: "proj", providers: [.apt(["libproj-dev"])]),
    .systemLibrary(name: "COpenBLAS", path: "Sources/C/COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CSQLite", path: "Sources/C/CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    // GLib's flags ask for -pthread, which SwiftPM leaves out with a warning; Linux needs none.
    .systemLibrary(
      name: "CPango", path: "Sources/C/CPango", pkgConfig: "pangocairo", providers: [.apt(["libpango1.0-dev", "libcairo2-dev"])]),
    .target(name: "CSystem", path: "Sources/C/CSystem"),
    .target(name: "CVectors", path: "Sources/C/CVectors"),
    // C++: GDAL's file systems are classes.
    .target(name: "CGDALGate", dependencies: ["CGDAL", "CPROJ", "CSystem"], path: "Sources/C/CGDALGate"),

    module("Basics"),
    module("FileWriting", ["Basics", "CSystem"]),
    module("GeoTypes"),
    module("Frames", ["GeoTypes"]),
    module("YAMLText", ["Yams"]),
    module("PipelineFile", ["Basics", "YAMLText"]),
    module("Checkpoints", ["Basics", "FileWriting", "YAMLText"]),
    kernels("Types", "KernelTypes"),
    kernels("Portable", "KernelsPortable", ["KernelTypes", "CVectors", "COpenBLAS"]),
    module(
      "NeuralNetwork",
      ["Basics", "Checkpoints", "FileWriting", "KernelTypes", "KernelsPortable", "CSystem", "COpenBLAS"] + fastKernelNames,
      exclude: ["Kernels/README.md"]),
    module("Tiling", ["GeoTypes"]),
    module("Tracing", ["Basics", "GeoTypes"]),
    module("Geodata", ["Basics", "FileWriting", "Frames", "GeoTypes", "CGDAL", "CGDALGate", "CPROJ", "CSQLite"]),
    module("Report", ["Basics", "GeoTypes"]),
    module("Drawing", ["Basics", "GeoTypes", "CPango"]),
    module("Layers", ["Basics", "Drawing", "FileWriting", "Frames", "Geodata", "GeoTypes"]),
    module("RunState", ["Basics", "CSystem", "FileWriting", .product(name: "Crypto", package: "swift-crypto")]),
    module("Evaluation", ["Basics", "GeoTypes"]),
    module("Inference", ["Geodata", "GeoTypes", "NeuralNetwork", "Tiling", "CSystem"]),
    module(
      "Runs",
      [
        "Basics", "FileWriting", "PipelineFile", "Checkpoints", "Frames", "Inference", "Layers", "Geodata", "GeoTypes", "NeuralNetwork",
        "Drawing", "Report", "Tiling",
        "Tracing", "RunState", "CSystem",
      ]),
    module(
      "Comparison", ["Basics", "Drawing", "Runs", "FileWriting", "Checkpoints", "Evaluation", "Geodata", "GeoTypes", "Tracing", "Layers"]),
    module(
      "Tools",
      [
        "Basics", "Drawing", "Runs", "FileWriting", "PipelineFile", "Checkpoints", "Evaluation", "Inference", "Layers", "Geodata",
        "GeoTypes",
        "NeuralNetwork",
        "RunState", "Tiling",
      ]),
    program(
      "orthoweave", ["Basics", "GeoTypes", "Runs", "Comparison", "Tools", "Evaluation", "PipelineFile", "CSystem"],
      plugins: ["CommitPlugin"]),
    .plugin(name: "CommitPlugin", capability: .buildTool()),
    program("orthoweave-sample", ["Basics", "Geodata", "GeoTypes"]),
    program(
      "orthoweave-bench",
      [
        "Basics", "NeuralNetwork", "Checkpoints", "KernelTypes", "Inference", "Runs", "Tracing", "Layers", "Geodata", "GeoTypes", "CGDAL",
        "TestSupport",
      ],
      path: "Benchmarks", exclude: ["limits.json"]),

    // Optimized: naive twins are slow otherwise.
    .target(
      name: "TestSupport", dependencies: [], path: "Tests/TestSupport", exclude: ["README.md"],
      swiftSettings: strict + [.unsafeFlags(["-O"])]),
    .target(
      name: "FuzzTargets",
      dependencies: [
        "Checkpoints", "Frames", "GeoTypes", "Geodata", "NeuralNetwork", "PipelineFile", "RunState", "Runs",
        .product(name: "Crypto", package: "swift-crypto"),
      ],
      path: "Tests/FuzzTargets", exclude: ["README.md", "Corpora"], swiftSettings: strict),
    tests("BasicsTests", ["Basics"]),
    tests("FuzzTargetsTests", ["FuzzTargets"]),
    tests("FramesTests", ["Frames", "Geodata", "GeoTypes"]),
    tests("GeodataTests", ["Basics", "Geodata", "GeoTypes", "CGDAL", "CPROJ"], exclude: ["georeferencing.tsv"]),
    tests("PipelineFileTests", ["Basics", "PipelineFile"]),
    tests("CheckpointsTests", ["Basics", "Checkpoints"], exclude: ["Fixtures"]),
    tests("EvaluationTests", ["Evaluation", "GeoTypes"], exclude: ["Fixtures"]),
    tests("KernelsTests", ["NeuralNetwork", "KernelTypes"]),
    tests("NeuralNetworkTests", ["NeuralNetwork", "Checkpoints"], exclude: ["Fixtures"]),
    tests("TilingTests", ["Tiling", "GeoTypes"]),
    tests("TracingTests", ["Tracing", "GeoTypes", "CGDAL", "Geodata"]),
    tests("LayersTests", ["Basics", "Layers", "Geodata", "GeoTypes", "CGDAL"]),
    tests("DrawingTests", ["Drawing"]),
    tests("ReportTests", ["Report", "Basics", "GeoTypes"]),
    tests("FileWritingTests", ["FileWriting"]),
    tests("RunStateTests", ["RunState", "FileWriting", "CSystem"]),
    tests("RecoveryTests", ["orthoweave", "RunState"]),
    tests("OrthoweaveSampleTests", ["orthoweave-sample", "GeoTypes"]),
    tests("InferenceTests", ["Inference", "Tiling", "Geodata", "GeoTypes"]),
    tests("RunsTests", ["Basics", "Runs", "Checkpoints", "NeuralNetwork", "RunState", "PipelineFile", "Geodata", "GeoTypes", "Tiling"]),
    tests("ComparisonTests", ["Basics", "Comparison", "Runs", "Evaluation", "Geodata", "GeoTypes"]),
    tests("ToolsTests", ["Basics", "Tools", "Runs", "Geodata", "GeoTypes"]),
    tests("CommandTests", ["orthoweave", "Runs", "RunState", "Frames", "Geodata", "GeoTypes", "CGDAL"], exclude: ["georeferencing.tsv"]),
  ] + fastKernels,
  cxxLanguageStandard: .cxx17
)
