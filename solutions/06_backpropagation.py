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
# # 06 Backpropagation through a convolution
#
# After this unit you can
#
# - say for one weight and for one pixel of a convolution layer how the loss changes with it, with a pencil,
# - write the backward pass of the layer, with batches, channels, stride and padding, and as a convolution with the flipped kernel,
# - check any backward pass by measuring, and say what such a check does not see.
#
# It takes about 70 minutes. You need unit 04, the layer itself; it helps to know the matrix and the stamps of unit 05. There are six
# exercises; each has a cell that checks your work within a second or two.

# %%
import os

import numpy as np

from autograder import check
from course import functional as F
from course.explore import BackwardExplorer, gallery

FAST = os.environ.get("COURSE_FAST") == "1"  # only testing the notebook: train on fewer digits

# %% [markdown]
# ## Before you run anything
#
# The image and the kernel of unit 05, stride 1, no padding. Six windows fit, so there are six outputs. Say the loss is simply the
# **sum of all six**.
#
# $$x = \begin{pmatrix}2&0&1&3\\1&4&2&0\\0&1&5&2\end{pmatrix} \qquad K = \begin{pmatrix}1&2\\3&-1\end{pmatrix}$$
#
# Write down, on paper:
#
# 1. The pixel in the upper left corner, the 2, becomes a 3. By how much does the loss rise? And if the 4 becomes a 5?
# 2. The upper left *weight*, the 1, becomes a 2. By how much does the loss rise?
# 3. Somebody collected 38 backward passes of a convolution, solutions to a well-known course that their authors had put on the web. 19
#    were wrong. That course comes with a gradient check of its own. How many of the 19 does it find? 19, 11, or 2?
#
# The first two are answered in a minute. For the third one you need the whole unit.

# %% [markdown]
# ## Every output hands something back
#
# In a network the loss is no simple sum. Other layers follow, and they report how much each output of this layer matters: raise it
# by a little, and the loss rises by so much times that little. This report is an array of the output's shape, the **upstream
# gradient** `grad_out`. We need not know which layers it comes from. Below it is
#
# $$G = \begin{pmatrix}1&-2&0\\3&1&-1\end{pmatrix}$$
#
# so that the loss behaves like $L = \sum G \cdot \text{out}$: output $[0, 0]$ once, minus twice output $[0, 1]$, and so on.
#
# The figure takes the outputs one by one. On the right, in *slope, measured*, each pixel of `x` was moved up and down a
# little, and the change of $L$ divided by the width of the move. So these numbers are right, whatever we think about gradients.
#
# - Go through the six outputs with **Next**. Where does each one put its products? What happens where windows overlap?
# - At output $[0, 1]$ the gradient is $-2$. Why is the corner $[0, 0]$ not changed by it?
# - Choose **which outputs a pixel went into** and walk over the pixels. How many outputs has the corner $[0, 0]$ gone into, how many
#   the pixel $[1, 1]$? This list is the pixel's **forward set**.
# - Which weight did pixel $[1, 1]$ meet in output $[0, 0]$? And in output $[1, 1]$? Do you see an order?
# - Set the stride to 2. Which pixels have an empty forward set now?

# %% tags=["demo"]
image = np.array([[2, 0, 1, 3], [1, 4, 2, 0], [0, 1, 5, 2]])  # (H, W) = (3, 4)
kernel = np.array([[1, 2], [3, -1]])
G = np.array([[1, -2, 0], [3, 1, -1]])  # one number for each output

BackwardExplorer(image, kernel, G)

# %% [markdown]
# Now your paper. With the plain sum every number of $G$ is 1. The corner pixel went into one output, where it met the weight 1, so
# the loss rises by **1**. The 4 went into four outputs and met every weight once: $1 + 2 + 3 - 1 = 5$. The upper left weight was
# multiplied with the upper left pixel of all six windows: $2 + 0 + 1 + 1 + 4 + 2 = 10$.
#
# ## One weight, six windows
#
# Take the weight $K[0, 1]$, the 2, and the real $G$. In each window it was multiplied with one pixel. Raise it by a small $\varepsilon$:
# every output rises by $\varepsilon$ times *its* pixel, and the loss by $G$ times that. These are six uses of the **same** weight, so
# the six effects add up:

# %% tags=["demo"]
print("output  pixel    G")
effects = []
for h in range(2):
    for w in range(3):
        pixel = image[h + 0, w + 1]  # what K[0, 1] meets in the window at (h, w)
        effects.append(int(pixel * G[h, w]))
        print(f"[{h}, {w}]      {pixel}  x {G[h, w]:>3}  = {effects[-1]:>3}")
print(f"dL / dK[0, 1]         = {sum(effects):>3}")

