import CFuzzer
import Glibc

/// The one program: `Fuzz --list`, `Fuzz --seeds TARGET FOLDER`, or `Fuzz TARGET` with libFuzzer's
/// own options and corpus folders.
@main
enum Fuzz {
  /// The target that libFuzzer's callback, which cannot capture, runs.
  nonisolated(unsafe) private static var current: FuzzTarget?

  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    if arguments.first == "--list" {
      for target in FuzzTarget.all {
        print(target.name, target.maximumLength, target.isForeign ? "foreign" : "own")
      }
    } else if arguments.first == "--seeds", arguments.count == 3 {
      try target(arguments[2]).writeSeeds(to: arguments[3])
    } else if let name = arguments.first {
      unsafe current = target(name)
      exit(drive([CommandLine.arguments[0]] + arguments.dropFirst()))
    } else {
      fail("name a target: " + FuzzTarget.all.map(\.name).joined(separator: " "))
    }
  }

  private static func target(_ name: String) -> FuzzTarget {
    guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
      fail(
        "there is no target \(name); there are "
          + FuzzTarget.all.map(\.name).joined(separator: " "))
    }
    return target
  }

  private static func drive(_ arguments: [String]) -> Int32 {
    var count = Int32(arguments.count)
    // The driver keeps the pointers for as long as the process lives.
    let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(
      capacity: arguments.count + 1)
    for (index, argument) in arguments.enumerated() {
      unsafe pointers[index] = strdup(argument)
    }
    unsafe pointers[arguments.count] = nil
    var vector: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe pointers
    return unsafe LLVMFuzzerRunDriver(&count, &vector) { bytes, count in
      unsafe Fuzz.current!.run(UnsafeRawBufferPointer(start: bytes, count: count).bytes)
      return 0
    }
  }

  private static func fail(_ message: String) -> Never {
    let line = Array("Fuzz: \(message)\n".utf8)
    _ = unsafe write(STDERR_FILENO, line, line.count)
    exit(2)
  }
}
