"""Draws up the network beside this file (Python alone, no packages): one that tells two strokes apart.

What it takes is what the optional second engine takes, [1, 3, 32, width], white 1 and black 0, width a multiple of 4. Of each
square of 16 × 4 pixels the mean is taken; from those of a column and of two on each side one convolution makes the
scores of four classes, [1, width / 4, 4]:

  0  nothing      paper, with a stroke near
  1  high stroke  black in both halves
  2  low stroke   black in the lower half alone
  3  space        paper as far as is looked

Darkness of the upper and lower half in a column: u, l. High: 10 u + 10 l - 8. Low: 10 l - 10 u - 3. Space: 4 - 8 (all of
the five columns). Nothing: 0.
"""

import struct


def varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def number(field, value):
    return varint(field << 3) + varint(value)


def bytes_(field, value):
    value = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(value)) + value


FLOAT, INT64 = 1, 7


def tensor(name, kind, dims, values):
    raw = struct.pack("<%d%s" % (len(values), "f" if kind == FLOAT else "q"), *values)
    return b"".join(number(1, d) for d in dims) + number(2, kind) + bytes_(8, name) + bytes_(9, raw)


def ints(name, values):
    return bytes_(5, bytes_(1, name) + b"".join(number(8, v) for v in values) + number(20, 7))


def node(op, inputs, output, *attributes):
    return b"".join(bytes_(1, i) for i in inputs) + bytes_(2, output) + bytes_(4, op) + b"".join(attributes)


def value(name, dims):
    shape = b"".join(bytes_(1, bytes_(2, d) if isinstance(d, str) else number(1, d)) for d in dims)
    return bytes_(1, name) + bytes_(2, bytes_(1, number(1, FLOAT) + bytes_(2, shape)))


# Weights of darkness by class: (upper, lower) of the column in the middle, and of those beside it.
CLASSES = [((0, 0), (0, 0), 0), ((10, 10), (0, 0), -8), ((-10, 10), (0, 0), -3), ((-8, -8), (-8, -8), 4)]
weights, biases = [], []
for middle, beside, base in CLASSES:
    # Darkness is 1 - brightness, and three planes say the same.
    rows = [[(middle if x == 2 else beside)[y] for x in range(5)] for y in range(2)]
    weights += [-w / 3 for _ in range(3) for row in rows for w in row]
    biases.append(base + sum(sum(row) for row in rows))

graph = b"".join(
    bytes_(1, n)
    for n in [
        node("AveragePool", ["image"], "means", ints("kernel_shape", [16, 4]), ints("strides", [16, 4])),
        node("Pad", ["means", "around", "white"], "wide"),
        node("Conv", ["wide", "weights", "biases"], "scores", ints("kernel_shape", [2, 5])),
        node("Squeeze", ["scores", "rows"], "flat"),
        node("Transpose", ["flat"], "steps", ints("perm", [0, 2, 1])),
    ]
)
graph += bytes_(2, "strokes")
graph += b"".join(
    bytes_(5, t)
    for t in [
        tensor("weights", FLOAT, [4, 3, 2, 5], weights),
        tensor("biases", FLOAT, [4], biases),
        tensor("around", INT64, [8], [0, 0, 0, 2, 0, 0, 0, 2]),
        tensor("white", FLOAT, [], [1.0]),
        tensor("rows", INT64, [1], [2]),
    ]
)
graph += bytes_(11, value("image", [1, 3, 32, "width"])) + bytes_(12, value("steps", [1, "steps", 4]))
model = number(1, 8) + bytes_(7, graph) + bytes_(8, bytes_(1, "") + number(2, 13))
with open("second.onnx", "wb") as file:
    file.write(model)
