"""Captions photographs with grpcio. Usage: grpcio.py PHOTOGRAPH…

pip install grpcio msgpack msgpack-numpy; CAPTIONMESH_GRPC says where the gateway is,
CAPTIONMESH_TOKEN who asks. Messages are msgpack, so two serializers take the place of protobuf.
"""
import os
import sys

import grpc
import msgpack
import msgpack_numpy

address = os.environ.get("CAPTIONMESH_GRPC", "127.0.0.1:8081")
token = os.environ.get("CAPTIONMESH_TOKEN")
metadata = [("authorization", f"Bearer {token}")] if token else []
packing = {
    "request_serializer": msgpack.packb,
    "response_deserializer": lambda data: msgpack.unpackb(data, object_hook=msgpack_numpy.decode),
}
with grpc.insecure_channel(address) as channel:
    # One photograph, one answer. What goes wrong is the call's status.
    caption = channel.unary_unary("/captionmesh.v1.Captioner/Caption", **packing)
    request = {"image": open(sys.argv[1], "rb").read(), "beam": 5, "attention": True}
    reply = caption(request, timeout=30, metadata=metadata)
    print(f"{sys.argv[1]}: {reply['caption']} {reply['attention'].shape}")

    # Many on one stream; answers come as they finish, each with its request's id.
    stream = channel.stream_stream("/captionmesh.v1.Captioner/CaptionStream", **packing)
    requests = ({"id": path, "image": open(path, "rb").read()} for path in sys.argv[1:])
    for reply in stream(requests, timeout=60, metadata=metadata):
        error = reply.get("error")
        print(f"{reply['id']}: {error['message'] if error else reply['caption']}")
