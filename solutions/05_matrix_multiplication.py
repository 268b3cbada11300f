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
# # 05 Convolution as matrix multiplication
#
# After this unit you can
#
# - write the windows of an image as the columns of a matrix, run a convolution layer as **one** product, and say what it costs,
# - write a convolution as a matrix of its own, mostly zeros, and say what its transpose does,
# - enlarge an image with a transposed convolution, and see a checkerboard coming before it is on the screen.
#
# It takes about 70 minutes. You need units 02 and 04: stride, padding, and a layer of several filters. There are five exercises; each
# has a cell that checks your work within a second or two.

# %%
import os
import time

import numpy as np

from autograder import check
from course import functional as F
from course.explore import ConvMatrixExplorer, Im2colExplorer, gallery

FAST = os.environ.get("COURSE_FAST") == "1"  # only testing the notebook: fewer filters for the slow loops

# %% [markdown]
# ## Before you run anything
#
# The first layer of AlexNet, the network that won ImageNet in 2012: a picture of 227x227x3, 96 filters of 11x11x3, stride 4, no
# padding. Suppose we copy every window of the picture, all $11 \cdot 11 \cdot 3 = 363$ numbers of it, side by side into one large
# matrix. Write down, on paper:
#
# 1. How many windows are there?
# 2. Neighbouring windows overlap, so most pixels are copied more than once. How much larger than the picture is the matrix?
#    About 7 times, 121 times, or 363 times?
# 3. After that the layer is a product of two matrices. It does exactly the multiplications that your loops of unit 04 did. How much
#    faster can it be? Not at all, ten times, a hundred times?
#
# Keep the paper.

# %% [markdown]
# ## Windows stand in a row
#
# Here is a small case with all its numbers: an image of 3x4 and a kernel of 2x2. Six windows fit. Each one, read row by row, becomes
# a **column** of four numbers; the six columns stand side by side. The kernel, read in the same order, becomes a **row** of four.
# Row times column is the sum of products that you know, and row times *matrix* is all six sums at once.
#
# - Go through the columns with **Next**. Which window belongs to which column?
# - Move the slider **row**. A row of the matrix is one place inside *every* window: a dot marks its pixels in the image. What does
#   row 3 look like, as a picture? And row 0?
# - Look for the 4 of the image in the matrix. How often is it there, and how often is the 2 in the corner?
# - Set the stride to 2, then the padding to 1. How many columns are there, and are there fewer numbers than in the image or more?
# - Set the kernel size to 1. What is the matrix now?

# %% tags=["demo"]
image = np.array([[2, 0, 1, 3], [1, 4, 2, 0], [0, 1, 5, 2]])  # (H, W) = (3, 4)
kernel = np.array([[1, 2], [3, -1]])

Im2colExplorer(image, kernel)

# %% [markdown]
# The matrix has a name, **im2col**, image to columns. With $C$ channels a window is $C \cdot k_H \cdot k_W$ numbers long: the
# window of channel 0 first, then that of channel 1 below it, and so on. There are as many columns as the output has places:
#
# $$\text{cols}: (K, L), \qquad K = C\, k_H k_W, \qquad L = H_\text{out} W_\text{out}.$$
#
# In numbers, for the explorer's image: $K = 1 \cdot 2 \cdot 2 = 4$ and $L = 2 \cdot 3 = 6$. So $4 \cdot 6 = 24$ numbers for an
# image of 12. The entry in row $k$ and column $l$, written out:
#
# $$\text{cols}[k, l] = x[c,\; h\, s + i - p,\; w\, s + j - p] \quad\text{with}\quad k = (c\, k_H + i)\, k_W + j, \quad
# l = h\, W_\text{out} + w,$$
#
# and 0 where this lies on the padding.
#
# ### Exercise 1: im2col (6 points)
#
# Write `im2col(x, kernel_size, stride=1, padding=0)`.
#
# | | shape | |
# | --- | --- | --- |
# | `x` | `(N, C, H, W)` | a batch of images |
# | `kernel_size`, `stride`, `padding` | an int, or a pair `(down, across)` | zeros are added on all four sides |
# | returns | `(N, C*kH*kW, H_out*W_out)` | a matrix for each image; float32 if `x` is float32, else float64 |
#
# The rules are those of every unit: inputs stay as they are, the result is an array of its own, whole numbers count as floats. A
# kernel of 1x1 is a trap for the second one.
#
# <details><summary>Hint 1: which loops?</summary>
#
# You could fill column by column, with a loop over the windows: `x[:, :, top:top + kH, left:left + kW].reshape(N, -1)`. Or row by
# row, with a loop over the places $(i, j)$ inside a window. The second has far fewer turns: 9 for a kernel of 3x3,
# where a picture of 224x224 has 50,000 windows.
#
# </details>
# <details><summary>Hint 2: a row is a picture</summary>
#
# The pixels that stand at place $(i, j)$ of all windows are the padded image from row $i$ and column $j$ on, every `sH`-th row and
# every `sW`-th column of it: `padded[:, :, i : i + sH * H_out : sH, j : j + sW * W_out : sW]`, shape `(N, C, H_out, W_out)`.
#
# </details>
# <details><summary>Hint 3: almost all of it</summary>
#
# Make `cols = np.zeros((N, C, kH, kW, H_out, W_out), dtype)`, put that slice into `cols[:, :, i, j]` for each $i$ and $j$, and end with
# `cols.reshape(N, C * kH * kW, H_out * W_out)`. The order of the six axes is the whole secret: a reshape may join neighbours, but
# it never exchanges axes.
#
# </details>


