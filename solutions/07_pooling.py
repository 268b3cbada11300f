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
# # 07 Pooling, strides, 1x1, receptive fields
#
# After this unit you can
#
# - shrink a map by max and by average pooling, and send gradients back through both, with overlaps, ties and borders,
# - say what a strided convolution does instead and what it costs, and mix channels with 1x1 convolutions,
# - work out which pixels a number deep in a network can see, and measure which ones it does see.
#
# It takes about 65 minutes. You need units 02, 04 and 06: stride and padding, the layer, and what a gradient of a layer is. There
# are six exercises with 24 points.

# %%
import os

import numpy as np

from autograder import check
from course import functional as F
from course.explore import PoolingExplorer, ReceptiveFieldExplorer, gallery

FAST = os.environ.get("COURSE_FAST") == "1"  # only testing the notebook: train on fewer digits

small = np.array([[0, 0, 14, 82], [149, 32, 0, 0], [28, 53, 64, 44], [39, 120, 133, 99]])
large = np.array(
    [
        [0, 0, 25, 14, 82],
        [149, 32, 31, 0, 0],
        [111, 200, 20, 135, 10],
        [28, 53, 20, 64, 44],
        [39, 120, 210, 13, 99],
    ]
)

# %% [markdown]
# ## Before you run anything
#
# Here is a feature map of 4x4 numbers. Cut it into four squares of 2x2 and keep the largest number of each.
#
# |  |  |  |  |
# | --- | --- | --- | --- |
# | 0 | 0 | 14 | 82 |
# | 149 | 32 | 0 | 0 |
# | 28 | 53 | 64 | 44 |
# | 39 | 120 | 133 | 99 |
#
# Write down, on paper:
#
# 1. The four numbers that are left.
# 2. Going back, the loss asks each of the four to change. How many of the *sixteen* numbers hear of it: 4, 8 or 16?
# 3. LeNet-5 (unit 04) has a 5x5 convolution, a 2x2 pooling, another 5x5 convolution and another 2x2 pooling. How many pixels of
#    the digit can one number behind all that see: 5x5, 10x10, 16x16 or all 28x28?
#
# Most people get the first right and the last wrong.

# %% [markdown]
# ## The largest of four
#
# A convolution layer answers a question at every place. Often it matters less *where exactly* the answer was yes than *that* it
# was yes somewhere around here. **Max pooling** keeps the strongest answer of each window and forgets the others.
#
# The figure has your map at the top, the pooled one beside it, and below both the gradients on their way back. Before each step,
# say which number wins.
#
# - Go through the four windows. Which numbers have a gradient in the end?
# - Set the stride to 1. Three numbers win two windows each. What becomes of their gradients?
# - Type 149 into the place of the 32. Which of the two is taken?
# - Leave it there, and try the wrong rules under *gradient*. The sums below the figure give three of them away. One hands on
#   exactly what arrived, and is wrong all the same: which?

# %% tags=["demo"]
PoolingExplorer(small)

# %% [markdown]
# In letters, with a window of $k_H \times k_W$ and a stride of $s_H, s_W$:
#
# $$\text{out}[n, c, h, w] \;=\; \max_{0 \le i < k_H,\; 0 \le j < k_W} \; x[n,\, c,\, h\, s_H + i,\, w\, s_W + j]$$
#
# Compare it with the formula of the convolution layer. There is no sum over $c$: **every channel is pooled on its own**, so as many
# channels come out as went in. There is no $K$: **nothing is learned**. And the sizes are those of any window that slides,
# $\lfloor (n + 2p - k) / s \rfloor + 1$.
#
# Windows need not lie side by side. If no stride is given, it is the size of the window, and they do; with a smaller one they
# overlap. Here are the 3x3 windows with stride 1 of a 5x5 map, and what sizes come of a 7x7 one:

# %% tags=["demo"]
print("4x4, window 2, stride 2:\n", F.max_pool2d_forward(small[None, None], 2)[0, 0].astype(int))
print("5x5, window 3, stride 1:\n", F.max_pool2d_forward(large[None, None], 3, stride=1)[0, 0].astype(int))
for n in (7, 227):
    for k, stride in ((2, 1), (2, 2), (3, 1), (3, 2)):
        size = F.output_size(n, k, stride)
        left = n - ((size - 1) * stride + k)
        rest = f", {left} row and column under no window" if left else ""
        print(f"{n}x{n}, window {k}, stride {stride}: {size}x{size}{rest}")

