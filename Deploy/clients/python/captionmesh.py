"""A client of CaptionMesh: photographs in, sentences out.

    from captionmesh import Client

    with Client() as mesh:
        print(mesh.caption("dog.jpg").text)
        for outcome in mesh.stream(["a.jpg", "b.jpg"]):
            print(outcome.photograph, outcome.caption or outcome.error)

`AsyncClient` does the same for asyncio. One file; it needs Python 3.11, pyzmq, msgpack and
msgpack-numpy. The wire is described in Shared/ZeroMQTransport/PROTOCOL.md.
"""

from __future__ import annotations

import asyncio
import collections
import concurrent.futures
import contextlib
import dataclasses
import enum
import math
import os
import random
import re
import secrets
import stat
import sys
import threading
import time
from collections.abc import (
    AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable, Coroutine, Iterable,
    Iterator, Mapping, Sequence,
)
from typing import Any, TypeAlias, TypedDict, TypeVar, Unpack

import msgpack  # type: ignore[import-untyped]
import msgpack_numpy  # type: ignore[import-untyped]
import numpy
import numpy.typing
import zmq
import zmq.asyncio
import zmq.utils.monitor

__all__ = [
    "AsyncClient", "Caption", "Client", "Code", "Decoding", "Features", "Hypothesis", "Key",
    "MeshError", "Milliseconds", "Outcome", "Scores",
]

#: A photograph: the bytes of a JPEG or PNG file, or the file's path.
Photograph: TypeAlias = "bytes | str | os.PathLike[str]"
Value = TypeVar("Value")
#: Bytes of a photograph; the mesh takes messages of this size.
_PHOTOGRAPH_LIMIT = 48 << 20


# ── What goes wrong ──


class Code(enum.IntEnum):
    """gRPC's status codes."""

    OK = 0
    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15
    UNAUTHENTICATED = 16


