# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 03 Why convolution?
#
# After this unit you can
#
# - count what a dense, a locally connected and a convolution layer learn, compute and put out, and say which idea saves what,
# - measure whether a layer follows when its image moves, and find where stride and border spoil that,
# - say what pooling adds to it, and why turned or enlarged pictures are another matter.
#
# It takes about 60 minutes. You need units 01 and 02: correlation of one image with one kernel, stride, padding. There are four
# exercises, and a handwritten seven that gets pushed about.

# %%
import os

import numpy as np

from autograder import check
from course import functional as F
from course.explore import ConnectionsExplorer, EquivarianceExplorer, gallery

FAST = os.environ.get("COURSE_FAST") == "1"  # only testing the notebook: train on fewer digits

# %% [markdown]
# ## Before you run anything
#
# Three guesses, on paper:
#
# 1. A colour photograph of 512x512 pixels goes into a layer of 1,000 units, and every unit looks at every number of it. How many
#    weights is that: 800 thousand, 8 million or 800 million?
# 2. A layer that uses **one** 5x5 kernel at all places of a 28x28 image has 26 parameters. With a kernel of its own for each
#    place it would have 14,976. How many times as many multiplications does the second one need for an image?
# 3. A network with two convolution layers, each followed by pooling, and a dense layer at the end has learnt digits that stand in
#    the middle of the picture. It reads 96 % of new ones. Now the digits stand up to 6 pixels off. What does it read: 95 %, 75 %
#    or 35 %?
#
# The third is the one to write down in ink.

# %% [markdown]
# ## Every pixel to every unit
#
# The obvious network has no idea what an image is. It takes the numbers of the picture as one long row, and gives each unit of
# the next layer a weight for each of them: a **dense** layer. The photograph of question 1 holds three numbers a pixel, so that is
# 512 * 512 * 3 * 1,000 = 786,432,000 weights, and 1,000 biases, which nobody would notice. (The number stands on a slide of a
# well-known lecture. It is right; we checked.) A camera picture of 640x480 and an MRI volume are no better:

# %% tags=["demo"]
for name, shape in (
    ("photograph", (512, 512, 3)), ("camera", (640, 480, 3)), ("MRI volume", (300, 300, 200)),
):
    numbers = int(np.prod(shape))
    weights = 1000 * numbers
    print(f"{name:>10}, {'x'.join(map(str, shape)):>11}: {numbers:>10,} numbers x 1,000 units = "
          f"{weights:>14,} weights, {4 * weights / 1e9:4.1f} GB as float32")

# %% [markdown]
# The first guess: 800 million, in the *first* layer. For the MRI volume it is 300 * 300 * 200 * 1,000 = 18,000,000,000, more than
# fits on most graphics cards, and no hospital has enough labelled volumes to pin them down.
#
# Two ideas bring the number down. See them in a small case first: eight inputs in a row, outputs above them. Press **play**, or go
# forward output by output, and look for these things:
#
# - In the left drawing, which weights does output 0 use? And output 1? Is there any that both use?
# - The middle drawing leaves connections out. Which, and how many weights remain?
# - The right drawing has the same lines as the middle one. What is different? (Equal letters and colours are one and the same weight.)
# - Make the window 5, then 1. Which of the three counts of weights do not care how many inputs there are?

# %% tags=["demo"]
ConnectionsExplorer(8, window=3)

