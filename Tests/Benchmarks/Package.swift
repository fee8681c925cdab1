// swift-tools-version: 6.2
import PackageDescription

/// The rules of the package that is measured.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "Benchmarks",
  dependencies: [.package(name: "CaptionMesh", path: "../..")],
  targets: [
    .executableTarget(
      name: "EncoderBenchmark",
      dependencies: [
        "CPeak", .product(name: "Encoders", package: "CaptionMesh"),
        .product(name: "Tensor", package: "CaptionMesh"),
      ], swiftSettings: settings),
    .executableTarget(
      name: "LoadingBenchmark",
      dependencies: [
        .product(name: "Imaging", package: "CaptionMesh"),
        .product(name: "Tensor", package: "CaptionMesh"),
      ], swiftSettings: settings),
    .target(name: "CPeak", cSettings: [.unsafeFlags(["-O3"])]),
  ]
)
