#!/usr/bin/env python3
"""Writes golden.txt: lines of a name, a space, and the hexadecimal bytes that Python packs.

Run with msgpack 1.2.4 and msgpack-numpy 0.4.8:  python3 make_golden.py > golden.txt
"""
import msgpack
import msgpack_numpy
import numpy as np


def golden(name, value):
    print(name, msgpack.packb(value, default=msgpack_numpy.encode).hex())


for number in [0, 1, 127, 128, 255, 256, 65535, 65536, 2**31 - 1, 2**32 - 1, 2**32, 2**63 - 1,
               -1, -32, -33, -128, -129, -32768, -32769, -(2**31), -(2**31) - 1, -(2**63)]:
    golden(f"integer/{number}", number)
for length in [0, 1, 31, 32, 255, 256, 65535, 65536]:
    # Longer strings are described by their header alone, to keep the file small.
    packed = msgpack.packb("x" * length)
    print(f"string-header/{length}", packed[:len(packed) - length].hex())
    packed = msgpack.packb(b"x" * length)
    print(f"binary-header/{length}", packed[:len(packed) - length].hex())
golden("string/unicode", "Straße – 写真")
golden("float64", 0.1)
golden("array/15", list(range(15)))
golden("array/16", list(range(16)))
golden("dictionary", {"a": 1, "b": 2})
golden("message", {"id": "a1", "count": 7, "score": -1.5, "done": True, "tags": ["x", "y"],
                   "image": b"\x00\xff", "features": np.arange(6, dtype="<f2").reshape(2, 3),
                   "inner": {"id": "a2", "count": 0, "score": 0.0, "done": False, "tags": [],
                             "image": b""}})
for dtype in ["<f2", "<f4", "<f8", "|u1", "|i1", "<i4", "<i8"]:
    golden(f"tensor/{dtype}", np.arange(12).reshape(3, 1, 4).astype(dtype))
golden("tensor/scalar", np.array(2.5, dtype="<f4"))
golden("tensor/empty", np.zeros((0, 5), dtype="<f4"))

# What must be refused.
golden("refused/object", np.array([None, 1], dtype=object))
golden("refused/structured", np.zeros(2, dtype=[("a", "<i4"), ("b", "<f4")]))
golden("refused/big-endian", np.arange(3, dtype=">f4"))
golden("refused/boolean", np.array([True, False]))
golden("refused/complex", np.zeros(2, dtype="<c8"))
golden("refused/numpy-scalar", np.float32(1))
golden("refused/short-data", {b"nd": True, b"type": "<f4", b"kind": b"", b"shape": [3],
                              b"data": b"\0" * 11})
golden("refused/long-data", {b"nd": True, b"type": "<f4", b"kind": b"", b"shape": [3],
                             b"data": b"\0" * 16})
golden("refused/overflow", {b"nd": True, b"type": "<f4", b"kind": b"",
                            b"shape": [2**62, 2**62, 0], b"data": b""})
golden("refused/byte-overflow", {b"nd": True, b"type": "<f8", b"kind": b"", b"shape": [2**61],
                                 b"data": b""})
golden("refused/negative", {b"nd": True, b"type": "<f4", b"kind": b"", b"shape": [-1, -1],
                            b"data": b"\0" * 4})
golden("refused/str-keys", {"nd": True, "type": "<f4", "kind": b"", "shape": [1],
                            "data": b"\0" * 4})
