"""Calls a mesh that wants keys. Usage: keys.py CLIENT-FOLDER ADDRESS PHOTOGRAPH ALICE BOB OTHER

Alice's key file is good, Bob's was revoked, and the other is for another mesh. Prints the caption.
"""
import os, shutil, sys

folder, address, photograph, alice, bob, other = sys.argv[1:]
sys.path.insert(0, folder)
os.environ.pop("CAPTIONMESH_KEY", None)
from captionmesh import Client, Code, Key, MeshError


def refusal(key):
    with Client(address, key=key, connect_timeout=2) as mesh:
        try:
            mesh.caption(photograph)
        except MeshError as error:
            return error.code
    return Code.OK


with Client(address, key=alice) as mesh:
    print(mesh.caption(photograph).text)
    try:
        mesh.status()
    except MeshError as error:
        assert error.code is Code.PERMISSION_DENIED, error
    else:
        raise AssertionError("the status is for administrators")
assert refusal(None) is Code.UNAUTHENTICATED
assert refusal(bob) is Code.UNAUTHENTICATED
assert refusal(other) is Code.UNAVAILABLE

exposed = alice + ".exposed"
shutil.copyfile(alice, exposed)
os.chmod(exposed, 0o644)
for file in (exposed, photograph):
    try:
        Key.read(file)
    except (ValueError, UnicodeDecodeError) as error:
        assert "secret" not in str(error), error
    else:
        raise AssertionError(f"{file} was read")