# %% [markdown]
# **Look only nearby.** An output of the middle layer sees a window of three neighbours. What is far away it does not see at all:
# the weight matrix is *sparse*, most of it empty. That is a **locally connected** layer.
#
# **Use what you have learnt everywhere.** The right layer has the same connections, but the kernel a, b, c is *shared* by all
# places. That is a convolution layer, and the matrix below it shows its stripes.
#
# Now an image: 28x28, a window of 5x5, no padding. The window fits into 28 - 5 + 1 = 24 places down and 24 across, so there are
# 24 * 24 = 576 outputs in each of the three layers; the numbers in them are its **activations**.
#
# | | weights | biases | together |
# | --- | --- | --- | --- |
# | dense | every output has one for each of 784 pixels | one for each output | 576 * 784 + 576 = 452,160 |
# | locally connected | every output has one for each of 25 pixels in its window | one for each output | 576 * 25 + 576 = 14,976 |
# | shared | one kernel | one | 25 + 1 = 26 |
#
# The first idea saves a factor of 30, the second another of 576. But look at the column *products* in the table of the explorer:
# the answer to question 2 is **one**. Sharing saves memory, and it saves examples to learn from. It saves no work: the window
# is laid on 576 places either way, and 25 products are made at each.
#
# ### Exercise 1: count the parameters (4 points)
#
# Write `parameter_counts(image_shape, kernel_size)` for a layer from one image to one map, stride 1, no padding.
#
# | | |
# | --- | --- |
# | `image_shape` | `(H, W)`; `H` need not equal `W` |
# | `kernel_size` | `(kH, kW)`; `kH` need not equal `kW` |
# | returns | `{"dense": ..., "local": ..., "shared": ...}`, three whole numbers: weights **and** biases |
#
# <details><summary>Hint 1: what all three need</summary>
#
# How many pixels, how many numbers in the kernel, how many outputs? Unit 02 has the last one: `H - kH + 1` down, and across?
#
# </details>
# <details><summary>Hint 2: biases</summary>
#
# A bias belongs to whoever owns weights. Where each output has its own, it has its own bias too. Where there is one kernel, there
# is one bias.
#
# </details>
# <details><summary>Hint 3: almost all of it</summary>
#
# With `pixels`, `taps` and `outputs` as above, the dense layer has `outputs * (pixels + 1)`. The locally connected one differs in
# a single word, and the shared one has no `outputs` in it.
#
# </details>

# %% solution="parameter_counts"
def parameter_counts(image_shape, kernel_size):
    """Weights and biases of three layers from an image to a map: {"dense": n, "local": n, "shared": n}."""
    ### BEGIN SOLUTION
    H, W = image_shape
    kH, kW = kernel_size
    outputs = (H - kH + 1) * (W - kW + 1)
    return {
        "dense": outputs * (H * W + 1),
        "local": outputs * (kH * kW + 1),
        "shared": kH * kW + 1,
    }
    ### END SOLUTION


# %% check="parameter_counts" points=4
check("parameter_counts", parameter_counts)

# %% [markdown]
# Your function beside ours, for the drawing and for a photograph of 512x512 (one channel) with windows of 11x11. While it is not
# written, the last line says so.

# %% tags=["demo"]
ConnectionsExplorer(8, window=3, image=(512, 512), kernel=(11, 11), fn=parameter_counts)

# %% [markdown]
# ### How empty is the matrix?
#
# One need not believe the drawing. Light up a single pixel of the image and see which outputs answer: that is one column of the
# matrix. Do it for all 784 pixels, and the whole matrix is there.

# %% tags=["demo"]
rng = np.random.default_rng(3)


def matrix_of(layer, shape):
    """The matrix of any linear layer: one column for each pixel that is lit alone."""
    pixels = np.eye(shape[0] * shape[1]).reshape(-1, *shape)
    return np.stack([layer(pixel).ravel() for pixel in pixels], axis=1)


kernel = rng.normal(size=(5, 5))
matrix = matrix_of(lambda image: F.correlate2d(image, kernel), (28, 28))  # (576, 784)
used = np.count_nonzero(matrix)
print(f"matrix {matrix.shape[0]} x {matrix.shape[1]}: {used:,} of {matrix.size:,} entries are not zero, {used / matrix.size:.1%}")
print(f"different numbers among them: {len(np.unique(matrix[matrix != 0]))}")

small = matrix_of(lambda image: F.correlate2d(image, kernel[:3, :3]), (7, 7))  # (25, 49)
gallery(
    [small],
    ["3x3 kernel on a 7x7 image: 25 outputs down, 49 pixels across"],
    alt="A matrix of 25 rows and 49 columns: three slanted bands of three stripes each, the same "
    "colours along every stripe, white elsewhere.",
    side=620,
)

