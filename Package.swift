// swift-tools-version: 6.2
import PackageDescription

/// One set of rules for every Swift target: Swift 6, strict memory safety, no warning passes.
let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableExperimentalFeature("Lifetimes"),
  .treatAllWarnings(as: .error),
]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let grpcCore = Target.Dependency.product(name: "GRPCCore", package: "grpc-swift-2")
let grpcInProcess = Target.Dependency.product(
  name: "GRPCInProcessTransport", package: "grpc-swift-2")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let serviceLifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let serviceLifecycleTestKit = Target.Dependency.product(
  name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(
  name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// A folder under Shared is a library.
func library(
  _ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil,
  exclude: [String] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Shared/\(name)", exclude: exclude,
    resources: resources, swiftSettings: settings)
}

/// A folder under Services is a process.
func service(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: "Services/\(name)", swiftSettings: settings)
}

/// A folder under Tests is a test suite, named for what it tests.
func tests(
  _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, path: "Tests/\(name)", exclude: exclude,
    swiftSettings: settings)
}

let package = Package(
  name: "CaptionMesh",
  products: [],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // Shared: C libraries
    .systemLibrary(name: "CMessagePack", path: "Shared/System/CMessagePack"),

    // Shared: values
    library("Tensor"),

    // Shared: the mesh
    library("MessagePack", ["CMessagePack", "Tensor", grpcCore]),
    library("MeshAPI", ["MessagePack", "Tensor", grpcCore]),
    library("Scheduling"),
    library("Dispatching", ["MeshAPI", "MessagePack", "Scheduling", grpcCore, logging]),
    library(
      "ServiceKit",
      ["MeshAPI", "MessagePack", grpcCore, logging, serviceLifecycle, unixSignals, yams]),

    // Tests
    tests("TensorTests", ["Tensor"]),
    tests("MessagePackTests", ["MessagePack", "Tensor", grpcCore]),
    tests(
      "DispatchingTests",
      [
        "Dispatching", "MeshAPI", "MessagePack", "Scheduling", "ServiceKit", "Tensor", grpcCore,
        grpcInProcess, logging, serviceLifecycle,
      ]),
    tests("MeshAPITests", ["MeshAPI", "MessagePack", "Tensor", grpcCore, grpcInProcess]),
    tests("SchedulingTests", ["Scheduling"]),
    tests(
      "ServiceKitTests",
      [
        "MeshAPI", "MessagePack", "ServiceKit", grpcCore, grpcInProcess, logging, serviceLifecycle,
        serviceLifecycleTestKit,
      ]),
  ]
)
