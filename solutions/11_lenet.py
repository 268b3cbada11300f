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
# # 11 LeNet-5 on MNIST
#
# After this unit you can
#
# - write down the shape and the number of parameters of every layer of LeNet-5 before a line of code runs,
# - build it, train it on 60,000 digits to 98.9 % or more, and draw a digit that it reads while your pen still moves,
# - find the digits that it gets wrong, say what it looked at, and carry its weights over to PyTorch.
#
# It takes about 70 minutes, one and a half of them training. You need units 04 to 10: the convolution layer and its backward pass,
# pooling, dense layers and cross-entropy, an optimiser. There are six exercises.

# %%
import os

import numpy as np

from autograder import check
from course import functional as F
from course.data import DataLoader, Dataset, centre_digit, mnist
from course.explore import DigitPad, TrainingDashboard, gallery
from course.models import lenet5

FAST = os.environ.get("COURSE_FAST") == "1"  # only testing the notebook: train on fewer digits

# %% [markdown]
# ## Before you run anything
#
# LeNet-5 has two convolutions and three dense layers. Guess, and write it down: of its 61,706 parameters, how many belong to the
# two convolutions?
#
# (a) more than half, it is a convolutional network after all; (b) about a quarter; (c) fewer than one in twenty.
#
# ## A network that read cheques
#
# In 1998 Yann LeCun and three colleagues at AT&T described a machine that read the amounts on cheques; at that time it read
# several million of them a day in American banks. Its core was LeNet-5, which got 0.95 % of MNIST's 10,000 test digits wrong, and 0.8 %
# when it was trained on distorted copies too. Yours will be as good after a minute on a laptop, and it will be the
# same network but for four things that became usual later:
#
# | | 1998 | here |
# | --- | --- | --- |
# | input | 28x28 digits in a 32x32 frame | 28x28, C1 pads by 2 |
# | squashing | tanh | ReLU |
# | S2, S4 | the mean of 2x2 pixels, times a learned weight, plus a bias | the largest of 2x2 pixels |
# | C3 | each filter sees 3, 4 or 6 of the maps: 1,516 parameters | each filter sees all 6 |
#
# The names are the paper's: C for a convolution, S for subsampling, F for a fully connected layer.
#
# $$\underset{1\times28\times28}{x}\ \xrightarrow{\text{C1: 6 filters 5x5, padding 2, ReLU}}\ \cdot\ \xrightarrow{\text{S2: pool 2x2}}\ \cdot\
# \xrightarrow{\text{C3: 16 filters 5x5, ReLU}}\ \cdot\ \xrightarrow{\text{S4: pool 2x2}}\ \cdot\ \xrightarrow{\text{flatten}}\ \cdot\
# \xrightarrow{\text{C5}}\ 120\ \xrightarrow{\text{F6}}\ 84\ \xrightarrow{}\ 10$$
#
# C5 and F6 have a ReLU behind them, the last layer has none: its ten numbers are the logits. (The paper calls C5 a convolution, for its
# 5x5 kernels cover the whole 5x5 map. A convolution whose kernel is as large as its map is a dense layer.)
#
# ### Exercise 1: on paper first (10 times 0.5 points)
#
# Fill in the dictionary, with a pencil and units 02, 04 and 09. A shape is a tuple `(C, H, W)`; counts include the biases.
#
# <details><summary>Hint 1: the shapes</summary>
#
# A side of $n$ pixels becomes $\lfloor (n + 2p - k) / s \rfloor + 1$. C1: $28 + 4 - 5 + 1 = 28$. Pooling takes half.
#
# </details>
# <details><summary>Hint 2: the parameters of a convolution</summary>
#
# As many as the filters have weights, and one bias each. A filter is as deep as its input: those of C1 have $5 \cdot 5 \cdot 1$
# weights, those of C3 $5 \cdot 5 \cdot 6$.
#
# </details>
# <details><summary>Hint 3: the parameters of a dense layer</summary>
#
# (inputs + 1) for every output: C5 gets the 400 numbers of S4. F6 has $121 \cdot 84$ and the last layer $85 \cdot 10$.
#
# </details>