# %% solution="im2col"
def im2col(x, kernel_size, stride=1, padding=0):
    """(N, C, H, W) -> (N, C*kH*kW, H_out*W_out): every window as a column."""
    ### BEGIN SOLUTION
    kH, kW = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    sH, sW = (stride, stride) if isinstance(stride, int) else stride
    pH, pW = (padding, padding) if isinstance(padding, int) else padding
    N, C, H, W = x.shape
    H_out = (H + 2 * pH - kH) // sH + 1
    W_out = (W + 2 * pW - kW) // sW + 1
    padded = np.pad(x, ((0, 0), (0, 0), (pH, pH), (pW, pW)))
    dtype = np.float32 if x.dtype == np.float32 else np.float64
    cols = np.zeros((N, C, kH, kW, H_out, W_out), dtype)
    for i in range(kH):
        for j in range(kW):
            cols[:, :, i, j] = padded[:, :, i : i + sH * H_out : sH, j : j + sW * W_out : sW]
    return cols.reshape(N, C * kH * kW, H_out * W_out)
    ### END SOLUTION


# %% check="im2col" points=6
check("im2col", im2col)

# %% [markdown]
# The same figure with **your** function. Where your matrix differs from the right one, it is drawn below, its wrong numbers marked.
# Here the image has two channels: the thick line in the matrix is where channel 1 begins.

# %% tags=["demo"]
two_channels = np.array([image[:, ::-1], 5 - image])  # (C, H, W) = (2, 3, 4)
Im2colExplorer(two_channels, np.array([kernel, [[0, 1], [-2, 1]]]), fn=im2col)

# %% [markdown]
# ## The layer as one product
#
# A layer has many filters. Each is a row, so `weight.reshape(C_out, -1)` is a matrix of all of them, and
#
# $$\underbrace{\text{out}}_{(C_\text{out},\; L)} \;=\; \underbrace{W}_{(C_\text{out},\; K)} \;\cdot\; \underbrace{\text{cols}}_{(K,\; L)}
# \;+\; b.$$
#
# Now back to your paper, and to AlexNet.

# %% tags=["demo"]
MB = 4 / 1e6  # megabytes for one float32


def columns_of(name, C, H, W, k, stride=1, padding=0):
    """Print how large the matrix of a layer's columns is."""
    H_out, W_out = F.output_size(H, k, stride, padding), F.output_size(W, k, stride, padding)
    K, L = C * k * k, H_out * W_out
    print(f"{name}: out {H_out} x {W_out}")
    print(f"    image   {C} x {H} x {W} = {C * H * W:,} numbers, {C * H * W * MB:.1f} MB")
    print(f"    columns {K} x {L:,} = {K * L:,} numbers, {K * L * MB:.1f} MB")
    print(f"    {K * L / (C * H * W):.1f} times the image")


columns_of("AlexNet, layer 1", 3, 227, 227, 11, stride=4)
columns_of("VGG-16, layer 2", 64, 224, 224, 3, padding=1)
columns_of("GoogLeNet, a 1x1", 192, 28, 28, 1)
print(f"\nAlexNet: (96 x 363) times (363 x 3025) is 96 x 3025 = {96 * 3025:,} numbers")
print(f"its output for a picture of 224: (224 - 11) / 4 + 1 = {(224 - 11) / 4 + 1}")

