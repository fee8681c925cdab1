"""The weights and images of the goldens, which make_goldens.py explains, and the models."""
import numpy as np, torch, torchvision
from efficientnet_lite_pytorch import EfficientNet

x, table = 0, []
for _ in range(8191):
    x = (1664525 * x + 1013904223) % 2**32
    table.append((x >> 8) / 2**23 - 1)
table = np.array(table, np.float32)


def read(start, shape):
    count = int(np.prod(shape))
    return torch.from_numpy(table[(start + np.arange(count)) % len(table)].reshape(shape))


def fill(model):
    names = [n for n in model.state_dict() if "num_batches" not in n and not n.startswith(("fc.", "_fc."))]
    place = {name: t for t, name in enumerate(sorted(names))}
    state, fan_in = {}, None
    for name in names:
        shape = tuple(model.state_dict()[name].shape)
        v = read(977 * place[name], shape)
        if len(shape) == 4:
            fan_in = shape[1] * shape[2] * shape[3]
        elif name.endswith(".weight"):
            v = 1 + 0.5 * v
        elif name.endswith(".bias"):
            v = 0.5 * v
        elif name.endswith(".running_mean"):
            v = 0.1 * fan_in**0.5 * v
        elif name.endswith(".running_var"):
            v = 0.4 * fan_in * (1 + 0.5 * v)
        state[name] = v
    model.load_state_dict(state, strict=False)
    return model.eval(), sum(v.numel() for v in state.values())


def model(name):
    if name.startswith("resnet"):
        return getattr(torchvision.models, name)(weights=None)
    return EfficientNet.from_name(name)


def features(model, image):
    if hasattr(model, "extract_features"):
        return model.extract_features(image)
    return torch.nn.Sequential(*list(model.children())[:-2])(image)
