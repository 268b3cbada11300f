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
# # 09 From maps to classes
#
# After this unit you can
#
# - flatten maps in the right order, and say where a network keeps its parameters,
# - write a dense layer, softmax and cross-entropy, forward and backward, so that logits of ten thousand do no harm,
# - solve a written exam question on a whole small network, with partial credit.
#
# It takes about 60 minutes. You need unit 04 (many filters, shapes), unit 06 (gradients) and unit 07 (pooling). There are six exercises.

# %%
import os

import numpy as np

from autograder import check
from course import functional as F
from course.data import DataLoader, mnist
from course.explore import SoftmaxExplorer, gallery

FAST = os.environ.get("COURSE_FAST") == "1"  # only testing the notebook: train on fewer digits

# %% [markdown]
# ## Before you run anything
#
# A network looked at a photograph and gives four numbers, one for each class: cat 5, dog 6, horse 1, bird 2. It was a cat. Write down:
#
# 1. If we turn the four numbers into percentages so that a larger number gets more, is the dog at about 43 %, 50 % or 72 %?
# 2. We add 1,000 to all four. Does the dog's share rise, fall, or stay?
# 3. We may change the numbers a little so that the cat does better next time. Which of the four would you change, and which way?
#
# ## Play with it
#
# Four sliders, one for each logit: that is what the last numbers of a network are called. Make the cat win. Watch the last column: it says
# how much each logit should move, and which way. Press *One step downhill* a few times. Then add 10,000 to all of them,
# and untick *subtract the largest first*.

# %% tags=["demo"]
SoftmaxExplorer([5, 6, 1, 2], label=0, classes=["cat", "dog", "horse", "bird"])

# %% [markdown]
# ## Maps become a row
#
# Convolutions and pooling leave a stack of small maps. A decision needs one number for each class. In between the maps are written out
# as one long row: **flattened**. A stack of 3 maps of 2x2 becomes $3 \cdot 2 \cdot 2$ numbers, twelve. In which order? In NumPy and in PyTorch, as they
# lie in memory: the last axis runs fastest. With $(C, H, W)$ that is map 0 row by row, then map 1, then map 2. The number at $(c, h, w)$
# gets the index
#
# $$i = (c \cdot H + h) \cdot W + w .$$

# %% tags=["demo"]
maps = np.array([[[0, 1], [2, 3]], [[10, 11], [12, 13]], [[20, 21], [22, 23]]])  # map c holds 10 c + ...
print("channels first:", maps.reshape(-1))
print("channels last: ", maps.transpose(1, 2, 0).reshape(-1))
c, h, w = 1, 1, 0
print(f"map {c}, row {h}, column {w} holds {maps[c, h, w]}; index ({c} * 2 + {h}) * 2 + {w} = {(c * 2 + h) * 2 + w}")

# %% [markdown]
# Both orders are as good as any, *if the weights behind them were learned with the same one*. A network that was trained in a framework
# with channels last and is loaded into one with channels first has all its numbers, and every weight of its first
# dense layer looks at the wrong place.
#
# ## The dense layer
#
# Each output looks at every input: $\text{out}_o = \sum_i w_{oi}\, x_i + b_o$, and for a batch of rows $X$ of shape $(N, \text{in})$
#
# $$Y = X W^T + b .$$
#
# The weight has shape (out, in), a row for each output, as in PyTorch. Its gradients you can read off the sum. $x_i$ meets
# $w_{oi}$ in output $o$, so with the upstream gradient $G$ of shape $(N, \text{out})$
#
# $$\frac{\partial L}{\partial X} = G W, \qquad \frac{\partial L}{\partial W} = G^T X, \qquad \frac{\partial L}{\partial b} = \sum_n G_n .$$
#
# ### Exercise 1: forward (3 points)
#
# `linear_forward(x, weight, bias)`: `x` is `(N, in)`, `weight` `(out, in)`, `bias` `(out,)`; returns `(N, out)`. A float dtype that comes in goes out; integers
# count as float64.
#
# <details><summary>Hint 1: one number</summary>
#
# Output $o$ of image $n$ is `x[n] @ weight[o] + bias[o]`.
#
# </details>
# <details><summary>Hint 2: all of them</summary>
#
# `x @ weight.T` has a row for each image and a column for each output.
#
# </details>
# <details><summary>Hint 3: the bias</summary>
#
# NumPy adds a `(out,)` to every row of `(N, out)` by itself.
#
# </details>

