"""Captions photographs with tritonclient. Usage: triton.py PHOTOGRAPH…

pip install "tritonclient[http]"; CAPTIONMESH_URL says where the gateway is, CAPTIONMESH_TOKEN who
asks.
"""
import os
import sys

import numpy as np
import tritonclient.http as triton

url = os.environ.get("CAPTIONMESH_URL", "http://127.0.0.1:8080").removeprefix("http://")
token = os.environ.get("CAPTIONMESH_TOKEN")
headers = {"Authorization": f"Bearer {token}"} if token else None
with triton.InferenceServerClient(url) as client:
    if not client.is_model_ready("captioner", headers=headers):
        sys.exit("the mesh is not ready")
    photographs = [open(path, "rb").read() for path in sys.argv[1:]]
    images = triton.InferInput("IMAGE", [len(photographs)], "BYTES")
    images.set_data_from_numpy(np.array(photographs, dtype=object))
    answer = client.infer(
        "captioner", [images], headers=headers, timeout=30_000_000, priority=1)  # microseconds
    for path, caption, score in zip(
            sys.argv[1:], answer.as_numpy("CAPTION"), answer.as_numpy("SCORE")):
        print(f"{path}: {caption.decode()} ({score:.2f})")
