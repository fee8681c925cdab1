import CHDF5
import Foundation
import Synchronization
import Tensor
import Testing
import WeightFiles

@testable import Datasets

@Suite("Prepared files are what the tutorial's program writes")
struct DataPreparationTests {
  struct Prepared: Decodable {
    struct File: Decodable {
      let shape: [Int]
      let captionsPerImage: Int
      let sha256: [String]

      enum CodingKeys: String, CodingKey {
        case shape, sha256
        case captionsPerImage = "captions_per_image"
      }
    }
    let base: String
    let files: [String: File]
  }

  static func options(_ output: String, images: String = Fixtures.images) -> PreparationOptions {
    var options = PreparationOptions(
      source: .karpathy(path: Fixtures.karpathy), images: images, output: output)
    options.minimumWordFrequency = 3
    options.maximumLength = 12
    options.threads = 3
    return options
  }

  /// A copy of the fixtures' images with one of them broken.
  static func imagesWithDamage(_ folder: TemporaryFolder, _ name: String) throws -> String {
    let images = folder.path + "/images"
    try FileManager.default.copyItem(atPath: Fixtures.images, toPath: images)
    try Fixtures.data("\(Fixtures.images)/\(name)").prefix(200)
      .write(to: URL(filePath: "\(images)/\(name)"))
    return images
  }

  @Test("all ten, with every colour mode and odd words")
  func goldens() throws {
    let folder = try TemporaryFolder()
    let report = try DataPreparation(Self.options(folder.path)).run()
    let golden = try Fixtures.json("prepared.json", as: Prepared.self)
    #expect(report.files.base == golden.base)
    #expect(try folder.contents().count == 10)
    for name in try FileManager.default.contentsOfDirectory(atPath: Fixtures.prepared) {
      let same =
        try Fixtures.data("\(folder.path)/\(name)")
        == Fixtures.data("\(Fixtures.prepared)/\(name)")
      #expect(same, "\(name)")
    }
    for (name, expected) in golden.files { try expectHDF5("\(folder.path)/\(name)", expected) }
    #expect(report.splits.map(\.images) == [7, 3, 3])
    #expect(report.longCaptions == 2)
    #expect(report.imagesWithoutCaption == 1)
    #expect(report.imagesOfNoSplit == 1)
  }