class MeshError(Exception):
    """A call, or one photograph of a stream, that failed.

    `stage` is where in the mesh, if it had come to one; `retry_after` the seconds after which the
    mesh says that asking again may help.
    """

    def __init__(
        self, code: Code, message: str, *, stage: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{code.name}: {message}")
        self.code = code
        self.message = message
        self.stage = stage
        self.retry_after = retry_after


def _error_of_call(header: Mapping[str, Any]) -> MeshError | None:
    """The error of a response's status; None for OK."""
    status = header["status"]
    code = Code(status) if status in Code._value2member_map_ else Code.UNKNOWN
    if code is Code.OK:
        return None
    trailers = header.get("trailers") or {}
    pushback = str(trailers.get("grpc-retry-pushback-ms", ""))
    return MeshError(
        code, str(header.get("message", "")), stage=trailers.get("captionmesh-stage"),
        retry_after=int(pushback) / 1000 if re.fullmatch(r"\d{1,9}", pushback) else None)


def _error_of_item(error: Mapping[str, Any]) -> MeshError:
    """The error in one reply of a stream."""
    name = error.get("code")
    milliseconds = error.get("retry_after_ms")
    return MeshError(
        Code[name] if isinstance(name, str) and name in Code.__members__ else Code.UNKNOWN,
        str(error.get("message", "")), stage=error.get("stage"),
        retry_after=None if milliseconds is None else max(float(milliseconds), 0) / 1000)


# ── What is asked for, and what comes back ──


class Decoding(TypedDict, total=False):
    """How a caption is searched for."""

    #: Hypotheses kept at each step, 1 to 32; 1 is greedy, 3 the default.
    beam: int
    #: The most words, 1 to 200; by default as the model was trained.
    max_length: int
    #: Whether where the model looked comes back.
    attention: bool
    #: Whether the other hypotheses come back.
    beams: bool


def _checked(decoding: Decoding) -> dict[str, Any]:
    unknown = decoding.keys() - Decoding.__annotations__.keys()
    if unknown:
        raise TypeError(f"there is no option {', '.join(sorted(unknown))}")
    return dict(decoding)


@dataclasses.dataclass(frozen=True)
class Hypothesis:
    """One of the sentences that the search kept."""

    tokens: list[str]
    #: The sum of the words' natural log-probabilities.
    log_probability: float
    #: Whether the sentence ended before the longest length.
    finished: bool


@dataclasses.dataclass(frozen=True)
class Milliseconds:
    """Where a photograph's time went: computing in each stage, and waiting in all queues."""

    load: float
    encode: float
    decode: float
    queue: float


@dataclasses.dataclass(frozen=True, eq=False)
class Caption:
    """What the mesh says of a photograph."""

    #: The request's id.
    id: str
    #: The sentence.
    text: str
    #: The model's words, without those that begin and end a sentence.
    tokens: list[str]
    #: The sum of the words' natural log-probabilities.
    log_probability: float
    #: Each word's natural log-probability after those before it.
    word_log_probabilities: list[float]
    #: False when no hypothesis ended before the longest length.
    finished: bool
    #: The rows and columns of the grid that attention weighs.
    grid: tuple[int, int]
    #: Where the decoder looked for each word: float32 [words, rows, columns]; None when not asked
    #: for or where the model has no attention.
    attention: numpy.typing.NDArray[numpy.float32] | None
    #: The share of each word that a visual sentinel took, float32 [words]; None without one.
    sentinel: numpy.typing.NDArray[numpy.float32] | None
    #: All hypotheses, best first, the caption's own included; empty when not asked for.
    beams: list[Hypothesis]
    #: 1, and one more for each worker that was lost over the photograph.
    attempts: int
    milliseconds: Milliseconds

    def __str__(self) -> str:
        return self.text

    @classmethod
    def _of(cls, reply: Mapping[str, Any]) -> Caption:
        rows, columns = reply["grid"]
        attention = reply.get("attention")
        spent = reply["milliseconds"]
        return cls(
            id=reply["id"], text=reply["caption"], tokens=list(reply["tokens"]),
            log_probability=reply["log_probability"],
            word_log_probabilities=list(reply.get("word_log_probabilities") or []),
            finished=reply["finished"], grid=(rows, columns),
            attention=None if attention is None else attention.reshape(-1, rows, columns),
            sentinel=reply.get("sentinel"), beams=[
                Hypothesis(list(beam["tokens"]), beam["log_probability"], beam["finished"])
                for beam in reply.get("beams") or []],
            attempts=reply["attempts"],
            milliseconds=Milliseconds(
                spent["load"], spent["encode"], spent["decode"], spent["queue"]))


@dataclasses.dataclass(frozen=True, eq=False)
class Outcome:
    """What became of one photograph of a stream: a caption or an error."""

    #: As it was handed in.
    photograph: Photograph
    caption: Caption | None = None
    error: MeshError | None = None

    def get(self) -> Caption:
        """The caption, or the error raised."""
        if self.caption is None:
            raise self.error or MeshError(Code.INTERNAL, "neither a caption nor an error")
        return self.caption


@dataclasses.dataclass(frozen=True, eq=False)
class Features:
    """An encoder's features: float16 [rows, columns, channels]."""

    array: numpy.typing.NDArray[numpy.float16]


@dataclasses.dataclass(frozen=True)
class Scores:
    """The scores of a corpus."""

    #: BLEU-1 to BLEU-4.
    bleu: list[float]
    rouge_l: float
    #: CIDEr-D.
    cider: float
    #: The number of candidates.
    count: int


# ── Where the mesh is, and who asks ──


@dataclasses.dataclass(frozen=True)
class Key:
    """What a key file of `captionmesh keys` says. Keys are in Z85 (ZeroMQ's RFC 32)."""

    public: bytes
    secret: bytes = dataclasses.field(repr=False)
    dispatcher: bytes

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Key:
        """Reads a key file, which nobody but its owner may be able to read.

        Raises ValueError for what is no client's key file, and OSError for what cannot be read.
        """
        with open(path, encoding="utf-8") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise ValueError(f"{path}: others can read it; chmod 600 {path}")
            lines = file.read(1 << 16).splitlines()
        if not lines or lines[0] != "captionmesh-key 1":
            raise ValueError(f"{path}: is no key file, which begins with “captionmesh-key 1”")
        values = dict(
            line.split(None, 1) for line in lines[1:] if " " in line and not line.startswith("#"))
        try:
            keys = [values[name].strip().encode() for name in ("public", "secret", "dispatcher")]
        except KeyError as missing:
            raise ValueError(f"{path}: says nothing of {missing}; it is no client's key") from None
        if any(len(key) != 40 for key in keys):
            raise ValueError(f"{path}: has a key that is not 40 characters long")
        return cls(*keys)


def _own_address() -> str:
    """Where the mesh of this user listens, in a folder where nobody else can have put a socket."""
    runtime = os.environ.get("CAPTIONMESH_RUNTIME")
    if not runtime:
        parent = os.environ.get("XDG_RUNTIME_DIR")
        runtime = f"{parent}/captionmesh" if parent else f"/tmp/captionmesh-{os.geteuid()}"
    runtime = os.path.abspath(runtime)
    with contextlib.suppress(FileNotFoundError):
        folder = os.lstat(runtime)
        is_own = stat.S_ISDIR(folder.st_mode) and folder.st_uid == os.geteuid()
        if not is_own or folder.st_mode & 0o077:
            raise MeshError(
                Code.FAILED_PRECONDITION, f"{runtime}: is not a folder of this user's alone")
    return f"ipc://{runtime}/dispatcher.sock"


def _is_remote(address: str) -> bool:
    """Whether an address is on another machine, as far as it tells."""
    if not address.startswith("tcp://"):
        return False
    host = address.removeprefix("tcp://").rpartition(":")[0]
    return not (host in ("localhost", "[::1]", "::1") or re.fullmatch(r"127(\.\d+){3}", host))


def _key_for(address: str, key: Key | str | os.PathLike[str] | None) -> Key | None:
    """The key for an address: the one named, $CAPTIONMESH_KEY, or the client's in this user's
    folder, as the command `captionmesh` chooses."""
    if not address.startswith("tcp://"):
        return None
    if isinstance(key, Key):
        return key
    named = key or os.environ.get("CAPTIONMESH_KEY")
    if named:
        return Key.read(named)
    if not _is_remote(address):
        return None
    configuration = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    folder = os.environ.get("CAPTIONMESH_KEYS") or f"{configuration}/captionmesh/keys"
    return Key.read(f"{folder}/client.key")


# ── Messages ──


def _pack(message: Mapping[str, Any]) -> bytes:
    return bytes(msgpack.packb(message, default=msgpack_numpy.encode))


def _tensor(value: Any) -> Any:
    """msgpack-numpy's arrays, but none of its kinds that would run or pick apart what was sent."""
    if b"nd" in value:
        if value.get(b"kind") not in (b"", "", None):
            raise ValueError("an array of a kind that is not read")
        return msgpack_numpy.decode(value)
    return value


def _unpack(message: bytes) -> Any:
    try:
        return msgpack.unpackb(message, object_hook=_tensor)
    except Exception as error:
        raise MeshError(Code.INTERNAL, f"the mesh sent what is no message: {error}") from error


def _grpc_timeout(seconds: float) -> str:
    """At most eight digits and a unit, rounded up."""
    milliseconds = max(math.ceil(seconds * 1000), 1)
    if milliseconds < 100_000_000:
        return f"{milliseconds}m"
    return f"{min(math.ceil(seconds), 99_999_999)}S"


# ── One call ──


class _Call:
    """The client's side of one stream: what has arrived, and what may be sent."""

    def __init__(self, connection: _Connection, stream: int) -> None:
        self.connection = connection
        self.stream = stream
        self.is_over = False
        self._error: MeshError | None = None
        self._arrived: collections.deque[bytes] = collections.deque()
        self._readable = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        # What PROTOCOL.md has both sides begin with.
        self._messages_left = 64
        self._bytes_left = 4 << 20
        self._taken_messages = 0
        self._taken_bytes = 0

    def receive(self, header: Mapping[str, Any], messages: Sequence[bytes]) -> None:
        """A response."""
        self._arrived.extend(messages)
        if "status" in header:
            self.finish(_error_of_call(header))
        self._readable.set()

    def finish(self, error: MeshError | None) -> None:
        """The call is over; what has arrived can still be read."""
        self.is_over = True
        self._error = error
        self._readable.set()
        self._writable.set()

    def widen(self, messages: int, size: int) -> None:
        """The server takes more."""
        self._messages_left += messages
        self._bytes_left += size
        self._update_writable()

    def charge(self, size: int) -> None:
        """A message of that size goes out."""
        self._messages_left -= 1
        self._bytes_left -= size
        self._update_writable()

    def _update_writable(self) -> None:
        if self.is_over or (self._messages_left > 0 and self._bytes_left > 0):
            self._writable.set()
        else:
            self._writable.clear()

    async def write(self, message: bytes) -> None:
        """Sends a message once the server takes one more; nothing when the call is over."""
        await self._writable.wait()
        if not self.is_over:
            self.charge(len(message))
            self.connection.send({"kind": "request", "stream": self.stream}, message)

    def end(self) -> None:
        """Sends that no more messages come."""
        if not self.is_over:
            self.connection.send({"kind": "request", "stream": self.stream, "end": True})

    async def read(self) -> bytes | None:
        """The next message; None after the last. Raises MeshError where the call failed."""
        while not self._arrived:
            if self._error is not None:
                raise self._error
            if self.is_over:
                return None
            self._readable.clear()
            await self._readable.wait()
        message = self._arrived.popleft()
        self._taken_messages += 1
        self._taken_bytes += len(message)
        if not self.is_over and (self._taken_messages >= 16 or self._taken_bytes >= 1 << 20):
            self.connection.send({
                "kind": "window", "stream": self.stream, "messages": self._taken_messages,
                "bytes": self._taken_bytes})
            self._taken_messages = self._taken_bytes = 0
        return message

    def close(self) -> None:
        """Has the server cancel the call, unless it is over."""
        if not self.is_over:
            self.connection.send({"kind": "cancel", "stream": self.stream})
            self.finish(MeshError(Code.CANCELLED, "the call was given up"))
        self.connection.calls.pop(self.stream, None)


# ── One connection ──


class _Connection:
    """One socket, from its first ping to its end. A lost one is replaced, never reconnected, so
    that neither side takes a new conversation for the old one."""

    ping_interval = 0.5
    #: Intervals without a sign of life. More than PROTOCOL.md's three: a program may be busy.
    missed_pings = 10
    frame_limit = 64 << 20

    def __init__(self, context: zmq.asyncio.Context, address: str, key: Key | None) -> None:
        self.address = address
        self.calls: dict[int, _Call] = {}
        self.error: MeshError | None = None
        self.is_leaving = False
        self.is_ready = False
        self._next_stream = 1
        self._unanswered = 0
        self._changed = asyncio.Event()
        self._has_key = key is not None
        self._socket = context.socket(zmq.DEALER)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.HANDSHAKE_IVL, 5_000)
        self._socket.setsockopt(zmq.MAXMSGSIZE, self.frame_limit)
        self._socket.setsockopt(zmq.RECONNECT_IVL, 3_600_000)
        self._socket.setsockopt(zmq.IPV6, 1)
        if key is not None:
            self._socket.curve_publickey = key.public
            self._socket.curve_secretkey = key.secret
            self._socket.curve_serverkey = key.dispatcher
        events = (
            zmq.EVENT_CLOSED | zmq.EVENT_DISCONNECTED | zmq.EVENT_CONNECT_RETRIED
            | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
            | zmq.EVENT_HANDSHAKE_FAILED_AUTH)
        self._monitor = self._socket.get_monitor_socket(events)
        self._socket.connect(address)
        self._tasks = [
            asyncio.ensure_future(work) for work in (self._receive(), self._watch(), self._ping())]

    async def ready(self) -> None:
        """Returns when a server answers; raises MeshError when it cannot."""
        while not self.is_ready:
            if self.error is not None:
                raise self.error
            self._changed.clear()
            await self._changed.wait()

    def open(
        self, method: str, metadata: Mapping[str, str], message: bytes | None, *, unary: bool
    ) -> _Call:
        """Begins a call; a unary one with its only message."""
        if self.error is not None:
            raise self.error
        call = _Call(self, self._next_stream)
        self._next_stream += 1
        self.calls[call.stream] = call
        header = {
            "kind": "request", "stream": call.stream, "method": method, "metadata": metadata,
            "coalesce": unary, "end": unary}
        if message is None:
            self.send(header)
        else:
            call.charge(len(message))
            self.send(header, message)
        return call

    def send(self, header: Mapping[str, Any], *messages: bytes) -> None:
        """Sends without waiting: flow control bounds what is on its way."""
        if self.error is not None:
            return
        frames = [b"", _pack({"v": 1, **header}), *messages]
        # At once where the socket takes it, else when it does, in order.
        sending: Any = self._socket.send_multipart(frames)
        sending.add_done_callback(lambda done: done.cancelled() or done.exception())

    def lose(self, error: MeshError) -> None:
        """Gives up the connection and the calls on it."""
        if self.error is not None:
            return
        self.error = error
        for call in list(self.calls.values()):
            if not call.is_over:
                call.finish(error)
        self._changed.set()
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()
        with contextlib.suppress(zmq.ZMQError):
            self._socket.disable_monitor()
        self._monitor.close(linger=0)
        self._socket.close()

    def leave(self) -> None:
        """Takes leave of the server, which forgets this client at once."""
        if self.error is None:
            self.send({"kind": "goodbye"})
            self._socket.setsockopt(zmq.LINGER, 1_000)
        self.lose(MeshError(Code.UNAVAILABLE, "the client is closed"))

    def _unavailable(self, what: str) -> MeshError:
        return MeshError(Code.UNAVAILABLE, f"{self.address}: {what}")

    async def _ping(self) -> None:
        # Intervals are counted, not seconds: a program that was held up itself has not missed any.
        while True:
            if self._unanswered > self.missed_pings:
                return self.lose(self._unavailable("the mesh does not answer any more"))
            self._unanswered += 1
            self.send({"kind": "ping"})
            await asyncio.sleep(self.ping_interval)

    async def _watch(self) -> None:
        """Waits for the connection's end."""
        while True:
            event: Any = await zmq.utils.monitor.recv_monitor_message(self._monitor)
            if event["event"] == zmq.EVENT_HANDSHAKE_FAILED_AUTH:
                return self.lose(MeshError(
                    Code.UNAUTHENTICATED,
                    f"{self.address}: the server knows no such key, or not any more"))
            mismatch = zmq.PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH
            if (event["event"] == zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
                    and event["value"] == mismatch):
                return self.lose(MeshError(
                    Code.UNAUTHENTICATED, f"{self.address}: " + (
                        "the server knows of no keys at this address" if self._has_key
                        else "the server wants to see a key")))
            # What arrived before the end is read first.
            while int(self._socket.getsockopt(zmq.EVENTS)) & zmq.POLLIN:
                await asyncio.sleep(0)
            return self.lose(self._unavailable(
                "the connection was lost" if self.is_ready else "nobody is there"))

    async def _receive(self) -> None:
        while True:
            frames: list[bytes] = await self._socket.recv_multipart()
            try:
                if len(frames) < 2 or frames[0]:
                    raise ValueError("a message without a header")
                header = msgpack.unpackb(frames[1])
                if header["v"] != 1:
                    raise ValueError(f"version {header['v']} of the protocol")
                self._dispatch(header, frames[2:])
            except Exception as error:
                return self.lose(MeshError(
                    Code.INTERNAL, f"{self.address}: the server sent {error!r}"))

    def _dispatch(self, header: Mapping[str, Any], messages: Sequence[bytes]) -> None:
        self._unanswered = 0
        if not self.is_ready:
            self.is_ready = True
            self._changed.set()
        kind = header["kind"]
        stream = header.get("stream", 0)
        if kind == "response":
            call = self.calls.get(stream)
            if call is not None:
                call.receive(header, messages)
                if call.is_over:
                    del self.calls[stream]
            elif stream == 0 and header.get("status"):
                # Streams begin at 1: this is about the connection.
                self.lose(_error_of_call(header) or self._unavailable("the server ended it"))
        elif kind == "window":
            call = self.calls.get(stream)
            if call is not None:
                call.widen(header.get("messages", 0), header.get("bytes", 0))
        elif kind == "goodbye":
            self.is_leaving = True


