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
# # 04 The convolution layer
#
# After this unit you can
#
# - compute one number of a convolution layer by hand, and say how many there are and how many weights made them,
# - write the forward pass of the layer: a batch of images, several channels, several filters, stride and padding,
# - read a filter as a question and its feature map as the answer, and run *your* layer inside a trained network.
#
# It takes about 60 minutes. You need units 01 and 02: sliding a kernel over an image, stride, padding. There are five exercises;
# each has a cell that checks your work within a second or two and says what is wrong, not only that it is.

# %%
import os

import numpy as np

from autograder import check
from course import functional as F
from course.explore import ConvolutionExplorer, convolution_figure, gallery

FAST = os.environ.get("COURSE_FAST") == "1"  # only testing the notebook: train on fewer digits

# %% [markdown]
# ## Before you run anything
#
# A colour picture of 32x32 pixels has three channels: red, green, blue. It goes into a layer of **8 filters of 5x5**, stride 1, no
# padding. Write down, on paper:
#
# 1. How many numbers are there in *one* filter? 25, 75 or 600?
# 2. How many channels does the output have? 3, 8 or 24?
# 3. How tall is the output?
#
# The first one is a trap. Keep the paper; we come back to it.

# %% [markdown]
# ## One filter sees all channels
#
# So far a kernel was a small matrix that slid over a grey image. A picture has three channels, and the output of a layer may have
# hundreds. What does a filter do with them?
#
# It has **one kernel for each channel**. All its kernels stand at the same place, each on its own channel; every kernel gives a sum
# of products, and these sums are added up, with one bias, to **one number**. Three channels go in, a single map comes out.
#
# The figure below is a small case with all its numbers: a volume of three channels of 5x5, two filters of 3x3x3, padding 1,
# stride 2. (The numbers are those of the animated figure in Stanford's CS231n notes, so you can compare.) Play with it:
#
# - Press **play**, or go forward step by step, and watch which nine numbers of each channel are read.
# - Before each step, work out one of the three sums in your head. The products are on the right.
# - Switch to the second filter. Which parts of the picture change, and which stay?
# - Set the stride to 1, then to 3. Set the padding to 0. Which rows are no longer seen?

# %% tags=["demo"]
demo_x = np.array(
    [
        [[2, 1, 1, 1, 0], [2, 1, 1, 2, 2], [2, 1, 1, 0, 0], [1, 2, 0, 2, 2], [0, 2, 0, 1, 0]],
        [[0, 0, 1, 1, 2], [1, 2, 1, 1, 0], [0, 0, 2, 0, 2], [2, 0, 0, 0, 2], [0, 2, 2, 1, 1]],
        [[0, 2, 0, 2, 1], [0, 0, 2, 1, 2], [0, 0, 1, 0, 2], [1, 2, 2, 0, 2], [2, 0, 1, 1, 1]],
    ]
)  # (C, H, W) = (3, 5, 5)
demo_weight = np.array(
    [
        [
            [[1, -1, -1], [-1, -1, -1], [1, -1, 1]],
            [[-1, 1, -1], [0, 1, 1], [1, -1, 1]],
            [[1, 0, 0], [-1, 1, 0], [-1, 0, 0]],
        ],
        [
            [[1, 0, -1], [1, 1, 0], [-1, 0, 1]],
            [[1, -1, 1], [-1, 0, 1], [0, -1, 0]],
            [[0, 0, 0], [-1, 1, -1], [-1, 0, 1]],
        ],
    ]
)  # (C_out, C, kH, kW) = (2, 3, 3, 3)
demo_bias = np.array([1, 0])

ConvolutionExplorer(demo_x, demo_weight, demo_bias, stride=2, padding=1)

# %% [markdown]
# The first number, step by step. The window in the upper left corner hangs over the edge: its first row and first column are
# padding, zeros.

# %% tags=["demo"]
padded = np.pad(demo_x, ((0, 0), (1, 1), (1, 1)))  # (3, 7, 7)
window = padded[:, 0:3, 0:3]  # (3, 3, 3): the window of output position (0, 0)
products = window * demo_weight[0]  # (3, 3, 3)
sums = products.sum(axis=(1, 2))  # (3,): one for each channel


def written_out(numbers):
    return " + ".join(map(str, numbers)).replace("+ -", "- ")


for c in range(3):
    print(f"channel {c}: {written_out(products[c].ravel())} = {sums[c]}")
print(f"together:  {written_out(sums)} + bias {demo_bias[0]} = {sums.sum() + demo_bias[0]}")