# %% [markdown]
# 14,400 numbers where a dense layer has 451,584, and among them only 25 different ones. The stripes go on and on with the same
# colour: that is the sharing. Unit 05 builds this matrix, and unit 06 needs its transpose.
#
# ## A kernel for each place
#
# Before we share, write the layer that does not. It is the honest middle: if it turned out to be as good as a convolution, then
# the windows would be the whole secret.
#
# Two numbers by hand. The image is the row 1 2 3 4, the windows are two wide, so there are three places. With the kernels
# (1, 0), (0, 1), (1, 1) the outputs are 1 * 1 + 2 * 0 = 1, then 2 * 0 + 3 * 1 = 3, then 3 * 1 + 4 * 1 = 7. In letters, with
# strides $s_H$ and $s_W$:
#
# $$\text{out}[h, w] \;=\; b[h, w] + \sum_{i=0}^{k_H-1} \sum_{j=0}^{k_W-1} x[h s_H + i,\, w s_W + j] \; K[h, w, i, j]$$
#
# Cross out $h, w$ in $K$ and $b$, and it is the correlation of unit 02.
#
# ### Exercise 2: a layer without sharing (6 points)
#
# Write `locally_connected2d(image, weight, bias=None, stride=1)`.
#
# | | shape | |
# | --- | --- | --- |
# | `image` | `(H, W)` | one channel |
# | `weight` | `(H_out, W_out, kH, kW)` | `weight[h, w]` is the kernel of place `(h, w)` |
# | `bias` | `(H_out, W_out)` or `None` | one number for each place |
# | `stride` | an int, or a pair `(down, across)` | |
# | returns | `(H_out, W_out)` | float32 if `image` is float32, else float64 |
#
# The rules of the course: inputs are left as they are, whole numbers are treated as floats, a second call knows nothing of the
# first. Kernels are not flipped, and there is no padding.
#
# <details><summary>Hint 1: how large is the output?</summary>
#
# You need no formula. A layer without sharing is made for one size of image: the first two numbers of `weight.shape` say how
# many places there are.
#
# </details>
# <details><summary>Hint 2: one place</summary>
#
# At place `(h, w)` the window is `image[h * sH : h * sH + kH, w * sW : w * sW + kW]`, and its kernel is `weight[h, w]`: equal shapes.
#
# </details>
# <details><summary>Hint 3: types and pairs</summary>
#
# `sH, sW = (stride, stride) if isinstance(stride, int) else stride` makes a pair of both. Make the output with
# `np.zeros(..., np.float32 if image.dtype == np.float32 else np.float64)`, fill it in two loops, and add the bias at the end if
# there is one.
#
# </details>

# %% solution="locally_connected2d"
def locally_connected2d(image, weight, bias=None, stride=1):
    """(H, W) and (H_out, W_out, kH, kW) -> (H_out, W_out): another kernel at every place."""
    ### BEGIN SOLUTION
    sH, sW = (stride, stride) if isinstance(stride, int) else stride
    H_out, W_out, kH, kW = weight.shape
    out = np.zeros((H_out, W_out), np.float32 if image.dtype == np.float32 else np.float64)
    for h in range(H_out):
        for w in range(W_out):
            window = image[h * sH : h * sH + kH, w * sW : w * sW + kW]  # (kH, kW)
            out[h, w] = np.sum(window * weight[h, w])
    if bias is not None:
        out += bias
    return out
    ### END SOLUTION


# %% check="locally_connected2d" points=6
check("locally_connected2d", locally_connected2d)

# %% [markdown]
# Here is our seven, the first of MNIST's test digits, through both layers. On the left a Sobel kernel is shared by all places. On
# the right each place has drawn a kernel of its own, at random. Before training, no two places of the right map agree on what
# they are looking for.

# %% tags=["demo"]
from course.data import mnist

seven = mnist(train=False).images[0, 0]  # (28, 28), uint8
sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 4
shared = np.broadcast_to(sobel, (26, 26, 3, 3))  # the same kernel at 26 x 26 places
own = rng.normal(size=(26, 26, 3, 3)) / 3
print("sharing is a special case; largest difference from a correlation:",
      np.abs(locally_connected2d(seven, shared) - F.correlate2d(seven, sobel)).max())
gallery(
    [seven, locally_connected2d(seven, shared), locally_connected2d(seven, own)],
    ["the seven", "one kernel for all", "a kernel for each place"],
    alt="A handwritten seven; its vertical edges, blue on one side of the stroke and orange on the "
    "other; the same strokes as a jumble of blue and orange dots.",
    side=190,
)

# %% [markdown]
# Training would sort that out, if it could: the kernel of a place learns only from the strokes that pass there. How many digits
# does each of the 26x26 kernels ever get to see?

# %% tags=["demo"]
ink = mnist().images[:6000, 0] > 0  # (6000, 28, 28)
windows = np.lib.stride_tricks.sliding_window_view(ink, (3, 3), axis=(1, 2))
seen = windows.any(axis=(3, 4)).mean(axis=0)  # (26, 26): the share of digits with ink in this window
print(f"{(seen < 0.01).sum()} of {seen.size} places see ink in fewer than 1 of 100 digits")
print(f"the busiest place sees ink in {seen.max():.0%}, the average one in {seen.mean():.0%} of the digits")
gallery(
    [(255 * seen).astype(np.uint8)],
    ["who sees ink"],
    alt="A bright blob in the middle of a black square: places near the border see hardly any ink.",
    side=190,
)