# %% solution="predict_lenet5"
def predict_lenet5():
    """Shapes and parameters of LeNet-5.

    C1, S2, C3, S4: the shape (C, H, W) after the layer, for one image of (1, 28, 28);
    flattened: how many numbers go into C5; C1_parameters, C3_parameters, C5_parameters: of these layers;
    parameters: of the whole network; dense_share: the share of them in C5, F6 and the last layer, 0 to 1.
    """
    ### BEGIN SOLUTION
    c1, c3 = 6 * (5 * 5 * 1 + 1), 16 * (5 * 5 * 6 + 1)
    dense = (400 + 1) * 120 + (120 + 1) * 84 + (84 + 1) * 10
    return {
        "C1": (6, 28, 28),
        "S2": (6, 14, 14),
        "C3": (16, 10, 10),
        "S4": (16, 5, 5),
        "flattened": 16 * 5 * 5,
        "C1_parameters": c1,
        "C3_parameters": c3,
        "C5_parameters": (400 + 1) * 120,
        "parameters": c1 + c3 + dense,
        "dense_share": dense / (c1 + c3 + dense),
    }
    ### END SOLUTION


# %% check="predict_lenet5" points=5
check("predict_lenet5", predict_lenet5)

# %% [markdown]
# If your pencil says otherwise than your guess, you are in good company: (c) is right. The convolutions do most of the *work* and hold
# 4 % of the *numbers*, since each number is used at hundreds of places.

# %% tags=["demo"]
from course.insight import summary

print(summary(lenet5(), (1, 28, 28)))

# %% [markdown]
# ## The network in five lines
#
# ### Exercise 2: the forward pass (6 points)
#
# Write `lenet5_forward(x, params)`: images `x` of shape `(N, 1, 28, 28)`, the parameters in a dictionary with PyTorch's names, logits of shape
# `(N, 10)` back. You have written every part yourself by now; here you may take them from `F`: `F.conv2d_forward`, `F.relu_forward`,
# `F.max_pool2d_forward`, `F.linear_forward`.
#
# | layer | weight | bias |
# | --- | --- | --- |
# | C1 | `features.0.weight` (6, 1, 5, 5) | `features.0.bias` (6,) |
# | C3 | `features.3.weight` (16, 6, 5, 5) | `features.3.bias` (16,) |
# | C5 | `classifier.0.weight` (120, 400) | `classifier.0.bias` (120,) |
# | F6 | `classifier.2.weight` (84, 120) | `classifier.2.bias` (84,) |
# | output | `classifier.4.weight` (10, 84) | `classifier.4.bias` (10,) |
#
# <details><summary>Hint 1: why the numbers jump</summary>
#
# The names count every step, also those without parameters: features.0 is C1, 1 its ReLU, 2 is S2, 3 is C3, 4 its ReLU, 5 is S4.
#
# </details>
# <details><summary>Hint 2: from maps to rows</summary>
#
# After S4 you have `(N, 16, 5, 5)`. `x.reshape(len(x), -1)` makes rows of 400, channel by channel, which is the order that the
# weights of C5 expect.
#
# </details>
# <details><summary>Hint 3: where ReLU stands</summary>
#
# After C1, C3, C5 and F6, before the pooling where there is one. Not after the last layer: a logit may be negative.
#
# </details>

# %% solution="lenet5_forward"
def lenet5_forward(x, params):
    """Images (N, 1, 28, 28) -> logits (N, 10)."""
    ### BEGIN SOLUTION
    def conv_relu_pool(x, name, padding):
        x = F.conv2d_forward(x, params[f"{name}.weight"], params[f"{name}.bias"], padding=padding)
        return F.max_pool2d_forward(F.relu_forward(x), 2)

    def dense(x, name):
        return F.linear_forward(x, params[f"{name}.weight"], params[f"{name}.bias"])

    x = conv_relu_pool(x, "features.0", padding=2)  # (N, 6, 14, 14)
    x = conv_relu_pool(x, "features.3", padding=0)  # (N, 16, 5, 5)
    x = x.reshape(len(x), -1)  # (N, 400)
    x = F.relu_forward(dense(x, "classifier.0"))
    x = F.relu_forward(dense(x, "classifier.2"))
    return dense(x, "classifier.4")
    ### END SOLUTION