# %% [markdown]
# In letters, with $C$ channels and a kernel of $k_H \times k_W$:
#
# $$\text{out}[h, w] \;=\; b + \sum_{c=0}^{C-1} \sum_{i=0}^{k_H-1} \sum_{j=0}^{k_W-1} x[c,\, h+i,\, w+j] \; K[c,\, i,\, j]$$
#
# Two things in this formula are easy to get wrong. The sum over $c$ is a *sum*: not a mean, and not one output for each channel.
# And the bias stands in front of all sums: it is added **once**, not once a channel.
#
# ### Exercise 1: one filter over one volume (4 points)
#
# Write `correlate_volume(x, kernel, bias=0.0)`, stride 1, no padding.
#
# | | shape | |
# | --- | --- | --- |
# | `x` | `(C, H, W)` | a volume; any `C`, and `H` need not equal `W` |
# | `kernel` | `(C, kH, kW)` | one filter; `kH` need not equal `kW` |
# | `bias` | a number | |
# | returns | `(H - kH + 1, W - kW + 1)` | a new array of floats |
#
# The rules that hold for every function you write in this course: inputs are left as they are, whole numbers are treated as
# floats, and a second call knows nothing of the first. Loops are fine; being right comes before being fast.
#
# <details><summary>Hint 1: where to start</summary>
#
# How many positions does the window have, down and across? Make an array of that shape with `np.zeros` and fill it in two loops.
#
# </details>
# <details><summary>Hint 2: one position</summary>
#
# At position `(h, w)` the window is `x[:, h:h + kH, w:w + kW]`. It has the same shape as `kernel`.
#
# </details>
# <details><summary>Hint 3: almost all of it</summary>
#
# Two arrays of shape `(C, kH, kW)`: multiply them element by element, add up *everything*, then add the bias. `np.sum` without
# `axis` adds up all axes.
#
# </details>

# %% solution="correlate_volume"
def correlate_volume(x, kernel, bias=0.0):
    """(C, H, W) and (C, kH, kW) -> (H - kH + 1, W - kW + 1)."""
    ### BEGIN SOLUTION
    _, H, W = x.shape
    _, kH, kW = kernel.shape
    out = np.zeros((H - kH + 1, W - kW + 1))
    for h in range(out.shape[0]):
        for w in range(out.shape[1]):
            out[h, w] = np.sum(x[:, h : h + kH, w : w + kW] * kernel) + bias
    return out
    ### END SOLUTION


# %% check="correlate_volume" points=4
check("correlate_volume", correlate_volume)

# %% [markdown]
# ## Many filters make a layer
#
# One filter asks one question everywhere: *is it brighter on the right?* A layer asks many. Each filter gives a map, and the maps
# are stacked: **as many channels come out as there are filters**. The next layer treats them as its input channels.
#
# A layer with $C_\text{out}$ filters for an input of $C$ channels has a weight of shape $(C_\text{out}, C, k_H, k_W)$ and
# $C_\text{out}$ biases. With a batch of $N$ images in front:
#
# $$(N, C, H, W) \;\longrightarrow\; (N, C_\text{out}, H_\text{out}, W_\text{out}), \qquad
# H_\text{out} = \left\lfloor \frac{H + 2p - k_H}{s} \right\rfloor + 1$$
#
# Note what does *not* appear on the right: $C$. The depth of the input is summed away; the depth of the output is a choice.

# %% tags=["demo"]
def through(shape, filters, k, stride=1):
    """(H, W, C) -> the shape behind a layer of `filters` filters of k x k without padding."""
    H, W, C = shape
    return F.output_size(H, k, stride), F.output_size(W, k, stride), filters


def by(shape):
    return "x".join(map(str, shape))


for shape, filters, k in (((10, 10, 3), 64, 3), ((6, 6, 3), 4, 3), ((32, 32, 3), 8, 5)):
    then = through(shape, filters, k)
    print(f"{by(shape):>8} -> {filters:2} filters {by((k, k, shape[2]))} -> {by(then)}")

print("\na stack of layers:")
shape = (64, 64, 3)
for filters, k, stride in ((8, 3, 1), (16, 5, 2), (32, 7, 2)):
    then = through(shape, filters, k, stride)
    filter_size = by((k, k, shape[2]))
    print(f"{by(shape):>8} -> {filters:2} filters {filter_size}, stride {stride} -> {by(then)}")
    shape = then