# %% [markdown]
# One kernel in eight would stay very nearly what it was drawn as, and the first digit with a stroke in that corner would meet
# noise. A shared kernel gets 26 * 26 = 676 lessons from *each* digit, and what it learns in the middle holds in the corner. Locally
# connected layers do have their use: where things always stand at the same place, as in faces that are turned to the front and
# aligned (DeepFace, 2014).
#
# ## Move the seven
#
# What does sharing *do*, besides saving? Take a row of the picture, 0 0 3 1 0 0, and the kernel (1, −1). The correlation is
# 0, −3, 2, 1, 0. Now move the row one pixel to the right: 0 0 0 3 1 0. The correlation is 0, 0, −3, 2, 1. The answer is the same,
# one pixel to the right. A kernel that is used everywhere cannot tell *here* from *there*.
#
# Write $T$ for the move and $f$ for the layer. Then
#
# $$f(T(x)) = T(f(x)).$$
#
# Such an $f$ is called **equivariant** to $T$: it makes no difference whether you move the image before, or the map afterwards.
# In the figure, the upper way is *filter, then move*, the lower way is *move, then filter*, and the lower right picture is what
# lies between. What leaves on one side comes in on the other, as on a cylinder, so that nothing gets lost.
#
# - Move the seven with **down** and **across**. Watch the line below the figure.
# - Stride 2: find a shift that works, and one that does not. Then stride 3.
# - Kernel *sum*, border *zeros*, then move the seven until it touches the edge (8 up). Where do the two ways part? And with *wrap around*?
# - Move T: *quarter turn*. Is there any kernel in the list for which that makes no difference?

# %% tags=["demo"]
canvas = np.pad(seven, 4)[4:36, 2:34]  # (32, 32): a little room around it
EquivarianceExplorer(canvas, across=3, border="wrap")

# %% [markdown]
# ### Exercise 3: the shift test (5 points)
#
# Write `equivariance_error(fn, image, shift, margin=0, stride=1)`. It measures what the figure shows.
#
# | | |
# | --- | --- |
# | `fn` | a function from an image `(H, W)` to a map, which may be smaller |
# | `image` | `(H, W)` |
# | `shift` | `(down, across)` in pixels of the image; negative is up and to the left |
# | `margin` | so many rows and columns of the map are left out along each of its four sides |
# | `stride` | `fn` makes one pixel out of `stride`: its map moves by `shift // stride` |
# | returns | a float: the largest absolute difference between `fn(T(x))` and `T(fn(x))` inside the margin |
#
# $T$ moves as in the figure: what leaves comes in on the other side (`np.roll`). Maps may hold bytes; treat their numbers as
# floats before you subtract.
#
# <details><summary>Hint 1: moving</summary>
#
# `np.roll(image, shift, axis=(0, 1))` moves rows by the first and columns by the second number of `shift`.
#
# </details>
# <details><summary>Hint 2: two maps</summary>
#
# One is `fn` of the moved image. The other is `fn(image)`, moved by `(shift[0] // stride, shift[1] // stride)`. They have the
# same shape.
#
# </details>
# <details><summary>Hint 3: the margin</summary>
#
# With `H, W = difference.shape`, the inside is `difference[margin : H - margin, margin : W - margin]`. (`-margin` as an end would
# go wrong for 0.) Absolute values, then `.max()`.
#
# </details>

