"""Writes the small files of this folder. Usage: python make_files.py   (torch, safetensors, numpy)

plain.*      a module's state_dict: OrderedDict with _metadata
checkpoint.* all element types, strides and offsets, shared storages, numbers, strings, nesting
                 .zip.pth since PyTorch 1.6, .legacy.pth before it
protocol4.zip.pth  plain.* with pickle protocol 4
harmful.*    asks for os.system when it is unpickled as Python would
reference.safetensors  by the format's own library, with metadata and bfloat16
"""
import collections, os
import torch
from safetensors.torch import save_file

os.chdir(os.path.dirname(os.path.abspath(__file__)))


def save(value, name, **options):
    torch.save(value, f"{name}.zip.pth", **options)
    torch.save(value, f"{name}.legacy.pth", _use_new_zipfile_serialization=False, **options)


torch.manual_seed(0)
module = torch.nn.Sequential(torch.nn.Conv2d(2, 3, 1), torch.nn.BatchNorm2d(3))
for index, tensor in enumerate(module.state_dict().values()):
    tensor.copy_(torch.arange(tensor.numel()).reshape(tensor.shape) + 10 * index)
save(module.state_dict(), "plain")
torch.save(module.state_dict(), "protocol4.zip.pth", pickle_protocol=4)

base = torch.arange(24, dtype=torch.float32)
types = collections.OrderedDict(
    (str(t).split(".")[1], torch.tensor([0, 1, 2, 3, 5, 100]).to(t))
    for t in (torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.uint8, torch.int8,
              torch.int32, torch.int64, torch.bool))
save({
    "epoch": 12, "loss": 0.25, "name": "a name, später", "flags": [True, False, None],
    "pair": (1, -2), "big": -(2**40), "model": collections.OrderedDict([
        ("dense", base.reshape(2, 3, 4)), ("transposed", base.reshape(4, 6).t()),
        ("sliced", base.reshape(4, 6)[1:, ::2]), ("scalar", torch.tensor(7.5)),
        ("empty", torch.zeros(0, 3)), ("parameter", torch.nn.Parameter(torch.tensor([1.0, 2.0])))]),
    "types": types}, "checkpoint")


class Harmful:
    def __reduce__(self):
        return os.system, ("echo harm",)


save({"weight": torch.zeros(2), "extra": Harmful()}, "harmful")

save_file({"b": torch.arange(6, dtype=torch.float32).reshape(2, 3), "a": torch.tensor([1, 2], dtype=torch.int64),
           "h": torch.tensor([1.5, -2.0], dtype=torch.bfloat16), "empty": torch.zeros(0, 2)},
          "reference.safetensors", metadata={"format": "pt", "said": "\"quoted\" \\ \n\u00e4\U0001f600"})