# ── A stream of photographs ──


@dataclasses.dataclass(eq=False)
class _Item:
    """A photograph on its way."""

    id: str
    photograph: Photograph
    #: Since when the mesh has answered that it cannot at the moment.
    refused_since: float | None = None
    #: Whether it waits until it may be sent again.
    is_resting: bool = False


class _Flight:
    """The photographs of one stream on their way to the mesh and back."""

    def __init__(
        self, client: AsyncClient, photographs: Iterable[Photograph] | AsyncIterable[Photograph],
        window: int, options: Mapping[str, Any], metadata: Callable[[], dict[str, str]],
    ) -> None:
        self.outcomes: asyncio.Queue[Outcome | None] = asyncio.Queue()
        self.places = asyncio.Semaphore(window)
        self._client = client
        self._photographs = photographs
        self._options = options
        self._metadata = metadata
        self._prefix = secrets.token_hex(8)
        self._items: dict[str, _Item] = {}
        self._sending: asyncio.Queue[_Item | None] = asyncio.Queue()
        self._is_closed = False
        self._broken_since: float | None = None
        self._pauses: set[asyncio.TimerHandle] = set()

    async def run(self) -> None:
        """Returns when everything is answered."""
        feeding = asyncio.ensure_future(self._feed())
        talking = asyncio.ensure_future(self._talk())
        try:
            await asyncio.wait([feeding, talking], return_when=asyncio.FIRST_EXCEPTION)
            for task in (feeding, talking):
                if task.done():
                    task.result()
        finally:
            for pause in self._pauses:
                pause.cancel()
            for task in (feeding, talking):
                task.cancel()
            await asyncio.gather(feeding, talking, return_exceptions=True)

    async def _feed(self) -> None:
        number = 0
        async for photograph in _each(self._photographs):
            if not isinstance(photograph, (bytes, str, os.PathLike)):
                raise TypeError(f"a photograph is bytes or a path, not {type(photograph)}")
            await self.places.acquire()
            item = _Item(f"{self._prefix}-{number}", photograph)
            number += 1
            self._items[item.id] = item
            self._sending.put_nowait(item)
        self._is_closed = True
        self._finish_if_complete()

    def _finish_if_complete(self) -> None:
        if self._is_closed and not self._items:
            self._sending.put_nowait(None)

    def _answer(self, item: _Item, outcome: Outcome) -> None:
        if self._items.pop(item.id, None) is not None:
            self.outcomes.put_nowait(outcome)
            self._finish_if_complete()

    async def _talk(self) -> None:
        """Conversations with the mesh, until one of them has brought the last answer."""
        delay = _Backoff()
        while True:
            try:
                return await self._converse()
            except MeshError as error:
                if error.code is not Code.UNAVAILABLE or not self._client._has_heard:
                    raise
                now = time.monotonic()
                self._broken_since = self._broken_since or now
                if now - self._broken_since > self._client.patience:
                    raise
                await asyncio.sleep(delay.next())

    async def _converse(self) -> None:
        call = await self._client._open(
            "captionmesh.v1.Captioner/CaptionStream", self._metadata(), None, unary=False)
        # First of all what is not answered yet, in order.
        self._sending = asyncio.Queue()
        for item in list(self._items.values()):
            if not item.is_resting:
                self._sending.put_nowait(item)
        self._finish_if_complete()
        sending = asyncio.ensure_future(self._send(call))
        try:
            while (message := await call.read()) is not None:
                self._hear(_unpack(message))
            if not (self._is_closed and not self._items):
                raise MeshError(
                    Code.UNAVAILABLE, "the mesh ended the stream before its last answer")
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            call.close()

    async def _send(self, call: _Call) -> None:
        while (item := await self._sending.get()) is not None:
            try:
                request = await _request(item.id, item.photograph, self._options)
            except MeshError as error:
                self._answer(item, Outcome(item.photograph, error=error))
                continue
            await call.write(request)
        call.end()

    def _hear(self, reply: Mapping[str, Any]) -> None:
        self._broken_since = None
        item = self._items.get(reply["id"])
        if item is None or item.is_resting:
            return
        if reply.get("error") is None:
            return self._answer(item, Outcome(item.photograph, Caption._of(reply)))
        error = _error_of_item(reply["error"])
        pause = self._pause(item, error)
        if pause is None:
            return self._answer(item, Outcome(item.photograph, error=error))
        item.is_resting = True
        loop = asyncio.get_running_loop()
        timer: asyncio.TimerHandle

        def wake() -> None:
            self._pauses.discard(timer)
            item.is_resting = False
            self._sending.put_nowait(item)

        timer = loop.call_later(pause, wake)
        self._pauses.add(timer)

    def _pause(self, item: _Item, error: MeshError) -> float | None:
        """How long a photograph waits before it is sent again; None: it has failed."""
        if error.code is Code.RESOURCE_EXHAUSTED and error.retry_after is not None:
            return error.retry_after * random.uniform(1, 1.2)
        if error.code is Code.UNAVAILABLE:
            now = time.monotonic()
            item.refused_since = item.refused_since or now
            if now - item.refused_since < self._client.patience:
                return (error.retry_after or 0.1) * random.uniform(1, 1.2)
        return None