# %% [markdown]
# The number 200 is in four of the nine windows and is the largest in each. A strong answer spreads.
#
# The last lines are worth a look. A picture of 227x227 becomes 113x113 both with a 2x2 and with a 3x3 window at stride 2, but not in
# the same way: 112 * 2 + 2 = 226, so the 2x2 windows never reach the last row, while 112 * 2 + 3 = 227 fits to the pixel. AlexNet
# used 3x3 windows with stride 2.
#
# **Padding** is possible too, and the border must not win. A zero would: in a window of negative numbers it is the largest. So the
# border of a max pooling counts as minus infinity.
#
# ### Exercise 1: max pooling (5 points)
#
# Write `max_pool2d_forward(x, kernel_size, stride=None, padding=0)`.
#
# | | shape | |
# | --- | --- | --- |
# | `x` | `(N, C, H, W)` | any numbers, negative ones too |
# | `kernel_size` | an int, or a pair `(down, across)` | the window |
# | `stride` | an int, a pair, or `None` | `None` means the size of the window |
# | `padding` | an int or a pair, at most half the window | a border that never wins |
# | returns | `(N, C, H_out, W_out)` | float32 if `x` is float32, else float64 |
#
# Where the windows do not come out even, the rest is left out.
#
# <details><summary>Hint 1: in which order</summary>
#
# Read the arguments first: two pairs, and `stride` is the pair of the window where it is `None`. Then pad. Then the two loops over
# the output that you know from unit 04.
#
# </details>
# <details><summary>Hint 2: one position, all images and channels</summary>
#
# `x[:, :, h*sH : h*sH + kH, w*sW : w*sW + kW]` has shape `(N, C, kH, kW)`. Its `.max(axis=(2, 3))` has shape `(N, C)`: one number for
# each image and channel.
#
# </details>
# <details><summary>Hint 3: the border</summary>
#
# `np.pad(..., constant_values=-np.inf)`, again with a pair for each of the four axes, and none for the first two. Whole numbers
# know no infinity: turn `x` into floats before.
#
# </details>