# %% [markdown]
# That is the chain rule, and all of it:
#
# $$\frac{\partial L}{\partial K[i, j]} \;=\; \sum_{h, w} \underbrace{\frac{\partial L}{\partial\, \text{out}[h, w]}}_{G[h, w]} \cdot
# \underbrace{\frac{\partial\, \text{out}[h, w]}{\partial K[i, j]}}_{x[h + i,\; w + j]}$$
#
# In a dense layer a weight is used once, and the sum has one term. A convolution **shares** its weights, and a shared weight collects
# from all places where it was used: all rows, all columns, all images of the batch.
#
# ## Measure first
#
# Before we write any gradient, we build the instrument that tells right from wrong. The slope of a function at a point can be measured:
# go a little up, a little down, and divide.
#
# $$\frac{\partial L}{\partial a} \;\approx\; \frac{L(a + \varepsilon) - L(a - \varepsilon)}{2\, \varepsilon}$$
#
# Our functions return arrays. To make a loss of them we take a weighted sum with an upstream gradient, $L = \sum G \cdot f(x)$, and
# move one number of $x$ at a time.
#
# ### Exercise 1: the numerical gradient (4 points)
#
# Write `numerical_gradient(f, x, grad_out, step=1e-6)`.
#
# | | | |
# | --- | --- | --- |
# | `f` | a function | takes one array, returns an array |
# | `x` | any shape, any dtype | where to measure |
# | `grad_out` | the shape of `f(x)` | the upstream gradient |
# | `step` | a number | how far each number is moved, up and down |
# | returns | the shape of `x`, float64 | the slope of `np.sum(grad_out * f(x))` along each number of `x` |
#
# Work in float64 whatever comes in, and leave `x` as it is.
#
# <details><summary>Hint 1: over all indices</summary>
#
# `for index in np.ndindex(x.shape):` runs over all positions of an array with any number of axes, and `x[index]` is one number.
#
# </details>
# <details><summary>Hint 2: one number</summary>
#
# Make two float64 copies of `x`. In one, the number at `index` is larger by `step`, in the other smaller by `step`. Call `f` on both.
# Fresh copies for every index are the safe way: nothing has to be put back.
#
# </details>
# <details><summary>Hint 3: the division</summary>
#
# From down to up it is *two* steps: `np.sum(grad_out * (f(up) - f(down))) / (2 * step)`. The difference comes before the sum: what does
# not depend on this number then cancels exactly.
#
# </details>


# %% solution="numerical_gradient"
def numerical_gradient(f, x, grad_out, step=1e-6):
    """The slope of sum(grad_out * f(x)) along every number of x, measured."""
    ### BEGIN SOLUTION
    x = np.array(x, dtype=np.float64)
    slopes = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] += step
        down[index] -= step
        slopes[index] = np.sum(grad_out * (f(up) - f(down))) / (2 * step)
    return slopes
    ### END SOLUTION


# %% check="numerical_gradient" points=4
check("numerical_gradient", numerical_gradient)

# %% [markdown]
# How large should the step be? The smaller, the better, says the definition of a derivative. The computer has another opinion. We
# put a curved function behind our layer, $\tanh(\text{out} / 4)$, whose gradient is known exactly, and measure it with twelve steps: one-sided,
# $(L(a + \varepsilon) - L(a)) / \varepsilon$; from both sides; and from both sides in float32. The table shows the largest
# **relative error**, $|g - s| / \max(|g|, |s|)$. Guess where it is smallest.


# %% tags=["demo"]
def relative_error(told, slope):
    """The largest |g - s| / max(|g|, |s|); 0 and 0 are equal."""
    size = np.maximum(np.abs(told), np.abs(slope))
    return (np.abs(told - slope) / np.where(size == 0, 1, size)).max()


def curved(x, dtype=np.float64):
    out = F.conv2d_forward(x[None, None].astype(dtype), kernel[None, None].astype(dtype))
    return np.tanh(out[0, 0] / 4)


exact = F.conv2d_backward((G * (1 - curved(image) ** 2) / 4)[None, None], image[None, None], kernel[None, None])[0]


def one_sided(step):
    moves = step * np.eye(image.size).reshape(-1, *image.shape)
    return np.array([np.sum(G * (curved(image + move) - curved(image))) / step for move in moves]).reshape(image.shape)


print("  step   one-sided  both sides  both, float32")
for power in range(1, 13):
    step = 10.0**-power
    measured = (
        one_sided(step),
        numerical_gradient(curved, image, G, step),
        numerical_gradient(lambda x: curved(x, np.float32), image, G, step),
    )
    print(f"  1e-{power:02}" + "".join(f"{relative_error(exact, slope):12.0e}" for slope in measured))

# %% [markdown]
# Read each column from the top. At first a step ten times smaller gives an error ten times smaller one-sided, and a *hundred* times
# smaller from both sides. Then rounding takes over: two numbers that agree in 12 of their 16 digits leave 4 digits for their
# difference. With float32, which has 7 digits, no step is good. So:
#
# - measure in **float64**, from **both sides**, with a step between 1e-5 and 1e-6;
# - judge by the **relative** error. $10^{-7}$ is a large error for a gradient of $2 \cdot 10^{-7}$ and nothing for one of 1,000. Below
#   1e-6 all is well; above 1e-2 something is wrong; in between look for a kink (more on that below);
# - use a **random upstream gradient**. What a gradient of ones hides, you will see at the end.
#
# ## The bias
#
# A warm-up with the sharing rule. The bias of a filter is added to every number of its map, in every image, with a factor of 1.
#
# ### Exercise 2: the bias (2 points)
#
# Write `conv2d_grad_bias(grad_out)`: from `(N, C_out, H_out, W_out)` to `(C_out,)`. float32 stays float32, whole numbers become float64.
#
# <details><summary>Hint 1: which axes?</summary>
#
# Filter 0 has added its bias to `out[:, 0]`, an array of shape `(N, H_out, W_out)`. All of these collect.
#
# </details>
# <details><summary>Hint 2: a sum</summary>
#
# `np.sum` takes several axes at once, and a dtype.
#
# </details>
# <details><summary>Hint 3: almost all of it</summary>
#
# The axes that disappear are 0, 2 and 3. `grad_out.dtype.kind == "f"` says whether the numbers are floats already.
#
# </details>