# %% solution="equivariance_error"
def equivariance_error(fn, image, shift, margin=0, stride=1):
    """The largest absolute difference between fn(T(x)) and T(fn(x)), a margin left out."""
    ### BEGIN SOLUTION
    moved_before = fn(np.roll(image, shift, axis=(0, 1))).astype(float)
    moved_after = np.roll(fn(image), (shift[0] // stride, shift[1] // stride), axis=(0, 1))
    difference = np.abs(moved_before - moved_after)
    H, W = difference.shape
    return float(difference[margin : H - margin, margin : W - margin].max())
    ### END SOLUTION


# %% check="equivariance_error" points=5
check("equivariance_error", equivariance_error)

# %% [markdown]
# Now measure, with your function, everything that this unit has. The seven moves one pixel down and two to the right. All layers
# are random, and scaled so that their answers are of size 1 or so.

# %% tags=["demo"]
x = canvas / 255  # (32, 32)
kernel = rng.normal(size=(3, 3)) / 3
dense_weight = rng.normal(size=(900, 1024)) / 10
local_weight = rng.normal(size=(30, 30, 3, 3)) / 3


def dense(image):
    return (dense_weight @ image.ravel()).reshape(30, 30)


def local(image):
    return locally_connected2d(image, local_weight)


def convolution(image, stride=1, mode="wrap"):
    return F.correlate2d(np.pad(image, 1, mode=mode), kernel)[::stride, ::stride]


rows = [
    ("dense", dense, (1, 2), {}),
    ("locally connected", local, (1, 2), {}),
    ("convolution, wrapped border", convolution, (1, 2), {}),
    ("then ReLU", lambda image: np.maximum(convolution(image), 0), (1, 2), {}),
    ("stride 2, moved by (1, 2)", lambda image: convolution(image, 2), (1, 2), {"stride": 2}),
    ("stride 2, moved by (2, 2)", lambda image: convolution(image, 2), (2, 2), {"stride": 2}),
]
for name, layer, way, more in rows:
    error = equivariance_error(layer, x, way, **more)
    print(f"{name:>28}: {error:.6f}  (answers up to {np.abs(layer(x)).max():.1f})")

# %% [markdown]
# The convolution: 0. The other two are off by more than their largest answer. ReLU changes nothing, because it does the same at every place.
#
# **Stride breaks it.** With stride 2 the map has a pixel for every second place. A seven that moves by 2 moves its map by 1; a seven that
# moves by 1 would have to move its map by half a pixel, and gets another map instead. After three layers of stride 2, only moves
# by multiples of 2 * 2 * 2 = 8 pixels are safe.
#
# **Borders break it.** With a border of zeros the outermost windows see something that did not move along. On a black background zeros are
# what is there anyway, so push the seven over the edge, and make the background grey:

# %% tags=["demo"]
for name, image in (("black", x), ("grey", 0.3 + 0.7 * x)):
    for way in ((0, 3), (-8, 0)):
        errors = [
            equivariance_error(lambda a: convolution(a, mode="constant"), image, way, margin)
            for margin in (0, max(map(abs, way)) + 1)
        ]
        print(f"{name:>5} background, moved by {way!s:>7}: {errors[0]:.3f} in the whole map, {errors[1]:.3f} inside the margin")

# %% [markdown]
# Away from the border, by as much as was moved and half a kernel more, the layer is as exact as before. This is why padding with zeros
# lets a network know, a little, where the edge of the picture is.
#
# Your function is in the next figure, and so is your locally connected layer, in place of the kernel. Move the seven: the
# map stays a jumble, and the two ways disagree wherever there is ink.

# %% tags=["demo"]
EquivarianceExplorer(canvas, local, across=3, fn=equivariance_error)

# %% [markdown]
# ## From *where* to *what*
#
# An equivariant map says *what is where*. Often we want only the what: is there a seven, wherever it stands? If the map moves along,
# then its **largest number** does not change at all. Taking it is *pooling* over the whole map, and
#
# $$g(T(x)) = g(x)$$
#
# is called **invariance**. The place of the largest number, on the other hand, moves exactly as the image did. One map gives both.
# That is enough to build a little search engine for pictures.
#
# ### Exercise 4: find a template (4 points)
#
# Write `find_template(image, template)`. It slides the template over the image and returns where it fits best.
#
# | | |
# | --- | --- |
# | `image` | `(H, W)`, numbers or bytes |
# | `template` | `(kH, kW)`, not larger than the image |
# | returns | `{"score": ..., "row": ..., "column": ...}` |
#
# The score of a window is the sum of its products with the template **less the template's mean**, so that the kernel sums to zero
# and a bright spot alone wins nothing (unit 01). `"score"` is the largest one, a float; `"row"` and `"column"` are the upper left
# corner of its window, two ints. No padding. You may use `F.correlate2d(image, kernel)`.
#
# <details><summary>Hint 1: the map</summary>
#
# `F.correlate2d(image, template - template.mean())` is the score of every window, shape `(H - kH + 1, W - kW + 1)`.
#
# </details>
# <details><summary>Hint 2: the place</summary>
#
# `scores.argmax()` counts through the map row by row. `np.unravel_index(position, scores.shape)` makes a row and a column of it; note
# *whose* shape.
#
# </details>
# <details><summary>Hint 3: types</summary>
#
# `float(scores.max())`, `int(row)`, `int(column)`. Do not write `template -= ...`: that would change the caller's array.
#
# </details>

# %% solution="find_template"
def find_template(image, template):
    """Where the template fits best: {"score": float, "row": int, "column": int}."""
    ### BEGIN SOLUTION
    scores = F.correlate2d(image, template - template.mean())  # (H - kH + 1, W - kW + 1)
    row, column = np.unravel_index(scores.argmax(), scores.shape)
    return {"score": float(scores.max()), "row": int(row), "column": int(column)}
    ### END SOLUTION


# %% check="find_template" points=4
check("find_template", find_template)

# %% [markdown]
# Something to look for: the front horns of the ventricles, the dark V in the middle of a brain (an axial slice of the ICBM 152
# template, T1-weighted, 1 mm a pixel). We cut them out of the slice, 30 rows by 56 columns, and search a slice that has been moved.

# %% tags=["demo"]
from course.data import brain_slice

brain = brain_slice()  # (233, 197), uint8
horns = brain[85:115, 70:126]  # (30, 56)


def framed(image, found, shape):
    """A copy of the image with a white frame round the window that was found."""
    out, row, column = image.copy(), found["row"], found["column"]
    out[[row, row + shape[0] - 1], column : column + shape[1]] = 255
    out[row : row + shape[0], [column, column + shape[1] - 1]] = 255
    return out


moved = np.roll(brain, (20, -13), axis=(0, 1))
here, there = find_template(brain, horns), find_template(moved, horns)
print("as it was:               ", here)
print("20 down, 13 to the left: ", there)
gallery(
    [horns, framed(brain, here, horns.shape), framed(moved, there, horns.shape)],
    ["what we look for", "found", "found again"],
    alt="A dark V on bright tissue; the brain slice with a white frame round the V; the slice moved down "
    "and to the left, with the frame round the V again.",
    side=240,
)

# %% [markdown]
# The score is the same: invariant. The place has moved by (20, −13): equivariant. You got both from one kernel
# that knows nothing about places.
#
# Between a whole map and a single number lies what networks do: pool over *small* windows, again and again. How much does a
# pooled map of the seven change when the seven moves by one pixel, compared with its own size?

# %% tags=["demo"]
edges = np.abs(F.correlate2d(np.pad(x, 1), sobel))  # (32, 32)
edges_moved = np.abs(F.correlate2d(np.pad(np.roll(x, 1, axis=1), 1), sobel))


def change(a, b):
    return np.linalg.norm(a - b) / np.linalg.norm(a)


print(f"edges themselves: {change(edges, edges_moved):.0%}")
for size in (2, 4, 8, 32):
    pooled, pooled_moved = (F.max_pool2d_forward(e[None, None], size) for e in (edges, edges_moved))
    print(f"max pooling {size:2}x{size:<2}: {change(pooled, pooled_moved):.0%}")

# %% [markdown]
# Each step of pooling forgives a little, and forgets a little: behind 32x32 nothing is left of the place, and little of the shape.
#
# ## Three networks, and digits that stand elsewhere
#
# Now question 3. We put MNIST's digits in the middle of a black canvas of 40x40, so that they can be moved by 6 pixels in every direction
# without being cut. Three networks learn 8,000 digits **that stand in the middle**:
#
# - *dense*: 1,600 pixels, 100 units, 10 answers;
# - *convolution, dense*: two convolution layers with max pooling, then a dense layer over all places of the last maps;
# - *convolution, pooled*: the same two, a third convolution, then the **largest number of each map**, wherever it stands.
#
# On two cores they take less than 5, 10 and 15 seconds.

# %% tags=["demo"]
from dataclasses import replace

from course import nn
from course.data import DataLoader, Normalization
from course.insight import shift
from course.optim import Adam
from course.training import evaluate, train


def on_canvas(data):
    """28x28 digits in the middle of 40x40; black is 0 for the network, as its padding is."""
    border = ((0, 0), (0, 0), (6, 6), (6, 6))
    return replace(data, images=np.pad(data.images, border), normalize=Normalization(mean=0, std=1 / 3))


def moved_about(data, furthest=6, seed=0):
    """Each digit moved by up to so many pixels, down or up and right or left."""
    ways = np.random.default_rng(seed).integers(-furthest, furthest + 1, (len(data), 2))
    images = [shift(image, *way) for image, way in zip(data.images, ways.tolist(), strict=True)]
    return replace(data, images=np.stack(images))


def dense_network(rng):
    return nn.Sequential(nn.Flatten(), nn.Linear(1600, 100, rng=rng), nn.ReLU(), nn.Linear(100, 10, rng=rng))


def two_convolutions(rng, *rest):
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2, rng=rng), nn.ReLU(), nn.MaxPool2d(2),  # (N, 6, 20, 20)
        nn.Conv2d(6, 16, 5, padding=2, rng=rng), nn.ReLU(), nn.MaxPool2d(2),  # (N, 16, 10, 10)
        *rest,
    )


