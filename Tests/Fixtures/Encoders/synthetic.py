"""The weights and images of the goldens, which make_goldens.py explains, and the models."""
import numpy as np, torch, torchvision
import torch.nn.functional as F
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
            if isinstance(model, ResNetV2):
                v = v / np.sqrt(np.float32(fan_in))
        elif name.endswith((".weight", ".scale")):
            v = 1 + 0.5 * v
        elif name.endswith((".bias", ".shift")):
            v = 0.5 * v
        elif name.endswith(".running_mean"):
            v = 0.1 * fan_in**0.5 * v
        elif name.endswith(".running_var"):
            v = 0.4 * fan_in * (1 + 0.5 * v)
        state[name] = v
    model.load_state_dict(state, strict=False)
    return model.eval(), sum(v.numel() for v in state.values())


class Preactivation(torch.nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.zeros(channels))
        self.shift = torch.nn.Parameter(torch.zeros(channels))

    def forward(self, x):
        return F.relu(x * self.scale[:, None, None] + self.shift[:, None, None])


class Unit(torch.nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.preact = Preactivation(inputs)
        self.stride = stride
        self.shortcut = None if inputs == 4 * width else torch.nn.Conv2d(inputs, 4 * width, 1)
        self.conv1 = torch.nn.Conv2d(inputs, width, 1)
        self.conv2 = torch.nn.Conv2d(width, width, 3, stride, 1)
        self.conv3 = torch.nn.Conv2d(width, 4 * width, 1)

    def forward(self, x):
        z = self.preact(x)
        shortcut = self.shortcut(z) if self.shortcut else x[:, :, ::self.stride, ::self.stride]
        return shortcut + self.conv3(F.relu(self.conv2(F.relu(self.conv1(z)))))


class ResNetV2(torch.nn.Module):
    """TF-Slim's pre-activation ResNet, batch norms after convolutions folded in."""

    def __init__(self, depths):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(3, 64, 7, 2, 3)
        channels = 64
        for stage, depth in enumerate(depths):
            last = depth - 1 if stage < len(depths) - 1 else None
            units = []
            for unit in range(depth):
                units.append(Unit(channels, 64 << stage, 2 if unit == last else 1))
                channels = 256 << stage
            self.add_module(f"layer{stage + 1}", torch.nn.Sequential(*units))
        self.postact = Preactivation(channels)

    def extract_features(self, x):
        x = F.max_pool2d(F.pad(self.conv1(x), (0, 1, 0, 1), value=-float("inf")), 3, 2)
        return self.postact(self.layer3(self.layer2(self.layer1(x))))


def model(name):
    if name == "resnet101v2-c4":
        return ResNetV2([3, 4, 22])
    if name.startswith("resnet"):
        return getattr(torchvision.models, name)(weights=None)
    return EfficientNet.from_name(name)


def features(model, image):
    if hasattr(model, "extract_features"):
        return model.extract_features(image)
    return torch.nn.Sequential(*list(model.children())[:-2])(image)