# %% [markdown]
# The third line answers two of the questions on your paper. The maps shrink and the stack grows deeper: fewer places, more
# questions about each.
#
# ### Exercise 2: the layer (8 points)
#
# Write `conv2d_forward(x, weight, bias=None, stride=1, padding=0)`.
#
# | | shape | |
# | --- | --- | --- |
# | `x` | `(N, C, H, W)` | a batch of images |
# | `weight` | `(C_out, C, kH, kW)` | the filters |
# | `bias` | `(C_out,)` or `None` | one number for each filter |
# | `stride`, `padding` | an int, or a pair `(down, across)` | zeros are added on all four sides |
# | returns | `(N, C_out, H_out, W_out)` | float32 if `x` is float32, else float64 |
#
# The kernel is **not** flipped. Where the window does not come out even at the right or lower border, the rest is left out.
# Points are given for each thing that works (several channels, stride, padding, pairs ...), so hand in what you have.
#
# <details><summary>Hint 1: in which order</summary>
#
# Get it right for stride 1 and no padding first; your `correlate_volume` is the heart of it. Then pad the whole batch once, at
# the beginning (`np.pad` takes a pair for each axis; only the last two get any). Stride comes last.
#
# </details>
# <details><summary>Hint 2: an int or a pair</summary>
#
# Turn both into pairs in the first lines: `sH, sW = (stride, stride) if isinstance(stride, int) else stride`. From there on there
# is only one case.
#
# </details>
# <details><summary>Hint 3: without the two outer loops</summary>
#
# For output position `(h, w)` the windows of the *whole batch* are `x[:, :, h*sH : h*sH + kH, w*sW : w*sW + kW]`, shape
# `(N, C, kH, kW)`. `np.tensordot(windows, weight, axes=((1, 2, 3), (1, 2, 3)))` sums over channel and kernel and leaves
# `(N, C_out)`: one column of the output, for all images and filters at once.
#
# </details>

# %% solution="conv2d_forward"
def conv2d_forward(x, weight, bias=None, stride=1, padding=0):
    """(N, C, H, W) and (C_out, C, kH, kW) -> (N, C_out, H_out, W_out)."""
    ### BEGIN SOLUTION
    sH, sW = (stride, stride) if isinstance(stride, int) else stride
    pH, pW = (padding, padding) if isinstance(padding, int) else padding
    N, _, H, W = x.shape
    C_out, _, kH, kW = weight.shape
    H_out = (H + 2 * pH - kH) // sH + 1
    W_out = (W + 2 * pW - kW) // sW + 1
    x_padded = np.pad(x, ((0, 0), (0, 0), (pH, pH), (pW, pW)))
    out = np.zeros((N, C_out, H_out, W_out), np.float32 if x.dtype == np.float32 else np.float64)
    for h in range(H_out):
        for w in range(W_out):
            # (N, C, kH, kW) times (C_out, C, kH, kW), summed over the last three axes: (N, C_out)
            windows = x_padded[:, :, h * sH : h * sH + kH, w * sW : w * sW + kW]
            out[:, :, h, w] = np.tensordot(windows, weight, axes=((1, 2, 3), (1, 2, 3)))
    if bias is not None:
        out += bias[:, None, None]
    return out
    ### END SOLUTION


# %% check="conv2d_forward" points=8
check("conv2d_forward", conv2d_forward)

# %% [markdown]
# Now the same figure with **your** function in it. Cells where your layer gives another number than it should are hatched and
# marked; while you have not written it yet, the figure says so. Move the sliders: an error often shows only at stride 2, or only
# at the border.

# %% tags=["demo"]
ConvolutionExplorer(demo_x, demo_weight, demo_bias, stride=2, padding=1, fn=conv2d_forward)

# %% [markdown]
# ## How many weights?
#
# Back to the paper. A filter of 5x5 on three channels has $5 \cdot 5 \cdot 3 = 75$ weights, not 25: it has a kernel for each
# channel. Eight of them, with a bias each, make the whole layer. Compare that with a **dense** layer between the same volumes, in
# which every output number has a weight of its own for every input number.
#
# ### Exercise 3: count (2 + 2 points)
#
# - `conv2d_parameters(in_channels, out_channels, kernel_size, bias=True)`: weights and biases of a convolution layer;
#   `kernel_size` is an int or a pair.
# - `linear_parameters(in_shape, out_shape, bias=True)`: weights and biases of a dense layer from a volume of shape `in_shape =
#   (C, H, W)` to one of shape `out_shape = (C_out, H_out, W_out)`.
#
# Both return an `int`.
#
# <details><summary>Hint 1: the convolution</summary>
#
# The weight has shape `(C_out, C, kH, kW)`. How many numbers is that? The size of the picture is nowhere to be seen.
#
# </details>
# <details><summary>Hint 2: the dense layer</summary>
#
# How many numbers go in, how many come out? There is a weight for each *pair* of them.
#
# </details>
# <details><summary>Hint 3: biases</summary>
#
# A convolution has one for each filter, shared by all places of its map. A dense layer has one for each output number.
#
# </details>