def with_dense_end(rng):
    return two_convolutions(rng, nn.Flatten(), nn.Linear(1600, 10, rng=rng))


def with_pooled_end(rng):
    third = nn.Conv2d(16, 64, 5, padding=2, rng=rng)  # (N, 64, 10, 10)
    return two_convolutions(
        rng, third, nn.ReLU(), nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(64, 10, rng=rng)
    )


NETWORKS = {
    "dense": (dense_network, 5, 1e-3),
    "convolution, dense": (with_dense_end, 2, 3e-3),
    "convolution, pooled": (with_pooled_end, 2, 3e-3),
}  # how it is made, epochs, learning rate


def trained(name, digits, seed=0, augment=None):
    make, epochs, lr = NETWORKS[name]
    model = make(np.random.default_rng(seed))
    loader = DataLoader(digits, batch_size=32, shuffle=True, seed=seed, augment=augment)
    train(model, loader, Adam(model.parameters(), lr=lr), epochs)
    return model


digits = on_canvas(mnist()[: 1000 if FAST else 8000])
test = on_canvas(mnist(train=False)[: 300 if FAST else 2000])
test_moved = moved_about(test)
models = {name: trained(name, digits) for name in NETWORKS}
print(f"{'':>20}  parameters   in the middle   moved by up to 6")
for name, model in models.items():
    parameters = sum(p.data.size for p in model.parameters())
    middle, off = evaluate(model, test).accuracy, evaluate(model, test_moved).accuracy
    print(f"{name:>20}: {parameters:>10,} {middle:>14.1%} {off:>17.1%}")

