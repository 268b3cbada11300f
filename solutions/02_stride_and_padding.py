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
# # 02 Convolution, stride, padding
#
# After this unit you can
#
# - say what a convolution is, in which way it differs from what unit 01 did, and why networks do not care,
# - work out the size of any convolution's output on paper: kernel, stride, padding, dilation,
# - write the window that takes strides, choose a padding for a purpose, and name the pixels that nobody looks at.
#
# It takes about 60 minutes. You need unit 01: a kernel that slides over a grey image. There are five exercises, the last one on paper.

# %%
import time

import numpy as np

from autograder import check
from course import functional as F
from course.explore import ConvolutionExplorer, WindowsExplorer, gallery, windows_figure

# %% [markdown]
# ## Before you run anything
#
# Three questions for a sheet of paper. Keep it.
#
# 1. A window of 3 pixels walks along a row of 7 pixels, 2 pixels a step. In how many places does it stand? And along a row of 8?
# 2. An image of 32x32 pixels goes through a 5x5 kernel and is to keep its size. How many rows of zeros does it need above itself?
# 3. This image and this kernel fit in one place only. You multiply number by number, add up, and get 34. A friend, who was asked for
#    the *convolution* of the two, gets 26. Who has miscalculated?
#
# $$\begin{pmatrix}1&0&0\\0&2&0\\1&2&0\end{pmatrix} \qquad \begin{pmatrix}1&2&3\\4&5&6\\7&8&9\end{pmatrix}$$

# %% [markdown]
# ## Where can a window stand?
#
# Forget what is in the pixels. Below is the row of 7, and each blue line is one place of the window of 3. The number in a pixel says
# how many windows read it.
#
# - Which pixels are read twice, and why those?
# - Set the width to 8. The orange window is one that would come next. Which pixel has lost its reader? Then 9.
# - Set the stride to 4 and the width to 12. Now pixels go unread for *two* different reasons.
# - Back to stride 1. Press **same**, then **full**: what is it that stays the same, and what is full?
# - Set the dilation to 2. The window still reads three pixels. How far does it reach?
# - Choose *both directions*: rows and columns do the same thing, each for itself.

# %% tags=["demo"]
WindowsExplorer(7, 3, stride=2)

# %% [markdown]
# That answers the first question, and the answer is a little odd: 3 places on 7 pixels, and 3 on 8. The eighth pixel could have been
# anything. We come back to it.
#
# ## One window, one number
#
# Now let there be something in the pixels. Here is a patch of 7x7 grey values, bright skin with a dark spot of 3x3 in it, and a
# kernel that is positive on the left and negative on the right: it says how much darker it gets from left to right. Before you run the
# cell, work out what it says about the upper left corner. Nine products, most of them easy.

# %%
patch = np.array(
    [
        [55, 60, 65, 70, 72, 75, 74],
        [67, 65, 63, 66, 70, 71, 73],
        [73, 64, 62, 60, 64, 69, 70],
        [75, 70, 61, 20, 22, 25, 68],
        [74, 71, 60, 21, 23, 24, 66],
        [72, 69, 63, 22, 20, 26, 65],
        [70, 68, 64, 62, 61, 63, 64],
    ]
)  # (H, W) = (7, 7)
kernel = np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])  # (kH, kW) = (3, 3)

# %% tags=["demo"]
window = patch[:3, :3]
terms = [f"{k}*{x}" for k, x in zip(kernel.ravel(), window.ravel(), strict=True)]
for row in range(3):
    print("row", row, ":  ", " + ".join(terms[3 * row : 3 * row + 3]).replace("+ -", "- "))
print("sum of the rows:", (kernel * window).sum(axis=1), "-> together", (kernel * window).sum())

# %% [markdown]
# 9 is next to nothing: skin is skin. Where the window has skin on its left and the spot on its right, the number is larger than
# 150. Walk there, and watch the products on the right:

# %% tags=["demo"]
ConvolutionExplorer(patch, kernel)

