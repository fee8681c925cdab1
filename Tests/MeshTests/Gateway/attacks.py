"""What attacks on a gateway cost somebody else. Usage: attacks.py URL PID PHOTOGRAPH TOKEN ROUNDS SHARE

A quiet caller has one photograph after the other captioned, by turns of a second alone and beside each
attack: twice each in a round, in at least ROUNDS, and more where something else was in the way. Prints how
many captions a second it got, with and without, and the most memory that the gateway has held; ends
with status 1 where the caller keeps less than SHARE (0.9: nine tenths) of its captions or the gateway
has held 256 MB. The gateway is to have TOKEN as a client's. Attackers run where nobody else wants the
processor: what they cost themselves is not the gateway's doing.
"""
import http.client
import multiprocessing
import os
import socket
import statistics
import sys
import time
import urllib.parse

url, pid, path, token, rounds, share = sys.argv[1:]
rounds, share = int(rounds), float(share)
place = urllib.parse.urlsplit(url)
photograph = open(path, "rb").read()
own = {"Content-Type": "image/jpeg", "Authorization": f"Bearer {token}"}
head = (f"POST /v1/captions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: image/jpeg\r\n"
        f"Authorization: Bearer {token}\r\n")


def connect():
    return socket.create_connection((place.hostname, place.port), timeout=30)


def post(body, headers=own, target="/v1/captions", method="POST"):
    """The status of one request on a connection of its own."""
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=30)
    try:
        connection.request(method, target, body, headers)
        return connection.getresponse().status
    except (BrokenPipeError, ConnectionResetError):
        # It hangs up on who goes on sending what it has refused.
        return 413
    finally:
        connection.close()


def again(rate, act):
    """Acts so many times a second, and counts."""
    def attack(stop, count):
        due = time.monotonic()
        while not stop.is_set():
            act()
            count.value += 1
            due = max(due + 1 / rate, time.monotonic() - 1)
            time.sleep(max(0, due - time.monotonic()))
    return attack


def refused(status, *request, **named):
    def act():
        found = post(*request, **named)
        assert found == status, f"{found} instead of {status}"
    return act


def leaves(body, pause):
    def act():
        with connect() as connection:
            connection.sendall((head + f"Content-Length: {len(photograph)}\r\n\r\n").encode() + body)
            time.sleep(pause)
    return act


def endless():
    for _ in range(100):
        yield bytes(1 << 20)


def sends_slowly(stop, count):
    """Two hundred photographs that come a byte at a time."""
    senders = []
    while not stop.is_set():
        while len(senders) < 200:
            sender = connect()
            sender.sendall((head + "Content-Length: 100000\r\n\r\n").encode())
            senders.append(sender)
            count.value += 1
        for sender in list(senders):
            try:
                sender.sendall(b"x")
            except OSError:
                senders.remove(sender)
        stop.wait(0.2)


def crowds(stop, count):
    """A thousand connections, a hundred requests a second among them."""
    crowd = [connect() for _ in range(1000)]
    while not stop.is_set():
        for one in crowd:
            one.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert one.recv(4096).startswith(b"HTTP/1.1 200")
            count.value += 1
            if stop.wait(0.01):
                break


wrong = own | {"Authorization": "Bearer not-the-token-that-it-is"}
tricks = iter(["/../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/v2/models/..%2f..%2fetc%2fpasswd"] * 100_000)
attacks = {
    "50 a second that are no image": again(50, refused(400, b"not an image" * 1000)),
    "50 a second without a byte": again(50, refused(400, b"")),
    # As much as a gigabit line brings.
    "one a second of 100 MB, announced": again(1, refused(413, bytes(100 << 20))),
    "one a second of 100 MB, bit by bit": again(1, lambda: refused(413, endless())()),
    "200 slow senders": sends_slowly,
    "50 a second that break off": again(50, leaves(photograph[: len(photograph) // 2], 0.005)),
    "10 a second that do not wait": again(10, leaves(photograph, 0.002)),
    "1,000 connections": crowds,
    "100 a second with wrong tokens": again(100, refused(401, photograph, wrong)),
    "100 a second for paths that want out": again(
        100, lambda: refused(404, None, own, target=next(tricks), method="GET")()),
}


def attacker(attack, stop, count):
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    attack(stop, count)


quiet = http.client.HTTPConnection(place.hostname, place.port, timeout=30)


def captions_a_second():
    start, done = time.monotonic(), 0
    while time.monotonic() - start < 1:
        quiet.request("POST", "/v1/captions", photograph, own)
        response = quiet.getresponse()
        response.read()
        assert response.status == 200, response.status
        done += 1
    return done / (time.monotonic() - start)


def beside(attack):
    """Captions a second beside an attack, and how often it acted a second."""
    stop, count = multiprocessing.Event(), multiprocessing.Value("l", 0)
    process = multiprocessing.Process(target=attacker, args=(attack, stop, count))
    process.start()
    while count.value < 2 and process.is_alive():
        time.sleep(0.01)
    time.sleep(0.2)
    start, before = time.monotonic(), count.value
    rate = captions_a_second()
    acted = (count.value - before) / (time.monotonic() - start)
    stop.set()
    process.join()
    assert process.exitcode == 0, "the attack itself failed"
    return rate, acted


def memory():
    fields = open(f"/proc/{pid}/status").read().split()
    return int(fields[fields.index("VmHWM:") + 1]) >> 10


captions_a_second()
failed = False
for name, attack in attacks.items():
    alone, attacked, acted = [], [], []
    # In turn, so that what else the machine does meets both.
    for number in range(1, rounds + 5):
        for turn in [alone, attacked, attacked, alone]:
            if turn is alone:
                alone.append(captions_a_second())
            else:
                rate, times = beside(attack)
                attacked.append(rate)
                acted.append(times)
        kept = statistics.median(attacked) / statistics.median(alone)
        if number >= rounds and kept >= share:
            break
    good = kept >= share and memory() < 256
    failed |= not good
    print(f"{'ok' if good else 'FAILED'}: {name}: {statistics.median(attacked):.1f} captions a second, alone "
          f"{statistics.median(alone):.1f}: {kept:.2f} ({len(alone)} turns each, {statistics.mean(acted):.1f} "
          f"acts a second); the gateway held {memory()} MB at most", flush=True)
sys.exit(failed)