# %% solution="max_pool2d_forward"
def max_pool2d_forward(x, kernel_size, stride=None, padding=0):
    """(N, C, H, W) -> (N, C, H_out, W_out): the largest number of each window."""
    ### BEGIN SOLUTION
    stride = kernel_size if stride is None else stride
    kH, kW = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    sH, sW = (stride, stride) if isinstance(stride, int) else stride
    pH, pW = (padding, padding) if isinstance(padding, int) else padding
    x = x.astype(np.float32 if x.dtype == np.float32 else np.float64)
    x = np.pad(x, ((0, 0), (0, 0), (pH, pH), (pW, pW)), constant_values=-np.inf)
    N, C, H, W = x.shape
    out = np.zeros((N, C, (H - kH) // sH + 1, (W - kW) // sW + 1), x.dtype)
    for h in range(out.shape[2]):
        for w in range(out.shape[3]):
            window = x[:, :, h * sH : h * sH + kH, w * sW : w * sW + kW]  # (N, C, kH, kW)
            out[:, :, h, w] = window.max(axis=(2, 3))
    return out
    ### END SOLUTION


# %% check="max_pool2d_forward" points=5
check("max_pool2d_forward", max_pool2d_forward)

# %% [markdown]
# ## The way back: the winner takes all
#
# Nudge a number of the map by a thousandth and see what the four outputs do. That is all a gradient says.

# %% tags=["demo"]
before = F.max_pool2d_forward(small[None, None], 2)
for row, column in ((1, 0), (1, 1), (3, 1)):
    nudged = small.astype(float)
    nudged[row, column] += 0.001
    change = (F.max_pool2d_forward(nudged[None, None], 2) - before).ravel() / 0.001
    print(f"nudge the {small[row, column]:>3}: the outputs change by", change.round(3), "per unit")

# %% [markdown]
# The 149 passes every change on, factor 1. The 32 can move as it likes; nobody sees it. So the gradient of an output goes to **the
# winner of its window, whole, and to nobody else**: four of the sixteen hear of it. That is question 2.
#
# Two cases need a rule.
#
# **Overlapping windows add.** In the 5x5 map with 3x3 windows and stride 1 the number 200 wins four windows. It moves four outputs, so
# its gradient is the sum of four. If the outputs' gradients are 1 to 9, row by row, it gets 1 + 2 + 4 + 5 = 12; the 135 at the right
# gets 3 + 6 = 9, the 210 below gets 7 + 8 + 9 = 24, and together that is 12 + 9 + 24 = 45, everything that arrived.
#
# **Ties go to the first.** Two equal numbers, both the largest: max has no derivative there, and something has to be decided. We do as
# PyTorch does and take the first, row by row. Giving the gradient to *both* would hand on more than arrived.
#
# You may think ties are rare. In a network they are not: a ReLU makes zeros by the thousand. Further down we count them.
#
# ### Exercise 2: max pooling, backward (6 points)
#
# Write `max_pool2d_backward(grad_out, x, kernel_size, stride=None, padding=0)`.
#
# | | shape | |
# | --- | --- | --- |
# | `grad_out` | `(N, C, H_out, W_out)` | the loss's gradient with respect to the output |
# | `x` and the rest | as they went in | |
# | returns | `(N, C, H, W)` | the gradient with respect to `x`; its border, if it had one, is cut off |
#
# <details><summary>Hint 1: the same walk</summary>
#
# Walk over the windows as in exercise 1, on the padded `x`, and have an array of zeros of the *padded* shape beside it for the
# gradients. Cut its border off at the very end.
#
# </details>
# <details><summary>Hint 2: who wins</summary>
#
# `window.argmax()` counts through the flattened window and takes the first of equals, which is the rule. `divmod(place, kW)` turns
# the count back into a row and a column of the window. Do it for each image and each channel: they have winners of their own.
#
# </details>
# <details><summary>Hint 3: almost all of it</summary>
#
# `grad[n, c, h*sH + row, w*sW + column] += grad_out[n, c, h, w]`. With `=` in place of `+=` it works until windows overlap.
#
# </details>

# %% solution="max_pool2d_backward"
def max_pool2d_backward(grad_out, x, kernel_size, stride=None, padding=0):
    """Each gradient to the first winner of its window: (N, C, H_out, W_out) -> (N, C, H, W)."""
    ### BEGIN SOLUTION
    stride = kernel_size if stride is None else stride
    kH, kW = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    sH, sW = (stride, stride) if isinstance(stride, int) else stride
    pH, pW = (padding, padding) if isinstance(padding, int) else padding
    H, W = x.shape[2:]
    x = x.astype(np.float32 if x.dtype == np.float32 else np.float64)
    x = np.pad(x, ((0, 0), (0, 0), (pH, pH), (pW, pW)), constant_values=-np.inf)
    grad = np.zeros_like(x)
    for n, c, h, w in np.ndindex(grad_out.shape):
        window = x[n, c, h * sH : h * sH + kH, w * sW : w * sW + kW]  # (kH, kW)
        row, column = divmod(window.argmax(), kW)
        grad[n, c, h * sH + row, w * sW + column] += grad_out[n, c, h, w]
    return grad[:, :, pH : pH + H, pW : pW + W].copy()
    ### END SOLUTION


# %% check="max_pool2d_backward" points=6
check("max_pool2d_backward", max_pool2d_backward)

# %% [markdown]
# The 5x5 map with **your** two functions in the figure. Where one of them gives another number than it should, a second map
# appears with the wrong numbers marked.

# %% tags=["demo"]
PoolingExplorer(large, 3, stride=1, forward=max_pool2d_forward, backward=max_pool2d_backward)

# %% [markdown]
# ## Averages
#
# **Average pooling** takes the mean of each window. The first one of our map holds 0 + 0 + 149 + 32 = 181, and a quarter of that is
# 45.25: the 149 has company that drags it down.
#
# It is nothing new. The mean of 2x2 numbers is a convolution whose four weights are 1/4, on each channel for itself, and so its
# gradient is that of a convolution: each number of the window gets 1/4 of what arrives, winner or not. Where windows overlap,
# shares add up. A border counts as zeros here, and a window that hangs over it is divided by $k_H k_W$ all the same.
#
# ### Exercises 3 and 4: average pooling (3 + 3 points)
#
# Write `avg_pool2d_forward(x, kernel_size, stride=None, padding=0)` and `avg_pool2d_backward(grad_out, x, kernel_size, stride=None,
# padding=0)`, with shapes and rules as above; only the border is zeros.
#
# <details><summary>Hint 1: what changes</summary>
#
# Forward, two things in your max pooling: the reduction over the window, and what the border is filled with. Backward, the window's
# values no longer matter; of `x` only the shape and the dtype do.
#
# </details>
# <details><summary>Hint 2: the way back without a winner</summary>
#
# A whole window takes its share at once: a number for each image and channel, `grad_out[:, :, h, w] / (kH * kW)`, has to be added to
# a slice of shape `(N, C, kH, kW)`.
#
# </details>
# <details><summary>Hint 3: almost all of it</summary>
#
# `grad[:, :, h*sH : h*sH + kH, w*sW : w*sW + kW] += share[:, :, None, None]`: the two `None` make the shapes `(N, C, 1, 1)`, which
# NumPy stretches over the window. Then cut the border off.
#
# </details>

# %% solution="avg_pool2d_forward"
def avg_pool2d_forward(x, kernel_size, stride=None, padding=0):
    """(N, C, H, W) -> (N, C, H_out, W_out): the mean of each window, the border counting as zeros."""
    ### BEGIN SOLUTION
    stride = kernel_size if stride is None else stride
    kH, kW = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    sH, sW = (stride, stride) if isinstance(stride, int) else stride
    pH, pW = (padding, padding) if isinstance(padding, int) else padding
    x = x.astype(np.float32 if x.dtype == np.float32 else np.float64)
    x = np.pad(x, ((0, 0), (0, 0), (pH, pH), (pW, pW)))
    N, C, H, W = x.shape
    out = np.zeros((N, C, (H - kH) // sH + 1, (W - kW) // sW + 1), x.dtype)
    for h in range(out.shape[2]):
        for w in range(out.shape[3]):
            window = x[:, :, h * sH : h * sH + kH, w * sW : w * sW + kW]  # (N, C, kH, kW)
            out[:, :, h, w] = window.mean(axis=(2, 3))
    return out
    ### END SOLUTION


# %% check="avg_pool2d_forward" points=3
check("avg_pool2d_forward", avg_pool2d_forward)

# %% solution="avg_pool2d_backward"
def avg_pool2d_backward(grad_out, x, kernel_size, stride=None, padding=0):
    """Each gradient in equal shares to its window: (N, C, H_out, W_out) -> (N, C, H, W)."""
    ### BEGIN SOLUTION
    stride = kernel_size if stride is None else stride
    kH, kW = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    sH, sW = (stride, stride) if isinstance(stride, int) else stride
    pH, pW = (padding, padding) if isinstance(padding, int) else padding
    N, C, H, W = x.shape
    dtype = np.float32 if x.dtype == np.float32 else np.float64
    grad = np.zeros((N, C, H + 2 * pH, W + 2 * pW), dtype)
    for h in range(grad_out.shape[2]):
        for w in range(grad_out.shape[3]):
            share = grad_out[:, :, h, w] / (kH * kW)  # (N, C)
            grad[:, :, h * sH : h * sH + kH, w * sW : w * sW + kW] += share[:, :, None, None]
    return grad[:, :, pH : pH + H, pW : pW + W].copy()
    ### END SOLUTION


# %% check="avg_pool2d_backward" points=3
check("avg_pool2d_backward", avg_pool2d_backward)

# %% [markdown]
# ### One number for each map
#
# Make the window as large as the map, and one number is left of each channel. **Global average pooling** turns 7x7x256 into 256
# numbers, and a classifier of ten classes behind it needs 256 * 10 + 10 = 2,570 parameters. Flattened, the same maps are
# 7 * 7 * 256 = 12,544 numbers, and the classifier 12,544 * 10 + 10 = 125,450. It also stops to care how large the picture was.

# %% tags=["demo"]
rng = np.random.default_rng(7)
for height, width in ((7, 7), (9, 5)):
    maps = rng.standard_normal((1, 256, height, width))
    out = avg_pool2d_forward(maps, (height, width))
    grad = avg_pool2d_backward(np.ones_like(out), maps, (height, width))
    print(f"{height}x{width}x256 -> {out.size} numbers; each pixel gets 1/{1 / grad.max():.0f} of the gradient")

# %% [markdown]
# ## Three times half a brain
#
# A slice of an MRI brain template, 96x80 pixels, pooled with 2x2 windows once, twice and three times by **your** functions, down to
# 12x10. All pictures are drawn to the same height. Follow two thin things: the dark fissure between the halves, from the top down,
# and the bright bridge of fibres at its lower end, just above the middle.

# %% tags=["demo"]
from course.data import brain

slice_ = brain().images[13]  # (1, 96, 80), uint8
pictures, titles = [], []
for name, pool in (("max", max_pool2d_forward), ("mean", avg_pool2d_forward)):
    x = slice_[None].astype(float)
    for times in range(4):
        height, width = x.shape[2:]
        pictures.append(x[0, 0].round().astype(int))
        titles.append(f"{name}: {height}x{width}" if times else "the slice: 96x80")
        print(f"{titles[-1]:>16}, mean brightness {x.mean():.1f}")
        x = pool(x, 2)
gallery(
    pictures,
    titles,
    alt="An axial slice of a brain, then the same at half, a quarter and an eighth of its size: with "
    "max pooling it gets brighter and dark lines close; with averages it only gets blurred.",
    side=200,
    columns=4,
)

# %% [markdown]
# Max pooling keeps what is bright, however thin, and so the picture swells and gets brighter with every step; what is dark and thin
# closes. The average keeps the brightness and blurs both. For a feature map behind a ReLU that is a good deal, since bright means *yes*
# there. For a picture itself it would be an odd choice: it depends on bright being what you are looking for.
#
# ## A stride instead
#
# Why compute a map at every place, only to throw away three quarters? A convolution with stride 2 computes a quarter of the places
# to begin with. It halves the map as pooling does, and the weights decide *how*. Springenberg and his colleagues built good networks
# without any pooling that way.
#
# It has a price, and it sends gradients another way. With 64 channels in and out:

# %% tags=["demo"]
C = 64
print(f"2x2 max pooling: {0:6,} parameters")
for k in (1, 2, 3):
    print(f"{k}x{k} convolution, stride 2: {k * k * C * C + C:6,} parameters")

x = rng.standard_normal((1, 1, 8, 8))
arrives = {"max pooling 2x2": F.max_pool2d_backward(np.ones((1, 1, 4, 4)), x, 2)[0, 0]}
for k, padding in ((1, 0), (2, 0), (3, 1)):
    weight = np.ones((1, 1, k, k))
    grad_x, _, _ = F.conv2d_backward(np.ones((1, 1, 4, 4)), x, weight, stride=2, padding=padding)
    arrives[f"convolution {k}x{k}, stride 2"] = grad_x[0, 0]
print()
for name, grad in arrives.items():
    print(f"{name}: gradient arrives at {np.mean(grad != 0):.0%} of the pixels")
gallery(
    list(arrives.values()),
    list(arrives),
    alt="Where gradient arrives in an 8x8 map: at scattered winners, one in each 2x2 square; at every "
    "second pixel of every second row; everywhere alike; everywhere, but up to four times as much "
    "at some pixels as at others.",
    side=170,
    columns=4,
)

# %% [markdown]
# With max pooling a quarter of the pixels learn something, and the picture decides which. With a 1x1 convolution of stride 2 it is a
# quarter as well, but always the same ones: the other three are never seen (ResNet's shortcuts do this). A 2x2 convolution reaches
# everybody once. With 3x3, windows overlap by one, and a pixel is in one, two or four of them, a pattern like a chessboard that can
# be seen in pictures made by going backwards through such layers.
#
# Which is better? Let us try, rather than say. Four LeNets that differ only in how they halve their maps, each trained on the first
# 12,000 digits of MNIST, once through. On two cores all four together take about 10 seconds. Expect between 93 % and 97 % of the
# 10,000 test digits right with max pooling, and between 90 % and 96 % with the other three.

# %% tags=["demo"]
from course import nn
from course.data import DataLoader, mnist
from course.optim import Adam
from course.training import evaluate, train

HALVE = {
    "max pooling": lambda C, rng: nn.MaxPool2d(2),
    "average pooling": lambda C, rng: nn.AvgPool2d(2),
    "2x2 convolution, stride 2": lambda C, rng: nn.Conv2d(C, C, 2, stride=2, rng=rng),
    "every second pixel": lambda C, rng: nn.MaxPool2d(1, stride=2),  # the largest of one
}


def lenet(halve, seed):
    """LeNet-5 with another way to halve its maps."""
    rng = np.random.default_rng(seed)
    return nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2, rng=rng), nn.ReLU(), halve(6, rng)),
        *(nn.Conv2d(6, 16, 5, rng=rng), nn.ReLU(), halve(16, rng), nn.Flatten()),
        *(nn.Linear(400, 120, rng=rng), nn.ReLU(), nn.Linear(120, 84, rng=rng), nn.ReLU()),
        nn.Linear(84, 10, rng=rng),
    )


digits, test = mnist()[: 1500 if FAST else 12000], mnist(train=False)
models = {}
for name, halve in HALVE.items():
    models[name] = model = lenet(halve, seed=7)
    loader = DataLoader(digits, batch_size=64, shuffle=True, seed=7)
    train(model, loader, Adam(model.parameters(), lr=2e-3))
    count = sum(parameter.data.size for parameter in model.parameters())
    print(f"{name:>25}: {count:,} parameters, {evaluate(model, test).accuracy:.1%} right")

# %% [markdown]
# After this short training max pooling is ahead, here and for the other seeds we tried; the strided convolution, with its
# 62,896 - 61,706 = 1,190 weights more, comes closest. Do not make a law of it: it is one small network, one data set, one pass. The last
# line is the one to think about. It throws away three of four numbers without looking at them, and does about as well as taking their
# mean: what helps in max pooling is not that the map gets smaller, but that the strongest answer is the one that stays.
#
# ## 1x1: a filter without neighbours
#
# A convolution with a kernel of 1x1 sounds like a joke: it does not look around at all. But a filter reaches through **all
# channels**, so it still has $C$ weights, and asks of every pixel for itself: how much of this channel, how much of that?
#
# $$\text{out}[n, f, h, w] \;=\; b[f] + \sum_{c=0}^{C-1} \text{weight}[f, c, 0, 0] \; x[n, c, h, w]$$
#
# It is a dense layer from $C$ to $C_\text{out}$ numbers, the same one at every pixel. The grey value in unit 04 and *red minus blue*
# were 1x1 filters, wrapped in eight zeros each.
#
# ### Exercise 5: mixing channels (3 points)
#
# Write `conv1x1_forward(x, weight, bias=None)`.
#
# | | shape | |
# | --- | --- | --- |
# | `x` | `(N, C, H, W)` | |
# | `weight` | `(C_out, C, 1, 1)` | |
# | `bias` | `(C_out,)` or `None` | |
# | returns | `(N, C_out, H, W)` | float32 if `x` is float32, else float64 |
#
# It can be done without any loop.
#
# <details><summary>Hint 1: it is a matrix product</summary>
#
# `weight[:, :, 0, 0]` is a matrix of shape `(C_out, C)`. A pixel is a vector of `C` numbers. What is missing is to do all pixels at
# once.
#
# </details>
# <details><summary>Hint 2: all pixels of one image</summary>
#
# `x[n].reshape(C, H * W)` has a pixel in each column. A matrix times all columns is one `@`. (Reshape to `(C, H * W)`, never to
# `(H * W, C)`: that cuts the rows in other places and mixes the pixels up.)
#
# </details>
# <details><summary>Hint 3: all images</summary>
#
# `@` does the last two axes and repeats over those before: `(C_out, C) @ (N, C, H*W)` gives `(N, C_out, H*W)`. Then reshape back, and
# add `bias[:, None, None]`.
#
# </details>

# %% solution="conv1x1_forward"
def conv1x1_forward(x, weight, bias=None):
    """(N, C, H, W) and (C_out, C, 1, 1) -> (N, C_out, H, W)."""
    ### BEGIN SOLUTION
    N, C, H, W = x.shape
    dtype = np.float32 if x.dtype == np.float32 else np.float64
    pixels = x.astype(dtype).reshape(N, C, H * W)
    out = (weight[:, :, 0, 0].astype(dtype) @ pixels).reshape(N, -1, H, W)
    if bias is not None:
        out = out + bias.astype(dtype)[:, None, None]
    return out
    ### END SOLUTION


# %% check="conv1x1_forward" points=3
check("conv1x1_forward", conv1x1_forward)

# %% [markdown]
# The photograph, mixed by your function. Three channels go in; brightness, red minus green and blue minus yellow come out, much as
# your eye sorts colours before the brain gets them. The second alone finds the suit.

# %% tags=["demo"]
from course.data import photo

picture = photo()  # (3, 128, 128), uint8
mix = np.array([[1 / 3, 1 / 3, 1 / 3], [1, -1, 0], [-1 / 2, -1 / 2, 1]]).reshape(3, 3, 1, 1)
mixed = conv1x1_forward(picture[None], mix)[0]  # (3, 128, 128)
gallery(
    [picture, mixed[0].round().astype(int), mixed[1], mixed[2]],
    ["the photograph", "brightness", "red minus green", "blue minus yellow"],
    alt="A photograph of an astronaut; its brightness; a map that is orange on the orange suit and on "
    "the red stripes of the flag; a map that is blue on the suit and orange on the flag's blue field.",
    side=170,
    columns=4,
)

# %% [markdown]
# ### Bottlenecks
#
# Why would a network want that? Because the price of a convolution is $C \cdot C_\text{out} \cdot k_H \cdot k_W$, and a 1x1 can make
# $C$ small before the expensive layer, and large again after it. ResNet-50 does so with 256 channels: 1x1 down to 64, 3x3 on those,
# 1x1 back up to 256.

# %% tags=["demo"]
def parameters(C, C_out, k):
    return C * C_out * k * k + C_out


direct = parameters(256, 256, 3)
ways = [parameters(256, 64, 1), parameters(64, 64, 3), parameters(64, 256, 1)]
print(f"3x3 on 256 channels: {direct:,} parameters")
print(f"1x1, 3x3, 1x1: {' + '.join(f'{n:,}' for n in ways)} = {sum(ways):,}, {direct / sum(ways):.1f} times fewer")

pixels = 28 * 28  # a 5x5 convolution in GoogLeNet: 192 channels to 32, with 16 in between or without
without = pixels * 192 * 32 * 25
narrow = pixels * 192 * 16 + pixels * 16 * 32 * 25
print(f"GoogLeNet's 5x5: {without:,} multiplications; through 16 channels {narrow:,}")

# %% [markdown]
# With biases, 590,080 parameters become 16,448 + 36,928 + 16,640 = 70,016. A 1x1 loses nothing of the places, and of the channels
# what it can spare: that is for the training to find out.
#
# ## What can one number see?
#
# Now question 3. One number behind the first 5x5 convolution sees 5x5 pixels. Behind a 2x2 pooling it sees two such fields, which lie
# one pixel apart: 5 + 1 = 6 pixels. From here on two neighbours are **two** pixels of the picture apart, because of the stride. So
# the second 5x5 convolution adds four steps of two pixels, 6 + 4 * 2 = 14, and the second pooling one more step of two: 14 + 2 = 16.
#
# Keep three numbers on the way: the **size** of the field, the **jump** from one number's field to its neighbour's, and where the field
# of number 0 begins, its **first** pixel. A layer with kernel $k$, stride $s$ and padding $p$ changes them to
#
# $$\begin{aligned}
# \text{size}' &= \text{size} + (k - 1) \cdot \text{jump} \\
# \text{jump}' &= \text{jump} \cdot s \\
# \text{first}' &= \text{first} - p \cdot \text{jump}
# \end{aligned}$$
#
# and the picture itself starts with size 1, jump 1, first 0. Look at the order: the size grows by the *old* jump, that of the map
# which the kernel lies on. Output $i$ sees the pixels from first + $i$ · jump on, size of them; where that is negative, it sees padding.
#
# ### Exercise 6: receptive fields (4 points)
#
# Write `receptive_field(layers)`. `layers` is a list from the picture upwards, a tuple `(kernel_size, stride, padding)` of three ints
# for each layer. It returns a tuple of three ints: size, jump, first. (Rows and columns are alike; one direction is enough.)
#
# <details><summary>Hint 1: what to start from</summary>
#
# Three variables, and for an empty list they are the answer already: a pixel sees itself.
#
# </details>
# <details><summary>Hint 2: what to do for each layer</summary>
#
# The three formulas, one line each. Which of them need the jump from *before* the layer? Update the jump after those.
#
# </details>
# <details><summary>Hint 3: LeNet by hand</summary>
#
# `[(5, 1, 2), (2, 2, 0), (5, 1, 0), (2, 2, 0)]`. Sizes 5, 6, 14, 16; jumps 1, 2, 2, 4; first -2 all the way. If your sizes are 5, 7, 15,
# 19, the jump was changed too early.
#
# </details>

# %% solution="receptive_field"
def receptive_field(layers):
    """[(kernel_size, stride, padding), ...] -> (size, jump, first), in pixels of the picture."""
    ### BEGIN SOLUTION
    size, jump, first = 1, 1, 0
    for kernel_size, stride, padding in layers:
        size += (kernel_size - 1) * jump
        first -= padding * jump
        jump *= stride
    return size, jump, first
    ### END SOLUTION


# %% check="receptive_field" points=4
check("receptive_field", receptive_field)

# %% tags=["demo"]
conv5, conv3, pool = (5, 1, 2), (3, 1, 1), (2, 2, 0)
vgg16 = [*[conv3] * 2, pool, *[conv3] * 2, pool, *([*[conv3] * 3, pool] * 3)]
resnet18 = [(7, 2, 3), (3, 2, 1), *[conv3] * 4]  # first layer, pooling, and the first of four stages
for _ in range(3):
    resnet18 += [(3, 2, 1), *[conv3] * 3]
for name, layers in {
    "LeNet's second pooling": [conv5, pool, (5, 1, 0), pool],
    "one 5x5": [conv5],
    "two 3x3": [conv3] * 2,
    "three 3x3": [conv3] * 3,
    "VGG-16's last pooling": vgg16,
    "ResNet-18's last block": resnet18,
}.items():
    size, jump, first = receptive_field(layers)
    print(f"{name:>22}: {size}x{size} pixels, jump {jump}, first {first}")

# %% [markdown]
# So a number in LeNet's last map sees 16x16 of the 28x28 pixels, a third of the digit: 16 * 16 = 256 of 784. Nobody in the convolution
# part of LeNet ever sees a whole digit; putting the views together is the work of the dense layers.
#
# Two 3x3 convolutions see what one 5x5 sees and cost 18 weights for each pair of channels in place of 25, which is the idea behind
# VGG. And ResNet-18, on pictures of 224x224, has a field of 435: larger than its pictures.
#
# Can see, though, is not does see. Many ways lead from the middle of a field to its number, and from its corner a single one. If we send a gradient back from one number and look at where it arrives, on average over random images, we
# get a hill and not a box. Pick a network and a layer below. **Your** function is asked for each.
#
# - Go up through VGG-16. Where does the field outgrow the picture? Does the dashed box, with 95 % of the gradient, follow?
# - Look at the last layers of ResNet-18. Where does the pattern of bright dots come from? (Think of 1x1 with stride 2.)
# - Set the number to the upper left corner. What happens to the field, and what does that mean for digits near the edge?

# %% tags=["demo"]
ReceptiveFieldExplorer("VGG-16", layer="conv4_3", fn=receptive_field)

# %% [markdown]
# Those two large networks have a sixteenth of their channels here and random weights; kernels, strides and depth, which make the
# field, are the real ones. The explorer takes trained networks as well: here is the LeNet with max pooling from above, on a digit.
# Compare its hill with that of the untrained LeNet-5 in the list.

# %% tags=["demo"]
ReceptiveFieldExplorer(models["max pooling"], test.images[0], layer=3, fn=receptive_field)

# %% [markdown]
# ## What pooling throws away
#
# Pooling makes a network forgiving: a stroke may move by a pixel, the answer stays. How far can one take that? Take it to the end.
#
# We cut three parts out of a face, two eyes and a mouth, and make a detector of each: it slides over the picture and gives 1 where the
# window looks exactly like its part, less where it looks similar, 0 elsewhere. Then we look at a second picture, in which the three
# parts have changed places.

# %% tags=["demo"]
face = picture[:, 4:56, 36:80]  # (3, 52, 44)
places = {"one eye": (19, 10), "the other eye": (19, 21), "the mouth": (30, 16)}  # row, column
cuts = [(slice(None), slice(r, r + 5), slice(c, c + 9)) for r, c in places.values()]
parts = np.stack([face[cut] for cut in cuts]).astype(float)  # (3 parts, 3, 5, 9)
misplaced = face.copy()
for cut, part in zip(cuts, parts[[2, 0, 1]], strict=True):
    misplaced[cut] = part

templates = parts - parts.mean(axis=(1, 2, 3), keepdims=True)
templates /= np.sqrt((templates**2).sum(axis=(1, 2, 3), keepdims=True))


def detect(image):
    """(3, H, W) -> (1, 3, H_out, W_out): how well each part fits at each place, 1 where exactly."""
    x = image[None].astype(float)
    ones = np.ones((1, *parts.shape[1:]))
    total, squares = F.conv2d_forward(x, ones), F.conv2d_forward(x**2, ones)
    spread = np.sqrt(squares - total**2 / ones.size)  # of the numbers under each window
    fit = F.conv2d_forward(x, templates) / spread  # -1 to 1
    return F.relu_forward(2 * fit - 1)


maps, maps_too = detect(face), detect(misplaced)
gallery(
    [face, *maps[0], misplaced, *maps_too[0]],
    ["the face", *places, "parts misplaced", *places],
    alt="A face and a face whose mouth and eyes have changed places, each with the maps of three "
    "detectors; the strongest answers stand at the places of the parts.",
    side=170,
    columns=4,
)

# %% tags=["demo"]
pictures = {"the face": maps, "parts misplaced": maps_too}
print(f"where the strongest answers stand (row, column):\n{'':>26}  {', '.join(places)}")
for k in (1, 4, 16):
    for name, m in pictures.items():
        pooled = max_pool2d_forward(m, k)[0]  # (3, rows, columns)
        strongest = [divmod(int(part.argmax()), pooled.shape[2]) for part in pooled]
        print(f"window {k:2}, {name:>15}: ", *strongest)
print("one window over everything, the largest answers:")
for name, m in pictures.items():
    print(f"{name:>26}: ", max_pool2d_forward(m, m.shape[2:]).ravel())

# %% [markdown]
# With one maximum over each whole map, both pictures get **the same three numbers**, 1, 1 and 1: one eye, another eye, a mouth, all
# there. No layer behind that can tell a face from its parts in a heap; what it would need is gone. With smaller windows the places are
# still in the maps, only coarser (rows and columns are counted in windows above), and the next convolution can ask for *an eye above a mouth*. That is why networks pool a little at
# a time, with a convolution in between, and why taking one number of each map comes last, when each map already stands for something
# as large as a face.
#
# Geoffrey Hinton has argued for years that even this loses too much, and proposed capsules, which keep the place and the pose.
#
# ## What breaks, and why
#
# **A border of zeros.** Pool a map of negative numbers with padding 1 and a border of zeros, and the zeros win everywhere at the edge.
# The output looks fine; the gradient has gone into the border and is lost.
#
# **Equality instead of argmax.** A popular way to write the backward pass without a loop marks every number that equals the maximum of
# its window, and gives the gradient to all of them. Random test data has no ties, so it passes. Real maps do have them. How many of
# the windows behind LeNet's first ReLU tie?

# %% tags=["demo"]
digits_100 = test.normalize(test.images[:100])  # (100, 1, 28, 28)
convolution, relu = next(iter(models["max pooling"].children()))[1], nn.ReLU()
after_relu = relu(convolution(digits_100))  # (100, 6, 28, 28)
N, C, H, W = after_relu.shape
windows = after_relu.reshape(N, C, H // 2, 2, W // 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(-1, 4)
ties = (windows == windows.max(axis=1, keepdims=True)).sum(axis=1) > 1
above_zero = ties & (windows.max(axis=1) > 0)
print(f"{ties.mean():.0%} of {len(windows):,} windows tie, {above_zero.mean():.0%} at a number above zero")

negative = -1 - rng.random((1, 1, 4, 4))
right = F.max_pool2d_forward(negative, 2, padding=1)
zeros = F.max_pool2d_forward(np.pad(negative, ((0, 0), (0, 0), (1, 1), (1, 1))), 2)
print("\nborder of minus infinity:\n", right[0, 0].round(2), "\nborder of zeros:\n", zeros[0, 0].round(2))

# %% [markdown]
# The ties at zero do no harm as long as the ReLU before stops the gradient there: its own slope at 0 is 0. Those above zero do: where
# a filter answers an even background, all four numbers of a window are equal, and the bias of that filter would get four times its
# gradient. There are few of them here, and another filter may make many. So the check above has maps full of ties.
#
# **A size that does not come out even.** From 7x7, 2x2 windows with stride 2 make 3x3 and never look at the last row and column. If
# your object can stand there, pad, or choose 3x3 windows.
#
# ## Summary
#
# - Max pooling keeps the largest number of each window, channel by channel, and learns nothing. Its gradient goes to the winner alone;
#   overlapping windows add up, ties go to the first, the border never wins.
# - Average pooling is a convolution with equal weights on each channel; over a whole map it leaves one number for each channel.
# - A strided convolution halves a map too, with weights of its own, and reaches pixels that pooling leaves without gradient.
# - A 1x1 convolution is a dense layer at every pixel. It makes channels few before an expensive layer and many after it.
# - A field grows by $(k - 1)$ jumps, and the jump is the product of the strides before. What counts in it is a hill, smaller than the box.
# - Every pooling forgets where. A little of it makes a network forgiving; all of it makes a face of a heap of parts.
#
# **Reading.** M. Lin, Q. Chen, S. Yan, *Network in network*, ICLR (2014), sections 3.1 and 3.2 (1x1 convolutions, global average
# pooling). J. T. Springenberg, A. Dosovitskiy, T. Brox, M. Riedmiller, *Striving for simplicity: the all convolutional net*, ICLR
# workshop (2015). W. Luo, Y. Li, R. Urtasun, R. Zemel, *Understanding the effective receptive field in deep convolutional neural
# networks*, NeurIPS (2016). A. Araujo, W. Norris, J. Sim, *Computing receptive fields of convolutional neural networks*, Distill
# (2019). S. Sabour, N. Frosst, G. E. Hinton, *Dynamic routing between capsules*, NeurIPS (2017).
#
# **The same in PyTorch.** Same names, same order, same rules, ties included.

# %% tags=["demo"]
try:
    import torch
except ImportError:
    print("PyTorch is not installed here; nothing in this course needs it.")
else:
    x = torch.tensor(large[None, None], dtype=torch.float64, requires_grad=True)
    out = torch.nn.functional.max_pool2d(x, 3, stride=1)
    grad_out = np.arange(1.0, 10.0).reshape(1, 1, 3, 3)
    out.backward(torch.from_numpy(grad_out))
    yours = max_pool2d_backward(grad_out, large[None, None], 3, stride=1)
    print(x.grad.numpy()[0, 0], "\nequal to yours:", np.array_equal(x.grad.numpy(), yours))

# %% [markdown]
# **Next.** Unit 08 looks at what stands between the convolutions: ReLU, normalisation, dropout.
