extension HelpTexts {
  static let keys = #"""
    OVERVIEW: Make, list and revoke the keys of a mesh that spans several machines.

    A mesh on one machine needs no keys. A dispatcher that listens on tcp beyond loopback starts with
    keys alone; it lets in whose public key it knows, and encrypts what crosses (CURVE).

    On the dispatcher's machine:
      captionmesh keys init                         its own key, and one for each role
      captionmesh keys add alice --role client      a key file to hand to alice
      CAPTIONMESH_ADDRESSES=tcp://0.0.0.0:7400 Deploy/mesh up

    On another machine, with a key file that was brought there unseen by others (scp):
      captionmesh stream photographs/ --dispatcher tcp://HOST:7400 --key alice.key
      captionmesh-encoder --dispatcher tcp://HOST:7400 --key worker.key …

    The key file of its role in ~/.config/captionmesh/keys, such as client.key, need not be named;
    $CAPTIONMESH_KEY names another one. Clients may caption, encode and score; workers may work;
    administrators may do everything, as `captionmesh mesh status --dispatcher`.

    Whoever has a key file is its holder. Keep it to yourself, mode 0600; when it is lost, `captionmesh
    keys revoke alice` ends what its holder does at once, and `keys add` makes another.

    USAGE: captionmesh keys <subcommand>

    OPTIONS:
      --version               Show the version.
      -h, --help              Show help information.

    SUBCOMMANDS:
      init                    Make the dispatcher's key, and one for each role.
      add                     Make a key file for somebody, and let its holder in.
      list                    Show whose keys are let in, and as what.
      revoke                  Let a key in no longer.

      See 'captionmesh help keys <subcommand>' for detailed help.
    """#
}