# %% check="lenet5_forward" points=6
check("lenet5_forward", lenet5_forward)

# %% [markdown]
# ## Train it, and watch
#
# The next cell trains on 55,000 digits for three epochs; the 5,000 that are left over choose the best weights, and the 10,000 test digits
# are not touched until the end. On two cores it takes 30 to 60 seconds. It runs in the background: you can read on,
# pause, stop, change the learning rate while it runs, or choose another digit to watch.
#
# Watch three things. How long does the loss hardly move, and what do the first layer's filters do in that time? Which is higher, the
# accuracy on batches or on held-out images, and why may it be the latter at first? What happens if you multiply the learning rate
# by 30 in the middle, and does it recover when you take it back?

# %% tags=["demo"]
import tempfile

from course.training import Plan, Trainer

digits, test = mnist(), mnist(train=False)
plan = Plan(epochs=1, held_out=1000) if FAST else Plan(epochs=3)
trainer = Trainer(
    lenet5(seed=0), digits[:5000] if FAST else digits, tempfile.mkdtemp(), plan, facts={"model": "lenet5"}
)
dashboard = TrainingDashboard(trainer, watch=test[:50])
dashboard

# %% tags=["demo"]
from course.training import evaluate, load_model

print(dashboard.wait())  # the cells below need the trained network: this line waits for it
model = load_model(trainer.best)
print(f"{evaluate(model, test).accuracy:.2%} of the 10,000 test digits right")

# %% [markdown]
# The paper's 0.95 % wrong is 99.05 % right; between 98.9 % and 99.3 % is what this cell reaches from different starts.
#
# ## Draw a digit
#
# Draw with the mouse, a finger, or the arrow keys while you hold Shift. Every row is a layer's answer to your pen. Look for the map of C1 that
# lights up on the left side of your strokes, and see it get coarser in S2.
#
# Then untick *scale and centre* and draw a small digit in a corner. Or take test digit 0 and move it to the right by
# 8. MNIST's digits were all fitted into a 20x20 box and centred by their mass before anyone saw them. A network that was
# trained on nothing else has never needed to know where on the paper a digit stands.

# %% tags=["demo"]
DigitPad(model)

# %% [markdown]
# How much does the centring do? Without it, we move the test digits by up to 8 pixels, and count:

# %% tags=["demo"]
def moved(images, right):
    """Shift pictures to the right and let black come in."""
    return np.pad(images, ((0, 0), (0, 0), (0, 0), (right, 0)))[..., : images.shape[-1]]


few = test[:500] if FAST else test[:2000]
for right in (0, 2, 4, 6, 8):
    images = moved(few.images, right)
    centred = np.stack([centre_digit(image[0])[None] for image in images])
    shares = [evaluate(model, Dataset(x, few.labels, few.classes, few.normalize)).accuracy for x in (images, centred)]
    print(f"moved by {right}: {shares[0]:6.1%} right as they are, {shares[1]:6.1%} after centring")

# %% [markdown]
# Pooling forgives two pixels, not eight. Unit 12 teaches the network itself to forgive more, by showing it moved digits.
#
# ## The training loop, yours
#
# ### Exercise 3: train a LeNet-5 (5 points)
#
# Write `train_lenet5(images, labels)`. It gets raw pixels, uint8 `(N, 1, 28, 28)`, and labels `(N,)`, trains a fresh `lenet5()` and returns
# `model.state_dict()`. Write the loop out: normalise, shuffle, batches, forward, loss, backward, step. The check hands you 1,500 digits and
# tries your weights on 1,000 that you have not seen: 60 % right give 2 points, 85 % give 3 more. A few epochs with small batches (32) are enough, and
# a call may take no longer than 10 seconds.
#
# `course.nn.CrossEntropyLoss`, `course.optim.Adam` and `course.data.DataLoader` are there; `course.training.train` is not, for it is this very loop.
#
# <details><summary>Hint 1: the pixels</summary>
#
# `Dataset(images, labels, tuple("0123456789"), mnist().normalize)` and a `DataLoader(..., batch_size=32, shuffle=True)` hand you normalised
# batches. With raw pixels up to 255 the first step throws the weights far away.
#
# </details>
# <details><summary>Hint 2: five lines</summary>
#
# For each batch: forget the old gradients, compute the logits, the loss, send the loss's gradient backwards, let the optimiser
# step. Unit 10 has them.
#
# </details>
# <details><summary>Hint 3: how many epochs</summary>
#
# 1,500 digits in batches of 32 are 47 steps an epoch. Below about 150 steps a LeNet has hardly left its plateau; with
# `Adam(..., lr=2e-3)` and 4 to 6 epochs you are on the safe side.
#
# </details>