# %% solution="conv2d_grad_bias"
def conv2d_grad_bias(grad_out):
    """(N, C_out, H_out, W_out) -> (C_out,)."""
    ### BEGIN SOLUTION
    dtype = np.float32 if grad_out.dtype == np.float32 else np.float64
    return grad_out.sum(axis=(0, 2, 3), dtype=dtype)
    ### END SOLUTION


# %% check="conv2d_grad_bias" points=2
check("conv2d_grad_bias", conv2d_grad_bias)

# %% [markdown]
# ## The gradient of the weights is a correlation
#
# Look at the sum for $K[i, j]$ once more. The pixels that this weight met form a block of `x` as large as the output, which starts at
# row $i$ and column $j$. The block is multiplied with $G$ and added up; then comes the block one column further on. That is a
# **correlation of the input with the upstream gradient**: $G$ slides over `x`, and there are as many places as the kernel has weights.
# In the explorer, choose **the gradient of one weight**.
#
# With stride $s$ the pixels of a weight lie $s$ apart, for windows do: $x[h s + i - p,\; w s + j - p]$. With several channels and
# filters, filter $f$ and channel $c$ have their own pair: the map `grad_out[:, f]` slides over the channel `x[:, c]`. And the
# images add up.
#
# ### Exercise 3: the weights (5 points)
#
# Write `conv2d_grad_weight(grad_out, x, weight, stride=1, padding=0)`.
#
# | | shape | |
# | --- | --- | --- |
# | `grad_out` | `(N, C_out, H_out, W_out)` | the upstream gradient |
# | `x` | `(N, C, H, W)` | what went into the layer |
# | `weight` | `(C_out, C, kH, kW)` | needed for its shape only |
# | `stride`, `padding` | an int, or a pair `(down, across)` | |
# | returns | `(C_out, C, kH, kW)` | float32 if `x` is float32, else float64 |
#
# Where the stride leaves a row over, the last window ends before it. All parts of the backward pass take the same arguments here, so
# that they fit together later. (The library's own backward passes, transposed convolutions among them, are taken away for grading.)
#
# <details><summary>Hint 1: which loops?</summary>
#
# You can loop over the outputs: each adds its $G$ times its window to the gradient. Or over the weights, of which there are far fewer:
# each collects from its block of `x`. Pad `x` first.
#
# </details>
# <details><summary>Hint 2: the block of a weight</summary>
#
# `padded[:, :, i : i + sH * H_out : sH, j : j + sW * W_out : sW]` is the pixel that weight $(i, j)$ met in every window, for all
# images and channels: shape `(N, C, H_out, W_out)`. Take `H_out` and `W_out` from `grad_out`, and nothing is left over.
#
# </details>
# <details><summary>Hint 3: almost all of it</summary>
#
# `np.tensordot(grad_out, block, axes=((0, 2, 3), (0, 2, 3)))` multiplies, sums over images, rows and columns, and leaves `(C_out, C)`.
# That is `grad_weight[:, :, i, j]`.
#
# </details>


# %% solution="conv2d_grad_weight"
def conv2d_grad_weight(grad_out, x, weight, stride=1, padding=0):
    """(N, C_out, H_out, W_out) and (N, C, H, W) -> (C_out, C, kH, kW)."""
    ### BEGIN SOLUTION
    sH, sW = (stride, stride) if isinstance(stride, int) else stride
    pH, pW = (padding, padding) if isinstance(padding, int) else padding
    H_out, W_out = grad_out.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pH, pH), (pW, pW)))
    grad_weight = np.zeros(weight.shape, np.float32 if x.dtype == np.float32 else np.float64)
    for i in range(weight.shape[2]):
        for j in range(weight.shape[3]):
            block = padded[:, :, i : i + sH * H_out : sH, j : j + sW * W_out : sW]  # (N, C, H_out, W_out)
            grad_weight[:, :, i, j] = np.tensordot(grad_out, block, axes=((0, 2, 3), (0, 2, 3)))  # (C_out, C)
    return grad_weight
    ### END SOLUTION


# %% check="conv2d_grad_weight" points=5
check("conv2d_grad_weight", conv2d_grad_weight)

# %% [markdown]
# ### A filter that finds itself
#
# In unit 01 somebody handed you the Sobel filter. Suppose they had kept it, and shown you only an axial slice of a brain and the edges that
# come out. Nine weights start at zero. Your gradient says for each of them in which direction the edges become less wrong, and we
# go a small step that way, a hundred times. (Each step also keeps nine tenths of the one before, which is called momentum and saves
# thousands of steps.) If your function loops over the outputs it takes some seconds, else less than one.

# %% tags=["demo"]
from course.data import brain_slice

brain = brain_slice()[:232, :196].reshape(58, 4, 49, 4).mean(axis=(1, 3))  # 4 mm a pixel
brain = ((brain - brain.mean()) / brain.std())[None, None]  # (1, 1, 58, 49)
sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])[None, None] / 4
edges = F.conv2d_forward(brain, sobel)

learned, velocity, steps = np.zeros((1, 1, 3, 3)), 0, {}
for step in range(1, 101):
    out = F.conv2d_forward(brain, learned)
    grad_out = (out - edges) / out.size  # of half the mean squared difference
    velocity = 0.9 * velocity - 0.2 * conv2d_grad_weight(grad_out, brain, learned)
    learned = learned + velocity
    if step in (1, 10, 30, 100):
        steps[step] = learned[0, 0]
