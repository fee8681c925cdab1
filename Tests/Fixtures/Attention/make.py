"""Writes attention.json: grids of weights, and samples of what scikit-image makes of them.

    pip install numpy scikit-image
    python make.py > attention.json
"""

import json

import numpy
from skimage.transform import pyramid_expand

random = numpy.random.RandomState(7)
cases = []
for rows, columns in [(8, 8), (14, 14), (3, 5), (1, 1)]:
    weights = random.rand(rows, columns).astype("float32") ** 4
    weights /= weights.sum()
    smooth = pyramid_expand(weights.astype("float64"), upscale=24, sigma=8)
    assert smooth.shape == (rows * 24, columns * 24)
    places = [(0, 0), (0, columns * 24 - 1), (rows * 24 - 1, 0)]
    places += [(int(y), int(x)) for y, x in zip(random.randint(0, rows * 24, 20), random.randint(0, columns * 24, 20))]
    cases.append(
        {
            "rows": rows,
            "columns": columns,
            "weights": [float(weight) for weight in weights.ravel()],
            "samples": [{"y": y, "x": x, "value": float(smooth[y, x])} for y, x in places],
        }
    )
print(json.dumps(cases))
