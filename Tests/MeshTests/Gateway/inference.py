"""All that tritonclient asks of a server. Usage: inference.py URL PHOTOGRAPH

Prints a line for each thing that is as it should be, and ends with status 1 at the first that is not.
"""
import base64
import json
import sys
import urllib.request

import numpy as np
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

url, path = sys.argv[1:]
photograph = open(path, "rb").read()


def check(holds, what):
    print(("ok: " if holds else "FAILED: ") + what, flush=True)
    if not holds:
        sys.exit(1)


def refused(call, text):
    try:
        call()
        check(False, f"refused: {text}")
    except InferenceServerException as error:
        check(text in error.message(), f"refused: {error.message()}")


client = triton.InferenceServerClient(url.removeprefix("http://"))
check(client.is_server_live() and client.is_server_ready(), "the server is live and ready")
check(client.get_server_metadata()["extensions"] == ["binary_tensor_data"], "its extensions")
served = json.load(urllib.request.urlopen(url + "/v1/models"))["models"][0]["name"]
for model in ["captioner", served]:
    check(client.is_model_ready(model) and client.is_model_ready(model, "1"), f"{model} is ready")
    metadata = client.get_model_metadata(model)
    check(metadata["inputs"] == [{"name": "IMAGE", "datatype": "BYTES", "shape": [-1]}], f"{model}'s input")
for ready in ["/v2/health/live", "/v2/health/ready", "/v2/models/captioner/ready"]:
    check(True in json.load(urllib.request.urlopen(url + ready)).values(), f"{ready} says so in JSON")
check(not client.is_model_ready("none"), "another model is not ready")


def images(data, binary=True):
    tensor = triton.InferInput("IMAGE", [len(data)], "BYTES")
    tensor.set_data_from_numpy(np.array(data, dtype=object), binary_data=binary)
    return [tensor]


both = client.infer("captioner", images([photograph, photograph]), request_id="42", priority=3)
caption = both.as_numpy("CAPTION")[0]
check(both.as_numpy("CAPTION").tolist() == [caption, caption], f"two photographs, two captions: {caption}")
check(both.as_numpy("SCORE").dtype == np.float32 and (both.as_numpy("SCORE") < 0).all(), "scores are FP32")
check(both.get_response()["id"] == "42", "the id comes back")
text = base64.b64encode(photograph)
for binary in [True, False]:
    outputs = [triton.InferRequestedOutput(name, binary_data=binary) for name in ["SCORE", "CAPTION"]]
    answer = client.infer(served, images([text], False), model_version="1", outputs=outputs)
    found = answer.as_numpy("CAPTION")[0]
    check((found if binary else found.encode()) == caption, f"base64 in JSON, binary output {binary}")
    check([output["name"] for output in answer.get_response()["outputs"]] == ["SCORE", "CAPTION"], "outputs as asked")
greedy = client.infer("captioner", images([photograph]), parameters={"beam": 1})
check(len(greedy.as_numpy("CAPTION")[0]) > 0, "parameters of the search")
refused(lambda: client.infer("none", images([photograph])), "none")
refused(lambda: client.infer("captioner", images([b"x"])), "IMAGE[0]")
refused(lambda: client.infer("captioner", images([photograph]), timeout=1), "")
refused(lambda: client.infer("captioner", images([photograph]), model_version="2"), "version")
refused(lambda: client.infer("captioner", images([photograph]), request_compression_algorithm="gzip"), "uncompressed")