print(learned[0, 0].round(2))
print(f"largest difference from Sobel: {np.abs(learned - sobel).max():.3f}")
gallery(
    [*steps.values(), sobel[0, 0]],
    [*(f"after step {step}" for step in steps), "the one they kept"],
    alt="Five 3x3 kernels: nearly white after step 1, a bright right and dark left side from step 10 on, equal to Sobel's in the end.",
    side=110,
)

# %% [markdown]
# The filter is back to two digits, though nobody ever mentioned an edge. The training of a network does this with all its filters at
# once, and no one shows it what should come out of its first layer. That it has to hear from the layers behind: from *their*
# gradient with respect to their **input**.
#
# ## The gradient of the input
#
# You have seen it at the start, in two ways.
#
# **From the outputs.** Output $[h, w]$ read a window and multiplied it with the kernel. On the way back it puts $G[h, w]$ times the kernel onto the
# same window. Windows overlap, so what arrives is *added*. That is the stamp of unit 05, and so this is a transposed convolution.
#
# **From the pixel.** It asks all outputs of its forward set, each with the weight it met there. Pixel $[1, 1]$ met $K[1, 1]$ in output $[0, 0]$, $K[1, 0]$ in
# $[0, 1]$, $K[0, 1]$ in $[1, 0]$, and $K[0, 0]$ in $[1, 1]$. In the order of the outputs the weights run *backwards*. Keep that in mind.
#
# ### Exercise 4: the input (5 points)
#
# Write `conv2d_grad_input(grad_out, x, weight, stride=1, padding=0)`. It returns `(N, C, H, W)`, shaped as `x`. Arguments and rules are
# those of exercise 3; here `x` is needed for its shape and dtype only.
#
# <details><summary>Hint 1: work on the padded size</summary>
#
# Make zeros of shape `(N, C, H + 2*pH, W + 2*pW)` and let every output add its stamp there. What has fallen on the padding is cut
# off at the end: nobody asked for the gradient of a zero.
#
# </details>
# <details><summary>Hint 2: one output</summary>
#
# Output `(h, w)` of *all* images: `grad_out[:, :, h, w]` is `(N, C_out)`, the weight is `(C_out, C, kH, kW)`.
# `np.tensordot(grad_out[:, :, h, w], weight, axes=1)` sums over the filters and leaves `(N, C, kH, kW)`, a stamp for each image.
#
# </details>
# <details><summary>Hint 3: where it goes, and the cut</summary>
#
# `padded[:, :, h * sH : h * sH + kH, w * sW : w * sW + kW] += stamp`, with `+=`. At the end cut `[pH : pH + H]`, not `[pH : -pH]`:
# with padding 0 the second one is `[0 : -0]`, which is empty. And return an array of its own, not a piece of a larger one.
#
# </details>


# %% solution="conv2d_grad_input"
def conv2d_grad_input(grad_out, x, weight, stride=1, padding=0):
    """(N, C_out, H_out, W_out) and (C_out, C, kH, kW) -> (N, C, H, W)."""
    ### BEGIN SOLUTION
    sH, sW = (stride, stride) if isinstance(stride, int) else stride
    pH, pW = (padding, padding) if isinstance(padding, int) else padding
    N, C, H, W = x.shape
    kH, kW = weight.shape[2:]
    padded = np.zeros((N, C, H + 2 * pH, W + 2 * pW), np.float32 if x.dtype == np.float32 else np.float64)
    for h in range(grad_out.shape[2]):
        for w in range(grad_out.shape[3]):
            stamp = np.tensordot(grad_out[:, :, h, w], weight, axes=1)  # (N, C, kH, kW)
            padded[:, :, h * sH : h * sH + kH, w * sW : w * sW + kW] += stamp
    return padded[:, :, pH : pH + H, pW : pW + W].copy()
    ### END SOLUTION


# %% check="conv2d_grad_input" points=5
check("conv2d_grad_input", conv2d_grad_input)

# %% [markdown]
# ## To flip or not to flip
#
# Seen from the pixel, the gradient is a sum of products over a small block of $G$. So it is a convolution too: a window slides over
# $G$. For the corner pixel that window hangs over the edge of $G$, so $G$ gets zeros around it. The question is how the kernel
# lies in the window. Do not believe anybody, try it:
#
# - The kernel lies **as it is**. Compare *grad_x* with the measured slopes: wrong cells are marked with a ≠. One of them is right by chance.
# - Press **flipped**, a turn by 180 degrees. Then go to pixel $[1, 1]$ (step 5) and compare the four products with the
#   backwards list above.
# - Set the padding to 1. How many zeros are around $G$ now? Forward and backward padding add up to what?
# - Set the padding back to 0 and the stride to 2. What has come between the numbers of $G$, and why is there
#   a row of zeros more at the bottom?

# %% tags=["demo"]
BackwardExplorer(image, kernel, G, view="convolution")

# %% [markdown]
# In letters, for stride 1 and a kernel of $F \times F$: pad $G$ by $F - 1 - p$, flip the kernel, correlate. That is an honest
# *convolution*, with the flip that unit 02 made so much of. **The two paddings add up to $F - 1$**: no padding forward is full padding
# backward, and the padding $(F-1)/2$ that keeps the size keeps it on the way back too. A kernel of 5 that was padded by 1 gives
# $5 - 1 - 1 = 3$ zeros on each side.
#
# **The depth changes places.** Forward, a filter has a kernel for each input channel. Backward, an input channel hears from
# every *filter*. 20 filters of 5x5 on an RGB picture have the weight `(20, 3, 5, 5)`. Going back, 20 maps come in and 3 go
# out: 3 filters, each of depth 20.
#
# **Strides leave gaps.** With stride $s$ neighbouring outputs lie $s$ pixels apart, so $s - 1$ zeros come between the numbers
# of $G$. The window on the way back moves by 1.
#
# **As a matrix.** Unit 05 wrote the layer as $\text{out} = C x$ with a sparse matrix $C$. For a product the chain rule is one letter:
# $\partial L / \partial x = C^T G$. A row of $C$ says which pixels an output read; a *column* says which outputs a pixel
# went into. That is the forward set.