# %% solution="conv2d_parameters"
def conv2d_parameters(in_channels, out_channels, kernel_size, bias=True):
    """How many numbers a convolution layer learns."""
    ### BEGIN SOLUTION
    kH, kW = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    return out_channels * in_channels * kH * kW + (out_channels if bias else 0)
    ### END SOLUTION


# %% check="conv2d_parameters" points=2
check("conv2d_parameters", conv2d_parameters)

# %% solution="linear_parameters"
def linear_parameters(in_shape, out_shape, bias=True):
    """How many numbers a dense layer between two volumes learns."""
    ### BEGIN SOLUTION
    numbers_in = in_shape[0] * in_shape[1] * in_shape[2]
    numbers_out = out_shape[0] * out_shape[1] * out_shape[2]
    return numbers_in * numbers_out + (numbers_out if bias else 0)
    ### END SOLUTION


# %% check="linear_parameters" points=2
check("linear_parameters", linear_parameters)

# %% [markdown]
# ### A number on a slide
#
# A well-known lecture compares the two for a 32x32x3 picture and 8 filters of 5x5. The convolution layer: 608 parameters. For the
# dense layer to the same 28x28x8 maps it prints
#
# $$6{,}272 \times 3{,}272 + 6{,}272 = 20{,}528{,}256 .$$
#
# One of these numbers is wrong. Which? Work it out before you run the next cell.

# %% tags=["demo"]
for k, C, filters in ((3, 3, 16), (5, 3, 8)):
    weights = k * k * C * filters
    learned = weights + filters
    print(f"{filters:2} filters {k}x{k}x{C}: {weights} weights + {filters} biases = {learned}")

outputs = 28 * 28 * 8
for name, inputs in (("on the slide", 3272), ("32 * 32 * 3", 32 * 32 * 3)):
    total = outputs * inputs + outputs
    print(f"dense, {name:>12}: {outputs:,} x {inputs:,} + {outputs:,} = {total:,}")
print(f"which is {total / learned:,.0f} times the convolution layer")

# %% [markdown]
# One digit slipped: 32x32x3 is 3,072, and the slide multiplied with 3,272. The point stands all the same: the dense layer
# needs tens of thousands of times as many weights, because it learns the same edge detector anew for every place. A convolution
# learns it **once** and uses it everywhere.
#
# ## Filters that we design
#
# What can a filter over three channels ask that three filters over one channel cannot? It can compare colours. Let us build three
# by hand, before we let a network find its own.
#
# ### Exercise 4: a bank of three filters (4 points)
#
# Write `design_filters()`. It returns a weight of shape `(3, 3, 3, 3)` = (filter, channel, row, column) for pictures with the
# channels red, green, blue, to be used with padding 1:
#
# - **filter 0**, grey: the mean of the three channels at the pixel itself;
# - **filter 1**, vertical edges: the Sobel filter $\frac14\begin{pmatrix}-1&0&1\\-2&0&2\\-1&0&1\end{pmatrix}$ *of that grey picture*:
#   positive where it gets brighter to the right;
# - **filter 2**, red minus blue at the pixel itself.
#
# <details><summary>Hint 1: a kernel that does nothing</summary>
#
# A 3x3 kernel that is 0 but for a 1 in the middle leaves a channel as it is. What does 1/3 in the middle do, on all three?
#
# </details>
# <details><summary>Hint 2: the edge filter</summary>
#
# The grey picture is (red + green + blue) / 3. Correlating a sum with Sobel is the sum of the correlations: so each of the three
# channels gets the same kernel, and each gets a third of it.
#
# </details>
# <details><summary>Hint 3: writing it down</summary>
#
# Start from `weight = np.zeros((3, 3, 3, 3))`. `weight[0, :, 1, 1]` is the middle of all three kernels of filter 0;
# `weight[2, 2, 1, 1]` is the middle of the blue kernel of filter 2.
#
# </details>

