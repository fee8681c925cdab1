"""Loading beside Pillow with NumPy and beside torchvision: a JPEG of 500x375 becomes a normalised
256x256 tensor, in one thread, runs taken in turn.

Started by Tests/Benchmarks/run, which builds the program. The photographs are invented, with the
spectrum of real ones, unless a folder of them is given."""
import argparse, glob, io, os, statistics, tempfile, time

import numpy as np
from PIL import Image

import limits, material, table
from program import Program

WIDTH, HEIGHT, SIZE = 500, 375, 256
PREPROCESSING = f"rgb-{SIZE}x{SIZE}-pillow-bilinear-torchvision"
MEAN, DEVIATION = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]


def invented_photograph(seed, width, height):
    """Noise whose amplitude falls with its frequency, as in photographs of nature (Field 1987), more
    of it in light than in colour."""
    rng = np.random.default_rng(seed)
    frequency = np.hypot(np.fft.fftfreq(height)[:, None] * height, np.fft.rfftfreq(width) * width)
    planes = [np.fft.irfft2(np.fft.rfft2(rng.standard_normal((height, width))) / (frequency + 1) ** 1.7,
                            (height, width)) for _ in range(3)]
    light, red, blue = (plane / plane.std() for plane in planes)
    pixels = np.stack([light + 0.3 * red, light - 0.15 * (red + blue), light + 0.3 * blue], 2)
    return Image.fromarray((128 + 48 * pixels).clip(0, 255).astype(np.uint8))


def photographs(folder, count, source=None, width=WIDTH, height=HEIGHT):
    """JPEG files of one size, quality 90, colours at half resolution as cameras write them."""
    names = sorted(glob.glob(os.path.join(source, "*.jpg")))[:count] if source else []
    files = []
    for index in range(count):
        image = (Image.open(names[index % len(names)]).convert("RGB").resize((width, height), Image.LANCZOS)
                 if names else invented_photograph(index, width, height))
        files.append(os.path.join(folder, f"{index}.jpg"))
        image.save(files[-1], quality=90)
    return files


def pillow(bytes):
    image = Image.open(io.BytesIO(bytes)).convert("RGB").resize((SIZE, SIZE), Image.BILINEAR)
    pixels = np.asarray(image).astype(np.float32) / 255
    return np.ascontiguousarray(
        ((pixels - np.float32(MEAN)) / np.float32(DEVIATION)).transpose(2, 0, 1))


def torchvision_loader():
    import torch
    from torchvision.io import ImageReadMode, decode_jpeg
    from torchvision.transforms import v2
    torch.set_num_threads(1)
    mean = torch.tensor(MEAN).view(3, 1, 1) * 255
    deviation = torch.tensor(DEVIATION).view(3, 1, 1) * 255
    resize = v2.Resize((SIZE, SIZE), antialias=True)

    @torch.inference_mode()
    def load(bytes):
        # One subtraction and one division in place of v2's ToDtype and Normalize: faster.
        image = resize(decode_jpeg(torch.frombuffer(bytes, dtype=torch.uint8), mode=ImageReadMode.RGB))
        return image.float().sub_(mean).div_(deviation)

    return load


class Ours(Program):
    def __init__(self, program, files, decoding="exact", preprocessing=PREPROCESSING):
        super().__init__(program, preprocessing, decoding, *files)

    def result(self, folder):
        file = os.path.join(folder, "tensor")
        self.ask("write " + file)
        return np.fromfile(file, np.float32).reshape(3, SIZE, SIZE)


class Peer:
    def __init__(self, load, files):
        self.load = load
        self.files = []
        for name in files:
            with open(name, "rb") as file:
                self.files.append(bytearray(file.read()))

    def run(self):
        start = time.perf_counter()
        for bytes in self.files:
            self.last = self.load(bytes)
        return (time.perf_counter() - start) * 1e3 / len(self.files)

    def result(self, folder):
        return np.asarray(self.last)

    def close(self):
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--count", type=int, default=32, help="photographs of a run")
    parser.add_argument("--photographs", help="folder of JPEG files; by default invented ones")
    parser.add_argument("--json", help="file to write the rows to")
    options = parser.parse_args()
    print(material.surroundings(1))
    with tempfile.TemporaryDirectory() as folder:
        files = photographs(folder, options.count, options.photographs)
        size = sum(map(os.path.getsize, files)) / len(files)
        sides = {"CaptionMesh": Ours(options.program, files), "Pillow, NumPy": Peer(pillow, files),
                 "torchvision": Peer(torchvision_loader(), files),
                 "libjpeg alone": Ours(options.program, files, "decoded")}
        times = table.in_turn({name: side.run for name, side in sides.items()}, options.rounds)
        difference = np.abs(sides["CaptionMesh"].result(folder) - sides["Pillow, NumPy"].result(folder))
        for side in sides.values():
            side.close()
    print(f"{WIDTH}x{HEIGHT} JPEG of {size / 1e3:.0f} kB to {SIZE}x{SIZE}, largest difference from "
          f"Pillow and NumPy {difference.max():.1e}")
    mine, decoding = times["CaptionMesh"], times["libjpeg alone"]
    limit = limits.share("libjpeg-turbo's decoding alone", statistics.median(decoding), statistics.median(mine))
    table.finish(
        [table.row(f"JPEG {WIDTH}×{HEIGHT} to a 256×256 tensor, one thread", "ms", mine, peer, times[peer], most,
                   limit=limit) for peer, most in (("Pillow, NumPy", 0.4), ("torchvision", 0.95))],
        options.json)


if __name__ == "__main__":
    main()