# %% solution="linear_forward"
def linear_forward(x, weight, bias):
    """x (N, in), weight (out, in), bias (out,) -> (N, out)."""
    ### BEGIN SOLUTION
    return x @ weight.T + bias
    ### END SOLUTION


# %% check="linear_forward" points=3
check("linear_forward", linear_forward)

# %% [markdown]
# ### Exercise 2: backward (4 points)
#
# `linear_backward(grad_out, x, weight)` returns `grad_x, grad_weight, grad_bias`, each with the shape of what it is the gradient of.
#
# <details><summary>Hint 1: let the shapes lead you</summary>
#
# `grad_out` is `(N, out)`, `weight` `(out, in)`; `grad_x` must be `(N, in)`. There is one way to multiply them.
#
# </details>
# <details><summary>Hint 2: who adds up</summary>
#
# A weight is used for every image, so the images' gradients add up: `grad_out.T @ x` does it. So does the bias: sum over axis 0.
#
# </details>
# <details><summary>Hint 3: no mean here</summary>
#
# The division by N belongs to the loss, if it is a mean. It has already happened when `grad_out` arrives.
#
# </details>

# %% solution="linear_backward"
def linear_backward(grad_out, x, weight):
    """Gradients with respect to x (N, in), weight (out, in) and bias (out,)."""
    ### BEGIN SOLUTION
    grad_x = grad_out @ weight  # (N, out) (out, in) -> (N, in)
    grad_weight = grad_out.T @ x  # (out, N) (N, in) -> (out, in)
    grad_bias = grad_out.sum(axis=0)  # (out,)
    return grad_x, grad_weight, grad_bias
    ### END SOLUTION


# %% check="linear_backward" points=4
check("linear_backward", linear_backward)

# %% [markdown]
# ## Where the parameters are
#
# A lecture's network for 32x32 colour images: 8 filters of 5x5, pooling, 16 filters of 5x5, pooling, then dense layers of 120, 84 and 10.
# Where do you expect its numbers?

# %% tags=["demo"]
from course.insight import summary
from course.models import lenet5_rgb

print(summary(lenet5_rgb(), (3, 32, 32)))

# %% [markdown]
# 62,958, of which the dense layers hold 94 %. The table that this network comes from says 208 and 416 for the two convolutions. It
# forgot that a filter is as deep as its input: $5 \cdot 5 \cdot 8 + 8 = 208$ are flat filters, but those on three channels have
# $5 \cdot 5 \cdot 3 \cdot 8 + 8 = 608$ numbers. The convolutions do nearly all of the multiplying and hold hardly any of the
# numbers; a dense layer multiplies each of its numbers once. That is why later networks (unit 13) end in a global mean in place of dense layers.
#
# ## Softmax
#
# Logits are any numbers. We want shares: positive, adding up to 1, larger for larger logits. Exponentials are positive and keep the order, so
# divide each by the sum of all:
#
# $$p_k = \frac{e^{z_k}}{\sum_j e^{z_j}} .$$

# %% tags=["demo"]
z = np.array([5.0, 6.0, 1.0, 2.0])
e = np.exp(z)
print("z        ", z)
print("exp(z)   ", e.round(2), "  sum", e.sum().round(2))
print("softmax  ", (e / e.sum()).round(4))