# %% [markdown]
# ## What a convolution is
#
# Multiplying number by number and adding up is called **cross-correlation**. A convolution is almost that. The word comes from a
# different question, and the question is easiest with a time axis.
#
# A patient takes 100 mg of a drug on day 0, 100 mg on day 1, nothing on day 2, 200 mg on day 3. Of every dose, half is still there one
# day later, a quarter two days later, then nothing: the response is 1, ½, ¼. How much is in the body on day 3? The 200 mg of today
# count in full, the nothing of yesterday by half, the 100 mg of the day before by a quarter:
#
# $$200 \cdot 1 + 0 \cdot \tfrac12 + 100 \cdot \tfrac14 = 225 \text{ mg}$$
#
# Look at the order. The doses run forwards, and the response runs **backwards**: the *latest* dose meets the *first* number of the
# response, since it has had the least time. With $f$ for the doses and $g$ for the response, today is $t$, a dose was taken on day
# $\tau$, and since then $t - \tau$ days have gone by:
#
# $$(f * g)[t] = \sum_{\tau} f[\tau]\; g[t - \tau] \qquad\text{and, with a drip instead of tablets,}\qquad
# (f * g)(t) = \int f(\tau)\, g(t - \tau)\, d\tau$$
#
# The minus sign in $g[t - \tau]$ is the whole difference. In a cross-correlation both run forwards.

# %% tags=["demo"]
doses = np.array([100, 100, 0, 200, 0, 0])  # mg, day by day
response = np.array([1, 0.5, 0.25])
print("day            ", *(f"{day:6}" for day in range(6)))
print("convolution, mg", *(f"{x:6.0f}" for x in np.convolve(doses, response)[:6]))
print("correlation, mg", *(f"{x:6.0f}" for x in np.correlate(doses, response, "full")[2:]))

# %% [markdown]
# The second line is a patient in whom tablets work before they are swallowed: the 100 mg of day 2 are half of what comes on day 3.
# (And whoever takes nothing more has nothing in the body, on the very next day.) For medicine the minus sign matters.
#
# With pixels there are two directions, and both run backwards. That is the same as turning the kernel by **180 degrees** and then
# correlating:
#
# $$(I * K)[h, w] = \sum_{i=0}^{k_H-1} \sum_{j=0}^{k_W-1} I[h + k_H - 1 - i,\; w + k_W - 1 - j]\; K[i, j]$$
#
# Your friend with the 26 was right. The kernel from the sheet of paper, as it is and turned:
#
# $$\begin{pmatrix}1&0&0\\0&2&0\\1&2&0\end{pmatrix},\; \begin{pmatrix}1&2&3\\4&5&6\\7&8&9\end{pmatrix}: \quad
# 1 \cdot 1 + 2 \cdot 5 + 1 \cdot 7 + 2 \cdot 8 = 34$$
#
# $$\begin{pmatrix}1&0&0\\0&2&0\\1&2&0\end{pmatrix},\; \begin{pmatrix}9&8&7\\6&5&4\\3&2&1\end{pmatrix}: \quad
# 1 \cdot 9 + 2 \cdot 5 + 1 \cdot 3 + 2 \cdot 2 = 26$$
#
# and so were you: 34 is the correlation, 26 the convolution.
#
# ### Exercise 1: convolution (4 points)
#
# Write `convolve2d(image, kernel)`, with NumPy alone: the real thing, kernel turned.
#
# | | shape | |
# | --- | --- | --- |
# | `image` | `(H, W)` | `H` need not equal `W` |
# | `kernel` | `(kH, kW)` | nor `kH` equal `kW`; it fits into the image |
# | returns | `(H - kH + 1, W - kW + 1)` | one number for each place where the kernel fits; float32 if `image` is float32, else float64 |
#
# As always, inputs are left as they are (the kernel, too: turn a copy or a view), and whole numbers are treated as floats.
#
# <details><summary>Hint 1: where to start</summary>
#
# Only one line differs from the `correlate2d` of unit 01. Which axes of the kernel run backwards?
#
# </details>
# <details><summary>Hint 2: turning</summary>
#
# `a[::-1]` is `a` with its rows from bottom to top. Half a turn changes the order of rows *and* of columns; mirroring is something
# else, and so is `.T`. Try it on the kernel with 1 to 9: the 9 has to come to the upper left.
#
# </details>
# <details><summary>Hint 3: almost all of it</summary>
#
# `turned = kernel[::-1, ::-1]`; make `out` with `np.zeros`, and in two loops over its rows `h` and columns `w` put
# `np.sum(image[h:h + kH, w:w + kW] * turned)` into it.
#
# </details>

