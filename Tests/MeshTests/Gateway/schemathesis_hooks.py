"""What schemathesis cannot know: photographs are photographs, and processes take their time to start."""
import base64
import pathlib

import schemathesis
from hypothesis import strategies
from schemathesis import openapi

photograph = (pathlib.Path(__file__).parents[2] / "Fixtures/Imaging/jpeg-420.jpg").read_bytes()

for media_type in ["image/jpeg", "image/png", "application/octet-stream"]:
    openapi.media_type(media_type, strategies.just(photograph))


@schemathesis.hook("map_body")
def photographs_in_json(context, body):
    """Base64 is of a photograph."""
    if isinstance(body, dict) and isinstance(body.get("inputs"), list):
        for tensor in body["inputs"]:
            if isinstance(tensor, dict) and isinstance(tensor.get("data"), list):
                tensor["data"] = [base64.b64encode(photograph).decode()]
    return body


def is_count(value):
    """1.0 is a whole number to JSON."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 64


@schemathesis.hook
def before_call(context, case, kwargs):
    """Scaling asks for what there is, and draining for workers that there are not."""
    if not isinstance(case.body, dict):
        return
    if case.path == "/v1/mesh/scale" and all(map(is_count, case.body.values())):
        case.body = {stage: 1 for stage in case.body}
    if case.path == "/v1/mesh/drain" and is_count(case.body.get("worker")):
        case.body = case.body | {"worker": case.body["worker"] + 1_000_000}