# %% [markdown]
# The dog is at 72 %: $0.2641 + 0.7179 + 0.0048 + 0.0131$ is 1 but for rounding. Only *differences* count. Add 1,000 to all
# logits, and numerator and denominator both grow by a factor of $e^{1000}$, which cancels: the shares stay. On paper. In
# the computer $e^{1000}$ is infinity, and infinity over infinity is `nan`. So use the freedom: subtract the row's largest logit first. Then the
# largest exponent is 0, nothing overflows, and if something small becomes 0, it would have been 0 anyway.
#
# ### Exercise 3: softmax (4 points)
#
# `softmax(logits)`: `(N, classes)` in and out, each row for itself, right for logits of $\pm 10{,}000$ too.
#
# <details><summary>Hint 1: rows</summary>
#
# Sum along axis 1. `keepdims=True` keeps the shape `(N, 1)`, so that dividing works row by row.
#
# </details>
# <details><summary>Hint 2: the largest</summary>
#
# `logits - logits.max(axis=1, keepdims=True)`: the largest of *its row*, not of all.
#
# </details>
# <details><summary>Hint 3: whose memory</summary>
#
# `logits -= ...` would change the caller's array. Make a new one.
#
# </details>

# %% solution="softmax"
def softmax(logits):
    """Logits (N, classes) -> shares (N, classes); each row adds up to 1."""
    ### BEGIN SOLUTION
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
    ### END SOLUTION


# %% check="softmax" points=4
check("softmax", softmax)

# %% [markdown]
# Your softmax in the explorer. Where it gives another number than it should, both are shown; try +10,000.

# %% tags=["demo"]
SoftmaxExplorer([5, 6, 1, 2], label=0, classes=["cat", "dog", "horse", "bird"], fn=softmax)

# %% [markdown]
# ## Cross-entropy: how wrong, in one number
#
# The right class got the share $p_y$. The loss is $-\log p_y$: 0 if the network was certain and right, 1.33 for our cat with
# 26.41 %, $\log 10 = 2.30$ for guessing among ten, and without limit for being certain and wrong. Over a batch it is the mean.
#
# Put softmax in, and the division becomes a difference:
#
# $$-\log p_y = \log \sum_j e^{z_j} - z_y .$$
#
# In this form nothing is divided by anything, and no logarithm of 0 can happen. (Again subtract the largest first.)
#
# And its gradient is the most pleasant one in this course. The first term's derivative with respect to $z_k$ is $e^{z_k} / \sum_j e^{z_j} = p_k$, and
# the second subtracts 1 at the right class:
#
# $$\frac{\partial L}{\partial z_k} = p_k - [k = y] .$$
#
# For the cat: $0.2641 - 1$, $0.7179$, $0.0048$, $0.0131$. *Every* logit is told to move: the cat's up, the dog's down by nearly as much, the
# horse and the bird hardly at all. That was question 3.
#
# ### Exercise 4: the loss (3 points)
#
# `cross_entropy_forward(logits, labels)`: logits `(N, classes)`, labels `(N,)` integers; returns the mean loss as a float. Logits of
# $\pm 10{,}000$ must be right too: a loss may be 20,000, but not infinite.
#
# <details><summary>Hint 1: pick the right class</summary>
#
# `logits[np.arange(len(labels)), labels]` takes one number of each row.
#
# </details>
# <details><summary>Hint 2: log of the sum</summary>
#
# With $m$ the row's largest: $\log \sum_j e^{z_j} = m + \log \sum_j e^{z_j - m}$.
#
# </details>
# <details><summary>Hint 3: not log(softmax)</summary>
#
# For logits 10,000 and 0 the second share *is* 0 in a computer, and its logarithm minus infinity. Subtract logarithms instead of dividing.
#
# </details>

# %% solution="cross_entropy_forward"
def cross_entropy_forward(logits, labels):
    """Mean of -log softmax(logits)[label]; logits (N, classes), labels (N,)."""
    ### BEGIN SOLUTION
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1))  # (N,)
    return float((log_sum - shifted[np.arange(len(labels)), labels]).mean())
    ### END SOLUTION


# %% check="cross_entropy_forward" points=3
check("cross_entropy_forward", cross_entropy_forward)

# %% [markdown]
# ### Exercise 5: its gradient (3.5 points)
#
# `cross_entropy_backward(logits, labels)`: the gradient of that mean with respect to the logits, `(N, classes)`.
#
# <details><summary>Hint 1: one image</summary>
#
# Your softmax, minus 1 at the label.
#
# </details>
# <details><summary>Hint 2: the mean</summary>
#
# The loss is divided by N, so each row of the gradient is, too.
#
# </details>
# <details><summary>Hint 3: one place in each row</summary>
#
# `grad[np.arange(N), labels] -= 1`. Without the arange, `grad[:, labels]` is every image's labels in every row.
#
# </details>

