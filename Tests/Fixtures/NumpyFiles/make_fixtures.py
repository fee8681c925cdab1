"""Makes the files that NumpyFilesTests reads.

    python3 make_fixtures.py          # needs numpy

Made with NumPy 2.4.6.
"""

from pathlib import Path

import numpy as np

HERE = Path(__file__).parent


def save(name, array, version=(1, 0)):
    with open(HERE / f"{name}.npy", "wb") as file:
        np.lib.format.write_array(file, array, version=version)


save("float16-2x3", np.array([[0, 1, -2], [0.5, 65504, -0.0]], "<f2"))
save("float32-2x1x3", np.array([[[0, 1, -2.5]], [[3e38, -2e-38, 1 / 3]]], "<f4"))
save("float64-scalar", np.array(0.1))
save("uint8-5", np.array([0, 1, 127, 128, 255], "u1"))
save("int8-4", np.array([-128, -1, 0, 127], "i1"))
save("int32-1x2", np.array([[-(2**31), 2**31 - 1]], "<i4"))
save("int64-3", np.array([-(2**63), 0, 2**63 - 1], "<i8"))
save("float32-0x4", np.zeros((0, 4), "<f4"))

save("fortran", np.asfortranarray(np.zeros((2, 3), "<f4")))
save("big-endian", np.zeros(3, ">f4"))
save("complex", np.zeros(3, "<c8"))
save("objects", np.array([None], object))
save("version-2", np.zeros(3, "<f4"), version=(2, 0))
