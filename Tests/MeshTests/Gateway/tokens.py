"""Asks a gateway that has tokens, over TLS. Usage: tokens.py URL GRPC CERTIFICATE CLIENT ADMINISTRATOR PHOTOGRAPH

Prints a line for each thing that is as it should be, and ends with status 1 at the first that is not.
"""
import json
import ssl
import sys
import urllib.error
import urllib.request

import grpc
import msgpack

url, rpc, certificate, client, administrator, path = sys.argv[1:]
photograph = open(path, "rb").read()
trust = ssl.create_default_context(cafile=certificate)
trust.check_hostname = False


def check(holds, what):
    print(("ok: " if holds else "FAILED: ") + what, flush=True)
    if not holds:
        sys.exit(1)


def ask(target, token=None, body=None, type="application/json"):
    request = urllib.request.Request(url + target, body, {"Content-Type": type})
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, context=trust) as response:
            return response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


for target in ["/", "/page.js", "/healthz", "/readyz", "/metrics", "/openapi.json", "/v2/health/ready"]:
    check(ask(target)[0] == 200, f"{target} is for anybody")
for target in ["/v1/models", "/v1/mesh", "/v2/models/captioner"]:
    status, headers, _ = ask(target)
    check(status == 401 and headers["WWW-Authenticate"].startswith("Bearer"), f"{target} needs a token")
    for wrong in ["x", client[:-1], client + "x", client.upper(), "é"]:
        check(ask(target, wrong.encode().decode("latin-1"))[0] == 401, f"{target} refuses a wrong one")
    check(ask(target, client)[0] == 200 and ask(target, administrator)[0] == 200, f"{target} is for both roles")
check(ask("/v1/captions", None, photograph, "image/jpeg")[0] == 401, "captions need a token")
check(ask("/v1/captions", client, photograph, "image/jpeg")[0] == 200, "captions are for clients")
for target, body in [("/v1/mesh/scale", {"encoder": 1}), ("/v1/mesh/drain", {"worker": 0})]:
    body = json.dumps(body).encode()
    check(ask(target, None, body)[0] == 401, f"{target} needs a token")
    check(ask(target, client, body)[0] == 403, f"{target} is not for clients")
    check(ask(target, administrator, body)[0] in (202, 404), f"{target} is for administrators")

credentials = grpc.ssl_channel_credentials(open(certificate, "rb").read())
with grpc.secure_channel(rpc, credentials, [("grpc.ssl_target_name_override", "localhost")]) as channel:
    def call(method, message, token):
        metadata = [("authorization", f"Bearer {token}")] if token else []
        unary = channel.unary_unary(
            "/captionmesh.v1." + method, request_serializer=msgpack.packb,
            response_deserializer=msgpack.unpackb)
        try:
            unary(message, metadata=metadata, timeout=30)
            return "OK"
        except grpc.RpcError as error:
            return error.code().name

    image = {"image": photograph}
    check(call("Captioner/Caption", image, None) == "UNAUTHENTICATED", "gRPC needs a token")
    check(call("Captioner/Caption", image, "x" * 20) == "UNAUTHENTICATED", "gRPC refuses a wrong one")
    check(call("Captioner/Caption", image, client) == "OK", "gRPC captions for clients")
    check(call("Captioner/Caption", {"image": b"x"}, client) == "INVALID_ARGUMENT", "gRPC says what is no image")
    check(call("Captioner/Caption", {}, client) == "INVALID_ARGUMENT", "gRPC says what is no request")
    check(call("Control/Status", {}, client) == "PERMISSION_DENIED", "Control is not for clients")
    check(call("Control/Status", {}, administrator) == "OK", "Control is for administrators")
    check(call("Dispatcher/Work", {}, administrator) == "UNIMPLEMENTED", "workers have no door here")
    health = channel.unary_unary("/grpc.health.v1.Health/Check")
    check(health(b"", timeout=5) == b"\x08\x01", "grpc.health.v1 is answered in protobuf")