class _Backoff:
    """20 ms, doubled with each attempt up to 640 ms."""

    def __init__(self) -> None:
        self._attempts = 0

    def next(self) -> float:
        delay: float = 0.02 * (1 << min(self._attempts, 5))
        self._attempts += 1
        return delay * random.uniform(0.8, 1.2)


_END = object()


async def _each(
    values: Iterable[Photograph] | AsyncIterable[Photograph]
) -> AsyncIterator[Photograph]:
    """One after another. What an ordinary iterator waits for holds up nothing else."""
    if isinstance(values, AsyncIterable):
        async for value in values:
            yield value
        return
    iterator = iter(values)
    while (value_or_end := await asyncio.to_thread(next, iterator, _END)) is not _END:
        yield value_or_end  # type: ignore[misc]


async def _request(id: str, photograph: Photograph, options: Mapping[str, Any]) -> bytes:
    """The message that asks for a caption. Raises MeshError for a file that cannot be read."""
    def check(name: str, size: int) -> None:
        if size > _PHOTOGRAPH_LIMIT:
            raise MeshError(
                Code.INVALID_ARGUMENT,
                f"{name}: has {size} bytes; at most {_PHOTOGRAPH_LIMIT} are taken")

    if isinstance(photograph, bytes):
        check("the photograph", len(photograph))
        return _pack({"id": id, "image": photograph, "name": "", **options})
    path = os.fspath(photograph)

    def read() -> bytes:
        with open(path, "rb") as file:
            information = os.fstat(file.fileno())
            if not stat.S_ISREG(information.st_mode):
                raise MeshError(Code.INVALID_ARGUMENT, f"{path}: is not a file")
            check(path, information.st_size)
            return file.read(_PHOTOGRAPH_LIMIT)

    try:
        image = await asyncio.to_thread(read)
    except OSError as error:
        raise MeshError(
            Code.INVALID_ARGUMENT, f"{path}: cannot be read: {error.strerror}") from error
    return _pack({"id": id, "image": image, "name": path, **options})