# %% [markdown]
# With other seeds the dense network reads between 88 % and 95 % in the middle and between 14 % and 26 % of the moved digits; the
# second one between 93 % and 98 %, and between 26 % and 45 %; the third between 93 % and 98 %, and still more than 90 %.
#
# So the answer is 35 %, for a network *made of convolutions*. They did their part: their maps moved along with the digit. Then came
# a dense layer with a weight of its own for each place of the maps, and it had learnt the middle. **Convolution is equivariant; to be
# invariant, something has to forget the place.** The third network pools over all places, and does not fall.
#
# How far is too far? All three, with every digit moved to the right by the same number of pixels:

# %% tags=["demo"]
print(f"{'pixels to the right':>20}: " + "".join(f"{far:>6}" for far in range(0, 9, 2)))
for name, model in models.items():
    curve = [evaluate(model, replace(test, images=shift(test.images, 0, far))).accuracy for far in range(0, 9, 2)]
    print(f"{name:>20}: " + "".join(f"{right:>6.0%}" for right in curve))

# %% [markdown]
# Two pixels are hard to see with the eye, and the dense network loses nearly a third of its digits. It can learn moved digits if one
# shows it moved digits, but each place anew. Here it gets the same 8,000, moved about afresh in each of its 5 epochs (less than 5
# seconds):

# %% tags=["demo"]
from functools import partial

from course.data.augmentation import random_shift

shown_everything = trained("dense", digits, augment=partial(random_shift, pixels=6))
print(f"dense, trained on moved digits: {evaluate(shown_everything, test).accuracy:.1%} in the middle, "
      f"{evaluate(shown_everything, test_moved).accuracy:.1%} moved")

# %% [markdown]
# Between 74 % and 87 %, and paid for: in the middle it reads fewer digits than before. What the convolution has built in, the dense
# network has to be told for each of 13 * 13 = 169 places.
#
# ## What breaks, and why
#
# **Turning and enlarging.** A window that slides has been everywhere, but it has never turned or grown. Nothing in a convolution
# layer is equivariant to a rotation or a change of scale, unless a kernel happens to look the same when turned, as *sum*, *blur* and the
# Laplacian do for a quarter. Measure it on the best of the three networks, with 500 digits:

# %% tags=["demo"]
from skimage.transform import AffineTransform, warp

from course.insight import invariance_curve

few = test[:500]
few_images = few.normalize(few.images)  # (500, 1, 40, 40)


def warped(images, degrees=0.0, size=1.0):
    """Each image turned and scaled about its middle."""
    centre = AffineTransform(translation=(-19.5, -19.5))
    there = centre + AffineTransform(rotation=np.deg2rad(degrees), scale=1 / size) + centre.inverse
    return np.stack([warp(image[0], there)[None] for image in images]).astype(np.float32)