# %% tags=["demo"]
C = F.conv_matrix(kernel, image.shape)  # (6, 12): a row for each output, a column for each pixel
print("the column of pixel [1, 1], as a map of outputs:")
print(C[:, 1 * 4 + 1].reshape(2, 3).astype(int))
print("C.T @ G as an image:")
print((C.T @ G.ravel()).reshape(3, 4).astype(int))

rgb_weight = np.zeros((20, 3, 5, 5))
print("forward ", rgb_weight.shape, "-> backward", rgb_weight.swapaxes(0, 1).shape)

# %% [markdown]
# ### Exercise 5: the flipped form (4 points)
#
# Write `conv2d_grad_input_flipped(grad_out, weight, padding=0)` for stride 1. The input's size follows from that of `grad_out`, so `x` is not needed.
#
# | | shape | |
# | --- | --- | --- |
# | `grad_out` | `(N, C_out, H_out, W_out)` | |
# | `weight` | `(C_out, C, kH, kW)` | |
# | `padding` | an int, or a pair `(down, across)` | that of the *forward* pass; at most `kH - 1` and `kW - 1` |
# | returns | `(N, C, H, W)` with `H = H_out + kH - 1 - 2*pH` | float32 if `grad_out` is float32, else float64 |
#
# You may call `F.conv2d_forward`. That is the point: the backward pass of a convolution is a forward pass with other numbers.
#
# <details><summary>Hint 1: three changes</summary>
#
# Flip rows and columns of every kernel; let filters and channels change places; find the padding. Each is one line.
#
# </details>
# <details><summary>Hint 2: the weight</summary>
#
# `weight[:, :, ::-1, ::-1]` flips. `.swapaxes(0, 1)` exchanges the first two axes. A `reshape` does not.
#
# </details>
# <details><summary>Hint 3: almost all of it</summary>
#
# `F.conv2d_forward(grad_out, turned, padding=(kH - 1 - pH, kW - 1 - pW))`. For the dtype: an integer `grad_out` and an integer weight give float64
# by themselves; a float32 `grad_out` needs a float32 weight.
#
# </details>


# %% solution="conv2d_grad_input_flipped"
def conv2d_grad_input_flipped(grad_out, weight, padding=0):
    """(N, C_out, H_out, W_out) and (C_out, C, kH, kW) -> (N, C, H, W), stride 1."""
    ### BEGIN SOLUTION
    pH, pW = (padding, padding) if isinstance(padding, int) else padding
    kH, kW = weight.shape[2:]
    turned = weight[:, :, ::-1, ::-1].swapaxes(0, 1)  # (C, C_out, kH, kW)
    return F.conv2d_forward(grad_out, turned, padding=(kH - 1 - pH, kW - 1 - pW))
    ### END SOLUTION


# %% check="conv2d_grad_input_flipped" points=4
check("conv2d_grad_input_flipped", conv2d_grad_input_flipped)

# %% [markdown]
# ## The whole backward pass
#
# Loops over the outputs serve both gradients: an output reads its window for the weights and adds its stamp for the pixels. So one
# double loop is enough.
#
# ### Exercise 6: all three (5 points)
#
# Write `conv2d_backward(grad_out, x, weight, stride=1, padding=0)`. It returns the tuple `grad_x, grad_weight, grad_bias`, each shaped as
# what it belongs to. Call your parts, or write it anew.
#
# <details><summary>Hint 1: the quick way</summary>
#
# Three calls and a tuple. If your three parts are right, that is all.
#
# </details>
# <details><summary>Hint 2: one double loop</summary>
#
# Pad `x`, make zeros of the padded shape for `grad_x`, and zeros like the weight. In the loop over `(h, w)` let `place` be the slices of the
# window; both arrays use it.
#
# </details>
# <details><summary>Hint 3: the two lines in the loop</summary>
#
# With `g = grad_out[:, :, h, w]` of shape `(N, C_out)`: `grad_padded[place] += np.tensordot(g, weight, axes=1)` and
# `grad_weight += np.tensordot(g, padded[place], axes=(0, 0))`, the second summed over the images.
#
# </details>


# %% solution="conv2d_backward"
def conv2d_backward(grad_out, x, weight, stride=1, padding=0):
    """Gradients with respect to x, weight and bias, each in its own shape."""
    ### BEGIN SOLUTION
    sH, sW = (stride, stride) if isinstance(stride, int) else stride
    pH, pW = (padding, padding) if isinstance(padding, int) else padding
    H, W = x.shape[2:]
    kH, kW = weight.shape[2:]
    dtype = np.float32 if x.dtype == np.float32 else np.float64
    padded = np.pad(x, ((0, 0), (0, 0), (pH, pH), (pW, pW)))
    grad_padded, grad_weight = np.zeros(padded.shape, dtype), np.zeros(weight.shape, dtype)
    for h in range(grad_out.shape[2]):
        for w in range(grad_out.shape[3]):
            place = (..., slice(h * sH, h * sH + kH), slice(w * sW, w * sW + kW))
            g = grad_out[:, :, h, w]  # (N, C_out)
            grad_padded[place] += np.tensordot(g, weight, axes=1)  # (N, C, kH, kW)
            grad_weight += np.tensordot(g, padded[place], axes=(0, 0))  # (C_out, C, kH, kW)
    grad_x = grad_padded[:, :, pH : pH + H, pW : pW + W].copy()
    return grad_x, grad_weight, grad_out.sum(axis=(0, 2, 3), dtype=dtype)
    ### END SOLUTION


