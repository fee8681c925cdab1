"""Chooses between the models of two meshes at one gateway. Usage: models.py URL PHOTOGRAPH CAPTION CAPTION

The captions are those of the gateway's own mesh and of the other one. Prints a line for each thing that
is as it should be, and ends with status 1 at the first that is not.
"""
import json
import sys
import urllib.error
import urllib.request

import numpy as np
import tritonclient.http as triton
from playwright.sync_api import expect, sync_playwright

url, path, *captions = sys.argv[1:]
photograph = open(path, "rb").read()
own, other = "flickr8k-attend-tuned", "flickr8k-attend"


def check(holds, what):
    print(("ok: " if holds else "FAILED: ") + what, flush=True)
    if not holds:
        sys.exit(1)


served = json.load(urllib.request.urlopen(url + "/v1/models"))
check([model["name"] for model in served["models"]] == [own, other], f"both are listed, its own first: {served}")
check(served["default"] == "captioner", "and a name for its own, whatever it is")
check(len({model["version"] for model in served["models"]}) == 2, "their versions are of two checkpoints")
wanted = dict(zip([None, "captioner", own, other], [captions[0], *captions[:1] * 2, captions[1]]))
for name, caption in wanted.items():
    request = urllib.request.Request(
        url + "/v1/captions" + (f"?model={name}" if name else ""), photograph, {"Content-Type": "image/jpeg"})
    answer = json.load(urllib.request.urlopen(request))
    check(answer["captions"][0]["caption"] == caption, f"REST, {name}: {caption}")
    check(answer["model"] == (own if name in (None, "captioner") else name), "the answer names the model")

client = triton.InferenceServerClient(url.removeprefix("http://"))
tensor = triton.InferInput("IMAGE", [1], "BYTES")
tensor.set_data_from_numpy(np.array([photograph], dtype=object))
for name, caption in list(wanted.items())[1:]:
    check(client.is_model_ready(name) and client.get_model_metadata(name)["name"] == name, f"{name} is ready")
    answer = client.infer(name, [tensor])
    check(answer.as_numpy("CAPTION").tolist() == [caption.encode()], f"Open Inference Protocol, {name}: {caption}")
check(not client.is_model_ready("flickr30k"), "another is not")

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
    page = browser.new_page()
    page.goto(url + "/")
    choice = page.get_by_label("Model")
    expect(choice.locator("option")).to_have_text([own, other])
    page.locator("#pick-file").set_input_files(path)
    image = page.locator(".card img").first
    expect(image).to_have_attribute("alt", captions[0], timeout=30_000)
    choice.select_option(other)
    expect(image).to_have_attribute("alt", captions[1], timeout=30_000)
    check(True, "the page captions anew with the other model")
    browser.close()