# %% [markdown]
# There are $55 \cdot 55 = 3{,}025$ windows, and $363 \cdot 3{,}025 = 1{,}098{,}075$ numbers in the matrix: about 7 times the picture, not
# 121 times. Each pixel lies in $11 \cdot 11$ places of a window, but with stride 4 only one in $4 \cdot 4 = 16$ of these windows exists,
# and 121/16 is 7.6; the border takes a little off. With stride 1 and 3x3 it is 9 times, and *that* hurts: VGG's second layer needs 116 MB
# for a single image, 3.7 GB for a batch of 32. This is the price of im2col: memory.
#
# (The AlexNet paper writes 224x224. With that the last line is no whole number, and the floor of it is 54, not the 55 that the paper
# itself uses. One says 227 to make it come out; PyTorch's AlexNet takes 224 and padding 2.)
#
# ### Exercise 2: the layer by im2col (5 points)
#
# Write `conv2d_im2col(x, weight, bias=None, stride=1, padding=0)`: the layer of unit 04 again, same arguments, same shapes, same
# answers, but with one product in place of the loops.
#
# | | shape | |
# | --- | --- | --- |
# | `x` | `(N, C, H, W)` | a batch of images |
# | `weight` | `(C_out, C, kH, kW)` | the filters, not flipped |
# | `bias` | `(C_out,)` or `None` | |
# | `stride`, `padding` | an int, or a pair `(down, across)` | |
# | returns | `(N, C_out, H_out, W_out)` | float32 if `x` is float32, else float64 |
#
# Call your `im2col`; an error that is left in Exercise 1 then shows here again. The check looks at the numbers alone.
#
# <details><summary>Hint 1: the batch</summary>
#
# `A @ B` with `A` of shape `(C_out, K)` and `B` of shape `(N, K, L)` multiplies `A` with each of the $N$ matrices. The result has shape
# `(N, C_out, L)`: nothing to be exchanged.
#
# </details>
# <details><summary>Hint 2: from L to H_out, W_out</summary>
#
# The columns stand row by row as the output does, so `reshape(N, C_out, H_out, W_out)` is all. `H_out` follows from the formula;
# `W_out` is what is left, if you write -1.
#
# </details>
# <details><summary>Hint 3: bias and dtype</summary>
#
# `bias[:, None]` has shape `(C_out, 1)` and goes to every column of the product. A float32 picture with float64 weights gives a
# float64 product; `.astype(cols.dtype)` at the end puts that right.
#
# </details>


# %% solution="conv2d_im2col"
def conv2d_im2col(x, weight, bias=None, stride=1, padding=0):
    """(N, C, H, W) and (C_out, C, kH, kW) -> (N, C_out, H_out, W_out), as one matrix product."""
    ### BEGIN SOLUTION
    C_out, _, kH, kW = weight.shape
    sH, _ = (stride, stride) if isinstance(stride, int) else stride
    pH, _ = (padding, padding) if isinstance(padding, int) else padding
    H_out = (x.shape[2] + 2 * pH - kH) // sH + 1
    cols = im2col(x, (kH, kW), stride, padding)  # (N, K, L)
    out = weight.reshape(C_out, -1) @ cols  # (C_out, K) @ (N, K, L) -> (N, C_out, L)
    if bias is not None:
        out = out + bias[:, None]
    return out.reshape(len(x), C_out, H_out, -1).astype(cols.dtype)
    ### END SOLUTION


# %% check="conv2d_im2col" points=5
check("conv2d_im2col", conv2d_im2col)

# %% [markdown]
# ## What it is worth in seconds
#
# The third question on your paper. Three ways to put the photograph, 128x128x3, through 16 filters of 3x3: seven plain loops, the two
# loops of unit 04 with a small product for each place, and yours. They do the same multiplications, seven million of them. Run it; the
# slow one takes a few seconds.

# %% tags=["demo"]
from course.data import photo


def seven_loops(x, weight):
    N, C, H, W = x.shape
    C_out, _, kH, kW = weight.shape
    out = np.zeros((N, C_out, H - kH + 1, W - kW + 1), x.dtype)
    for n, f, h, w in np.ndindex(out.shape):  # four loops
        for c in range(C):
            for i in range(kH):
                for j in range(kW):
                    out[n, f, h, w] += x[n, c, h + i, w + j] * weight[f, c, i, j]
    return out


def two_loops(x, weight):
    N, _, H, W = x.shape
    C_out, _, kH, kW = weight.shape
    out = np.zeros((N, C_out, H - kH + 1, W - kW + 1), x.dtype)
    for h in range(out.shape[2]):
        for w in range(out.shape[3]):
            windows = x[:, :, h : h + kH, w : w + kW]
            out[:, :, h, w] = np.tensordot(windows, weight, axes=((1, 2, 3), (1, 2, 3)))
    return out