# %% solution="convolve2d"
def convolve2d(image, kernel):
    """(H, W) and (kH, kW) -> (H - kH + 1, W - kW + 1): the kernel is turned by 180 degrees."""
    ### BEGIN SOLUTION
    (H, W), (kH, kW) = image.shape, kernel.shape
    turned = kernel[::-1, ::-1]
    out = np.zeros((H - kH + 1, W - kW + 1), np.float32 if image.dtype == np.float32 else np.float64)
    for h in range(out.shape[0]):
        for w in range(out.shape[1]):
            out[h, w] = np.sum(image[h : h + kH, w : w + kW] * turned)
    return out
    ### END SOLUTION


# %% check="convolve2d" points=4
check("convolve2d", convolve2d)

# %% [markdown]
# ### What the turn is good for, and why networks leave it out
#
# Take an image that is black but for one white pixel. Correlated with a kernel, it gives the kernel *upside down*; convolved, the
# kernel itself: the response to a single flash, as the response of the drug to a single tablet. And filters may be put together: to
# smooth an image and then look for edges is the same as to smooth the *edge kernel* once and use the result. That works for
# convolutions. (Two correlations can be put together as well; but the one kernel that does the work of both is the *convolution* of
# the two.)

# %% tags=["demo"]
flash = np.zeros((5, 5))
flash[2, 2] = 1
digits = np.arange(1, 10).reshape(3, 3)
print("the flash, correlated:\n", F.correlate2d(flash, digits).astype(int))
print("the flash, convolved with YOUR function:\n", convolve2d(flash, digits).astype(int))

smooth = np.array([[1, 2, 1]]) / 4
one_kernel = convolve2d(np.pad(kernel, ((0, 0), (2, 2))), smooth)  # (3, 5): the edge kernel, smoothed
in_two_steps = convolve2d(convolve2d(patch, smooth), kernel)
in_one_step = convolve2d(patch, one_kernel)
print("smooth, then edges = one kernel:", np.allclose(in_two_steps, in_one_step))

# %% [markdown]
# A network has no use for any of this, because nobody *chooses* its kernels: they are whatever makes the loss small. Suppose somebody
# has filtered a brain slice with a kernel that we do not know. We can find it: every output pixel is an equation in nine unknowns,
# and thousands of equations are more than enough. We let least squares solve them twice: once for a layer that correlates, once for
# one that convolves.

# %% tags=["demo"]
from course.data import brain_slice

slice_ = brain_slice()[60:160, 50:150].astype(float)  # (100, 100), the middle of the head
secret = np.array([[3, 1, 0], [0, -4, 2], [0, 0, 1]])  # the kernel that nobody is to know
seen = F.correlate2d(slice_, secret)  # (98, 98)

windows = np.lib.stride_tricks.sliding_window_view(slice_, (3, 3)).reshape(-1, 9)
equations = {"a layer that correlates": windows, "a layer that convolves": windows[:, ::-1]}
for name, rows in equations.items():
    learned = np.linalg.lstsq(rows, seen.ravel(), rcond=None)[0]
    error = np.abs(rows @ learned - seen.ravel()).max()
    print(f"{name}, largest error {error:.0e}:\n{learned.reshape(3, 3).round(6) + 0.0}\n")

