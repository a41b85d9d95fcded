"""Learns crates/ocr/src/marks.bin, by which marks are told by their look, from what `pages marks` cut out of pages.

    python marks.py LETTERS.rec CHECK.rec marks.bin

The file was learnt from 428,000 letters on pages of `unseen.py`: seeds 105 to 110 as they are, and seeds 201 to 207 and
209 with other faces in place of `FACES` in `unseen_sheet.py`, all that Debian has with every Vietnamese letter (Tinos, Arimo,
Noto Serif, Noto Serif Display, Noto Sans, Gentium Plus, Charis SIL, Doulos SIL, Lato, Roboto, Open Sans, DejaVu Serif,
FreeSans, Carlito, Linux Biolinum). CHECK.rec, of which it prints how many are told wrong, was of seeds 111 and 112 and of
208 in the other faces. Needs numpy and jax (0.10), which nothing else here does.
"""

import sys

import jax
import jax.numpy as jnp
import numpy as np

BASES, CLASSES = 12, 24
HEIGHT, WIDTH = 36, 24
CHANNELS = (1, 8, 16, 32)
# Three times halved, up.
LEFT = 5 * 3 * CHANNELS[-1]
ROUNDS, BATCH, RATE = 4, 256, 3e-3


def load(path):
    """Bare letters, their marks, those that were read, and what is seen of them."""
    letters = np.fromfile(path, np.uint8).reshape(-1, 3 + HEIGHT * WIDTH)
    return letters[:, 0], letters[:, 1], letters[:, 2], letters[:, 3:].reshape(-1, HEIGHT, WIDTH)


def ink(seen):
    """From 0 to 1, as `ink` in marks.rs has it."""
    seen = seen.astype(np.float32)
    dark, light = seen.min((1, 2), keepdims=True), seen.max((1, 2), keepdims=True)
    return 1 - (seen - dark) / np.maximum(light - dark, 32)


def start(rng):
    shapes = [(3, 3, a, b) for a, b in zip(CHANNELS, CHANNELS[1:])] + [(LEFT + BASES, CLASSES)]
    parts = []
    for shape in shapes:
        spread = np.sqrt(2 / np.prod(shape[:-1]))
        parts += [(spread * rng.standard_normal(shape)).astype(np.float32), np.zeros(shape[-1], np.float32)]
    return parts


def tell(parts, values, bases):
    """Logarithms of how likely each kind of marks is."""
    values = values[..., None]
    for weights, bias in zip(parts[:6:2], parts[1:6:2]):
        around = ("NHWC", "HWIO", "NHWC")
        values = jax.nn.relu(jax.lax.conv_general_dilated(values, weights, (1, 1), "SAME", dimension_numbers=around) + bias)
        values = jax.lax.reduce_window(values, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "SAME")
    flat = jnp.concatenate([values.reshape(len(values), -1), jax.nn.one_hot(bases, BASES)], 1)
    return jax.nn.log_softmax(flat @ parts[6] + parts[7])


def loss(parts, values, bases, marks):
    return -jnp.mean(jnp.take_along_axis(tell(parts, values, bases), marks[:, None], 1))


@jax.jit
def step(parts, means, squares, count, rate, values, bases, marks):
    """Adam (Kingma and Ba 2015)."""
    pulls = jax.grad(loss)(parts, values, bases, marks)
    means = [0.9 * mean + 0.1 * pull for mean, pull in zip(means, pulls)]
    squares = [0.999 * square + 0.001 * pull * pull for square, pull in zip(squares, pulls)]
    moved = [
        part - rate * (mean / (1 - 0.9**count)) / (jnp.sqrt(square / (1 - 0.999**count)) + 1e-8)
        for part, mean, square in zip(parts, means, squares)
    ]
    return moved, means, squares


def moved(values, rng):
    """A little to the side, up or down, narrower or wider: no line is cut out quite like another."""
    across = (np.arange(WIDTH) - WIDTH / 2) * rng.uniform(0.9, 1.1) + WIDTH / 2 + rng.uniform(-2, 2)
    down = (np.arange(HEIGHT) - HEIGHT / 2) * rng.uniform(0.93, 1.07) + HEIGHT / 2 + rng.uniform(-1, 1)
    columns = np.clip(np.rint(across), 0, WIDTH - 1).astype(int)
    rows = np.clip(np.rint(down), 0, HEIGHT - 1).astype(int)
    return values[:, rows][:, :, columns]


def learn(letters, check):
    bases, marks, _, seen = letters
    rng = np.random.default_rng(1)
    parts = start(rng)
    means = squares = [np.zeros_like(part) for part in parts]
    steps, count = len(bases) // BATCH, 0
    for turn in range(ROUNDS):
        order = rng.permutation(len(bases))
        for at in range(steps):
            own = order[at * BATCH : (at + 1) * BATCH]
            count += 1
            rate = RATE * (1 + np.cos(np.pi * count / (ROUNDS * steps))) / 2
            values = moved(ink(seen[own]), rng)
            parts, means, squares = step(parts, means, squares, count, rate, values, bases[own], marks[own].astype(int))
        print(f"round {turn + 1}: {wrong(parts, check):.3%} told wrong", flush=True)
    return [np.asarray(part) for part in parts]


def wrong(parts, check):
    bases, marks, _, seen = check
    pieces = range(0, len(bases), 4096)
    told = [np.asarray(jax.jit(tell)(parts, ink(seen[at : at + 4096]), bases[at : at + 4096])).argmax(1) for at in pieces]
    return np.mean(np.concatenate(told) != marks)


def write(parts, path):
    with open(path, "wb") as file:
        for part in parts:
            scale = np.float32(np.abs(part).max() / 32767)
            file.write(scale.tobytes() + np.rint(part / scale).astype("<i2").tobytes())


if __name__ == "__main__":
    letters, check, out = sys.argv[1:]
    write(learn(load(letters), load(check)), out)