# %% solution="train_lenet5"
def train_lenet5(images, labels):
    """Pixels (N, 1, 28, 28) and labels (N,) -> the state dict of a trained LeNet-5."""
    ### BEGIN SOLUTION
    from course.nn import CrossEntropyLoss
    from course.optim import Adam

    model, loss = lenet5(seed=1), CrossEntropyLoss()
    loader = DataLoader(Dataset(images, labels, tuple("0123456789"), mnist().normalize), batch_size=32, shuffle=True)
    optimizer = Adam(model.parameters(), lr=2e-3)
    for _ in range(5):
        for x, y in loader:
            optimizer.zero_grad()
            loss(model(x), y)
            model.backward(loss.backward())
            optimizer.step()
    return model.state_dict()
    ### END SOLUTION


# %% check="train_lenet5" points=5
check("train_lenet5", train_lenet5)

# %% [markdown]
# Your forward pass with the weights from above reads handwriting:

# %% tags=["demo"]
state = model.state_dict()
x = few.normalize(few.images)
print(f"your lenet5_forward: {(lenet5_forward(x, state).argmax(axis=1) == few.labels).mean():.1%} right")
print(f"largest difference to the network's own logits: {np.abs(lenet5_forward(x, state) - model(x)).max():.1e}")

# %% [markdown]
# ## Every part your own
#
# A layer is two functions that belong together. Here is LeNet-5 made of nothing but functions of units 04 to 10, in a form
# that can be trained. `own` holds the reference's functions. Put yours in their place, one by one: paste your `conv2d_forward` from unit 04
# into a cell above, write `own["conv2d_forward"] = conv2d_forward`, and run the two cells again. A wrong gradient does not
# stop the training. It makes it worse, and now you know how that looks.

# %% tags=["demo"]
from course.nn import CrossEntropyLoss, Module, Parameter, Sequential
from course.optim import Adam

names = ["conv2d", "max_pool2d", "relu", "linear"]
own = {f"{name}_{way}": getattr(F, f"{name}_{way}") for name in names for way in ("forward", "backward")}


class Weighted(Module):
    """A convolution or a dense layer made of your two functions."""

    def __init__(self, name, shape, rng, **settings):
        self._name, self._settings = name, settings
        bound = 1 / np.sqrt(np.prod(shape[1:]))
        self.weight = Parameter(rng.uniform(-bound, bound, shape).astype(np.float32))
        self.bias = Parameter(rng.uniform(-bound, bound, shape[0]).astype(np.float32))

    def forward(self, x):
        self._x = x
        return own[f"{self._name}_forward"](x, self.weight.data, self.bias.data, **self._settings)

    def backward(self, grad_out):
        backward = own[f"{self._name}_backward"]
        grad_x, grad_weight, grad_bias = backward(grad_out, self._x, self.weight.data, **self._settings)
        self.weight.add_grad(grad_weight)
        self.bias.add_grad(grad_bias)
        return grad_x


class Plain(Module):
    """A layer without parameters made of your two functions."""

    def __init__(self, name, *settings):
        self._name, self._settings = name, settings

    def forward(self, x):
        self._x = x
        return own[f"{self._name}_forward"](x, *self._settings)

    def backward(self, grad_out):
        return own[f"{self._name}_backward"](grad_out, self._x, *self._settings)


