"""Treats a gateway badly. Usage: badinput.py URL PID PHOTOGRAPH GRPC

The gateway is to have send_seconds: 2. Prints a line for each thing that is as it should be, and
ends with status 1 at the first that is not.
"""
import base64
import collections
import concurrent.futures
import http.client
import json
import socket
import statistics
import sys
import time
import urllib.parse

import grpc
import msgpack

url, pid, path, rpc = sys.argv[1:]
place = urllib.parse.urlsplit(url)
photograph = open(path, "rb").read()
jpeg = {"Content-Type": "image/jpeg"}


def check(holds, what):
    print(("ok: " if holds else "FAILED: ") + what, flush=True)
    if not holds:
        sys.exit(1)


def ask(method, target, body=None, headers={}, timeout=60):
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=timeout)
    try:
        connection.request(method, target, body, headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def refuses(what, status, method, target, body=None, headers={}):
    found, fields, text = ask(method, target, body, headers)
    problem = json.loads(text)
    whole = {"type", "title", "status", "detail", "code"} <= set(problem)
    check(found == status and (whole or "error" in problem), f"{what}: {found} {text[:120]}")
    check(b"/root" not in text and b"/tmp" not in text and b".swift" not in text, f"{what}: nothing leaks")


def memory():
    fields = open(f"/proc/{pid}/status").read().split()
    return int(fields[fields.index("VmHWM:") + 1]) >> 10


def raw(data, wait=10):
    """What comes back on a connection that sends these bytes and then is silent."""
    with socket.create_connection((place.hostname, place.port), timeout=wait) as connection:
        connection.sendall(data)
        answer = b""
        while part := connection.recv(65536):
            answer += part
            if b"\r\n\r\n" in answer and b"HTTP/1.1 " in answer:
                break
        return answer


def captions_take():
    times = []
    for _ in range(7):
        start = time.monotonic()
        status, _, _ = ask("POST", "/v1/captions", photograph, jpeg)
        times.append(time.monotonic() - start)
        check(status == 200, f"a photograph is captioned in {times[-1] * 1000:.0f} ms")
    return statistics.median(times)


captions_take()  # The first ones are slow.
before = captions_take()

refuses("not an image", 400, "POST", "/v1/captions", b"not an image", jpeg)
refuses("no bytes", 400, "POST", "/v1/captions", b"", jpeg)
refuses("half an image", 400, "POST", "/v1/captions", photograph[: len(photograph) // 2], jpeg)
refuses("no type", 415, "POST", "/v1/captions", photograph)
refuses("text", 415, "POST", "/v1/captions", b"x", {"Content-Type": "text/plain"})
refuses("compressed", 415, "POST", "/v1/captions", b"x", jpeg | {"Content-Encoding": "gzip"})
refuses("a form without an end", 400, "POST", "/v1/captions", b"--b\r\n\r\n",
        {"Content-Type": "multipart/form-data; boundary=b"})
refuses("no boundary", 400, "POST", "/v1/captions", b"x", {"Content-Type": "multipart/form-data"})
refuses("an empty form", 400, "POST", "/v1/captions", b"--b--", {"Content-Type": "multipart/form-data; boundary=b"})
refuses("unknown model", 404, "POST", "/v1/captions?model=none", photograph, jpeg)
refuses("unknown parameter", 400, "POST", "/v1/captions?beem=3", photograph, jpeg)
tensor = {"name": "IMAGE", "shape": [1], "datatype": "BYTES", "data": [base64.b64encode(photograph).decode()]}
refuses("too little time", 504, "POST", "/v2/models/captioner/infer",
        json.dumps({"inputs": [tensor], "parameters": {"timeout": 1}}).encode())
refuses("wrong method", 405, "DELETE", "/v1/captions")
refuses("inference without JSON", 400, "POST", "/v2/models/captioner/infer", b"\xff")
refuses("scaling by a form", 415, "POST", "/v1/mesh/scale", b"encoder=3")
refuses("scaling what is not there", 400, "POST", "/v1/mesh/scale", b'{"x": 1}', {"Content-Type": "application/json"})
refuses("a page of others", 403, "POST", "/v1/mesh/scale", b'{"encoder": 3}',
        {"Content-Type": "application/json", "Origin": "https://evil.example"})
refuses("a name of others", 421, "GET", "/v1/models", None, {"Host": "evil.example"})
for target in ["/../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/page.css/../../x", "//etc/passwd",
               "/v2/models/..%2f..%2fetc%2fpasswd", "/%00", "/v2/models/%ff", "/v2/models/a%00b"]:
    refuses(f"the path {target}", 404, "GET", target)

# Several photographs in one form: a bad one fails alone, and its name is what it was.
name = '<img src=x onerror=alert(1)>.jpg'
form = b"".join(
    b'--b\r\nContent-Disposition: form-data; name="image"; filename="' + each.encode() + b'"\r\n\r\n' + data + b"\r\n"
    for each, data in [(name, photograph), ("bad.jpg", b"bad"), ("good.jpg", photograph)]) + b"--b--\r\n"
status, headers, text = ask("POST", "/v1/captions", form, {"Content-Type": "multipart/form-data; boundary=b"})
answers = json.loads(text)["captions"]
check(status == 200 and [a["name"] for a in answers] == [name, "bad.jpg", "good.jpg"], "a form keeps its order and names")
check("error" in answers[1] and answers[1]["error"]["status"] == 400 and answers[0]["caption"] == answers[2]["caption"],
      "a bad photograph fails alone")
check(headers["Content-Type"] == "application/json" and headers["X-Content-Type-Options"] == "nosniff",
      "and nobody takes the answer for a page")

# What comes bit by bit is put together as it was; what follows a photograph is none of it.
padded = photograph + bytes(3 << 20)
status, _, text = ask("POST", "/v1/captions", (padded[i:i + 70_000] for i in range(0, len(padded), 70_000)), jpeg)
check(status == 200 and json.loads(text)["captions"][0]["caption"] == answers[0]["caption"],
      "3 MB that come bit by bit are captioned")

# 100 MB: announced, and not announced.
answer = raw(b"POST /v1/captions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: image/jpeg\r\nContent-Length: 104857600\r\n\r\n")
check(answer.startswith(b"HTTP/1.1 413"), "100 MB that are announced are refused at once")


def endless():
    for _ in range(100):
        yield bytes(1 << 20)


connection = http.client.HTTPConnection(place.hostname, place.port, timeout=30)
try:
    connection.request("POST", "/v1/captions", endless(), jpeg, encode_chunked=True)
    status = connection.getresponse().status
except (BrokenPipeError, ConnectionResetError):
    status = 413
check(status == 413, "100 MB that come bit by bit are refused on the way")
check(memory() < 256, f"the gateway's memory was at most {memory()} MB")

# Slow senders: of the head, of the body.
start = time.monotonic()
answer = raw(b"POST /v1/captions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: image/jpeg\r\nContent-Length: 9\r\n\r\nx")
check(answer.startswith(b"HTTP/1.1 408") and time.monotonic() - start < 5, f"a slow sender is told so: {answer[:30]}")
check(raw(b"nonsense\r\n\r\n").startswith(b"HTTP/1.1 400"), "what is no HTTP is refused")
check(raw(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 5000 + b"\r\n").startswith((b"HTTP/1.1 400", b"HTTP/1.1 431")),
      "too many headers are refused")


def counter(name):
    status = json.loads(ask("GET", "/v1/mesh")[2])
    return status["counters"].get(name, 0), status["requests"]


# Clients that go away: their work ends with them.
cancelled, _ = counter("cancelled")
leavers = []
for _ in range(60):
    leaver = socket.create_connection((place.hostname, place.port))
    leaver.sendall(b"POST /v1/captions?beam=32 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: image/jpeg\r\n"
                   + f"Content-Length: {len(photograph)}\r\n\r\n".encode() + photograph)
    leavers.append(leaver)
time.sleep(0.2)
for leaver in leavers:
    leaver.close()
deadline = time.monotonic() + 20
while counter("cancelled")[0] == cancelled and time.monotonic() < deadline:
    time.sleep(0.05)
check(counter("cancelled")[0] > cancelled, f"clients that go away cancel their work: {counter('cancelled')[0] - cancelled} of 60")
while counter("cancelled")[1] > 0 and time.monotonic() < deadline:
    time.sleep(0.05)
check(counter("cancelled")[1] == 0, "and nothing of it stays in the mesh")

# More gRPC messages at once than there is room for: the rest are told so, and a stream has its place
# back as its messages go on.
large = photograph + bytes(20 << 20)
packing = {"request_serializer": msgpack.packb, "response_deserializer": msgpack.unpackb}
options = [("grpc.max_send_message_length", -1), ("grpc.use_local_subchannel_pool", 1)]
channels = [grpc.insecure_channel(rpc, options) for _ in range(4)]


def call(index):
    try:
        channels[index % 4].unary_unary("/captionmesh.v1.Captioner/Caption", **packing)({"image": large}, timeout=60)
        return "OK"
    except grpc.RpcError as error:
        return error.code().name


with concurrent.futures.ThreadPoolExecutor(40) as pool:
    statuses = collections.Counter(pool.map(call, range(40)))
check(set(statuses) <= {"OK", "RESOURCE_EXHAUSTED"}, f"40 messages of 20 MB at once: {dict(statuses)}")
stream = channels[0].stream_stream("/captionmesh.v1.Captioner/CaptionStream", **packing)
replies = list(stream(({"id": str(i), "image": photograph + bytes(4 << 20)} for i in range(30)), timeout=60))
check(len(replies) == 30 and not any(reply.get("error") for reply in replies), "30 of 4 MB on one stream are captioned")
for channel in channels:
    channel.close()
check(memory() < 256, f"the gateway's memory was at most {memory()} MB")

# A thousand connections at once, most of them idle; others are served as before.
crowd = [socket.create_connection((place.hostname, place.port), timeout=30) for _ in range(1000)]
for one in crowd[::2]:
    one.sendall(b"GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
for one in crowd[::2]:
    check_first = one.recv(64)
    if not check_first.startswith(b"HTTP/1.1 200"):
        check(False, f"one of a thousand was answered {check_first}")
check(True, "a thousand connections at once are served")
with concurrent.futures.ThreadPoolExecutor(32) as pool:
    statuses = list(pool.map(lambda _: ask("POST", "/v1/captions", photograph, jpeg)[0], range(64)))
check(set(statuses) <= {200, 429}, f"and photographs with them: {sorted(set(statuses))}")
during = captions_take()
for one in crowd:
    one.close()
after = captions_take()
print(f"median before {before * 1000:.1f} ms, with 1,000 connections {during * 1000:.1f} ms, after {after * 1000:.1f} ms")
check(memory() < 256, f"the gateway's memory was at most {memory()} MB")
