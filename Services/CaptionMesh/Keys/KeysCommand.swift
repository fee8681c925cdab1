public import ArgumentParser
public import MeshSecurity
import ServiceKit

/// `captionmesh keys`.
struct KeysCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys",
    abstract: "Make, list and revoke the keys of a mesh that spans several machines.",
    discussion: """
      A mesh on one machine needs no keys. A dispatcher that listens on tcp beyond loopback starts \
      with keys alone; it lets in whose public key it knows, and encrypts what crosses (CURVE).

      On the dispatcher's machine:
        captionmesh keys init                         its own key, and one for each role
        captionmesh keys add alice --role client      a key file to hand to alice
        CAPTIONMESH_ADDRESSES=tcp://0.0.0.0:7400 Deploy/mesh up

      On another machine, with a key file that was brought there unseen by others (scp):
        captionmesh stream photographs/ --dispatcher tcp://HOST:7400 --key alice.key
        captionmesh-encoder --dispatcher tcp://HOST:7400 --key worker.key …

      The key file of its role in ~/.config/captionmesh/keys, such as client.key, need not be named; \
      $CAPTIONMESH_KEY names another one. Clients may caption, encode and score; workers may work; \
      administrators may do everything, as `captionmesh mesh status --dispatcher`.

      Whoever has a key file is its holder. Keep it to yourself, mode 0600; when it is lost, \
      `captionmesh keys revoke alice` ends what its holder does at once, and `keys add` makes another.
      """,
    subcommands: [Init.self, Add.self, List.self, Revoke.self])

  /// The folder that the subcommands work on.
  struct FolderOptions: ParsableArguments {
    @Option(
      help: ArgumentHelp(
        "Folder with the dispatcher's keys; else $CAPTIONMESH_KEYS, else ~/.config/captionmesh/keys.",
        valueName: "folder"))
    var keys: String?

    var folder: KeyFolder {
      get throws {
        try keys.map { KeyFolder(path: $0) } ?? KeyFolder(environment: ThisProcess.environment)
      }
    }
  }
}

extension KeysCommand {
  struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "init",
      abstract: "Make the dispatcher's key, and one for each role.",
      discussion: """
        Writes dispatcher.key, authorized_keys, client.key, worker.key and administrator.key, each \
        for its owner alone to read. Overwrites nothing.
        """)

    @OptionGroup var options: FolderOptions

    func run() async throws {
      let folder = try options.folder
      try folder.initialize()
      print("made the dispatcher's key and one for each role in \(folder.path)")
    }
  }

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "add",
      abstract: "Make a key file for somebody, and let its holder in.",
      discussion: "A dispatcher that runs knows it at once.")

    @Argument(help: "Whose key it is, such as alice or gpu-host-2.")
    var name: String

    @Option(help: "What its holder may do.")
    var role: KeyRole

    @Option(name: .shortAndLong, help: "Where to write the key; by default NAME.key in the folder.")
    var output: String?

    @OptionGroup var options: FolderOptions

    func run() async throws {
      let file = try options.folder.add(name, role, file: output)
      print("\(name) is let in as \(role) with the key in \(file)")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list", abstract: "Show whose keys are let in, and as what.")

    @Flag(help: "Print JSON: a list of name, role and public_key.")
    var json = false

    @OptionGroup var options: FolderOptions

    func run() async throws {
      let entries = try options.folder.list().entries
      if json {
        print(try KeyListing(entries).json)
      } else {
        for entry in entries { print("\(entry.role)\t\(entry.name)\t\(entry.key)") }
      }
    }
  }

  struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "revoke",
      abstract: "Let a key in no longer.",
      discussion: """
        A dispatcher that runs ends its holder's calls within a second and refuses new connections. \
        The key's file in the folder is removed; copies of it open nothing any more.
        """)

    @Argument(help: "Whose key it is.")
    var name: String

    @OptionGroup var options: FolderOptions

    func run() async throws {
      try options.folder.revoke(name)
      print("the key of \(name) is revoked")
    }
  }
}

extension KeyRole: ExpressibleByArgument {}