class Flat(Module):
    """Rows out of maps, and back."""

    def forward(self, x):
        self._shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, grad_out):
        return grad_out.reshape(self._shape)


# %% tags=["demo"]
def own_lenet(seed=0):
    rng = np.random.default_rng(seed)
    return Sequential(
        Weighted("conv2d", (6, 1, 5, 5), rng, padding=2), Plain("relu"), Plain("max_pool2d", 2),
        Weighted("conv2d", (16, 6, 5, 5), rng), Plain("relu"), Plain("max_pool2d", 2), Flat(),
        Weighted("linear", (120, 400), rng), Plain("relu"), Weighted("linear", (84, 120), rng), Plain("relu"),
        Weighted("linear", (10, 84), rng),
    )


mine, loss = own_lenet(), CrossEntropyLoss()
optimizer = Adam(mine.parameters(), lr=2e-3)
for x, y in DataLoader(digits[: 1000 if FAST else 6000], batch_size=64, shuffle=True):
    optimizer.zero_grad()
    loss(mine(x), y)
    mine.backward(loss.backward())
    optimizer.step()
print(f"a LeNet-5 of your functions, after one pass: {evaluate(mine, test[:1000]).accuracy:.1%} of 1,000 test digits right")

# %% [markdown]
# With right functions one pass over 6,000 digits gives between 80 % and 95 %.
#
# ## What do the filters see?
#
# The six filters of C1 and what they make of a seven, then the sixteen maps of C3. In C1 you recognise the seven in every map, with one
# side of its strokes or the other. In C3 you do not: a map there answers something about *combinations* of strokes, a bend, an end, a crossing.

# %% tags=["demo"]
from course.insight import activations

seven = test.normalize(test.images[:1])
found = activations(model, seven, ["features.1", "features.4"])
filters = state["features.0.weight"][:, 0]
first, second = found["features.1"][0], found["features.4"][0]
gallery(
    [*filters, *first, *second],
    [f"C1 filter {i}" for i in range(6)] + [f"C1 map {i}" for i in range(6)] + [f"C3 map {i}" for i in range(16)],
    alt="The six filters of the first layer; six maps in which a handwritten seven can be recognised; sixteen "
    "coarse maps of the second convolution, most of them bright in one or two places only.",
    side=110,
)

# %% [markdown]
# ## Who is taken for whom?
#
# One number, 99 %, hides which digits are hard. Two tools open it up.
#
# ### Exercise 4: a confusion matrix (2 points)
#
# `confusion_counts(labels, predictions, classes)` returns an integer array `(classes, classes)`: in row $i$ and column $j$ stands how often an
# image of class $i$ was taken for class $j$. Right answers are on the diagonal.
#
# <details><summary>Hint 1: start with a loop</summary>
#
# An array of zeros; for each pair of label and prediction, add 1 in one cell.
#
# </details>
# <details><summary>Hint 2: the shape</summary>
#
# `classes` rows even if some class does not occur at all.
#
# </details>
# <details><summary>Hint 3: without a loop</summary>
#
# `counts[labels, predictions] += 1` looks right and counts each cell once only. `np.add.at(counts, (labels, predictions), 1)` repeats.
#
# </details>

# %% solution="confusion_counts"
def confusion_counts(labels, predictions, classes):
    """How often each true class (row) was taken for each class (column)."""
    ### BEGIN SOLUTION
    counts = np.zeros((classes, classes), dtype=int)
    np.add.at(counts, (labels, predictions), 1)
    return counts
    ### END SOLUTION


# %% check="confusion_counts" points=2
check("confusion_counts", confusion_counts)

# %% [markdown]
# ### Exercise 5: the worst mistakes (3 points)
#
# `worst_mistakes(logits, labels, n)` returns the indices, an integer array, of the `n` wrong answers with the largest cross-entropy, the largest
# first; fewer where there are fewer. Those are the images where the network was sure, and wrong.
#
# <details><summary>Hint 1: what is wrong</summary>
#
# `logits.argmax(axis=1) != labels`. A right answer with a large loss is unsure, not a mistake.
#
# </details>
# <details><summary>Hint 2: the loss of each image</summary>
#
# Unit 09: $-z_\text{right} + \log \sum_j e^{z_j}$, with the row's largest logit subtracted first, or a logit of 1,000 becomes infinity.
#
# </details>
# <details><summary>Hint 3: the order</summary>
#
# `np.flatnonzero(wrong)` gives the indices of the wrong ones; sort *these* by minus their loss, and keep the first n.
#
# </details>