def seconds(layer, *arguments, times=1):
    """The shortest of some runs, and the layer's answer."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        answer = layer(*arguments)
        found.append(time.perf_counter() - start)
    return min(found), answer


rng = np.random.default_rng(5)
picture = photo()[None].astype(np.float32) / 255  # (1, 3, 128, 128)
filters = rng.standard_normal((4 if FAST else 16, 3, 3, 3), dtype=np.float32)
multiplications = len(filters) * 126 * 126 * 27

yours, answer = seconds(conv2d_im2col, picture, filters, times=20)
print(f"{multiplications:,} multiplications\n")
for name, layer, times in (("two loops", two_loops, 3), ("seven loops", seven_loops, 1)):
    slow, slow_answer = seconds(layer, picture, filters, times=times)
    agree = np.abs(answer - slow_answer).max() < 1e-4
    print(f"{name:>12}: {slow:9.5f} s, {slow / yours:6,.0f} times yours, same answer: {agree}")
print(f"{'yours':>12}: {yours:9.5f} s, {2 * multiplications / yours / 1e9:.0f} thousand million operations a second")

# %% [markdown]
# On two cores your layer beats the two loops by more than a hundred times and the seven loops by more than a thousand. The work is the same; what
# differs is how it reaches the processor. In seven loops, Python looks up, multiplies and stores one pair of numbers at a
# time. In two loops it calls NumPy $126 \cdot 126 = 15{,}876$ times, and each call has hardly anything to do. One product is **one** call, of a routine
# of BLAS, the *basic linear algebra subprograms*, that people have been tuning since 1990: it cuts both matrices into blocks that stay
# in the cache, uses each loaded number many times, and multiplies 8 or 16 numbers with one instruction. Writing the windows out costs
# seven or nine times the memory, and buys the right to call it.
#
# Real libraries keep the product and save the memory: cuDNN builds the columns block by block, in the cache, while it multiplies.
#
# ### 1x1 is a plain product
#
# You have seen it in the explorer: for a kernel of 1x1 the columns *are* the image, with its $H \cdot W$ pixels in a line. Nothing is copied
# nine times; a 1x1 layer is a small matrix that is multiplied with the vector of channels of each pixel. Three by three, it mixes
# colours. This one has rows for brightness, red against green, and blue against yellow, which is roughly what the eye sends to the brain:

# %% tags=["demo"]
mix = np.array([[1 / 3, 1 / 3, 1 / 3], [1, -1, 0], [-0.5, -0.5, 1]])  # (C_out, C)
pixels = photo().astype(float).reshape(3, -1)  # (C, H*W)
as_product = (mix @ pixels).reshape(3, 128, 128)
as_layer = conv2d_im2col(photo()[None], mix[:, :, None, None])[0]
print(f"largest difference between product and 1x1 layer: {np.abs(as_product - as_layer).max():.1e}")
gallery(
    [photo(), as_product[0].round().astype(int), as_product[1], as_product[2]],
    ["the photograph", "brightness", "red - green", "blue - yellow"],
    alt="A photograph of an astronaut in an orange suit; its grey version; a map that is orange on suit and skin; a map that is "
    "blue, negative, on the suit and pale elsewhere.",
    side=170,
    columns=4,
)

# %% [markdown]
# ## The convolution as a matrix of its own
#
# im2col rewrites the *image*. One can also leave the image alone, as one long vector, and rewrite the *kernel*. Take the left 3x3 part
# of our image, and the same kernel:
#
# $$x = \begin{pmatrix} 2&0&1\\1&4&2\\0&1&5 \end{pmatrix}, \qquad K = \begin{pmatrix} 1&2\\3&-1 \end{pmatrix}.$$
#
# Read $x$ row by row as nine numbers. The first output is $1 \cdot 2 + 2 \cdot 0 + 3 \cdot 1 - 1 \cdot 4 = 1$: a row of nine weights times
# these nine numbers, with the kernel at the four pixels of the first window and zeros at the others. Four windows, four rows:

# %% tags=["demo"]
M = F.conv_matrix(kernel, (3, 3))  # (4, 9)
left = image[:, :3]
print(M.astype(int))
print(f"\n{np.count_nonzero(M)} of {M.size} numbers are not 0")
print("M times image:", M @ left.ravel())
print("correlation:  ", F.correlate2d(left, kernel).ravel())

# %% [markdown]
# $4 \cdot 9 = 36$ numbers, $36 - 16 = 20$ of them zeros. Every row holds the same four, each time a bit further to the right: one step
# where the window moves one pixel, and a jump of *two* where a new row of windows begins. In the explorer choose a row (a window) and a
# column (a pixel), and let them light up in the image. What does a row say about a pixel, and what a column?

# %% tags=["demo"]
ConvMatrixExplorer(left, kernel)

# %% [markdown]
# A **row** says which pixels an output is made of; a **column** says which outputs a pixel goes to. Keep the second one in mind.
#
# This matrix is also the answer to *how is a convolution layer different from a dense layer?* A dense layer from 9 numbers to 4 has a
# matrix of 36 free weights. A convolution is a dense layer in which 20 of them are held at zero and the other 16 are four numbers,
# shared.
#
# ### Exercise 3: the matrix (4 points)
#
# Write `conv_matrix(kernel, image_shape)`, for one channel, stride 1, no padding.
#
# | | shape | |
# | --- | --- | --- |
# | `kernel` | `(kH, kW)` | not flipped |
# | `image_shape` | a pair `(H, W)` | `H` need not equal `W` |
# | returns | `(H_out*W_out, H*W)` | `conv_matrix(kernel, x.shape) @ x.ravel()` is the correlation, row by row; float32 if `kernel` is, else float64 |
#
# <details><summary>Hint 1: where is a pixel?</summary>
#
# Row by row, pixel $(h, w)$ of an image with $W$ columns is number $h\,W + w$. The same holds for the output, with $W_\text{out}$.
#
# </details>
# <details><summary>Hint 2: four loops</summary>
#
# For each window $(h, w)$ and each number $(i, j)$ of the kernel there is exactly one entry. In which row of the matrix? In which
# column, if the number lies on pixel $(h + i, w + j)$?
#
# </details>
# <details><summary>Hint 3: or two</summary>
#
# A matrix of shape `(H_out, W_out, H, W)` of zeros is easier to fill: `matrix[h, w, h : h + kH, w : w + kW] = kernel`. At the end
# reshape it to two axes.
#
# </details>


# %% solution="conv_matrix"
def conv_matrix(kernel, image_shape):
    """(kH, kW) -> (H_out*W_out, H*W): a row for each window, a column for each pixel."""
    ### BEGIN SOLUTION
    (kH, kW), (H, W) = kernel.shape, image_shape
    H_out, W_out = H - kH + 1, W - kW + 1
    matrix = np.zeros((H_out, W_out, H, W), np.float32 if kernel.dtype == np.float32 else np.float64)
    for h in range(H_out):
        for w in range(W_out):
            matrix[h, w, h : h + kH, w : w + kW] = kernel
    return matrix.reshape(H_out * W_out, H * W)
    ### END SOLUTION


# %% check="conv_matrix" points=4
check("conv_matrix", conv_matrix)

# %% [markdown]
# Your function in the explorer, with the image of 3x4 this time, so that $H$ and $W$ cannot be mixed up unseen. Edit the kernel: its
# numbers change all over the matrix at once.

# %% tags=["demo"]
ConvMatrixExplorer(image, kernel, fn=conv_matrix)

# %% [markdown]
# Your matrix for a 3x3 blur on images of 6x8, as a picture. The bands along the diagonal are the three rows of the kernel, 8 columns
# apart; the steps in the bands are where a row of windows ends. Nobody computes with it. For an MNIST digit of 28x28 it has $676$ rows
# and $784$ columns, of which 1.15 % are not zero; for a 128x128 photograph it would take 2 GB to hold nine numbers. It is a way to
# *think*: a convolution is linear, and so everything that is known of matrices is known of it.

# %% tags=["demo"]
blur = np.ones((3, 3)) / 9
for H, W in ((28, 28), (128, 128)):
    rows, columns = (H - 2) * (W - 2), H * W
    entries = rows * columns
    print(f"3x3 on {H}x{W}: {rows:,} x {columns:,}, {rows * 9 / entries:.2%} not 0, {entries * 8 / 1e9:.3f} GB")

gallery(
    [conv_matrix(blur, (6, 8)), conv_matrix(np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]), (6, 8))],
    ["blur: 24 windows, 48 pixels", "Sobel: the same places, signs"],
    alt="Two matrices of 24 rows and 48 columns: three slanted bands of equal numbers, each broken into four steps; in the second "
    "one each band has a negative and a positive line.",
    side=430,
    columns=2,
)

# %% [markdown]
# ## The way back: the transpose
#
# $M$ takes nine pixels to four outputs. Its transpose $M^\mathsf{T}$, 9x4, takes four numbers to nine pixels: from the small map to
# the large one. Does it give the image back? Guess, then run.

# %% tags=["demo"]
out = M @ left.ravel()  # (4,)
print("image\n", left)
print("M.T times (M times image)\n", (M.T @ out).reshape(3, 3).astype(int))
print("only the first output, M.T times (1, 0, 0, 0)\n", (M.T @ [1, 0, 0, 0]).reshape(3, 3).astype(int))

# %% [markdown]
# It does not, and it could not: four numbers cannot know nine. But look at what it does do. An output of 1 **stamps the kernel** onto
# the place of its window; the other outputs stamp it onto theirs, each as many times as its value says, and where stamps overlap they
# **add up**. That is what a column of $M$ told you, seen from the other side.
#
# im2col has a transpose too, since copying is linear. Every number goes back to the pixel it was copied from, and a pixel that had been copied
# four times gets the sum of four numbers. This is **col2im**.
#
# - In the next explorer all columns are ones. Press **play**: each column drops its four ones into its window. What do the
#   pixels hold in the end?
# - Choose *col2im: columns back to the image*. The columns are the image's own. Why does the 4 become 16?
# - Choose *transposed convolution*. Now column $l$ is the kernel, as many times as output $l$ says: the stamps of all six outputs,
#   one after the other.

# %% tags=["demo"]
Im2colExplorer(image, kernel, show="count")

# %% [markdown]
# ### Exercise 4: col2im (5 points)
#
# Write `col2im(cols, output_size, kernel_size, stride=1, padding=0)`.
#
# | | shape | |
# | --- | --- | --- |
# | `cols` | `(N, C*kH*kW, L)` | any numbers, not only what im2col made |
# | `output_size` | a pair `(H, W)` | the image to build; `C` follows from the shape of `cols` |
# | `kernel_size`, `stride`, `padding` | an int, or a pair | as they were given to `im2col` |
# | returns | `(N, C, H, W)` | sums; 0 where no window was; what falls onto the padding is dropped |
#
# <details><summary>Hint 1: the other direction</summary>
#
# Take your im2col and read it backwards. Where it ended with a reshape, col2im begins with one: `(N, C, kH, kW, H_out, W_out)`. What
# it read from the padded image, col2im adds to a padded image of zeros.
#
# </details>
# <details><summary>Hint 2: the loop</summary>
#
# For each place $(i, j)$ in the window: `padded[:, :, i : i + sH * H_out : sH, j : j + sW * W_out : sW] += cols[:, :, i, j]`. Within one
# turn no pixel is hit twice, so `+=` on a slice is safe; overlaps come together over the turns.
#
# </details>
# <details><summary>Hint 3: the padding</summary>
#
# The zeros have shape `(N, C, H + 2 * pH, W + 2 * pW)`. At the end the image is `padded[:, :, pH : pH + H, pW : pW + W]`, as a copy. (Not
# `[pH:-pH]`: with `pH = 0` that is empty.)
#
# </details>


# %% solution="col2im"
def col2im(cols, output_size, kernel_size, stride=1, padding=0):
    """(N, C*kH*kW, L) -> (N, C, H, W): every column is added to the window it came from."""
    ### BEGIN SOLUTION
    kH, kW = (kernel_size, kernel_size) if isinstance(kernel_size, int) else kernel_size
    sH, sW = (stride, stride) if isinstance(stride, int) else stride
    pH, pW = (padding, padding) if isinstance(padding, int) else padding
    H, W = output_size
    N, C = len(cols), cols.shape[1] // (kH * kW)
    H_out = (H + 2 * pH - kH) // sH + 1
    W_out = (W + 2 * pW - kW) // sW + 1
    windows = cols.reshape(N, C, kH, kW, H_out, W_out)
    dtype = np.float32 if cols.dtype == np.float32 else np.float64
    padded = np.zeros((N, C, H + 2 * pH, W + 2 * pW), dtype)
    for i in range(kH):
        for j in range(kW):
            padded[:, :, i : i + sH * H_out : sH, j : j + sW * W_out : sW] += windows[:, :, i, j]
    return padded[:, :, pH : pH + H, pW : pW + W].copy()
    ### END SOLUTION


# %% check="col2im" points=5
check("col2im", col2im)

# %% [markdown]
# Yours in the explorer, with stride 2 and padding 1. What falls onto the dashed border is cut off at the end; if your image differs
# from the right one, it is drawn below.

# %% tags=["demo"]
Im2colExplorer(image, kernel, stride=2, padding=1, show="col2im", back=col2im)

# %% [markdown]
# How does one know that a function is the transpose of another, without writing down a matrix? For any matrix,
# $(M x) \cdot y = x \cdot (M^\mathsf{T} y)$. So draw $x$ and $y$ at random and compare two numbers. With your two functions:

# %% tags=["demo"]
x = rng.standard_normal((2, 3, 7, 6))
y = rng.standard_normal(im2col(x, 3, 2, 1).shape)
print("im2col(x) . y =", np.sum(im2col(x, 3, 2, 1) * y))
print("x . col2im(y) =", np.sum(x * col2im(y, (7, 6), 3, 2, 1)))

# %% [markdown]
# ## Transposed convolution: larger maps from small ones
#
# Networks that draw need layers that *enlarge*: one that marks tumours has shrunk the image to see the whole, and must get back to the
# pixels. A **transposed convolution** uses the transpose forwards. Each pixel of the small map stamps its multiple of the kernel onto
# a larger one; the stamps stand `stride` apart:
#
# $$H_\text{out} = (H - 1)\, s - 2p + k_H.$$
#
# With $H = 4$, $s = 2$, $k_H = 4$, $p = 1$: $3 \cdot 2 - 2 \cdot 1 + 4 = 8$, twice the size. Note what became of the padding: in the
# convolution it *added* a border, so the transpose *cuts one off*. In two steps it is a product and a col2im,
#
# $$\text{cols} = W^\mathsf{T} x, \qquad \text{out} = \text{col2im}(\text{cols}) + b,$$
#
# where $W$ is `weight.reshape(C_in, -1)`. (It is also called *deconvolution*. It undoes nothing, as you have seen; say transposed.)
#
# ### Exercise 5: the transposed layer (5 points)
#
# Write `conv_transpose2d_forward(x, weight, bias=None, stride=1, padding=0)`.
#
# | | shape | |
# | --- | --- | --- |
# | `x` | `(N, C_in, H, W)` | small maps |
# | `weight` | `(C_in, C_out, kH, kW)` | the channels of `x` come **first** here, as in PyTorch |
# | `bias` | `(C_out,)` or `None` | added once to each pixel |
# | `stride`, `padding` | an int, or a pair | |
# | returns | `(N, C_out, H_out, W_out)` | float32 if `x` is float32, else float64 |
#
# <details><summary>Hint 1: two ways</summary>
#
# Stamping: zeros of the full size $(H - 1) s + k_H$, a loop over the pixels of `x`, `+=` of a kernel, cut off the padding. Or the
# product above and your `col2im`, without any loop of your own.
#
# </details>
# <details><summary>Hint 2: the shapes of the product</summary>
#
# `weight.reshape(C_in, -1)` has shape `(C_in, C_out*kH*kW)`, its transpose `(C_out*kH*kW, C_in)`. Multiply that with
# `x.reshape(N, C_in, H * W)`: columns of shape `(N, C_out*kH*kW, H*W)`, one for each pixel of `x`.
#
# </details>
# <details><summary>Hint 3: the size</summary>
#
# col2im wants `output_size`: the formula above, for both axes. For this size a window takes just `H` times `W` positions, so the
# columns fit.
#
# </details>


# %% solution="conv_transpose2d_forward"
def conv_transpose2d_forward(x, weight, bias=None, stride=1, padding=0):
    """(N, C_in, H, W) and (C_in, C_out, kH, kW) -> (N, C_out, H_out, W_out)."""
    ### BEGIN SOLUTION
    sH, sW = (stride, stride) if isinstance(stride, int) else stride
    pH, pW = (padding, padding) if isinstance(padding, int) else padding
    N, C_in, H, W = x.shape
    _, _, kH, kW = weight.shape
    size = (H - 1) * sH - 2 * pH + kH, (W - 1) * sW - 2 * pW + kW
    # (C_out*kH*kW, C_in) @ (N, C_in, H*W) -> (N, C_out*kH*kW, H*W)
    cols = weight.reshape(C_in, -1).T @ x.reshape(N, C_in, H * W)
    out = col2im(cols, size, (kH, kW), stride, padding)
    if bias is not None:
        out = out + bias[:, None, None]
    return out.astype(np.float32 if x.dtype == np.float32 else np.float64)
    ### END SOLUTION


# %% check="conv_transpose2d_forward" points=5
check("conv_transpose2d_forward", conv_transpose2d_forward)

# %% [markdown]
# ### A brain, enlarged
#
# An axial slice of the brain, reduced to 58x49 pixels of 4 mm, and three layers of yours with stride 2 that make it twice as large. The
# first stamps a square of four equal pixels: *nearest neighbour*. The second stamps a little tent, so that between two pixels lies their
# mean: *bilinear*. The third stamps a flat 3x3, and here something goes wrong. (It also comes out a pixel short: $57 \cdot 2 - 2 + 3 = 115$. PyTorch has an
# argument `output_padding` for the missing row.)

# %% tags=["demo"]
from course.data import brain_slice

small = brain_slice()[:232, :196].reshape(58, 4, 49, 4).mean(axis=(1, 3))[None, None]  # (1, 1, 58, 49)
tent = np.array([1, 3, 3, 1]) / 4
stamps = {
    "2x2 of ones": (np.ones((2, 2)), 0),
    "4x4 tent": (np.outer(tent, tent), 1),
    "3x3 of ones": (np.ones((3, 3)) * 4 / 9, 1),  # 4/9: as bright as the others on average
}
enlarged = {
    name: conv_transpose2d_forward(small, stamp[None, None], stride=2, padding=padding)[0, 0]
    for name, (stamp, padding) in stamps.items()
}
for name, result in enlarged.items():
    print(f"{name}: {result.shape}")
gallery(
    [image_.round().astype(int)[30:90, 20:80] for image_ in enlarged.values()],
    list(enlarged),
    alt="Three enlarged cuts of the same brain slice: blocky with a 2x2 stamp, smooth with a 4x4 tent, and covered with a fine "
    "checkerboard with a 3x3 stamp.",
    side=250,
    columns=3,
)

# %% [markdown]
# ## What breaks, and why
#
# **Checkerboards.** A stamp of 3 with a stride of 2 overlaps its neighbour by one pixel. Some pixels get one stamp, some two, and where
# rows and columns meet four. Stamp a map of ones with ones and read the counts:


# %% tags=["demo"]
def counts(k, stride, padding=0):
    ones = np.ones((1, 1, 4, 4))
    return F.conv_transpose2d_forward(ones, np.ones((1, 1, k, k)), stride=stride, padding=padding)[0, 0].astype(int)


print("kernel 3, stride 2\n", counts(3, 2))
print("kernel 4, stride 2, padding 1\n", counts(4, 2, 1))

# %% [markdown]
# In the second case every inner pixel has four stamps, because 2 divides 4. So the first cure is a **kernel size that the stride
# divides**. It is not the whole cure. The pixels still fall into four kinds, by odd and even row and column, and each kind sees
# four weights *of its own*. Unless training makes their sums equal, a flat map comes out chequered. Random weights
# show it; so does the second cure, **enlarge first** (nearest neighbour), then an ordinary convolution, which treats all pixels alike:

# %% tags=["demo"]
flat = np.ones((1, 1, 6, 6))
weight = rng.random((1, 1, 4, 4))
chequered = F.conv_transpose2d_forward(flat, weight, stride=2, padding=1)[0, 0]
print("a flat map, random 4x4 weights, stride 2:\n", chequered[4:8, 4:8].round(2))
resized = flat.repeat(2, axis=2).repeat(2, axis=3)
even = F.conv2d_forward(resized, weight[:, :, :3, :3], padding=1)[0, 0]
print("the same, enlarged first, then convolved:\n", even[4:8, 4:8].round(2))

# %% [markdown]
# **A reshape in place of a transpose.** The commonest error of this unit has the right shape and no error message. If one multiplies the
# columns of *all* images at once, the product has the filters in front: `(C_out, N*L)`. A `reshape(N, C_out, ...)` then reads on
# where the numbers happen to lie. Two images, three filters:

# %% tags=["demo"]
pair = brain_slice()[:232, :196].astype(float)[None, None]
pair = np.concatenate([pair, pair[:, :, ::-1]])[:, :, ::2, ::2]  # (2, 1, 116, 98): a brain, and upside down
bank = np.array([blur, [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]])[:, None]
cols = F.im2col(pair, 3)  # (N, K, L) = (2, 9, 114 * 96)
together = bank.reshape(3, 9) @ cols.transpose(1, 0, 2).reshape(9, -1)  # (C_out, N*L)
right = together.reshape(3, 2, 114, 96).transpose(1, 0, 2, 3)  # (N, C_out, H_out, W_out)
wrong = together.reshape(2, 3, 114, 96)  # the same shape
gallery(
    [*right.reshape(6, 114, 96), *wrong.reshape(6, 114, 96)],
    [f"{kind} [{n}, {c}]" for kind in ("right", "wrong") for n in range(2) for c in range(3)],
    alt="Two rows of six maps. Above, three filters of an upright brain and then three of an inverted one. Below the same maps in "
    "another order: image 0 gets two blurs and an edge map, image 1 the other edge maps.",
    side=115,
)

# %% [markdown]
# Every map is there and each looks right, so a glance does not help. Image 0 has got a map of image 1, and its filters are
# no longer the filters. A network can even train on this, badly. The check cell names it, because one image, or one filter, would hide it.
#
# ## Summary
#
# - im2col copies each window into a column: $(C k_H k_W) \times (H_\text{out} W_\text{out})$. A layer is then one product, and BLAS does
#   it hundreds of times as fast as loops in Python. The price is memory, about $k_H k_W / s^2$ times the image.
# - A 1x1 convolution is that product without any copying: a matrix for the channels of each pixel.
# - As a matrix of its own, a convolution is a dense layer with most weights held at zero and the others shared.
# - Its transpose stamps the kernel. col2im is the transpose of im2col, a transposed convolution that of a layer. Neither is an inverse.
# - Stamps that overlap unevenly leave a checkerboard: let the stride divide the kernel size, or enlarge first.
#
# **Reading.** K. Chellapilla, S. Puri, P. Simard, *High performance convolutional neural networks for document processing*, Tenth
# International Workshop on Frontiers in Handwriting Recognition (2006): im2col. J. Dongarra, J. Du Croz, S. Hammarling, I. Duff, *A set of
# level 3 basic linear algebra subprograms*, ACM Transactions on Mathematical Software 16 (1990). A. Krizhevsky, I. Sutskever, G. Hinton, *ImageNet
# classification with deep convolutional neural networks*, NIPS 25 (2012). S. Chetlur et al., *cuDNN: Efficient primitives for deep
# learning*, arXiv:1410.0759 (2014), section 3. V. Dumoulin, F. Visin, *A guide to convolution arithmetic for deep learning*,
# arXiv:1603.07285 (2016), chapter 4. A. Odena, V. Dumoulin, C. Olah, *Deconvolution and checkerboard artifacts*, Distill (2016),
# doi:10.23915/distill.00003.
#
# **The same in PyTorch.** im2col is called `unfold` there, col2im is `fold`, and the transposed layer has the name you know.

# %% tags=["demo"]
try:
    import torch
    import torch.nn.functional as TF
except ImportError:
    print("PyTorch is not installed here; nothing in this course needs it.")
else:
    x = torch.from_numpy(rng.standard_normal((2, 3, 7, 6)))
    weight = torch.from_numpy(rng.standard_normal((3, 4, 3, 3)))
    pairs = {
        "unfold": (TF.unfold(x, 3, stride=2, padding=1), im2col(x.numpy(), 3, 2, 1)),
        "fold": (
            TF.fold(TF.unfold(x, 3, stride=2), (7, 6), 3, stride=2),
            col2im(im2col(x.numpy(), 3, 2), (7, 6), 3, 2),
        ),
        "conv_transpose2d": (
            TF.conv_transpose2d(x, weight, stride=2, padding=1),
            conv_transpose2d_forward(x.numpy(), weight.numpy(), None, 2, 1),
        ),
    }
    for name, (theirs, mine) in pairs.items():
        print(f"{name:>16}: {tuple(theirs.shape)}, largest difference {np.abs(theirs.numpy() - mine).max():.1e}")

# %% [markdown]
# **Next.** Unit 06 asks how the loss changes with each weight and each pixel. With $\text{out} = W \cdot \text{cols}$ you have half of the
# answer: the gradient goes back through a product by the transpose, and from the columns to the image by col2im.
