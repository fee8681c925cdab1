import Glibc

/// Where the models are that come with the programs.
public enum ShippedModels {
  /// The model that is served unless another is named.
  public static let defaultName = "flickr8k-attend-tuned"

  /// The encoder that was fine-tuned with it, in the same folder.
  public static let defaultEncoderName = "flickr8k-attend-tuned-encoder"

  /// The path of a model: `NAME.safetensors` in the folder that `CAPTIONMESH_MODELS` names, in
  /// `models` beside the running program, or in `Shared/Models` of the source tree that the program
  /// was built in. Nil when there is none.
  public static func path(of name: String = defaultName) -> String? {
    var folders: [String] = []
    if let folder = unsafe getenv("CAPTIONMESH_MODELS") {
      folders.append(unsafe String(cString: folder))
    }
    var components = (executablePath ?? "").split(separator: "/").dropLast()
    folders.append("/" + components.joined(separator: "/") + "/models")
    while !components.isEmpty {
      folders.append("/" + components.joined(separator: "/") + "/Shared/Models")
      components = components.dropLast()
    }
    return folders.map { "\($0)/\(name).safetensors" }.first { unsafe access($0, R_OK) == 0 }
  }

  /// The folder of the default model and of its encoder; nil when they are not there.
  public static var folder: String? {
    path().map { String($0.dropLast("/\(defaultName).safetensors".count)) }
  }

  /// The running program.
  private static var executablePath: String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count - 1)
    guard count > 0 else { return nil }
    return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
