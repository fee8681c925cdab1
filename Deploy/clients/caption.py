"""Captions a photograph through a mesh. Usage: caption.py PHOTOGRAPH [ADDRESS [KEY-FILE]]"""
import os, sys
import msgpack, msgpack_numpy, zmq

runtime = os.environ.get("CAPTIONMESH_RUNTIME") or (
    os.environ["XDG_RUNTIME_DIR"] + "/captionmesh" if os.environ.get("XDG_RUNTIME_DIR") else f"/tmp/captionmesh-{os.getuid()}")
address = sys.argv[2] if len(sys.argv) > 2 else f"ipc://{runtime}/dispatcher.sock"
socket = zmq.Context().socket(zmq.REQ)
socket.setsockopt(zmq.RCVTIMEO, 30_000)
if len(sys.argv) > 3:
    key = dict(line.split() for line in open(sys.argv[3]) if not line.startswith("#"))
    socket.curve_publickey, socket.curve_secretkey = key["public"].encode(), key["secret"].encode()
    socket.curve_serverkey = key["dispatcher"].encode()
socket.connect(address)
header = {"v": 1, "kind": "request", "method": "captionmesh.v1.Captioner/Caption", "metadata": {"grpc-timeout": "25S"}, "coalesce": True, "end": True}
request = {"id": "1", "image": open(sys.argv[1], "rb").read(), "name": sys.argv[1], "beam": 3, "attention": True}
socket.send_multipart([msgpack.packb(header), msgpack.packb(request)])
header, *messages = socket.recv_multipart()
header = msgpack.unpackb(header)
if header["status"] != 0:
    sys.exit(f"status {header['status']}: {header['message']}")
reply = msgpack.unpackb(messages[0], object_hook=msgpack_numpy.decode)
print(reply["caption"], reply["attention"].shape if reply.get("attention") is not None else "")