def curve(moves, transform):
    model = models["convolution, pooled"]
    points = invariance_curve(model, few_images, transform, moves, few.labels)
    return "".join(f"{point.accuracy:>6.0%}" for point in points)


angles, sizes = (0, 15, 30, 45, 90), (1, 0.85, 0.7, 0.5)
print("turned by degrees: " + "".join(f"{a:>6}" for a in angles))
print("                   " + curve(angles, lambda images, angle: warped(images, degrees=angle)))
print("times as large:    " + "".join(f"{s:>6}" for s in sizes))
print("                   " + curve(sizes, lambda images, size: warped(images, size=size)))

# %% [markdown]
# Fifteen degrees it forgives, as people's handwriting slants in the training digits too. At 45 most are lost. (At 90 not even you could
# say of each digit which it is.) The same holds for your search engine: a quarter turn, or a picture at half the size, and the V is not found.

# %% tags=["demo"]
for name, image, true in (
    ("moved", moved, (105, 57)),
    ("a quarter turn", np.rot90(brain), (71, 85)),
    ("half the size", brain[::2, ::2], (42, 35)),
):
    found = find_template(image, horns)
    print(f"{name:>15}: score {found['score'] / here['score']:4.0%} of the first, "
          f"found at {found['row'], found['column']}, its corner is at {true}")

# %% [markdown]
# What people do: show the network turned and scaled pictures (augmentation), or build kernels that come in all orientations (Cohen
# and Welling). Both cost; only the shift is free.
#
# **Not even the shift is quite free.** Our third network halves its maps twice. Its answers should repeat exactly when a digit moves by
# a multiple of 4, and differ a little in between. Here is what it answers for "seven" when it is shown our seven:

# %% tags=["demo"]
model = models["convolution, pooled"]
model.eval()
for far in range(9):
    logits = model(few.normalize(shift(few.images[:1], 0, far)))[0]
    print(f"moved by {far}: the answer for 'seven' is {logits[7]:.5f}")

# %% [markdown]
# At 0, 4 and 8 the numbers nearly agree, and in between they sink: that is the stride. That they agree only nearly is the border: behind
# the first layer the biases have made grey out of the black background, and the zeros around it do not move along. You have measured
# both. Blurring before each stride mends most of the first (Zhang, 2019).
#
# ## Summary
#
# - Dense, locally connected, shared: 452,160, 14,976 and 26 parameters from 28x28 to one map with 5x5 windows. Windows make the matrix
#   sparse; sharing makes its stripes equal. Activations: 576 each. Products: 14,400 for the last two.
# - Sharing makes the layer equivariant to shifts: $f(T(x)) = T(f(x))$. A stride keeps that for multiples of itself only, a border for
#   places away from it.
# - Pooling over places makes it invariant, a little with small windows, fully over the whole map. A dense layer at the end undoes it.
# - Rotation and scale come with no such gift.
#
# **Reading.** K. Fukushima, *Neocognitron: a self-organizing neural network model for a mechanism of pattern recognition unaffected by
# shift in position*, Biological Cybernetics 36 (1980), 193-202. Y. LeCun, *Generalization and network design strategies*, technical
# report CRG-TR-89-4, University of Toronto (1989): dense, local and shared networks on the same digits. I. Goodfellow, Y. Bengio,
# A. Courville, *Deep learning*, MIT Press (2016), section 9.2. Y. Taigman, M. Yang, M. Ranzato, L. Wolf, *DeepFace: closing the gap to
# human-level performance in face verification*, CVPR (2014), section 3. T. S. Cohen, M. Welling, *Group equivariant convolutional
# networks*, ICML (2016). R. Zhang, *Making convolutional networks shift-invariant again*, ICML (2019).
#
# **The same in PyTorch.** `torch.nn.Linear` and `torch.nn.Conv2d` are the first and the third layer. There is no locally connected one:
# `unfold` lays out the windows, and a product with the kernel of each place does the rest.

# %% tags=["demo"]
try:
    import torch
except ImportError:
    print("PyTorch is not installed here; nothing in this course needs it.")
else:
    windows = torch.nn.functional.unfold(torch.from_numpy(x)[None, None], kernel_size=3)[0]  # (9, 900)
    theirs = (windows * torch.from_numpy(local_weight).reshape(900, 9).T).sum(dim=0).reshape(30, 30)
    print(f"largest difference from yours: {np.abs(theirs.numpy() - local(x)).max():.1e}")

# %% [markdown]
# **Next.** Here one image made one map. Unit 04 takes pictures with many channels, and many kernels at once: the layer as networks use it.