# ── The client for asyncio ──


class AsyncClient:
    """A client of the mesh for asyncio, in the event loop where it is used first.

    A call that is cancelled (`task.cancel()`) is cancelled in the mesh. A mesh that is full is
    asked again when it says; one that went away is waited for, and asked again under the same id,
    so that what it has answered it does not compute again.
    """

    def __init__(
        self, address: str | None = None, *, key: Key | str | os.PathLike[str] | None = None,
        connect_timeout: float = 5, patience: float = 30,
    ) -> None:
        """
        address: the dispatcher's, such as tcp://HOST:7400; by default this user's mesh.
        key: a key file or its contents; by default as the command `captionmesh` chooses.
        connect_timeout: seconds that a call waits for a first server to answer.
        patience: seconds that a mesh may be away once it has answered.
        """
        self.address = address or _own_address()
        self.patience = patience
        self.connect_timeout = connect_timeout
        self._key = _key_for(self.address, key)
        self._context = zmq.asyncio.Context()
        self._connection: _Connection | None = None
        #: Those that go on, one that the server is about to end among them.
        self._connections: set[_Connection] = set()
        self._connecting: asyncio.Task[_Connection] | None = None
        self._has_heard = False
        self._is_closed = False

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends what is in hand and takes leave of the mesh."""
        self._is_closed = True
        if self._connecting is not None:
            self._connecting.cancel()
            await asyncio.gather(self._connecting, return_exceptions=True)
        for connection in self._connections:
            connection.leave()
        await asyncio.to_thread(self._context.term)

    # Captions

    async def caption(
        self, photograph: Photograph, *, timeout: float | None = 60,
        traceparent: str | None = None, **decoding: Unpack[Decoding],
    ) -> Caption:
        """Captions one photograph.

        timeout: seconds for everything, waiting for a full mesh included.
        traceparent: the caller's place in a W3C trace.
        """
        message = await _request(secrets.token_hex(16), photograph, _checked(decoding))
        reply = await self._unary(
            "captionmesh.v1.Captioner/Caption", message, timeout, traceparent)
        return Caption._of(reply)

    async def stream(
        self, photographs: Iterable[Photograph] | AsyncIterable[Photograph], *, window: int = 32,
        timeout: float | None = None, traceparent: str | None = None,
        **decoding: Unpack[Decoding],
    ) -> AsyncGenerator[Outcome, None]:
        """Captions photographs as they finish, `window` of them on their way or not taken yet.

        One that fails, fails alone; MeshError is raised for what goes wrong with the stream. To
        give up, close the generator (`aclose`). timeout: seconds for all of them together.
        """
        if window < 1:
            raise ValueError("a window starts at 1")
        deadline = None if timeout is None else time.monotonic() + timeout

        def metadata() -> dict[str, str]:
            left = None if deadline is None else deadline - time.monotonic()
            return self._metadata(left, traceparent)

        flight = _Flight(self, photographs, window, _checked(decoding), metadata)
        running = asyncio.ensure_future(flight.run())
        running.add_done_callback(lambda _: flight.outcomes.put_nowait(None))
        try:
            while True:
                left = None if deadline is None else deadline - time.monotonic()
                try:
                    outcome = await asyncio.wait_for(flight.outcomes.get(), left)
                except TimeoutError:
                    raise _deadline_exceeded(timeout) from None
                if outcome is None:
                    break
                yield outcome
                flight.places.release()
            await running
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    # Features and scores

    async def encode(
        self, image: numpy.typing.NDArray[numpy.float32], *, features: str | None = None,
        timeout: float | None = 60,
    ) -> Features:
        """The features that the mesh's encoders make of an image.

        image: float32 [3, rows, columns], normalised as the encoder's preprocessing has it.
        features: the identity of the features wanted, refused with FAILED_PRECONDITION where the
        encoders give others; by default whatever they give, as `status` (for administrators) tells.
        """
        if features is None:
            for stage in (await self.status(timeout=timeout))["stages"]:
                if stage["name"] == "encode" and stage["workers"]:
                    features = stage["workers"][0]["identity"]["produces"]
            if features is None:
                raise MeshError(Code.UNAVAILABLE, "the mesh has no encoder at the moment")
        tensor = numpy.ascontiguousarray(image, dtype="<f4")
        message = _pack({"tensor": tensor, "features": features, "name": ""})
        reply = await self._unary("captionmesh.v1.Encoder/Encode", message, timeout)
        rows, columns = reply["grid"]
        return Features(reply["features"].reshape(rows, columns, -1))

    async def score(
        self, pairs: Iterable[tuple[str, Sequence[str]]], *, method: str = "coco",
        smoothing: int | None = None, smooth: str | None = None, tokenize: str = "none",
        timeout: float | None = 600,
    ) -> Scores:
        """Scores sentences, each with its references.

        method: whose BLEU it is: coco, nltk or sacrebleu. smoothing: the number of nltk's method;
        smooth: the name of sacrebleu's. tokenize: none, or ptb as coco-caption cuts words.
        """
        options = {"method": method, "smoothing": smoothing, "smooth": smooth, "tokenize": tokenize}
        messages = [_pack({
            "options": {name: value for name, value in options.items() if value is not None}})]
        messages += [
            _pack({"candidate": candidate, "references": list(references)})
            for candidate, references in pairs]

        async def ask(metadata: dict[str, str]) -> Any:
            call = await self._open(
                "captionmesh.v1.Scorer/Score", metadata, messages[0], unary=False)
            try:
                for message in messages[1:]:
                    await call.write(message)
                call.end()
                reply = await call.read()
                return self._only(reply, await call.read())
            finally:
                call.close()

        reply = await self._retrying(ask, timeout)
        return Scores(
            bleu=list(reply["bleu"]), rouge_l=reply["rouge_l"], cider=reply["cider"],
            count=reply["count"])

    # The mesh

    async def health(self, service: str = "", *, timeout: float | None = 10) -> str:
        """SERVING or NOT_SERVING: of the mesh, or of one service by its full name."""
        reply = await self._unary(
            "grpc.health.v1.Health/Check", _pack({"service": service}), timeout)
        return str(reply["status"])

    async def watch_health(self, service: str = "") -> AsyncGenerator[str, None]:
        """The health now and whenever it changes."""
        call = await self._open(
            "grpc.health.v1.Health/Watch", {}, _pack({"service": service}), unary=False)
        call.end()
        try:
            while (message := await call.read()) is not None:
                yield str(_unpack(message)["status"])
        finally:
            call.close()

    async def status(self, *, timeout: float | None = 10) -> dict[str, Any]:
        """The mesh at one moment: stages, workers, queues, limits, counters. Between machines it is
        for administrators."""
        reply = await self._unary("captionmesh.v1.Control/Status", _pack({}), timeout)
        return dict(reply)

    # Calls

    async def _unary(
        self, method: str, message: bytes, timeout: float | None, traceparent: str | None = None
    ) -> Any:
        async def ask(metadata: dict[str, str]) -> Any:
            call = await self._open(method, metadata, message, unary=True)
            try:
                reply = await call.read()
                return self._only(reply, await call.read())
            finally:
                call.close()

        return await self._retrying(ask, timeout, traceparent)

    @staticmethod
    def _only(reply: bytes | None, more: bytes | None) -> Any:
        """The only reply."""
        if reply is None or more is not None:
            raise MeshError(Code.INTERNAL, "the mesh did not send one reply")
        return _unpack(reply)

    def _metadata(self, timeout: float | None, traceparent: str | None) -> dict[str, str]:
        metadata: dict[str, str] = {}
        if timeout is not None:
            metadata["grpc-timeout"] = _grpc_timeout(timeout)
        if traceparent is not None:
            metadata["traceparent"] = traceparent
        return metadata

    async def _retrying(
        self, ask: Callable[[dict[str, str]], Awaitable[Value]], timeout: float | None,
        traceparent: str | None = None,
    ) -> Value:
        """Asks until there is an answer that asking again would not change."""
        start = time.monotonic()
        broken_since: float | None = None
        delay = _Backoff()
        try:
            async with asyncio.timeout(timeout):
                while True:
                    now = time.monotonic()
                    left = None if timeout is None else start + timeout - now
                    try:
                        return await ask(self._metadata(left, traceparent))
                    except MeshError as error:
                        now = time.monotonic()
                        pause = error.retry_after
                        if error.code is Code.UNAVAILABLE and self._has_heard:
                            broken_since = broken_since or now
                            if now - broken_since > self.patience:
                                raise
                            pause = pause if pause is not None else delay.next()
                        elif error.code is not Code.RESOURCE_EXHAUSTED or pause is None:
                            raise
                        pause *= random.uniform(1, 1.2)
                        # There would be no time left for an answer: better to say why.
                        if timeout is not None and now + pause >= start + timeout:
                            raise
                    await asyncio.sleep(pause)
        except TimeoutError:
            raise _deadline_exceeded(timeout) from None

    async def _open(
        self, method: str, metadata: dict[str, str], message: bytes | None, *, unary: bool
    ) -> _Call:
        if message is not None and len(message) > _Connection.frame_limit:
            raise MeshError(
                Code.RESOURCE_EXHAUSTED, f"a message of {len(message)} bytes; at most "
                f"{_Connection.frame_limit} are sent")
        connection = await self._connected()
        return connection.open(method, metadata, message, unary=unary)

    async def _connected(self) -> _Connection:
        """The connection, made anew where there is none. Calls that wait share the attempt."""
        if self._is_closed:
            raise MeshError(Code.CANCELLED, "the client is closed")
        connection = self._connection
        if connection is not None and connection.error is None and not connection.is_leaving:
            return connection
        if self._connecting is None:
            self._connecting = asyncio.ensure_future(self._connect())
            self._connecting.add_done_callback(self._end_connecting)
        return await asyncio.shield(self._connecting)

    def _end_connecting(self, task: asyncio.Task[_Connection]) -> None:
        self._connecting = None
        if not task.cancelled():
            task.exception()

    async def _connect(self) -> _Connection:
        if self._connection is not None and self._connection.error is None:
            # The server is shutting down: open calls go on, and it ends the connection.
            self._connection = None
        self._connections = {
            connection for connection in self._connections if connection.error is None}
        deadline = time.monotonic() + self.connect_timeout
        delay = _Backoff()
        while True:
            connection = _Connection(self._context, self.address, self._key)
            try:
                await asyncio.wait_for(connection.ready(), max(deadline - time.monotonic(), 0.01))
                self._connection = connection
                self._connections.add(connection)
                self._has_heard = True
                return connection
            except (MeshError, TimeoutError) as error:
                if isinstance(error, MeshError) and error.code is not Code.UNAVAILABLE:
                    raise
                pause = delay.next()
                if time.monotonic() + pause >= deadline:
                    raise MeshError(
                        Code.UNAVAILABLE, f"no server answers at {self.address} (waited "
                        f"{self.connect_timeout:g} s); `Deploy/mesh up` starts a mesh") from error
            except asyncio.CancelledError:
                connection.lose(MeshError(Code.CANCELLED, "the client is closed"))
                raise
            connection.lose(MeshError(Code.UNAVAILABLE, "nobody answers"))
            await asyncio.sleep(pause)


def _deadline_exceeded(timeout: float | None) -> MeshError:
    return MeshError(Code.DEADLINE_EXCEEDED, f"no answer within {timeout:g} s")


# ── The client for everybody else ──


class Client:
    """A client of the mesh whose calls wait for their answers. Any number of threads may share it.

    It is an `AsyncClient` in a thread of its own, so that the mesh is kept informed of its life
    whatever the program does meanwhile.
    """

    def __init__(
        self, address: str | None = None, *, key: Key | str | os.PathLike[str] | None = None,
        connect_timeout: float = 5, patience: float = 30,
    ) -> None:
        """As `AsyncClient`'s."""
        self._client = AsyncClient(
            address, key=key, connect_timeout=connect_timeout, patience=patience)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="captionmesh", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """The dispatcher's."""
        return self._client.address

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends what is in hand and takes leave of the mesh."""
        async def finish() -> None:
            await self._client.close()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        if self._thread.is_alive():
            self._wait(finish())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    def caption(
        self, photograph: Photograph, *, timeout: float | None = 60,
        traceparent: str | None = None, **decoding: Unpack[Decoding],
    ) -> Caption:
        """Captions one photograph; see `AsyncClient.caption`."""
        return self._wait(self._client.caption(
            photograph, timeout=timeout, traceparent=traceparent, **decoding))

    def submit(
        self, photograph: Photograph, *, timeout: float | None = 60,
        traceparent: str | None = None, **decoding: Unpack[Decoding],
    ) -> concurrent.futures.Future[Caption]:
        """Begins to caption one photograph; the future's `cancel` gives it up in the mesh, too."""
        return self._begin(self._client.caption(
            photograph, timeout=timeout, traceparent=traceparent, **decoding))

    def stream(
        self, photographs: Iterable[Photograph], *, window: int = 32,
        timeout: float | None = None, traceparent: str | None = None,
        **decoding: Unpack[Decoding],
    ) -> Iterator[Outcome]:
        """Captions photographs as they finish; see `AsyncClient.stream`. They are taken from
        another thread than this one, never two at a time."""
        stream = self._client.stream(
            photographs, window=window, timeout=timeout, traceparent=traceparent, **decoding)
        # One at a time: an interrupted wait ends before the stream is closed.
        turn = asyncio.Lock()

        async def take() -> Outcome | None:
            async with turn:
                return await anext(stream, None)

        async def close() -> None:
            async with turn:
                await stream.aclose()

        try:
            while (outcome := self._wait(take())) is not None:
                yield outcome
        finally:
            if not self._loop.is_closed():
                self._wait(close())

    def encode(
        self, image: numpy.typing.NDArray[numpy.float32], *, features: str | None = None,
        timeout: float | None = 60,
    ) -> Features:
        """The features that the mesh's encoders make of an image; see `AsyncClient.encode`."""
        return self._wait(self._client.encode(image, features=features, timeout=timeout))

    def score(
        self, pairs: Iterable[tuple[str, Sequence[str]]], *, method: str = "coco",
        smoothing: int | None = None, smooth: str | None = None, tokenize: str = "none",
        timeout: float | None = 600,
    ) -> Scores:
        """Scores sentences, each with its references; see `AsyncClient.score`."""
        return self._wait(self._client.score(
            pairs, method=method, smoothing=smoothing, smooth=smooth, tokenize=tokenize,
            timeout=timeout))

    def health(self, service: str = "", *, timeout: float | None = 10) -> str:
        """SERVING or NOT_SERVING: of the mesh, or of one service by its full name."""
        return self._wait(self._client.health(service, timeout=timeout))

    def status(self, *, timeout: float | None = 10) -> dict[str, Any]:
        """The mesh at one moment; see `AsyncClient.status`."""
        return self._wait(self._client.status(timeout=timeout))

    def _begin(self, work: Coroutine[Any, Any, Value]) -> concurrent.futures.Future[Value]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _wait(self, work: Coroutine[Any, Any, Value]) -> Value:
        future = self._begin(work)
        try:
            return future.result()
        except BaseException:
            # Also when the program is interrupted meanwhile.
            future.cancel()
            raise


def _main() -> int:
    """Captions the photographs that are named, as a first try."""
    if len(sys.argv) < 2:
        print("usage: captionmesh.py PHOTOGRAPH…", file=sys.stderr)
        return 2
    failed = 0
    try:
        with Client() as mesh:
            for outcome in mesh.stream(sys.argv[1:]):
                print(f"{outcome.photograph!s}: {outcome.caption or outcome.error}", flush=True)
                failed += outcome.error is not None
    except MeshError as error:
        print(f"captionmesh.py: {error}", file=sys.stderr)
        return 75 if error.code in (Code.UNAVAILABLE, Code.RESOURCE_EXHAUSTED) else 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(_main())