# %% check="conv2d_backward" points=5
check("conv2d_backward", conv2d_backward)

# %% [markdown]
# The figure again, with two channels, three filters, stride 2, padding 1, and **your** function in it. Where it gives another number
# than the measurement, the cell is marked. Look at a pixel's line for each filter: that is the depth changing places. Then change stride and
# padding: many errors show only there.

# %% tags=["demo"]
rng = np.random.default_rng(6)
volume, filters = rng.integers(0, 4, (2, 5, 6)), rng.integers(-1, 3, (3, 2, 3, 3))

BackwardExplorer(volume, filters, stride=2, padding=1, view="forward set", fn=conv2d_backward)

# %% [markdown]
# ## A network that learns with your code
#
# Two convolutions, 6 filters of 5x5 and 12 of 3x3, both with stride 2 in place of pooling, each with a ReLU; then a dense layer of ten
# outputs. The forward pass is the library's, and every convolution goes back through the function that is handed in. First yours,
# twice through 12,000 digits of MNIST: about 5 seconds on two cores, if it has no loops but those over the outputs. Between 91 % and
# 95 % of 2,000 test digits come out right.

# %% tags=["demo"]
from course.data import mnist

digits, test = mnist()[: 1500 if FAST else 12000], mnist(train=False)[:2000]
images, test_images = digits.normalize(digits.images), test.normalize(test.images)


def start(seed=0):
    """First weights by He's rule, biases of zero."""
    draw = np.random.default_rng(seed)
    shapes = {"w1": (6, 1, 5, 5), "w2": (12, 6, 3, 3), "w3": (10, 300)}
    p = {
        name: draw.standard_normal(s, np.float32) * np.float32(np.sqrt(2 / np.prod(s[1:])))
        for name, s in shapes.items()
    }
    return p | {"b1": np.zeros(6, np.float32), "b2": np.zeros(12, np.float32), "b3": np.zeros(10, np.float32)}


def forward(p, x):
    """(N, 1, 28, 28) -> everything that the way back needs; the logits come last."""
    a1 = F.conv2d_forward(x, p["w1"], p["b1"], stride=2)  # (N, 6, 12, 12)
    r1 = F.relu_forward(a1)
    a2 = F.conv2d_forward(r1, p["w2"], p["b2"], stride=2)  # (N, 12, 5, 5)
    flat = F.relu_forward(a2).reshape(len(x), -1)  # (N, 300)
    return a1, r1, a2, flat, F.linear_forward(flat, p["w3"], p["b3"])


def backward(p, x, labels, back):
    """The gradient of every weight by name, and that of the images."""
    a1, r1, a2, flat, logits = forward(p, x)
    g, w3, b3 = F.linear_backward(F.cross_entropy_backward(logits, labels), flat, p["w3"])
    g, w2, b2 = back(F.relu_backward(g.reshape(a2.shape), a2), r1, p["w2"], stride=2)
    g, w1, b1 = back(F.relu_backward(g, a1), x, p["w1"], stride=2)
    return {"w1": w1, "b1": b1, "w2": w2, "b2": b2, "w3": w3, "b3": b3}, g


def train(back, seed=0, epochs=2, rate=0.1):
    p, order = start(seed), np.random.default_rng(seed)
    for _ in range(epochs):
        for batch in order.permutation(len(images)).reshape(-1, 50):
            gradients, _ = backward(p, images[batch], digits.labels[batch], back)
            p = {name: value - rate * gradients[name] for name, value in p.items()}
    return p


def accuracy(p):
    return (forward(p, test_images)[-1].argmax(axis=1) == test.labels).mean()


trained = train(conv2d_backward)
print(f"{accuracy(trained):.1%} of 2,000 test digits right")

# %% [markdown]
# The gradient goes on to the pixels, though nobody can change a picture that has been taken. It is still worth reading: it says which
# pixels would have to become brighter (orange) or darker (blue) for the loss to **rise**, so for the network to doubt its answer.

# %% tags=["demo"]
shown = [0, 2, 3, 4]
_, of_pixels = backward(trained, test_images[shown], test.labels[shown], conv2d_backward)
gallery(
    [picture for n in range(4) for picture in (test.images[shown[n], 0], of_pixels[n, 0])],
    [text for n in shown for text in (f"a {test.labels[n]}", "gradient of the loss")],
    alt="Four handwritten digits, each beside a map of orange and blue spots along and between its strokes.",
    side=120,
    columns=4,
)

# %% [markdown]
# ## What breaks, and why
#
# **A wrong gradient trains all the same.** Four backward passes with one error each, in the same network. Guess the accuracies before you
# run it: yours is at the top.


# %% tags=["demo"]
def windows_of(grad_out, x, weight, stride):
    for h, w in np.ndindex(grad_out.shape[2:]):
        place = (..., slice(h * stride, h * stride + weight.shape[2]), slice(w * stride, w * stride + weight.shape[3]))
        yield place, grad_out[:, :, h, w]