# %% solution="worst_mistakes"
def worst_mistakes(logits, labels, n):
    """Indices of the n wrong answers with the largest loss, the worst first."""
    ### BEGIN SOLUTION
    shifted = logits - logits.max(axis=1, keepdims=True)
    loss = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]
    wrong = np.flatnonzero(logits.argmax(axis=1) != labels)
    return wrong[np.argsort(-loss[wrong])][:n]
    ### END SOLUTION


# %% check="worst_mistakes" points=3
check("worst_mistakes", worst_mistakes)

# %% [markdown]
# Here they are, your network's. Cover the titles with a hand and read them yourself: how many do *you* get?

# %% tags=["demo"]
logits = np.concatenate([lenet5_forward(x, state) for x, _ in DataLoader(test, batch_size=500)])
counts = confusion_counts(test.labels, logits.argmax(axis=1), 10)
print("rows: true, columns: read as\n", counts)
off = counts - np.diag(np.diag(counts))
for i, j in zip(*np.unravel_index(np.argsort(-off, axis=None)[:3], off.shape), strict=True):
    print(f"{off[i, j]} times a {i} was read as a {j}")
worst = worst_mistakes(logits, test.labels, 12)
gallery(
    [test.images[i, 0].astype(int) for i in worst],
    [f"{test.labels[i]} read as {logits[i].argmax()}" for i in worst],
    alt="Twelve test digits that the network reads wrongly: sloppy sixes that look like zeros, fours closed at "
    "the top like nines, and one or two whose label one may doubt.",
    side=110,
)

# %% [markdown]
# ## Why did it say that?
#
# A simple way to ask a network what it looked at: cover a part of the image and see whether its answer changes.
#
# ### Exercise 6: occlusion (4 points)
#
# `occlusion_map(score, image, size)` gets a function `score` from images `(N, 1, H, W)` to `(N,)` numbers, one `image` of shape
# `(H, W)`, and the side of a patch. For every place of a `size` x `size` patch inside the image it sets the pixels under the patch to 0 and
# measures how far the score *falls*: the score of the whole image minus that of the covered one. The result has shape
# `(H - size + 1, W - size + 1)`, float.
#
# <details><summary>Hint 1: one place</summary>
#
# Copy the image, set `covered[i : i + size, j : j + size] = 0`, hand `covered[None, None]` to `score`, take element 0.
#
# </details>
# <details><summary>Hint 2: each place afresh</summary>
#
# The copy belongs inside the loops: else the patches add up, and at the end the image is black.
#
# </details>
# <details><summary>Hint 3: which sign</summary>
#
# Positive where covering hurts. `out[i, j] = whole - score(...)[0]`.
#
# </details>

# %% solution="occlusion_map"
def occlusion_map(score, image, size):
    """How far the score falls when the patch at each place is covered, (H - size + 1, W - size + 1)."""
    ### BEGIN SOLUTION
    H, W = image.shape
    whole = score(image[None, None].copy())[0]
    out = np.zeros((H - size + 1, W - size + 1))
    for i in range(H - size + 1):
        for j in range(W - size + 1):
            covered = image.copy()
            covered[i : i + size, j : j + size] = 0
            out[i, j] = whole - score(covered[None, None])[0]
    return out
    ### END SOLUTION


# %% check="occlusion_map" points=4
check("occlusion_map", occlusion_map)

# %% [markdown]
# The three worst mistakes and two maps for each: what speaks for the digit that the network read, and what for the one that was written.
# Orange is what an answer hangs on; blue is what stands against it. Explain one of them in a sentence: *it read a ... because of
# the stroke at ...*

# %% tags=["demo"]
def logit_of(digit):
    """A score function: the logit of one digit, for pixels 0 to 255."""
    return lambda images: lenet5_forward(test.normalize(images), state)[:, digit]