# %% solution="design_filters"
def design_filters():
    """A weight of shape (3, 3, 3, 3): grey, vertical edges, red minus blue."""
    ### BEGIN SOLUTION
    weight = np.zeros((3, 3, 3, 3))
    weight[0, :, 1, 1] = 1 / 3
    weight[1, :] = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 4 / 3
    weight[2, 0, 1, 1] = 1
    weight[2, 2, 1, 1] = -1
    return weight
    ### END SOLUTION


# %% check="design_filters" points=4
check("design_filters", design_filters)

# %% [markdown]
# Your filters at work on a photograph (Eileen Collins, the first woman to command a Space Shuttle; NASA, public domain). Blue is
# negative, white is zero, orange is positive. Look for the stripes of the flag in the second map and for the orange suit in the
# third. The last two are what **ReLU** leaves of maps two and three: it keeps what is above zero. A filter and its ReLU together
# say *yes, here* or nothing; edges from bright to dark are gone and would need a filter of their own.

# %% tags=["demo"]
from course.data import photo

picture = photo()  # (3, 128, 128), uint8
maps = F.conv2d_forward(picture[None], design_filters(), padding=1)[0]  # (3, 128, 128)
after_relu = F.relu_forward(maps)
gallery(
    [picture, maps[0].round().astype(int), maps[1], maps[2], after_relu[1], after_relu[2]],
    [
        "the photograph", "0: grey", "1: vertical edges",
        "2: red minus blue", "1 after ReLU", "2 after ReLU",
    ],
    alt="A photograph of an astronaut; its grey version; a map with orange and blue lines along "
    "vertical edges; a map that is orange on the suit and blue on the flag's field; the last two "
    "maps once more without their negative parts.",
    side=170,
    columns=3,
)

# %% [markdown]
# ## Filters that a network finds
#
# Nobody told LeNet-5 about edges. Its first layer is six filters of 5x5 on one grey channel, its second sixteen filters of 5x5 on
# those six maps, and all of them start as noise. We train it on the first 12,000 digits of MNIST, once through. On two cores that
# takes about 5 seconds, and between 93 % and 98 % of the 10,000 test digits come out right.

# %% tags=["demo"]
from course.data import DataLoader, mnist
from course.models import lenet5
from course.optim import Adam
from course.training import evaluate, train

digits, test = mnist()[: 3000 if FAST else 12000], mnist(train=False)
model = lenet5(seed=4)
untrained = model.state_dict()
train(model, DataLoader(digits, batch_size=64, shuffle=True), Adam(model.parameters(), lr=2e-3))
print(f"{evaluate(model, test).accuracy:.1%} of 10,000 test digits right")

# %% tags=["demo"]
state = model.state_dict()  # every weight under its name, as PyTorch would call it
digit = test.normalize(test.images[:1])  # (1, 1, 28, 28)
before, after = untrained["features.0.weight"][:, 0], state["features.0.weight"][:, 0]  # (6, 5, 5)
maps = F.conv2d_forward(digit, state["features.0.weight"], state["features.0.bias"], padding=2)[0]
gallery(
    [*before, *after, *maps],  # maps: (6, 28, 28)
    [f"{name} {i}" for name in ("before:", "after:", "map") for i in range(6)],
    alt="Six 5x5 filters as noise before training; the same six after training, some with a bright "
    "and a dark side; and what each makes of a handwritten seven: outlines of its strokes, in "
    "different directions.",
    side=110,
)

# %% [markdown]
# Compare the first two rows: the filters have moved, though not far; some have grown a bright side and a dark one, like a slanted
# Sobel. The third row shows what each makes of one digit. None of it was designed. It is what happened to reduce the loss.
#
# ## Your layer in the network
#
# A trained network is nothing but its weights and the order of operations. Here is LeNet-5 written out, with the convolution as
# an argument. Put yours in:

# %% tags=["demo"]
def lenet(x, p, conv2d):
    """(N, 1, 28, 28) -> logits (N, 10); p: the weights by name, conv2d: the convolution to use."""
    x = conv2d(x, p["features.0.weight"], p["features.0.bias"], padding=2)  # (N, 6, 28, 28)
    x = F.max_pool2d_forward(F.relu_forward(x), 2)  # (N, 6, 14, 14)
    x = conv2d(x, p["features.3.weight"], p["features.3.bias"])  # (N, 16, 10, 10)
    x = F.max_pool2d_forward(F.relu_forward(x), 2)  # (N, 16, 5, 5)
    x = x.reshape(len(x), -1)  # (N, 400)
    x = F.linear_forward(x, p["classifier.0.weight"], p["classifier.0.bias"])  # (N, 120)
    x = F.linear_forward(F.relu_forward(x), p["classifier.2.weight"], p["classifier.2.bias"])
    return F.linear_forward(F.relu_forward(x), p["classifier.4.weight"], p["classifier.4.bias"])