# %% solution="cross_entropy_backward"
def cross_entropy_backward(logits, labels):
    """Gradient of cross_entropy_forward with respect to the logits, (N, classes)."""
    ### BEGIN SOLUTION
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    grad = e / e.sum(axis=1, keepdims=True)
    grad[np.arange(len(labels)), labels] -= 1
    return grad / len(labels)
    ### END SOLUTION


# %% check="cross_entropy_backward" points=3.5
check("cross_entropy_backward", cross_entropy_backward)

# %% [markdown]
# ## Something real: digits with nothing but your five functions
#
# One dense layer from 784 pixels to ten logits, trained with your loss and your gradients. No convolution at all. A few
# seconds; between 88 % and 92 % of 10,000 test digits come out right.

# %% tags=["demo"]
digits, test = mnist()[: 3000 if FAST else 20000], mnist(train=False)
weight, bias = np.zeros((10, 784), np.float32), np.zeros(10, np.float32)
for epoch in range(2):
    for images, labels in DataLoader(digits, batch_size=64, shuffle=True, seed=epoch):
        x = images.reshape(len(images), -1)  # (N, 784)
        logits = linear_forward(x, weight, bias)
        _, grad_weight, grad_bias = linear_backward(cross_entropy_backward(logits, labels), x, weight)
        weight, bias = weight - 0.02 * grad_weight, bias - 0.02 * grad_bias
logits = linear_forward(test.normalize(test.images).reshape(len(test), -1), weight, bias)
print(f"loss {cross_entropy_forward(logits, test.labels):.3f}, {(logits.argmax(axis=1) == test.labels).mean():.1%} right")

# %% [markdown]
# Each row of the weight has 784 numbers, one for each pixel, so it is a picture: what speaks for the digit is orange, what speaks
# against it blue. A dense layer compares the whole image with ten templates. It cannot say *a loop, somewhere*.

# %% tags=["demo"]
gallery(
    list(weight.reshape(10, 28, 28).astype(float)),
    [f"what makes a {digit}" for digit in range(10)],
    alt="Ten blurred templates: the one for 0 is an orange ring with a blue middle; the others are harder to name.",
    side=110,
    columns=5,
)

# %% [markdown]
# ## A head that measures
#
# Not every answer is a class. *How far has this digit been moved?* is a number: a **regression**. The body of the network stays; the last layer
# gets one output and no softmax, and the loss is the mean of $(\hat t - t)^2$, whose gradient is $2(\hat t - t)/N$. We move digits by -6 to 6
# pixels and let a LeNet with one output say by how many. In about 10 seconds it learns to be wrong by less than one pixel on average.

# %% tags=["demo"]
from course.models import lenet5
from course.nn import MSELoss
from course.optim import Adam


def moved(images, by):
    """Move each picture right by its own number of pixels."""
    out = np.zeros_like(images)
    for i, d in enumerate(by):
        out[i, :, :, max(d, 0) : 28 + min(d, 0)] = images[i, :, :, max(-d, 0) : 28 + min(-d, 0)]
    return out


rng = np.random.default_rng(0)
model, loss = lenet5(seed=0, num_classes=1), MSELoss()
optimizer = Adam(model.parameters(), lr=2e-3)
for start in range(0, 3000 if FAST else 20000, 64):
    pictures = digits.images[start : start + 64]
    by = rng.integers(-6, 7, len(pictures))
    optimizer.zero_grad()
    loss(model(digits.normalize(moved(pictures, by))), by[:, None].astype(np.float32))
    model.backward(loss.backward())
    optimizer.step()
by = rng.integers(-6, 7, 1000)
said = model(test.normalize(moved(test.images[:1000], by)))[:, 0]
print(f"wrong by {np.abs(said - by).mean():.2f} pixels on average; always saying 0 would be wrong by {np.abs(by).mean():.2f}")
for i in range(4):
    print(f"a {test.labels[i]} moved by {by[i]:2}: the network says {said[i]:5.2f}")