# %% [markdown]
# Both layers do the job perfectly. The one that convolves has learned the same kernel, half a turn round: turned once by learning
# and once by the layer, it is back where it was. So the turn buys nothing, and every framework leaves it out. They call
# the layer a convolution all the same, and so do we. Only do not carry learned kernels from a layer that correlates into one that
# convolves; unit 04 shows what becomes of the digits then.
#
# ## How many windows?
#
# Back to sizes, and to the row of 7. The first window begins at pixel 0. The last one that fits begins at pixel $7 - 3 = 4$. From 0 to
# 4, in steps of 2, that makes 2 steps, and so 3 places: **one more than steps**, because the first place needs no step.
#
# On 8 pixels the last place could begin at $8 - 3 = 5$. In steps of 2 you get to 4; half a step is no step, so round **down**:
# $\lfloor 2.5 \rfloor + 1 = 3$.
#
# $$\text{out} = \left\lfloor \frac{n + 2p - f}{s} \right\rfloor + 1 \qquad\qquad f = d\,(k - 1) + 1$$
#
# - $n$ pixels get $p$ zeros of **padding** at *each* end;
# - $f$ is what the window **reaches over**. Without dilation that is the kernel size $k$. With a **dilation** of $d$, neighbours in
#   the window stand $d$ pixels apart: $k$ pixels have $k - 1$ gaps between them, and the first pixel counts, too. A
#   kernel of 3 with dilation 2 reaches over $2 \cdot 2 + 1 = 5$ pixels, not over 6;
# - $s$ is the **stride**.
#
# Rows and columns have nothing to do with each other: use the formula once for $H$ and once for $W$.
#
# ### Exercise 2: the size (3 points)
#
# Write `output_size(n, k, stride=1, padding=0, dilation=1)`. All arguments are ints, and so is the answer.
#
# <details><summary>Hint 1: where to start</summary>
#
# First the reach, from `k` and `dilation` alone. Then the room: how far can the window be moved in the padded input?
#
# </details>
# <details><summary>Hint 2: rounding</summary>
#
# `5 / 2` is the float 2.5, `5 // 2` is the int 2. The `+ 1` comes after the division.
#
# </details>
# <details><summary>Hint 3: almost all of it</summary>
#
# With `reach = dilation * (k - 1) + 1`, the room is `n + 2 * padding - reach`; divide it by the stride and add the first window.
#
# </details>

# %% solution="output_size"
def output_size(n, k, stride=1, padding=0, dilation=1):
    """How many windows of `k` pixels fit into `n`: the size of the output."""
    ### BEGIN SOLUTION
    reach = dilation * (k - 1) + 1
    return (n + 2 * padding - reach) // stride + 1
    ### END SOLUTION


# %% check="output_size" points=3
check("output_size", output_size)

# %% [markdown]
# The same figure as at the beginning, with your function in the last line of its table. It is asked about nine sizes at once; where
# it miscounts the windows, there is a cross. Sizes of which only every second is wrong are a sign of the wrong rounding.

# %% tags=["demo"]
WindowsExplorer(8, 3, stride=2, fn=output_size)

# %% [markdown]
# ## Padding: valid, same, full
#
# Three paddings have a name. For an image of 32x32 and a kernel of 5x5:

# %% tags=["demo"]
for name, p in (("valid", 0), ("same", (5 - 1) // 2), ("full", 5 - 1)):
    size = F.output_size(32, 5, padding=p)
    print(f"{name:>5}: padding {p}, 32x32 -> {size}x{size}")

# %% [markdown]
# - **valid**: none. Every number comes from true pixels. The output is $f - 1$ smaller, and ten such layers in a row would
#   need $10 \cdot 4 = 40$ pixels to eat; there are 32.
# - **same**, also called *half*: $p = (f - 1)/2$. At stride 1 the output is as large as the input; the window's middle
#   visits every pixel. This answers question 2 on your sheet: two rows of zeros above, and two below.
# - **full**: $p = f - 1$. Every place where window and image share at least one pixel. It is what `np.convolve` did with the
#   tablets, and what comes back from a layer when we go through it backwards (unit 06).
#
# The division by 2 has a catch: a kernel of 4 would need a padding of 1.5. No even kernel has a middle pixel. Frameworks that are asked
# for "same" put **one zero more behind the image than before it**: 1 and 2.
#
# ### Exercise 3: the padding for a wish (3 points)
#
# Write `padding_for(k, wish, dilation=1)`. `wish` is `"valid"`, `"same"` or `"full"`; the stride is 1. Return **two ints**: how many
# zeros come *before* the first pixel and how many *after* the last. For an even reach and "same", the odd one comes after.
#
# <details><summary>Hint 1: where to start</summary>
#
# How many pixels does the output lose without padding? It depends on the reach, so on `k` and `dilation`.
#
# </details>
# <details><summary>Hint 2: same</summary>
#
# All that is lost has to be put back, once, shared out between the two ends. `total // 2` is the smaller share.
#
# </details>
# <details><summary>Hint 3: almost all of it</summary>
#
# With `total = dilation * (k - 1)`: valid adds nothing at either end, full adds `total` at each, and same adds `total // 2` before
# and the rest of `total` after.
#
# </details>

# %% solution="padding_for"
def padding_for(k, wish, dilation=1):
    """Zeros (before, after) for the wish "valid", "same" or "full" at stride 1."""
    ### BEGIN SOLUTION
    total = dilation * (k - 1)
    if wish == "valid":
        return 0, 0
    if wish == "same":
        return total // 2, total - total // 2
    return total, total
    ### END SOLUTION


# %% check="padding_for" points=3
check("padding_for", padding_for)

# %% [markdown]
# ## Stride
#
# A window that moves by 2 instead of 1 leaves out every second place, down and across: a quarter of the numbers, for a quarter of
# the work. On the patch of 7x7, a 3x3 kernel with stride 2 stands in $3 \times 3$ places, and its first number is the 9 from
# above. The second window begins at pixel 2, the third at pixel 4.
#
# ### Exercise 4: the window that takes strides (6 points)
#
# Write `strided_correlate2d(image, kernel, stride=1, padding=0)`, with NumPy alone. From here on the kernel is **not** turned.
#
# | | shape | |
# | --- | --- | --- |
# | `image` | `(H, W)` | |
# | `kernel` | `(kH, kW)` | |
# | `stride`, `padding` | an int, or a pair `(down, across)` | zeros are added on all four sides |
# | returns | `(H_out, W_out)` | sizes by the formula; float32 if `image` is float32, else float64 |
#
# Points are given for each thing that works: stride, padding, pairs, sizes that do not divide.
#
# <details><summary>Hint 1: in which order</summary>
#
# Turn `stride` and `padding` into pairs first: `sH, sW = (stride, stride) if isinstance(stride, int) else stride`. Then pad once,
# with `np.pad`. After that there is no padding any more, only a larger image.
#
# </details>
# <details><summary>Hint 2: where window (h, w) begins</summary>
#
# Not at row `h` but at row `h * sH`, and not at column `w` but at `w * sW`. It still ends `kH` rows and `kW` columns later: the
# stride moves the window, it does not change it.
#
# </details>
# <details><summary>Hint 3: almost all of it</summary>
#
# The output has `(H + 2 * pH - kH) // sH + 1` rows, and columns likewise. Two loops over `h` and `w`; in each,
# `np.sum(padded[h * sH:h * sH + kH, w * sW:w * sW + kW] * kernel)`.
#
# </details>

# %% solution="strided_correlate2d"
def strided_correlate2d(image, kernel, stride=1, padding=0):
    """(H, W) and (kH, kW) -> (H_out, W_out): correlation in strides, with zeros around."""
    ### BEGIN SOLUTION
    sH, sW = (stride, stride) if isinstance(stride, int) else stride
    pH, pW = (padding, padding) if isinstance(padding, int) else padding
    (H, W), (kH, kW) = image.shape, kernel.shape
    H_out = (H + 2 * pH - kH) // sH + 1
    W_out = (W + 2 * pW - kW) // sW + 1
    padded = np.pad(image, ((pH, pH), (pW, pW)))
    out = np.zeros((H_out, W_out), np.float32 if image.dtype == np.float32 else np.float64)
    for h in range(H_out):
        for w in range(W_out):
            out[h, w] = np.sum(padded[h * sH : h * sH + kH, w * sW : w * sW + kW] * kernel)
    return out
    ### END SOLUTION


# %% check="strided_correlate2d" points=6
check("strided_correlate2d", strided_correlate2d)

# %% tags=["demo"]
print("stride 1:\n", strided_correlate2d(patch, kernel).astype(int))
print("stride 2:\n", strided_correlate2d(patch, kernel, stride=2).astype(int))

# %% [markdown]
# The second map is the first one with every second row and column left out. And look what was lost: the strongest answer, 197, at the
# left edge of the spot. A window of stride 2 never stood there.
#
# Here is the figure of the first window once more, with your function in it. Numbers of the output that are not right are
# hatched. Try a stride that does not come out even, with and without padding: that is where errors hide.

# %% tags=["demo"]
def in_the_figure(x, weight, bias=None, stride=1, padding=0):
    """Your function as the figure wants it, with axes for images and channels in front."""
    return strided_correlate2d(x[0, 0], weight[0, 0], stride, padding)[None, None]


ConvolutionExplorer(patch, kernel, stride=2, padding=1, fn=in_the_figure)

# %% [markdown]
# ## Your window on a brain
#
# An axial slice through the mean of 152 heads, 233x197 pixels of 1 mm, and the edge kernel in strides of 1, 2 and 4, with a padding
# of 1. Blue is negative, orange positive. All pictures are drawn equally tall, so the pixels grow.

# %% tags=["demo"]
head = brain_slice()  # (233, 197), uint8
maps, titles = [], []
for stride in (1, 2, 4):
    start = time.process_time()
    out = strided_correlate2d(head.astype(float), kernel, stride=stride, padding=1)
    seconds = time.process_time() - start
    maps.append(out)
    titles.append(f"stride {stride}: {out.shape[0]}x{out.shape[1]}")
    print(f"{titles[-1]}, {out.size * kernel.size:7,} products, {seconds:.2f} s")
gallery(
    [head, *maps],
    ["the slice: 233x197", *titles],
    alt="An axial brain slice, and three maps of its vertical edges: fine lines along every fold at "
    "stride 1, the same but coarser at stride 2, and at stride 4 blocks in which only the outline "
    "and the ventricles are left.",
    side=230,
    columns=4,
)

# %% [markdown]
# At stride 4 there is about a sixteenth of the work, and the outline of the head is still there; the folds of the cortex are not. A
# network that has to say *whether* there is a tumour can afford strides. One that has to say *where*, pixel by pixel, pays for each of them.
#
# ## Dilation
#
# The other way to see more with nine numbers is to spread them. With a dilation of 2, a 3x3 kernel reaches over 5x5 pixels, with 4 over
# 9x9, and there are still nine products for each output number. To keep the size, the padding has to grow with the reach.

# %% tags=["demo"]
maps, titles = [], []
for d in (1, 2, 4):
    p = d * (3 - 1) // 2
    out = F.conv2d_forward(head[None, None].astype(float), kernel[None, None], padding=p, dilation=d)
    maps.append(out[0, 0])
    reach = d * (3 - 1) + 1
    titles.append(f"dilation {d}: reach {reach}, padding {p}")
gallery(
    maps,
    titles,
    alt="Three maps of vertical edges of a brain slice, all of the same size; with dilation 1 thin "
    "lines, with dilation 4 broad bands that follow the ventricles and the outline of the head.",
    side=230,
    columns=3,
)

# %% [markdown]
# The maps keep all their pixels, while the edges get broader: asked over 9 pixels, *is it darker on the right?* is a question about
# whole structures.
#
# ## What breaks, and why
#
# **Sizes that do not divide.** What about the eighth pixel? A well-known lecture says that, where a stride does not come out even, the
# libraries fill up with zeros. One of them does, if it is asked to. PyTorch pads by exactly what you say and **drops the rest**. So
# does Keras as it comes, with `padding="valid"`; with `padding="same"` Keras and TensorFlow make the output $\lceil n / s \rceil$ pixels
# large and add as many zeros as that takes, the odd one at the end. For a kernel of 3 and stride 2:

# %% tags=["demo"]
print(" n   drops the rest: out, unread   pads to fit: out, zeros (before, after)")
for n in range(7, 13):
    dropped = F.output_size(n, 3, stride=2)
    unread = n - ((dropped - 1) * 2 + 3)
    filled = -(-n // 2)  # rounded up
    zeros = max((filled - 1) * 2 + 3 - n, 0)
    print(f"{n:2} {dropped:20} {unread:7} {filled:20}     ({zeros // 2}, {zeros - zeros // 2})")

rows = F.output_size(233, 3, stride=4)
last = (rows - 1) * 4 + 3 - 1
print(f"\nthe slice, stride 4, no padding: {rows} rows of output,")
print(f"the last one reads down to row {last} of 0 to 232")

# %% [markdown]
# Dropping is silent. On the slice it costs two rows of black air. On a picture where something lies at the lower border it costs what
# lies there, and no error tells you. Nor does the size: for 8 pixels and stride 2, PyTorch with `padding=1` and TensorFlow with "same"
# both give 4, yet PyTorch's windows begin on the zero before the first pixel, TensorFlow's on the first pixel. Weights carried from one to
# the other see everything one pixel further along.
#
# **A border made of black.** Zeros are pixels, too: very dark ones. Round a brain slice they do no harm, since there is black air
# anyway. Round a bright photograph they draw a frame:

# %% tags=["demo"]
from course.data import photo

grey = photo().mean(axis=0)  # (128, 128)
blur = np.full((9, 9), 1 / 81)
blurred = strided_correlate2d(grey, blur, padding=4)
share = strided_correlate2d(np.ones_like(grey), blur, padding=4)  # of an all-white image
for place, at in (("inside", (64, 64)), ("at an edge", (0, 64)), ("in a corner", (0, 0))):
    print(f"what is left of white {place}: {share[at]:.2f}")
gallery(
    [grey.astype(int), blurred.astype(int), (255 * share).astype(int)],
    ["the photograph", "blurred, padding 4", "a white image, blurred"],
    alt="A grey photograph; the same blurred, its border darker than the original; a blurred white "
    "square that fades towards its edges and most of all in its corners.",
    side=200,
    columns=3,
)

# %% [markdown]
# In a corner only 25 of the 81 pixels under the kernel are real. A network learns to live with it, and more: it can tell from the
# dark frame *where* in the image it is, although convolution as such knows no places (unit 03).
#
# **Strides that meet stripes.** An image of stripes, one pixel white, one pixel black. A stride of 2 sees only white, or only black,
# depending on where it begins. What comes out is a plain area that the image does not have:

# %% tags=["demo"]
stripes = np.tile([255, 0], (8, 8))  # (8, 16)
one_pixel = np.array([[1]])
mean_of_two = np.array([[0.5, 0.5]])
for name, image in (("stripes", stripes), ("moved by 1", stripes[:, 1:])):
    alone = strided_correlate2d(image, one_pixel, stride=2)[0, :3].astype(int)
    smoothed = strided_correlate2d(image, mean_of_two, stride=2)[0, :3]
    print(f"{name:>10}: every second {alone}, means of two {smoothed}")

# %% [markdown]
# This is aliasing, the wagon wheel that turns backwards in a film. In the words of unit 01: a frequency that is too high for the
# coarser grid comes back as a lower one, here as the lowest of all. It has to be smoothed away *before* pixels are left out. That is
# why a network with strides may change its mind when the input moves by one pixel.
#
# **Spread windows with strides.** Dilation and stride share a factor, and whole columns are never read, although the
# windows overlap. Can you see from the two numbers alone why it is the odd ones?

# %% tags=["demo"]
windows_figure(11, 3, stride=2, dilation=2, step=1)

# %% [markdown]
# ### Exercise 5: on paper (5 points)
#
# Ten questions, half a point each, of the kind that are asked in examinations. Use a pencil, then write `windows_on_paper()`, which
# returns your answers in a dict. A `None` that you leave costs its own half point and nothing else. To copy:
#
# ```python
# return {
#     "correlation": None, "convolution": None, "windows": None, "never_read": None, "reach": None,
#     "full": None, "same_256": None, "same_dilated": None, "maps_200": None, "first_layer": None,
# }
# ```
#
# $$I = \begin{pmatrix}0&1&0\\0&3&0\\2&0&0\end{pmatrix} \qquad K = \begin{pmatrix}1&2&3\\4&5&6\\7&8&9\end{pmatrix}$$
#
# | key | question | answer |
# | --- | --- | --- |
# | `correlation` | The cross-correlation of $I$ with $K$, valid. | a number |
# | `convolution` | The convolution of $I$ with $K$, valid. | a number |
# | `windows` | A row of 11 pixels, a window of 4, stride 3, no padding. How large is the output? | a number |
# | `never_read` | A row of 12 pixels, a window of 3, stride 4, no padding. How many pixels does no window read? | a number |
# | `reach` | Over how many pixels does a window of 4 reach with dilation 3? | a number |
# | `full` | A row of 20 pixels, a window of 6, full padding. How large is the output? | a number |
# | `same_256` | An image of 256x256x3 (RGB), kernels of 7x7, same size wanted, stride 1. Which padding on each side? | a number |
# | `same_dilated` | A kernel of 5x5 with dilation 2, same size wanted. Which padding on each side? | a number |
# | `maps_200` | A grey image of 200x200, 16 filters of 2x2, stride 2, no padding; each filter makes a map. | (maps, rows, columns) |
# | `first_layer` | An image of 224x224, a kernel of 7x7, stride 2, padding 3. How wide is the output? | a number |
#
# <details><summary>Hint 1: a drawing</summary>
#
# Up to 12 pixels, draw the row and the windows below it, as the figure does. For the kernel, write it down turned before you multiply;
# only three pixels of $I$ are not zero.
#
# </details>
# <details><summary>Hint 2: the formula</summary>
#
# Reach first, then room, then divide by the stride, round down, add 1. Channels and the number of filters do not enter.
#
# </details>
# <details><summary>Hint 3: check yourself</summary>
#
# You have written functions that answer eight of the ten. Use them afterwards, and where they disagree with your pencil, find out
# which of the two is right.
#
# </details>

# %% solution="windows_on_paper"
def windows_on_paper():
    """A dict with the keys correlation, convolution, windows, never_read, reach, full, same_256,
    same_dilated, maps_200 and first_layer; None where you have no answer yet."""
    ### BEGIN SOLUTION
    return {
        "correlation": 1 * 2 + 3 * 5 + 2 * 7,
        "convolution": 1 * 8 + 3 * 5 + 2 * 3,
        "windows": (11 - 4) // 3 + 1,
        "never_read": 12 - 3 * 3,  # three windows, no two of them overlap
        "reach": 3 * (4 - 1) + 1,
        "full": 20 + 2 * 5 - 6 + 1,
        "same_256": (7 - 1) // 2,
        "same_dilated": 2 * (5 - 1) // 2,
        "maps_200": (16, (200 - 2) // 2 + 1, (200 - 2) // 2 + 1),
        "first_layer": (224 + 2 * 3 - 7) // 2 + 1,
    }
    ### END SOLUTION


# %% check="windows_on_paper" points=5
check("windows_on_paper", windows_on_paper)

# %% [markdown]
# ## Summary
#
# - Cross-correlation multiplies and adds; convolution turns the kernel by 180 degrees first. Layers correlate, and learning does
#   not notice.
# - $\text{out} = \lfloor (n + 2p - f)/s \rfloor + 1$ with the reach $f = d(k - 1) + 1$, once for rows and once for columns.
# - Valid pads nothing, same pads $(f - 1)/2$, full pads $f - 1$ at each end.
# - What a stride leaves over is dropped without a word. Zeros at the border are dark pixels. A stride without smoothing aliases.
#
# **Reading.** V. Dumoulin, F. Visin, *A guide to convolution arithmetic for deep learning*, arXiv:1603.07285 (2016), chapter 2: all
# sizes, with drawings. I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning*, MIT Press (2016), section 9.1, on convolution and
# correlation. F. Yu, V. Koltun, *Multi-scale context aggregation by dilated convolutions*, ICLR 2016, arXiv:1511.07122. R. Zhang,
# *Making convolutional networks shift-invariant again*, ICML 2019, arXiv:1904.11486, on strides and aliasing. M. A. Islam, S. Jia,
# N. D. B. Bruce, *How much position information do convolutional neural networks encode?*, ICLR 2020, arXiv:2001.08248, on what
# zeros at the border give away.
#
# **The same in PyTorch.** The arguments have the names that you used. If PyTorch is installed, the next cell compares your
# strided window, and a kernel of 4 with `padding="same"`, with your two numbers for it.

# %% tags=["demo"]
try:
    import warnings

    import torch
except ImportError:
    print("PyTorch is not installed here; nothing in this course needs it.")
else:
    conv2d, pad = torch.nn.functional.conv2d, torch.nn.functional.pad
    x, w = (torch.from_numpy(a[None, None].astype(float)) for a in (patch, kernel))
    theirs = conv2d(x, w, stride=2, padding=1)[0, 0].numpy()
    yours = strided_correlate2d(patch, kernel, stride=2, padding=1)
    print("stride 2, padding 1, equal:", np.array_equal(theirs, yours))

    w = torch.arange(16.0, dtype=torch.float64).reshape(1, 1, 4, 4)
    before, after = padding_for(4, "same")
    by_hand = conv2d(pad(x, (before, after, before, after)), w)
    with warnings.catch_warnings(action="ignore"):  # even kernels cost PyTorch a copy, and it says so
        same = conv2d(x, w, padding="same")
    print(f'a 4x4 kernel, "same", zeros ({before}, {after}), equal:', torch.equal(same, by_hand))

# %% [markdown]
# **Next.** Unit 03 asks why anyone would want such a window at all: what it saves, against a layer that looks at every pixel
# with a weight of its own.