few = test[:100]
x = few.normalize(few.images)
yours = lenet(x, state, conv2d_forward)
ours = lenet(x, state, F.conv2d_forward)
print(f"largest difference of any logit: {np.abs(yours - ours).max():.1e}")
right = (yours.argmax(axis=1) == few.labels).sum()
print(f"your layer reads {right} of the first {len(few)} test digits right")

# %% [markdown]
# That is your code reading handwriting.
#
# ## What breaks, and why
#
# **A flipped kernel.** Mathematicians flip the kernel (unit 02). A network that *learns* with flipped kernels is as good as any: it
# learns them the other way round. But weights that were learned without flipping, in a layer that flips, ask every question
# upside down. How many of 1,000 digits does LeNet still read? Guess first.

# %% tags=["demo"]
thousand = test[:1000]
x = thousand.normalize(thousand.images)


def flipped(x, weight, bias, padding=0):
    return F.conv2d_forward(x, weight[:, :, ::-1, ::-1], bias, padding=padding)


def no_bias(x, weight, bias, padding=0):
    return F.conv2d_forward(x, weight, None, padding=padding)


def first_channel_only(x, weight, bias, padding=0):
    return F.conv2d_forward(x[:, :1], weight[:, :1], bias, padding=padding)


layers = {
    "right": F.conv2d_forward,
    "flipped": flipped,
    "no bias": no_bias,
    "channel 0 only": first_channel_only,
}
for name, layer in layers.items():
    right = (lenet(x, state, layer).argmax(axis=1) == thousand.labels).mean()
    print(f"{name:>15}: {right:6.1%} of 1,000 digits right")

# %% [markdown]
# The bias matters least: a network can live with that error, so it can sit in your code for weeks. An accuracy that is a little
# low is no proof that a layer is right; that is why the check cells compare numbers.
#
# **Channels in the wrong place.** Picture files come as (H, W, C), networks here want (C, H, W). A layer that is given the wrong
# one says so, if the numbers do not agree:

# %% tags=["demo"]
try:
    F.conv2d_forward(picture.transpose(1, 2, 0)[None], np.ones((8, 3, 5, 5)))
except ValueError as error:
    print(error)

# %% [markdown]
# **A stride that does not come out even.** A 6x6 map, a 3x3 kernel, stride 2: the last row and the last column are never looked at.
# No error, no warning. The figure shades them.

# %% tags=["demo"]
sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
convolution_figure(np.arange(36).reshape(6, 6) % 7, sobel, stride=2, step=3)

# %% [markdown]
# ## Summary
#
# - A filter has one kernel for each input channel; its sums are added up, with one bias, to one number. Weight shape
#   $(C_\text{out}, C, k_H, k_W)$.
# - As many maps come out as there are filters. The size of a map follows from kernel, stride and padding alone.
# - A layer's parameters do not depend on the size of the picture: $C_\text{out} (C\, k_H k_W + 1)$.
# - Designed or learned, a filter is a question asked at every place; ReLU keeps the places where the answer is yes.
#
# **Reading.** Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, *Gradient-based learning applied to document recognition*, Proceedings of
# the IEEE 86 (1998), sections II and III. V. Dumoulin, F. Visin, *A guide to convolution arithmetic for deep learning*,
# arXiv:1603.07285 (2016), chapters 1 and 2. Stanford CS231n, *Convolutional neural networks: architectures, convolution / pooling
# layers*, course notes, cs231n.github.io/convolutional-networks.
#
# **The same in PyTorch.** The names are the same, and so are the shapes and the order of the arguments. If PyTorch is installed, the
# next cell puts your weights through it.

# %% tags=["demo"]
try:
    import torch
except ImportError:
    print("PyTorch is not installed here; nothing in this course needs it.")
else:
    layer = torch.nn.Conv2d(3, 2, kernel_size=3, stride=2, padding=1)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(demo_weight))
        layer.bias.copy_(torch.from_numpy(demo_bias))
        print(layer(torch.from_numpy(demo_x[None]).float()).numpy()[0])
    print(conv2d_forward(demo_x[None], demo_weight, demo_bias, stride=2, padding=1)[0])

# %% [markdown]
# **Next.** Unit 05 writes the same layer as one product of two matrices, and sees what that is worth in seconds.