# %% [markdown]
# ## On paper: an exam question
#
# ### Exercise 6: the lecture exercise, whole (12 times 0.5 points)
#
# Pencil, paper, no code. An image of three 6x6 channels meets one filter of 3x3x3, with bias 7, no padding, stride 1:
#
# $$\begin{pmatrix}1&2&0&2&1&2\\3&2&6&0&3&0\\0&0&0&1&0&1\\1&3&4&2&2&0\\0&2&2&0&3&1\\5&3&6&1&2&0\end{pmatrix}
# \begin{pmatrix}1&2&4&3&0&1\\0&4&3&2&1&5\\2&0&5&2&0&2\\7&2&0&1&3&3\\2&0&4&0&2&0\\1&6&3&0&5&3\end{pmatrix}
# \begin{pmatrix}1&0&2&3&0&1\\0&4&5&2&3&2\\2&0&6&0&0&2\\0&2&4&1&2&4\\2&6&2&0&2&3\\2&0&3&0&0&0\end{pmatrix}$$
#
# $$\text{filter: }\begin{pmatrix}0&0&1\\3&4&0\\0&0&-1\end{pmatrix}
# \begin{pmatrix}-1&-2&0\\0&2&0\\2&-1&0\end{pmatrix}
# \begin{pmatrix}0&-2&0\\-1&1&0\\0&-1&0\end{pmatrix}$$
#
# (a) What shape `(H, W)` has the output? What stands at row 0, column 0; at row 2, column 1; and at row 3, column 1?
#
# (b) Now take this map, through ReLU and 2x2 max pooling with stride 1. Give the result row by row, as one tuple.
#
# $$\begin{pmatrix}35&20&20&3\\1&-1&21&-3\\21&7&15&22\\-2&22&22&29\end{pmatrix}$$
#
# (The lecture prints this map as the answer to (a). Half of its sixteen numbers are that; the rest have slipped. For (b) take it as it stands.)
#
# (c) A dense layer of 32 units follows the pooled map of (b). How many parameters has it, and how many has the filter of (a)?
#
# (d) A 256x256 image with 3 channels, 8 filters of 7x7, stride 1, and the output as large as the input. Shape `(C, H, W)` of the output? Padding?
# Parameters?
#
# (e) An image of 130x130x3 goes through a convolution from 3 to 10 channels with 3x3 kernels and no padding, 4x4 pooling, a convolution from 10 to 20
# channels with 5x5 kernels and padding 2, 2x2 pooling (pooling steps are as large as their windows). How many numbers reach the classifier?
#
# (f) Three maps of 2x2 are flattened, channels first. Which index has the number in map 1, row 0, column 1?
#
# <details><summary>Hint 1: (a)</summary>
#
# Three windows of 3x3, one for each channel, at the same place. Multiply each with its part of the filter, add all 27 products and the bias.
# Most of the filter is 0: at most four products count in each channel.
#
# </details>
# <details><summary>Hint 2: (b)</summary>
#
# ReLU first: negative numbers become 0. With stride 1, neighbouring windows share a row or a column, and 4x4 becomes 3x3.
#
# </details>
# <details><summary>Hint 3: (d) and (e)</summary>
#
# $\lfloor (n + 2p - k)/s \rfloor + 1$ for each, and "as large as the input" at stride 1 means $p = (k - 1)/2$. In (e) write the side down after every layer.
#
# </details>

# %% solution="lecture_exercise"
def lecture_exercise():
    """The answers, each under its name.

    (a) out_shape (H, W), top_left, row_2_column_1, bottom_row_column_1
    (b) pooled, nine numbers
    (c) dense_parameters, filter_parameters
    (d) same_shape (C, H, W), same_padding, same_parameters
    (e) numbers_to_the_classifier
    (f) flat_index
    """
    ### BEGIN SOLUTION
    return {
        "out_shape": (4, 4),
        "top_left": 17 + 7 + 4 + 7,
        "row_2_column_1": 7,
        "bottom_row_column_1": 22,
        "pooled": (35, 21, 21, 21, 21, 22, 22, 22, 29),
        "dense_parameters": (9 + 1) * 32,
        "filter_parameters": 27 + 1,
        "same_shape": (8, 256, 256),
        "same_padding": 3,
        "same_parameters": 8 * (7 * 7 * 3 + 1),
        "numbers_to_the_classifier": 20 * 16 * 16,
        "flat_index": (1 * 2 + 0) * 2 + 1,
    }
    ### END SOLUTION


