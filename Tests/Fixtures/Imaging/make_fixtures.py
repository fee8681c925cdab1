"""Makes the files that ImagingTests reads: tiny images of every kind, and beside each NAME.jpg or
NAME.png the RGB array that Pillow decodes it to, NAME.npy (uint8 [height, width, 3]).

    python3 make_fixtures.py          # needs pillow before 13, numpy and torch

Made with Pillow 12.0.0 (libjpeg-turbo 3.1.2), NumPy 2.4.6 and PyTorch 2.15.0. Pillow 13 decodes the
same, but resizes columns before rows where the height shrinks much more than the width; prepared
data sets and this project go by the older rule, rows first always.
"""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps

HERE = Path(__file__).parent
WIDTH, HEIGHT = 37, 26


def photograph(width=WIDTH, height=HEIGHT):
    """Smooth colours with edges and a little noise, the same at every run."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    red = 255 * x / width
    green = 127 + 120 * np.sin(x / 3) * np.cos(y / 4)
    blue = np.where((x // 7 + y // 5) % 2 == 0, 40, 210)
    noise = np.random.default_rng(7).normal(0, 6, (height, width, 3))
    return np.clip(np.stack([red, green, blue], -1) + noise, 0, 255).astype(np.uint8)


def jpeg(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", **{"quality": 85, **options})
    return buffer.getvalue()


def chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
         (0, 1, 1, 2)]


def png(samples, depth, color, before=b"", interlaced=False):
    """A PNG file of samples [height, width, channels] that are below 2**depth."""
    height, width, _ = samples.shape

    def rows(part):
        for row in part.reshape(part.shape[0], -1):
            if depth == 16:
                line = row.astype(">u2").tobytes()
            elif depth == 8:
                line = row.astype(np.uint8).tobytes()
            else:
                bits = (row[:, None] >> np.arange(depth - 1, -1, -1)) & 1
                line = np.packbits(bits.reshape(-1).astype(np.uint8)).tobytes()
            yield b"\0" + line

    steps = ADAM7 if interlaced else [(0, 0, 1, 1)]
    parts = [samples[y::dy, x::dx] for x, y, dx, dy in steps]
    data = b"".join(b"".join(rows(part)) for part in parts if part.size)
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, int(interlaced))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + before
            + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b""))


def write(name, data, array=None):
    """Writes a file and what it decodes to."""
    (HERE / name).write_bytes(data)
    if array is None:
        array = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    np.save(HERE / name.rsplit(".", 1)[0], np.ascontiguousarray(array))


def on_white(data):
    image = Image.open(io.BytesIO(data)).convert("RGBA")
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image, mask=image.getchannel("A"))
    return np.asarray(paper)


def make_jpegs():
    image = Image.fromarray(photograph())
    gray = image.convert("L")
    write("jpeg-444.jpg", jpeg(image, subsampling="4:4:4"))
    write("jpeg-422.jpg", jpeg(image, subsampling="4:2:2"))
    write("jpeg-420.jpg", jpeg(image, subsampling="4:2:0"))
    write("jpeg-gray.jpg", jpeg(gray))
    write("jpeg-progressive.jpg", jpeg(image, progressive=True))
    write("jpeg-progressive-444.jpg", jpeg(image, progressive=True, subsampling="4:4:4"))
    write("jpeg-progressive-gray.jpg", jpeg(gray, progressive=True))
    write("jpeg-restart.jpg", jpeg(image, restart_marker_blocks=2))
    write("jpeg-rgb.jpg", jpeg(image, keep_rgb=True))
    write("jpeg-one-pixel.jpg", jpeg(image.crop((20, 9, 21, 10))))

    cmyk = Image.fromarray(np.concatenate([photograph(), photograph()[::-1, :, :1]], -1), "CMYK")
    write("jpeg-cmyk.jpg", jpeg(cmyk))
    write("jpeg-cmyk-progressive.jpg", jpeg(cmyk, progressive=True))
    # Adobe's YCCK: Pillow inverts and stores the four channels as they are, so hand it those of
    # YCCK, and then let the Adobe segment say so: its last byte, 0 in Pillow's files, becomes 2.
    ycc = [ImageOps.invert(channel) for channel in image.convert("YCbCr").split()]
    data = jpeg(Image.merge("CMYK", [*ycc, cmyk.getchannel("K")]))
    end = data.index(b"Adobe") + 12
    assert data[end - 1] == 0
    write("jpeg-ycck.jpg", data[: end - 1] + b"\2" + data[end:])

    small = Image.fromarray(photograph(11, 6))
    for orientation in range(1, 9):
        for order in ("<", ">") if orientation == 6 else ("<",):
            exif = Image.Exif()
            exif.endian = order
            exif[0x010F] = "Maker"
            exif[0x0112] = orientation
            data = jpeg(small, exif=exif.tobytes(), subsampling="4:4:4")
            upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
            suffix = "-big-endian" if order == ">" else ""
            write(f"orientation-{orientation}{suffix}.jpg", data, np.asarray(upright))


def make_pngs():
    rgb = photograph(19, 13)
    gray = rgb[:, :, :1]
    alpha = photograph(19, 13)[::-1, ::-1, 2:]
    wide = rgb.astype(np.uint16) * 256 + rgb[:, ::-1]
    wide_alpha = alpha.astype(np.uint16) * 256 + 3
    palette = chunk(b"PLTE", photograph(16, 16).tobytes())
    write("png-rgb.png", png(rgb, 8, 2))
    write("png-rgb-interlaced.png", png(rgb, 8, 2, interlaced=True))
    write("png-rgb16.png", png(wide, 16, 2))
    write("png-gray.png", png(gray, 8, 0))
    # Pillow clips 16-bit gray at 255, which is white for nearly every file; the upper byte is what
    # it takes of other 16-bit files.
    write("png-gray16.png", png(wide[:, :, :1], 16, 0), np.repeat(gray, 3, 2))
    write("png-palette.png", png(gray, 8, 3, palette))
    write("png-palette-interlaced.png", png(gray, 8, 3, palette, interlaced=True))
    for depth in (1, 2, 4):
        few = gray >> (8 - depth)
        write(f"png-gray{depth}.png", png(few, depth, 0))
        write(f"png-gray{depth}-interlaced.png", png(few, depth, 0, interlaced=True))
        entries = chunk(b"PLTE", photograph(2**depth, 1).tobytes())
        write(f"png-palette{depth}.png", png(few, depth, 3, entries))

    clear_palette = palette + chunk(b"tRNS", bytes(range(0, 250, 5)))
    key = chunk(b"tRNS", struct.pack(">HHH", *[int(value) for value in rgb[5, 5]]))
    gray_key = chunk(b"tRNS", struct.pack(">H", int(gray[5, 5, 0])))
    for name, data in {
        "png-palette-alpha.png": png(gray, 8, 3, clear_palette),
        "png-rgb-key.png": png(rgb, 8, 2, key),
        "png-gray-key.png": png(gray, 8, 0, gray_key),
        "png-rgba.png": png(np.concatenate([rgb, alpha], -1), 8, 6),
        "png-rgba-interlaced.png": png(np.concatenate([rgb, alpha], -1), 8, 6, interlaced=True),
        "png-rgba16.png": png(np.concatenate([wide, wide_alpha], -1), 16, 6),
        "png-gray-alpha.png": png(np.concatenate([gray, alpha], -1), 8, 4),
        "png-gray-alpha16.png": png(np.concatenate([wide[:, :, :1], wide_alpha], -1), 16, 4),
    }.items():
        write(name, data, on_white(data))

    exif = Image.Exif()
    exif[0x0112] = 8
    data = png(rgb, 8, 2, chunk(b"gAMA", struct.pack(">I", 100000))
               + chunk(b"eXIf", exif.tobytes()[6:]))
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    write("orientation-png.png", data, np.asarray(upright))


def make_sizes():
    source = Image.fromarray(photograph(23, 17))
    np.save(HERE / "resize-source", np.asarray(source))
    for width, height in [(1, 1), (5, 4), (23, 9), (7, 17), (40, 31), (64, 3), (22, 16)]:
        resized = source.resize((width, height), Image.Resampling.BILINEAR)
        np.save(HERE / f"resize-{width}x{height}", np.asarray(resized))


def make_normalizations():
    """float32 [3, 256]: what each byte becomes in each channel."""
    value = torch.arange(256, dtype=torch.uint8).to(torch.float32).expand(3, 256)
    mean = torch.tensor([0.485, 0.456, 0.406])[:, None]
    deviation = torch.tensor([0.229, 0.224, 0.225])[:, None]
    for name, result in {
        "torchvision": (value / 255 - mean) / deviation,
        "course": (value / 127.5 - 1 - mean) / deviation,
        "efficientnet-lite": (value - 127) / 128,
        "tf": value / 127.5 - 1,
    }.items():
        np.save(HERE / f"normalization-{name}", np.ascontiguousarray(result.numpy()))


make_jpegs()
make_pngs()
make_sizes()
make_normalizations()