pictures, titles = [], []
for i in worst[:3]:
    image, read, true = test.images[i, 0], int(logits[i].argmax()), int(test.labels[i])
    pictures += [image.astype(int), *(occlusion_map(logit_of(digit), image, 5) for digit in (read, true))]
    titles += [f"a {true} read as {read}", f"what speaks for {read}", f"what speaks for {true}"]
gallery(
    pictures,
    titles,
    alt="Three misread digits, each beside two heat maps: orange where covering the pixels takes away the wrong "
    "answer, and orange where it takes away the right one.",
    side=140,
    columns=3,
)

# %% [markdown]
# ## What breaks, and why
#
# **The wrong normalisation.** The network was trained on pixels with mean 0 and standard deviation 1. Hand it pixels between 0 and 1, or raw ones,
# and see what the same weights are worth:

# %% tags=["demo"]
thousand = test[:1000]
for name, x in {
    "as trained": thousand.normalize(thousand.images),
    "between 0 and 1": (thousand.images / 255).astype(np.float32),
    "0 to 255": thousand.images.astype(np.float32),
    "black on white": thousand.normalize(255 - thousand.images),
}.items():
    print(f"{name:>16}: {(model(x).argmax(axis=1) == thousand.labels).mean():6.1%} of 1,000 digits right")

# %% [markdown]
# Nothing warns you. The first two wrong ones cost little, since ReLU and pooling do not mind a factor; black on white is
# another world. When somebody says *the network does not work on my photographs*, this is the first thing to look at.
#
# **What is no digit.** A network with ten outputs always answers with one of ten. Give it noise and a picture of trousers:

# %% tags=["demo"]
from course.data import fashion_sample

rng = np.random.default_rng(0)
clothes = fashion_sample(train=False)
trousers = clothes.images[clothes.labels == 1][0, 0]
for name, image in {"noise": rng.integers(0, 256, (28, 28), dtype=np.uint8), "trousers": trousers}.items():
    shares = F.softmax(model(test.normalize(image[None, None])))[0]
    print(f"{name}: {shares.argmax()}, {shares.max():.0%} sure")

# %% [markdown]
# *Sure* here means: surer of this than of the nine others. Unit 08 showed one way to a network that says *I do not know*.
#
# ## Summary
#
# - LeNet-5: convolution, ReLU, pooling, twice; then 400 numbers through 120 and 84 units to ten logits. 61,706 parameters,
#   of which the convolutions hold 4 %.
# - Hold out images to choose the weights by, and use the test images once.
# - A network is as good as its input is like what it was trained on: scale, place, contrast.
# - One accuracy hides the mistakes. A confusion matrix says who, the largest losses say where, occlusion says why.
#
# **Reading.** Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, *Gradient-based learning applied to document recognition*, Proceedings of the IEEE 86 (1998),
# sections II.B (the network), III (MNIST and all comparisons) and X (the cheque reader). M. D. Zeiler, R. Fergus, *Visualizing and understanding
# convolutional networks*, ECCV 2014, section 4.2 (occlusion).
#
# **The same in PyTorch.** The names in the state dict are PyTorch's, so your weights load there as they are:

# %% tags=["demo"]
try:
    import torch
    from torch import nn
except ImportError:
    print("PyTorch is not installed here; nothing in this course needs it.")
else:
    class LeNet5(nn.Module):
        def __init__(self):
            super().__init__()
            self.features = nn.Sequential(
                nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
                nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
            )
            self.classifier = nn.Sequential(
                nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)
            )

        def forward(self, x):
            return self.classifier(self.features(x))

    theirs = LeNet5()
    theirs.load_state_dict({name: torch.from_numpy(a) for name, a in state.items()})
    x = thousand.normalize(thousand.images)
    with torch.no_grad():
        gap = np.abs(theirs(torch.from_numpy(x)).numpy() - model(x)).max()
    print(f"largest difference of any of {len(x):,} x 10 logits: {gap:.1e}")

# %% [markdown]
# **Next.** Unit 12 moves, turns and scales the digits, measures what the network forgives, and teaches it to forgive more.