# %% check="lecture_exercise" points=6
check("lecture_exercise", lecture_exercise)

# %% [markdown]
# ## What breaks, and why
#
# **Two softmaxes.** A network ends in softmax, and the loss takes the logits for granted and applies its own. Nothing fails. But the loss now
# sees logits between 0 and 1, and even a perfect answer cannot get below

# %% tags=["demo"]
perfect = np.eye(10)[[3]]  # a softmax that is certain, and right
print(f"loss of a perfect answer, softmax applied twice: {F.cross_entropy_forward(perfect, np.array([3])):.3f}")
print(f"loss of guessing among ten: {np.log(10):.3f}")

# %% [markdown]
# It trains, slowly, and stops at a loss that looks like a difficult problem. The first thing to know about a new loss is its value at the start
# (for ten classes about 2.3) and at a perfect answer (0).
#
# **Labels from 1.** Give `cross_entropy_forward` labels that are one too high, 1 to 10 in place of 0 to 9: the tens
# raise an error, if there are any in the batch. All others are trained to be the next digit.
#
# **The wrong order.** We flatten a trained network's maps with the channels last, as another framework would:

# %% tags=["demo"]
from course.training import train

net = lenet5(seed=1)
train(net, DataLoader(digits[: 3000 if FAST else 8000], batch_size=64, shuffle=True), Adam(net.parameters(), lr=2e-3), epochs=2)
thousand = test[:1000]
maps = thousand.normalize(thousand.images)
for name, layer in net.features.children():
    if name != "6":  # the flattening
        maps = layer(maps)
for name, rows in {"channels first": maps, "channels last": maps.transpose(0, 2, 3, 1)}.items():
    logits = net.classifier(np.ascontiguousarray(rows.reshape(len(rows), -1)))
    print(f"{name}: {(logits.argmax(axis=1) == thousand.labels).mean():.1%} of 1,000 digits right")

# %% [markdown]
# ## Summary
#
# - Flattening keeps the order of memory: $i = (c H + h) W + w$.
# - Dense: $Y = X W^T + b$; gradients $G W$, $G^T X$, and $G$ summed over the batch. Most of a small network's numbers are here.
# - Softmax knows differences only; subtract the largest first. Cross-entropy is $\log \sum_j e^{z_j} - z_y$, and its gradient is $p$ minus one-hot.
# - A regression head has one output for each number, no softmax, and a squared error.
#
# **Reading.** C. M. Bishop, *Pattern recognition and machine learning*, Springer 2006, sections 4.3.4 (softmax regression) and 5.2 (which output goes with which
# loss). I. Goodfellow, Y. Bengio, A. Courville, *Deep learning*, MIT Press 2016, sections 4.1 (overflow) and 6.2.2. P. Blanchard, D. J. Higham, N. J. Higham,
# *Accurately computing the log-sum-exp and softmax functions*, IMA Journal of Numerical Analysis 41 (2021).
#
# **The same in PyTorch.** `torch.nn.Linear` has the same weight, `cross_entropy` takes logits and does its own softmax:

# %% tags=["demo"]
try:
    import torch
except ImportError:
    print("PyTorch is not installed here; nothing in this course needs it.")
else:
    z = torch.tensor([[5.0, 6.0, 1.0, 2.0]], requires_grad=True)
    loss = torch.nn.functional.cross_entropy(z, torch.tensor([0]))
    loss.backward()
    print("PyTorch:", round(loss.item(), 4), z.grad.numpy().round(4))
    ours = z.detach().numpy()
    print("yours:  ", round(cross_entropy_forward(ours, np.array([0])), 4), cross_entropy_backward(ours, np.array([0])).round(4))

# %% [markdown]
# **Next.** Unit 10 takes these gradients and asks how far to walk, and in which shoes.