def overwrites(grad_out, x, weight, stride=1):  # = where += belongs
    grad_x = np.zeros_like(x)
    for place, g in windows_of(grad_out, x, weight, stride):
        grad_x[place] = np.tensordot(g, weight, axes=1)
    return grad_x, *F.conv2d_backward(grad_out, x, weight, stride)[1:]


def flips_for_the_pixels(grad_out, x, weight, stride=1):
    grad_x = F.conv2d_backward(grad_out, x, weight[:, :, ::-1, ::-1], stride)[0]
    return grad_x, *F.conv2d_backward(grad_out, x, weight, stride)[1:]


def averages_the_bias(grad_out, x, weight, stride=1):
    return *F.conv2d_backward(grad_out, x, weight, stride)[:2], grad_out.mean(axis=(0, 2, 3))


def flips_the_weights(grad_out, x, weight, stride=1):
    grad_x, grad_weight, grad_bias = F.conv2d_backward(grad_out, x, weight, stride)
    return grad_x, grad_weight[:, :, ::-1, ::-1], grad_bias


print(f"{'yours':>30}: {accuracy(trained):.1%}")
for wrong in (flips_for_the_pixels, overwrites, averages_the_bias, flips_the_weights):
    print(f"{wrong.__name__.replace('_', ' '):>30}: {accuracy(train(wrong)):.1%}")

# %% [markdown]
# Only the last one gives itself away. The first layer learns from a `grad_x` with every kernel upside down, and the accuracy is
# the same within the luck of the draw, because the layers behind make up for it. Whoever looks at the accuracy alone never finds this
# error, and in a deep network it is passed through ten layers instead of one. So measure.
#
# **And a check can be too tame.** Back to question 3. A check draws an input, a kernel, an upstream gradient. The usual choice: one
# square image, a 3x3 kernel, stride 1, padding 1, and for the gradient ones, which is what the loss `out.sum()` gives. Here are six
# errors that are easily made, and what finds them: that usual case; then the same with one thing changed, padding 0, a
# 5x7 image, stride 2, a random upstream gradient, two images; then all five changes together.


# %% tags=["demo"]
def right(grad_out, x, weight, stride, padding):
    return F.conv2d_backward(grad_out, x, weight, stride, padding)


def cuts_to_minus_p(grad_out, x, weight, stride, padding):  # padded[p:-p], empty without padding
    grad_x = F.conv2d_backward(grad_out, x, weight, stride, padding)[0]
    return np.zeros((0,)) if padding == 0 else grad_x, *right(grad_out, x, weight, stride, padding)[1:]


def same_padding(grad_out, x, weight, stride, padding):  # p where kH - 1 - p belongs
    turned = weight[:, :, ::-1, ::-1].swapaxes(0, 1)
    N, C_out, H_out, W_out = grad_out.shape
    spread = np.zeros((N, C_out, stride * (H_out - 1) + 1, stride * (W_out - 1) + 1))
    spread[:, :, ::stride, ::stride] = grad_out
    return F.conv2d_forward(spread, turned, padding=padding), *right(grad_out, x, weight, stride, padding)[1:]


def h_for_w(grad_out, x, weight, stride, padding):  # both loops run to H_out
    return right(grad_out * (np.arange(grad_out.shape[3]) < grad_out.shape[2]), x, weight, stride, padding)


def no_stride(grad_out, x, weight, stride, padding):  # windows one pixel apart
    H_out, W_out = grad_out.shape[2:]
    room = [(0, 0), (0, 0), (0, x.shape[2] + 2 * padding - weight.shape[2] + 1 - H_out), (0, 0)]
    room[3] = (0, x.shape[3] + 2 * padding - weight.shape[3] + 1 - W_out)
    return right(np.pad(grad_out, room), x, weight, 1, padding)


def no_grad_out(grad_out, x, weight, stride, padding):
    return right(np.ones_like(grad_out), x, weight, stride, padding)


def image_0_only(grad_out, x, weight, stride, padding):
    return right(grad_out, x, weight, stride, padding)[0], *right(grad_out[:1], x[:1], weight, stride, padding)[1:]


def finds(back, x_shape=(1, 2, 5, 5), stride=1, padding=1, random=False):
    """Whether measured slopes differ from what this backward pass says."""
    draw = np.random.default_rng(0)
    x, weight = draw.standard_normal(x_shape), draw.standard_normal((3, 2, 3, 3))
    out = F.conv2d_forward(x, weight, None, stride, padding)
    grad_out = draw.standard_normal(out.shape) if random else np.ones(out.shape)
    grad_x, grad_weight, _ = back(grad_out, x, weight, stride, padding)
    slope_x = numerical_gradient(lambda a: F.conv2d_forward(a, weight, None, stride, padding), x, grad_out)
    slope_weight = numerical_gradient(lambda a: F.conv2d_forward(x, a, None, stride, padding), weight, grad_out)
    pairs = ((grad_x, slope_x), (grad_weight, slope_weight))
    return any(told.shape != slope.shape or relative_error(told, slope) > 1e-4 for told, slope in pairs)


cases = {
    "usual": {},
    "p 0": {"padding": 0},
    "5x7": {"x_shape": (1, 2, 5, 7)},
    "s 2": {"stride": 2},
    "rand": {"random": True},
    "N 2": {"x_shape": (2, 2, 5, 5)},
    "all": {"x_shape": (2, 2, 5, 7), "stride": 2, "padding": 0, "random": True},
}
errors = (cuts_to_minus_p, same_padding, h_for_w, no_stride, no_grad_out, image_0_only)
print(f"{'':15}" + "".join(f"{name:>6}" for name in cases))
for back in (right, *errors):
    marks = ["found" if finds(back, **settings) else "." for settings in cases.values()]
    print(f"{back.__name__:15}" + "".join(f"{mark:>6}" for mark in marks))

