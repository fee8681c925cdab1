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

/// What makes a target quick in a debug build too; checks stay on.
let optimised: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let grpcCore = Target.Dependency.product(name: "GRPCCore", package: "grpc-swift-2")
let grpcInProcess = Target.Dependency.product(
  name: "GRPCInProcessTransport", package: "grpc-swift-2")
let grpcHTTP2 = Target.Dependency.product(
  name: "GRPCNIOTransportHTTP2", package: "grpc-swift-nio-transport")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHPACK = Target.Dependency.product(name: "NIOHPACK", package: "swift-nio-http2")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioHTTP2 = Target.Dependency.product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let serviceLifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let serviceLifecycleTestKit = Target.Dependency.product(
  name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(
  name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// A folder under Shared/System with C sources is a small face of our own, as of a C library.
func shim(_ name: String, linking library: String? = nil) -> Target {
  .target(
    name: name, path: "Shared/System/\(name)",
    cSettings: [.treatAllWarnings(as: .error)],
    linkerSettings: library.map { [.linkedLibrary($0)] })
}

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
func service(
  _ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil
) -> Target {
  .executableTarget(
    name: name, dependencies: dependencies, path: "Services/\(name)", resources: resources,
    swiftSettings: settings)
}

/// The gateway's page, and the description of its REST.
let pageFiles = [
  "attention.js", "card.js", "gateway.js", "icon.svg", "index.html", "mesh.js", "openapi.json",
  "page.css", "page.js", "photographs.js",
]

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
  products: [
    .executable(name: "captionmesh", targets: ["CaptionMesh"]),
    .executable(name: "captionmesh-dispatcher", targets: ["Dispatcher"]),
    .executable(name: "captionmesh-loader", targets: ["Loader"]),
    .executable(name: "captionmesh-encoder", targets: ["Encoder"]),
    .executable(name: "captionmesh-decoder", targets: ["Decoder"]),
    .executable(name: "captionmesh-scorer", targets: ["Scorer"]),
    // Libraries that the benchmarks and the fuzzing, packages of their own, import.
    .library(name: "Compute", targets: ["Compute"]),
    .library(name: "Datasets", targets: ["Datasets"]),
    .library(name: "Decoders", targets: ["Decoders"]),
    .library(name: "Encoders", targets: ["Encoders"]),
    .library(name: "Features", targets: ["Features"]),
    .library(name: "Imaging", targets: ["Imaging"]),
    .library(name: "MeshAPI", targets: ["MeshAPI"]),
    .library(name: "MessagePack", targets: ["MessagePack"]),
    .library(name: "NumpyFiles", targets: ["NumpyFiles"]),
    .library(name: "ServiceKit", targets: ["ServiceKit"]),
    .library(name: "Tensor", targets: ["Tensor"]),
    .library(name: "Vocabulary", targets: ["Vocabulary"]),
    .library(name: "WeightFiles", targets: ["WeightFiles"]),
    .library(name: "ZeroMQTransport", targets: ["ZeroMQTransport"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // C modules and shims
    .systemLibrary(name: "CCairo", path: "Shared/System/CCairo", pkgConfig: "cairo"),
    .systemLibrary(name: "CHDF5", path: "Shared/System/CHDF5", pkgConfig: "hdf5"),
    .systemLibrary(name: "CMessagePack", path: "Shared/System/CMessagePack"),
    .systemLibrary(name: "COneDNN", path: "Shared/System/COneDNN"),
    .systemLibrary(name: "COpenBLAS", path: "Shared/System/COpenBLAS"),
    .systemLibrary(name: "CZeroMQ", path: "Shared/System/CZeroMQ"),
    shim("CCurl", linking: "curl"),
    shim("CJPEG", linking: "jpeg"),
    shim("CPNG", linking: "png"),
    shim("CPixels"),
    shim("CProcesses"),
    .target(
      name: "CKernels", path: "Shared/System/CKernels",
      exclude: [
        "attention.inc", "depthwise.inc", "instantiate.inc", "kernels.inc", "packed.inc",
        "winograd.inc",
      ],
      // Optimised in debug builds as well: tests run whole models through these loops.
      cSettings: [.unsafeFlags(["-O3", "-ffp-contract=fast", "-fno-math-errno"])]),
    .target(name: "CSHA256", path: "Shared/System/CSHA256"),

    // Numbers
    library("Tensor"),
    library("NumpyFiles", ["Tensor"]),
    library("Compute", ["CKernels", "COneDNN", "COpenBLAS", "Tensor"]),
    library("WeightFiles", ["CSHA256", "Tensor"]),
    library("Downloads", ["CCurl", "WeightFiles"]),

    // Photographs
    library("Imaging", ["CJPEG", "CPNG", "CPixels", "Tensor"]),

    // Pictures and reports
    library("Drawing", ["CCairo"]),
    library("Reporting", ["Drawing", "Imaging", "Tensor"]),

    // Captioning
    // Optimised in debug builds as well: tests quantize whole networks.
    .target(
      name: "Encoders", dependencies: ["Compute", "Features", "Imaging", "Tensor", "WeightFiles"],
      path: "Shared/Encoders", swiftSettings: settings + optimised),
    library("Features"),
    library(
      "Models",
      exclude: [
        "flickr8k-attend.md", "flickr8k-attend.safetensors", "flickr8k-attend-tuned.md",
        "flickr8k-attend-tuned.safetensors", "flickr8k-attend-tuned-encoder.safetensors",
      ]),
    library("Vocabulary"),
    library("Decoders", ["Compute", "Features", "Tensor", "Vocabulary", "WeightFiles"]),
    library(
      "Datasets",
      ["CHDF5", "Compute", "Features", "Imaging", "Tensor", "Vocabulary", "WeightFiles"]),
    library("Scoring"),
    library(
      "Training", ["Compute", "Decoders", "Scoring", "Tensor", "Vocabulary", "WeightFiles"]),

    // The mesh
    library("MessagePack", ["CMessagePack", "Tensor", grpcCore]),
    library("MeshAPI", ["MessagePack", "Tensor", grpcCore]),
    library("MeshSecurity", ["MeshAPI", "ZeroMQTransport", grpcCore, logging]),
    // Optimised in debug builds as well: tests run ten million events through it.
    .target(name: "Scheduling", path: "Shared/Scheduling", swiftSettings: settings + optimised),
    library(
      "Dispatching",
      [
        "MeshAPI", "MessagePack", "PrometheusMetrics", "Scheduling", "Tensor", "Traces",
        grpcCore, logging, metrics, serviceLifecycle,
      ]),
    library(
      "ServiceKit",
      [
        "MeshAPI", "MeshSecurity", "MessagePack", "Traces", "ZeroMQTransport", argumentParser,
        grpcCore, logging, serviceLifecycle, unixSignals, yams,
      ]),
    library(
      "MetricsServer", [logging, nioCore, nioHTTP1, nioPosix, serviceLifecycle]),
    library("PrometheusMetrics", [coreMetrics]),
    library("Traces"),
    library("Supervision", ["CProcesses", "MeshAPI", "ServiceKit", grpcCore, logging]),
    library(
      "ZeroMQTransport", ["CZeroMQ", "MessagePack", "Tensor", grpcCore], exclude: ["PROTOCOL.md"]),

    // Programs
    service(
      "CaptionMesh",
      [
        "Compute", "Datasets", "Decoders", "Downloads", "Encoders", "Features", "Imaging",
        "MeshAPI", "MeshSecurity", "MessagePack", "Models", "NumpyFiles", "Reporting", "Scoring",
        "ServiceKit", "Supervision", "Tensor", "Traces", "Training", "Vocabulary", "WeightFiles",
        "ZeroMQTransport", argumentParser, grpcCore, logging, serviceLifecycle,
      ]),
    service(
      "Loader",
      [
        "Encoders", "Imaging", "MeshAPI", "MessagePack", "Models", "ServiceKit", "Tensor",
        argumentParser, grpcCore,
      ]),
    service(
      "Encoder",
      [
        "Encoders", "Features", "MeshAPI", "Models", "ServiceKit", "Tensor", argumentParser,
        grpcCore,
      ]),
    service(
      "Decoder",
      [
        "Compute", "Decoders", "Features", "MeshAPI", "Models", "ServiceKit", "Tensor",
        "Vocabulary", argumentParser, grpcCore,
      ]),
    service(
      "Dispatcher",
      [
        "Dispatching", "MeshAPI", "MeshSecurity", "MetricsServer", "PrometheusMetrics",
        "Scheduling",
        "ServiceKit", "Traces", "ZeroMQTransport", argumentParser, grpcCore, logging, metrics,
        serviceLifecycle,
      ]),
    service("Scorer", ["MeshAPI", "Scoring", "ServiceKit", argumentParser, grpcCore]),

    // Tests
    tests(
      "CaptionMeshTests",
      [
        "CaptionMesh", "Encoders", "MeshAPI", "MeshSecurity", "MessagePack", "Scoring",
        "WeightFiles", argumentParser, grpcCore, grpcInProcess,
      ]),
    tests("ComputeTests", ["Compute", "Tensor"]),
    tests(
      "DatasetsTests", ["CHDF5", "Datasets", "Features", "Tensor", "Vocabulary", "WeightFiles"]),
    tests(
      "DecodersTests",
      ["Compute", "Decoders", "Features", "Tensor", "Vocabulary", "WeightFiles"]),
    tests(
      "DispatchingTests",
      [
        "Dispatching", "MeshAPI", "MessagePack", "PrometheusMetrics", "Scheduling", "ServiceKit",
        "Tensor", "Traces", "ZeroMQTransport", coreMetrics, grpcCore, grpcInProcess, logging,
        serviceLifecycle,
        serviceLifecycleTestKit,
      ]),
    tests("DownloadsTests", ["Downloads", "WeightFiles"]),
    tests("DrawingTests", ["Drawing"]),
    tests(
      "EncodersTests",
      ["Compute", "Encoders", "Features", "Imaging", "NumpyFiles", "Tensor", "WeightFiles"]),
    tests("ImagingTests", ["Imaging", "NumpyFiles", "Tensor"]),
    tests("MeshAPITests", ["MeshAPI", "MessagePack", "Tensor", grpcCore, grpcInProcess]),
    .executableTarget(
      name: "FaultyLoader",
      dependencies: [
        "Encoders", "Imaging", "MeshAPI", "MessagePack", "ServiceKit", argumentParser, grpcCore,
      ],
      path: "Tests/FaultyLoader", swiftSettings: settings),
    tests(
      "MeshSecurityTests",
      [
        "Dispatching", "MeshAPI", "MeshSecurity", "Scheduling", "Tensor", "ZeroMQTransport",
        grpcCore, grpcInProcess, logging,
      ]),
    tests(
      "MeshTests", ["Datasets", "FaultyLoader", "Features", "Tensor"],
      exclude: ["Gateway", "Python"]),
    tests("MessagePackTests", ["MessagePack", "Tensor", grpcCore]),
    tests("MetricsServerTests", ["MetricsServer", logging, serviceLifecycle]),
    tests("NumpyFilesTests", ["NumpyFiles", "Tensor"]),
    tests("PrometheusMetricsTests", ["PrometheusMetrics", coreMetrics]),
    tests("ReportingTests", ["Drawing", "Imaging", "Reporting", "Tensor"]),
    .testTarget(
      name: "SchedulingTests", dependencies: ["Scheduling"], path: "Tests/SchedulingTests",
      swiftSettings: settings + optimised),
    tests("ScoringTests", ["Scoring"]),
    tests(
      "ServiceKitTests",
      [
        "CProcesses", "MeshAPI", "MessagePack", "ServiceKit", grpcCore, grpcInProcess, logging,
        serviceLifecycle,
        serviceLifecycleTestKit,
      ]),
    tests(
      "SupervisionTests",
      ["MeshAPI", "ServiceKit", "Supervision", grpcCore, grpcInProcess, logging]),
    tests("TensorTests", ["Tensor"]),
    tests("TracesTests", ["Traces"]),
    tests("TrainingTests", ["Compute", "Decoders", "Tensor", "Training", "Vocabulary"]),
    tests("VocabularyTests", ["Vocabulary"]),
    tests("WeightFilesTests", ["Tensor", "WeightFiles"]),
    tests(
      "ZeroMQTransportTests",
      ["CZeroMQ", "MessagePack", "Tensor", "ZeroMQTransport", grpcCore, grpcInProcess]),
  ]
)

// The gateway alone needs HTTP, and HTTP is more to build than all the rest: who has no use for it,
// as builds under a sanitizer, leaves it out.
if Context.environment["CAPTIONMESH_WITHOUT_GATEWAY"] == nil {
  package.products += [
    .executable(name: "captionmesh-gateway", targets: ["Gateway"])
  ]
  package.dependencies += [
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
  ]
  package.targets += [
    service(
      "Gateway",
      [
        "MeshAPI", "MeshSecurity", "MessagePack", "PrometheusMetrics", "ServiceKit", "Tensor",
        "ZeroMQTransport", argumentParser, grpcCore, grpcHTTP2, httpTypes, hummingbird,
        hummingbirdCore, hummingbirdTLS, logging, metrics, nioCore, nioHPACK, nioHTTP1, nioHTTP2,
        nioHTTPTypes, nioPosix, nioSSL, serviceLifecycle,
      ],
      // Built into the program, which needs no files beside it.
      resources: pageFiles.map { .embedInCode("Page/\($0)") }),
    tests(
      "GatewayTests",
      [
        "Gateway", "MeshAPI", "MeshSecurity", "PrometheusMetrics", "ServiceKit", "ZeroMQTransport",
        httpTypes, hummingbird, nioCore, nioEmbedded, nioHPACK, nioHTTP2,
      ]),
  ]
}
