// swift-tools-version: 6.2
import PackageDescription

/// The rules of the package whose parsers are fuzzed.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableExperimentalFeature("Lifetimes"),
  .treatAllWarnings(as: .error),
]

func library(_ name: String) -> Target.Dependency {
  .product(name: name, package: "CaptionMesh")
}

let package = Package(
  name: "Fuzz",
  dependencies: [
    .package(name: "CaptionMesh", path: "../.."),
    .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
  ],
  targets: [
    .target(name: "CFuzzer", cSettings: [.treatAllWarnings(as: .error)]),
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "CFuzzer", .product(name: "GRPCCore", package: "grpc-swift-2"), library("Compute"),
        library("Features"), library("Datasets"), library("Decoders"), library("Imaging"),
        library("MeshAPI"),
        library("MessagePack"), library("NumpyFiles"), library("ServiceKit"), library("Tensor"),
        library("Vocabulary"), library("WeightFiles"), library("ZeroMQTransport"),
      ],
      swiftSettings: settings),
  ]
)