# %% [markdown]
# The usual case finds none of the six, each change finds one or two, and all changes together find all. Square images, stride 1, a
# padding above 0 and a gradient of ones hid **17 of the 19** errors in those 38 solutions; the check finds **two**.
# (Counted for this course, on solutions that their authors had published.) Your check cells use odd shapes for this reason, and so should your own tests.
#
# **What no gradient check can see.** It compares a backward pass with *its* forward pass. If both are wrong in the same way, they
# agree. Here is a layer that flips its kernels, with the gradients that belong to that; `course.insight` has the check as a tool for
# functions, layers and whole networks:

# %% tags=["demo"]
from course.insight import gradient_check


def flip(weight):
    return weight[:, :, ::-1, ::-1]


def flipping_layer(x, weight):
    return F.conv2d_forward(x, flip(weight))


def its_backward(grad_out, x, weight):
    grad_x, grad_weight, _ = F.conv2d_backward(grad_out, x, flip(weight))
    return grad_x, flip(grad_weight)


arrays = {"x": rng.standard_normal((2, 2, 4, 5)), "weight": rng.standard_normal((3, 2, 2, 3))}
report = gradient_check(flipping_layer, its_backward, arrays)
print("all right" if report.ok else "wrong")
for finding in report.findings:
    print(f"{finding.name}: {finding.checked} slopes measured, largest error {finding.error:.0e}")

# %% [markdown]
# All right, it says, and the layer is not a CNN layer.
#
# **Kinks.** A ReLU has no slope at 0. If a number lies closer to 0 than the step, one of the two sides is on the other branch, and the
# measurement is a mixture of 0 and 1 that is neither. So a few numbers out of thousands may disagree in a network of ReLUs although its code
# is right. Move the input a little and look whether the same numbers complain.

# %% tags=["demo"]
for at in (1e-3, 3e-7, -3e-7):
    slope = numerical_gradient(F.relu_forward, np.array([at]), np.ones(1))[0]
    told = F.relu_backward(np.ones(1), np.array([at]))[0]
    print(f"ReLU at {at:+.0e}: backward says {told:.0f}, measured: {slope:.2f}")

# %% [markdown]
# ## Summary
#
# - A shared weight adds up: its gradient is the sum over all windows and images of *upstream gradient times the pixel it met*. Taken
#   together that is a correlation of `x` with `grad_out`.
# - A pixel hears from its forward set. Every output adds its gradient times the kernel to its window; as a convolution, `grad_out` is
#   padded by $F - 1 - p$, spread by $s - 1$ zeros, and meets the **flipped** kernel, with filters and channels in exchanged places. As a matrix: $C^T G$.
# - The gradient of the bias is the sum of its map.
# - Measure in float64, from both sides, with a step of about 1e-6, judge by the relative error, and choose odd shapes and a random upstream
#   gradient. A good accuracy proves nothing.
# - A check compares backward with forward. It does not see an error that both share, and kinks look like errors.
#
# **Reading.** D. E. Rumelhart, G. E. Hinton, R. J. Williams, *Learning representations by back-propagating errors*, Nature 323 (1986),
# 533-536. Y. LeCun, B. Boser, J. S. Denker, D. Henderson, R. E. Howard, W. Hubbard, L. D. Jackel, *Backpropagation applied to handwritten
# zip code recognition*, Neural Computation 1 (1989), 541-551: shared weights, trained. C. M. Bishop, *Pattern recognition and machine learning*,
# Springer (2006), section 5.3: finite differences beside backpropagation. V. Dumoulin, F. Visin, *A guide to convolution arithmetic for deep
# learning*, arXiv:1603.07285 (2016), chapter 4. I. Goodfellow, Y. Bengio, A. Courville, *Deep learning*, MIT Press (2016), sections 6.5 and 9.5.
#
# **The same in PyTorch.** There a backward pass is never written: every operation notes what it did, and `backward()` goes through the notes
# in reverse. For a convolution it arrives at the three gradients that you wrote. `torch.autograd.gradcheck` is its numerical check, with the
# same step of 1e-6.

# %% tags=["demo"]
try:
    import torch
except ImportError:
    print("PyTorch is not installed here; nothing in this course needs it.")
else:
    x = torch.from_numpy(rng.standard_normal((2, 3, 7, 6))).requires_grad_()
    layer = torch.nn.Conv2d(3, 4, kernel_size=(3, 2), stride=(2, 3), padding=(1, 0)).double()
    out = layer(x)
    grad_out = torch.from_numpy(rng.standard_normal(out.shape))
    out.backward(grad_out)
    mine = conv2d_backward(grad_out.numpy(), x.detach().numpy(), layer.weight.detach().numpy(), (2, 3), (1, 0))
    for name, theirs, own in zip(
        ("x", "weight", "bias"), (x.grad, layer.weight.grad, layer.bias.grad), mine, strict=True
    ):
        print(f"grad_{name:6} {tuple(theirs.shape)!s:>13}, largest difference {np.abs(theirs.numpy() - own).max():.1e}")

# %% [markdown]
# **Next.** Unit 07 puts pooling between the convolutions. Its backward pass asks the question of this unit once more: which outputs has a
# pixel gone into, and with what weight? For the largest of a window, the answer is 1 for the winner and 0 for all others.