  static func hash(_ bytes: RawSpan) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return hash.hexDigest()
  }

  private func expectHDF5(_ path: String, _ expected: Prepared.File) throws {
    let file = try HDF5File(path, .read)
    let images = try file.dataset("images", .uint8)
    #expect(images.extents == expected.shape)
    #expect(try file.integerAttribute("captions_per_image") == expected.captionsPerImage)
    for row in 0..<images.extents[0] {
      let buffer = AlignedBuffer(byteCount: images.sliceByteCount)
      try unsafe buffer.withUnsafeMutableBytes { bytes throws(DatasetError) in
        try unsafe images.read(row..<row + 1, into: bytes)
      }
      #expect(Self.hash(buffer.bytes) == expected.sha256[row], "\(path): image \(row)")
    }
    HDF5File.exclusively {
      let set = unsafe chdf5_open_dataset(file.id, "images")
      let creation = H5Dget_create_plist(set)
      #expect(H5Pget_layout(creation) == H5D_CONTIGUOUS)
      #expect(H5Pget_nfilters(creation) == 0)
      let attribute = unsafe H5Aopen(file.id, "captions_per_image", chdf5_default())
      let type = H5Aget_type(attribute)
      #expect(H5Tequal(type, chdf5_std_int64()) > 0)
      let space = H5Aget_space(attribute)
      #expect(H5Sget_simple_extent_type(space) == H5S_SCALAR)
      H5Sclose(space)
      H5Tclose(type)
      H5Aclose(attribute)
      H5Pclose(creation)
      H5Dclose(set)
    }
  }

  @Test("the order does not depend on the number of threads")
  func threads() throws {
    let folder = try TemporaryFolder()
    for threads in [1, 8] {
      var options = Self.options("\(folder.path)/\(threads)")
      options.threads = threads
      _ = try DataPreparation(options).run()
    }
    try expectEqualFolders("\(folder.path)/1", "\(folder.path)/8")
  }

  @Test("it can be run again")
  func again() throws {
    let folder = try TemporaryFolder()
    for _ in 0..<2 { _ = try DataPreparation(Self.options(folder.path)).run() }
    #expect(try folder.contents().count == 10)
  }

  @Test("an image that cannot be read stops it by name; once it is repaired it goes on")
  func damaged() throws {
    let folder = try TemporaryFolder()
    let images = try Self.imagesWithDamage(folder, "rgb.png")
    let output = folder.path + "/output"
    let options = Self.options(output, images: images)
    let error = #expect(throws: DatasetError.self) { try DataPreparation(options).run() }
    #expect(
      error?.message.contains("rgb.png") == true && error?.message.contains("--skip-bad") == true)
    #expect(
      try folder.contents("output").allSatisfy { $0.hasSuffix(".partial") || $0.hasPrefix(".") })

    try FileManager.default.removeItem(atPath: images + "/rgb.png")
    try FileManager.default.copyItem(
      atPath: Fixtures.images + "/rgb.png", toPath: images + "/rgb.png")
    let resumed = Mutex(0)
    _ = try DataPreparation(options) { event in
      if case .resuming(let count) = event { resumed.withLock { $0 = count } }
    }.run()
    #expect(resumed.withLock { $0 } > 0)
    _ = try DataPreparation(Self.options(folder.path + "/whole")).run()
    try expectEqualFolders(output, folder.path + "/whole")
  }

  @Test("images that cannot be read are left out as if they had never been listed")
  func skipping() throws {
    let folder = try TemporaryFolder()
    let images = try Self.imagesWithDamage(folder, "palette.png")
    try FileManager.default.removeItem(atPath: images + "/clear-palette.png")
    var options = Self.options(folder.path + "/output", images: images)
    options.skipsBadImages = true
    let messages = Mutex<[String]>([])
    let report = try DataPreparation(options) { event in
      if case .badImage(let message) = event { messages.withLock { $0.append(message) } }
    }.run()
    #expect(report.badImages == 2)
    #expect(messages.withLock { $0.count } == 2)
    for split in report.splits {
      let file = try HDF5File(report.files.images(split.split), .read)
      #expect(try file.dataset("images", .uint8).extents[0] == split.images)
      let lengths = try JSONDecoder().decode(
        [Int].self, from: Fixtures.data(report.files.lengths(split.split)))
      #expect(lengths.count == split.captions && split.captions == split.images * 5)
    }
    #expect(report.splits.reduce(0) { $0 + $1.images } == 11)
  }

  @Test("killed anywhere, it goes on and gives the same files", arguments: 0..<7)
  func killed(after step: Int) throws {
    let folder = try TemporaryFolder()
    let output = folder.path + "/output"
    let killed = folder.path + "/killed"
    var options = Self.options(output)
    options.threads = 1
    options.noteInterval = 1
    // What a process that dies at this moment leaves behind.
    let steps = Mutex(0)
    options.imagesAtATime = 2
    _ = try DataPreparation(options) { event in
      guard case .progress = event,
        steps.withLock({
          $0 += 1
          return $0
        }) == step + 1
      else { return }
      try? FileManager.default.copyItem(atPath: output, toPath: killed)
    }.run()
    options.output = killed
    let resumed = Mutex(0)
    _ = try DataPreparation(options) { event in
      if case .resuming(let count) = event { resumed.withLock { $0 = count } }
    }.run()
    #expect(resumed.withLock { $0 } > 0)
    try expectEqualFolders(output, killed)
  }

  @Test("what was begun with other options is not gone on with")
  func otherOptions() throws {
    let folder = try TemporaryFolder()
    let images = try Self.imagesWithDamage(folder, "rgb.png")
    var options = Self.options(folder.path + "/output", images: images)
    #expect(throws: DatasetError.self) { try DataPreparation(options).run() }
    options.maximumLength = 11
    options.skipsBadImages = true
    let isStartedOver = Mutex(false)
    _ = try DataPreparation(options) { event in
      if case .startingOver = event { isStartedOver.withLock { $0 = true } }
    }.run()
    #expect(isStartedOver.withLock { $0 })
  }

  @Test("folders that are missing or cannot be written to are named")
  func folders() throws {
    let folder = try TemporaryFolder()
    var options = Self.options(folder.path + "/output", images: folder.path + "/none")
    #expect { try DataPreparation(options).run() } throws: {
      "\($0)".contains(folder.path + "/none")
    }
    options = Self.options("/proc/captionmesh")
    #expect { try DataPreparation(options).run() } throws: {
      ($0 as? DatasetError)?.code == .unwritable && "\($0)".contains("/proc/captionmesh")
    }
  }

  private func expectEqualFolders(_ a: String, _ b: String) throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: a).sorted()
    #expect(try FileManager.default.contentsOfDirectory(atPath: b).sorted() == names)
    for name in names {
      let same = try Fixtures.data("\(a)/\(name)") == Fixtures.data("\(b)/\(name)")
      #expect(same, "\(name)")
    }
  }
}
