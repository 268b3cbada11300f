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
# # 12 Augmentation and invariance
#
# After this unit you can
#
# - measure how far a network forgives moves, turns and changes of size, as curves,
# - write augmentations that work on whole batches, and say for any data set which of them keep the labels true,
# - recolour a photograph along the directions in which its own colours vary.
#
# It takes about 60 minutes, two of them training. You need unit 11. There are five exercises.

# %%
import os

import numpy as np

from autograder import check
from course.data import DataLoader, mnist, photo
from course.explore import AugmentationExplorer, gallery

FAST = os.environ.get("COURSE_FAST") == "1"  # only testing the notebook: train on fewer digits

# %% [markdown]
# ## Before you run anything
#
# LeNet-5 reads 99 % of MNIST's test digits. Write down what it reads of the *same* digits if each is
#
# 1. moved to the right by 4 of its 28 pixels,
# 2. turned by 45 degrees,
# 3. made half as large.
#
# And: which of ten digits stay what they are when they are mirrored?
#
# ## Twelve lies about one picture
#
# A network learns what does *not* matter from examples in which it differs. If all shoes in a data set point to the left, pointing to the left is part of being a
# shoe. We can make the missing examples ourselves: this is **augmentation**. Choose a picture and a change, pull the strength up, and ask
# of each of the twelve: is it still the same thing?

# %% tags=["demo"]
from course.data import fashion_sample
from course.models import lenet5
from course.optim import Adam
from course.training import evaluate, train

digits, test = mnist()[: 3000 if FAST else 12000], mnist(train=False)
plain = lenet5(seed=0)
train(plain, DataLoader(digits, batch_size=64, shuffle=True), Adam(plain.parameters(), lr=2e-3), epochs=1 if FAST else 3)
clothes = fashion_sample(train=False)
pictures = {
    "a six": test.images[test.labels == 6][2],
    "a two": test.images[1],
    "an ankle boot": clothes.images[clothes.labels == 9][0],
    "a photograph": photo(),
}


def read(x):
    """The digits' network for grey pictures; a photograph gets no answer."""
    return plain(x)


AugmentationExplorer(pictures, read, normalize=test.normalize)

# %% [markdown]
# Under the grey pictures stands what a LeNet, trained on digits as they are, takes them for. (It also has an opinion about boots.) A red cross marks an answer that the
# change has changed.
#
# ## Move them
#
# ### Exercise 1: `random_shift` (5 points)
#
# Write `random_shift(images, pixels, rng)`: `images` is a batch `(N, C, H, W)` of any dtype, `rng` a generator. Draw, in *one* call,
# `rng.integers(-pixels, pixels + 1, (N, 2))`: a pair for each image, how far it goes **down** and how far to the **right** (negative: up, left). What leaves the picture is lost; 0
# comes in. The shape and the dtype stay, and so do the images you were given.
#
# <details><summary>Hint 1: one image</summary>
#
# `out = np.zeros_like(images)`. For an image that goes down by 2, rows 2 to H of the output are rows 0 to H - 2 of the input.
#
# </details>
# <details><summary>Hint 2: both directions</summary>
#
# Pad the whole batch by `pixels` zeros on every side, then cut out of image n the H x W pixels that start at row `pixels - down` and column
# `pixels - right`. No case needs an `if`.
#
# </details>
# <details><summary>Hint 3: why pixels + 1</summary>
#
# `rng.integers(a, b)` never gives b. Without the `+ 1` your images would never go down by the full distance.
#
# </details>

# %% solution="random_shift"
def random_shift(images, pixels, rng):
    """Move each image of (N, C, H, W) by up to `pixels`, its own way; 0 comes in."""
    ### BEGIN SOLUTION
    N, C, H, W = images.shape
    moves = rng.integers(-pixels, pixels + 1, (N, 2))
    padded = np.pad(images, ((0, 0), (0, 0), (pixels, pixels), (pixels, pixels)))
    out = np.empty_like(images)
    for n, (down, right) in enumerate(moves):
        top, left = pixels - down, pixels - right
        out[n] = padded[n, :, top : top + H, left : left + W]
    return out
    ### END SOLUTION


# %% check="random_shift" points=5
check("random_shift", random_shift)

# %% [markdown]
# ### Exercise 2: `random_flip` (4 points)
#
# Write `random_flip(images, p, rng)`: mirror those images of `(N, C, H, W)` whose number in `rng.random(N)` is below `p`, left against right.
#
# <details><summary>Hint 1: which axis</summary>
#
# Left and right are columns, the last axis. Axis 2 would turn everything upside down, axis 1 would exchange red and blue.
#
# </details>
# <details><summary>Hint 2: which images</summary>
#
# `chosen = rng.random(len(images)) < p` is a mask; `out[chosen] = ...` writes to those.
#
# </details>
# <details><summary>Hint 3: mirrored</summary>
#
# `images[chosen][..., ::-1]`, into a copy of the batch.
#
# </details>

# %% solution="random_flip"
def random_flip(images, p, rng):
    """Mirror each image of (N, C, H, W), left against right, with chance p."""
    ### BEGIN SOLUTION
    chosen = rng.random(len(images)) < p
    out = images.copy()
    out[chosen] = images[chosen][..., ::-1]
    return out
    ### END SOLUTION


# %% check="random_flip" points=4
check("random_flip", random_flip)

# %% [markdown]
# Both of yours in the explorer, one after the other. The generator comes from the explorer, so *Draw again* works:

# %% tags=["demo"]
def mine(images, rng):
    return random_flip(random_shift(images, 4, rng), 0.5, rng)


AugmentationExplorer(pictures, read, normalize=test.normalize, fn=mine)

# %% [markdown]
# ## Invariance, measured
#
# A classifier is **invariant** to a change if its answer stays. Three curves say how far: the share of 1,000 test digits
# that are read right when all of them are moved, turned or scaled by the same amount. Two networks: the plain one from above, and one that has seen the same
# 12,000 digits moved by up to 5 pixels, turned by up to 30 degrees and scaled by up to 30 %, each epoch in another way. Training it takes about
# half a minute.

# %% tags=["demo"]
from functools import partial

from course.data.augmentation import compose, random_rotation, random_scale
from course.insight import invariance_curve, shift


def own_shift(images, rng):
    return random_shift(images, 5, rng)


augment = compose(partial(random_scale, factors=(0.7, 1.3)), partial(random_rotation, degrees=30), own_shift)
loader = DataLoader(digits, batch_size=64, shuffle=True, augment=augment)
augmented = lenet5(seed=0)
train(augmented, loader, Adam(augmented.parameters(), lr=2e-3), epochs=1 if FAST else 8)
for name, net in {"plain": plain, "augmented": augmented}.items():
    print(f"{name:>10}: {evaluate(net, test).accuracy:.2%} of the test digits as they are")

# %% tags=["demo"]
import matplotlib.pyplot as plt
from scipy import ndimage

thousand = test[: 150 if FAST else 1000]
x = thousand.normalize(thousand.images)
black = float(x.min())


def turned(x, degrees):
    return ndimage.rotate(x, degrees, axes=(2, 3), reshape=False, order=1, cval=black)


def scaled(x, factor):
    """Zoom about the middle."""
    middle = (np.array(x.shape[2:]) - 1) / 2
    matrix, offset = np.diag([1, 1, 1 / factor, 1 / factor]), np.concatenate([[0, 0], middle - middle / factor])
    return ndimage.affine_transform(x, matrix, offset, order=1, cval=black)


def shifted(x, right):
    return shift(x - black, 0, int(right)) + black


experiments = {
    "moved right by (pixels)": (shifted, range(-10, 11, 2)),
    "turned by (degrees)": (turned, range(-90, 91, 15)),
    "made larger by (factor)": (scaled, (0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6)),
}
curves = {}
figure, axes = plt.subplots(1, 3, figsize=(12, 3.2), sharey=True)
for ax, (title, (transform, amounts)) in zip(axes, experiments.items(), strict=True):
    for name, net, style in (("plain", plain, "o--"), ("augmented", augmented, "s-")):
        points = invariance_curve(net, x, transform, amounts, labels=thousand.labels)
        curves[title, name] = {point.amount: point.accuracy for point in points}
        ax.plot([p.amount for p in points], [100 * p.accuracy for p in points], style, label=name)
    ax.set_xlabel(title)
    ax.grid(alpha=0.3)
axes[0].set_ylabel("% of digits right")
axes[0].legend()
plt.show()
for title, amount in (("moved right by (pixels)", 4), ("turned by (degrees)", 45), ("made larger by (factor)", 0.6)):
    print(f"{title} {amount}: plain {curves[title, 'plain'][amount]:.0%}, augmented {curves[title, 'augmented'][amount]:.0%}")

# %% [markdown]
# Three things to see. The plain network's curve for moves falls off a cliff after two pixels, which is what two rounds of pooling forgive. The augmented one is flat about as far
# as it was shown, and *no further*: augmentation does not teach the idea of moving. And the curve for turning falls for both towards 90
# degrees, as it should: a 6 there is half-way to a 9.
#
# Convolution gave us nothing for turns and sizes. They have to be learned, and each costs capacity: on digits as they are the augmented
# network is hardly better, sometimes a little worse.
#
# ## What a label bears
#
# Turn all test digits by 180 degrees, or mirror them, and ask the plain network. Which digits does it still find, and what does it take the others for?

# %% tags=["demo"]
turn = {"upside down and mirrored (180 degrees)": (..., slice(None, None, -1), slice(None, None, -1)), "mirrored": (..., slice(None, None, -1))}
for name, cut in turn.items():
    answers = plain(x[cut]).argmax(axis=1)
    print(name)
    for digit in range(10):
        said = np.bincount(answers[thousand.labels == digit], minlength=10)
        best = int(said.argmax())
        print(f"   a {digit} is read as a {digit} in {said[digit] / said.sum():4.0%} of cases; mostly as a {best} ({said[best] / said.sum():.0%})")

# %% [markdown]
# 0, 1 and 8 survive both best. A 6 turned round *is* a 9: a network that is trained on digits at any angle is told that the same picture is a 6 and a
# 9, and the best it can do is guess. That is **label risk**. It depends on the data set and on the question, never on the change alone.
#
# ### Exercise 3: choose (4 points)
#
# Write `choose_policies()`. It returns a dictionary with a list of changes for each of four data sets: those that make believable new examples with the same label.
# Leave out what could change a label, or what never happens. The menu:
#
# `"shift"`, `"scale"`, `"turn a little"`, `"turn by any angle"`, `"mirror"`, `"upside down"`, `"colour"`
#
# - `"digits"`: handwritten digits, grey. Three changes of the menu help.
# - `"clothes"`: grey catalogue photographs of shirts, shoes, bags, each upright. Two help, and others are a matter of taste.
# - `"road signs"`: photographs from a car, 43 classes, *turn left* and *turn right* among them, and the colour of the rim means something. Two help.
# - `"stained cells"`: colour pictures from a microscope; the class is told by the colour of the stain. Three help.
#
# <details><summary>Hint 1: two questions</summary>
#
# Could a camera have taken this picture? Would a person still give it the same label? Only two times yes will do.
#
# </details>
# <details><summary>Hint 2: is there an up?</summary>
#
# Where the picture has no up, any angle and any mirror is free. Where it has one, a few degrees are all that ever happens.
#
# </details>
# <details><summary>Hint 3: signs</summary>
#
# A car comes nearer: signs move and grow. What would a mirror do to an arrow?
#
# </details>

# %% solution="choose_policies"
def choose_policies():
    """For each data set the changes that help: {"digits": [...], "clothes": [...], ...}."""
    ### BEGIN SOLUTION
    return {
        "digits": ["shift", "scale", "turn a little"],
        "clothes": ["shift", "mirror"],
        "road signs": ["shift", "scale"],
        "stained cells": ["turn by any angle", "mirror", "upside down"],
    }
    ### END SOLUTION


# %% check="choose_policies" points=4
check("choose_policies", choose_policies)

# %% [markdown]
# ## On the fly, or stored?
#
# Two ways to use augmentation: write ten changed copies of each image to disk before training, or change each batch when it is asked for, new in each epoch. Count:

# %% tags=["demo"]
size = 60_000 * 28 * 28
print(f"MNIST's training images: {size / 1e6:.0f} MB; ten stored copies of each: {10 * size / 1e6:.0f} MB")
moves, angles = (2 * 5 + 1) ** 2, 61
print(f"ways to move by up to 5 pixels: {moves}; times {angles} whole angles: {moves * angles:,} versions of each digit")
crops = (256 - 224) ** 2 * 2
print(f"224x224 patches of a 256x256 photograph, mirrored or not, as AlexNet's authors count: {crops:,}")

# %% [markdown]
# Ten copies are ten versions for ever; on the fly there is a new one in each epoch, and the disk stays as it is. The price is time: while one batch is worked on, the next is prepared
# (`DataLoader(..., workers=1)`). AlexNet's authors cut **patches** of 224x224 at random places out of 256x256 photographs, mirrored half of
# them, and counted $32 \cdot 32 \cdot 2 = 2048$ versions of each. When it was used, the network answered for five patches, the corners and the middle, and their mirror images, and the ten answers were averaged.
#
# ## The colours of light
#
# A photograph at noon and the same one at sunset differ in a way that has nothing to do with what is on it. AlexNet's second augmentation imitates it. Each pixel is a
# point in a space of red, green and blue; the points of a picture form a cloud, longer in some directions than in others: mostly from dark to
# bright, then from blue to orange or so. Adding a random amount along these directions changes the light, and hardly ever makes a colour that could not be.
#
# With the pixels $x_m$ of a picture, their mean $\bar x$ and $M$ pixels, the covariance is the 3x3 matrix
#
# $$C = \frac1M \sum_m (x_m - \bar x)(x_m - \bar x)^T .$$
#
# Its eigenvectors are the directions, its eigenvalues the variances along them.
#
# ### Exercise 4: `colour_directions` (3.5 points)
#
# `colour_directions(image)`: a float picture `(3, H, W)`. Return `variances`, `(3,)`, the largest first, and `directions`, `(3, 3)`, whose column i has length 1
# and belongs to variance i; turn each so that its largest entry (in absolute value) is positive.
#
# <details><summary>Hint 1: the cloud</summary>
#
# `image.reshape(3, -1)` is (3, M), a column for each pixel. Subtract the mean of each row; C is a product of that matrix with its transpose, over M.
#
# </details>
# <details><summary>Hint 2: eigenvectors</summary>
#
# `np.linalg.eigh(C)` for a symmetric matrix: values from small to large, vectors as columns in the same order. `[::-1]` and `[:, ::-1]` turn them round.
#
# </details>
# <details><summary>Hint 3: the sign</summary>
#
# `rows = np.abs(vectors).argmax(axis=0)`, then `vectors * np.sign(vectors[rows, [0, 1, 2]])`.
#
# </details>

# %% solution="colour_directions"
def colour_directions(image):
    """Variances (3,) along the main colour directions, largest first, and the directions as columns (3, 3)."""
    ### BEGIN SOLUTION
    pixels = image.reshape(3, -1)
    centred = pixels - pixels.mean(axis=1, keepdims=True)
    variances, vectors = np.linalg.eigh(centred @ centred.T / pixels.shape[1])
    variances, vectors = variances[::-1], vectors[:, ::-1]
    rows = np.abs(vectors).argmax(axis=0)
    return variances.copy(), vectors * np.sign(vectors[rows, [0, 1, 2]])
    ### END SOLUTION


# %% check="colour_directions" points=3.5
check("colour_directions", colour_directions)

# %% [markdown]
# ### Exercise 5: `shift_colours` (3 points)
#
# `shift_colours(image, alphas)`: add to *every* pixel the colour $\sum_i \alpha_i \lambda_i d_i$, with the variances $\lambda_i$ and directions $d_i$ of the picture
# itself. You may call your `colour_directions`; nothing is clipped.
#
# <details><summary>Hint 1: one colour for all</summary>
#
# The sum does not depend on the pixel. It is three numbers.
#
# </details>
# <details><summary>Hint 2: a product</summary>
#
# `directions @ (alphas * variances)`.
#
# </details>
# <details><summary>Hint 3: shapes</summary>
#
# `(3,)[:, None, None]` meets `(3, H, W)`.
#
# </details>

# %% solution="shift_colours"
def shift_colours(image, alphas):
    """Add sum over i of alphas[i] * variance i * direction i to every pixel of (3, H, W)."""
    ### BEGIN SOLUTION
    variances, directions = colour_directions(image)
    return image + (directions @ (alphas * variances))[:, None, None]
    ### END SOLUTION


# %% check="shift_colours" points=3
check("shift_colours", shift_colours)

# %% tags=["demo"]
astronaut = photo() / 255.0  # (3, 128, 128), 0 to 1
variances, directions = colour_directions(astronaut)
for variance, direction in zip(variances, directions.T, strict=True):
    print(f"variance {variance:.4f} along red {direction[0]:5.2f}, green {direction[1]:5.2f}, blue {direction[2]:5.2f}")


def pixels(image):
    return (255 * image.clip(0, 1)).astype(int)


light = [shift_colours(astronaut, np.array(a)) for a in ([1.5, 0, 0], [-1.5, 0, 0], [0, 12, 0], [0, -12, 0], [1, -10, 10])]
gallery(
    [pixels(image) for image in (astronaut, *light)],
    ["as it is", "first direction, +1.5", "first, -1.5", "second, +12", "second, -12", "a mixture"],
    alt="A photograph of an astronaut six times: as it is, brighter, darker, and in warmer and colder light.",
    side=170,
    columns=3,
)

# %% [markdown]
# The first direction is brightness: all three entries have one sign. (The paper draws its $\alpha$ with a standard deviation of 0.1 and does not say in which unit its pixels are. With pixels from 0 to 1 nobody would see that, so the numbers here are large.)
#
# ## What breaks, and why
#
# **A label that does not bear it.** We train two more networks on the same 3,000 digits. One sees half of them mirrored.

# %% tags=["demo"]
few = digits[:3000]


def mirrored(images, rng):
    return random_flip(images, 0.5, rng)


for name, change in {"as they are": None, "half of them mirrored": mirrored}.items():
    net = lenet5(seed=2)
    train(net, DataLoader(few, batch_size=64, shuffle=True, augment=change), Adam(net.parameters(), lr=2e-3), epochs=2 if FAST else 5)
    print(f"trained on digits {name}: {evaluate(net, test).accuracy:.1%} of the test digits right")

# %% [markdown]
# It costs a few points, and on a larger data set you would not notice and only wonder why your accuracy stops short of other people's.
#
# **The test images changed too.** Augmentation belongs to training. Test images are left alone, or you measure the change with the network.
#
# **One draw for the whole batch.** If all 64 images of a batch move the same way, the gradient of that batch is that of a data set that is off to one side. Each
# image needs its own.
#
# **The picture moves, its answer does not.** In segmentation the label is a map (unit 13 and after). Mirror the image and forget the map, and every pixel is told the wrong tissue.
#
# ## Summary
#
# - Pooling forgives a pixel or two. Turns, sizes and larger moves must be shown.
# - Augmentation makes the network indifferent to what it varies, as far as it varies it and no further.
# - Ask twice: could a camera have taken this, and is it still called the same?
# - On the fly: new versions each epoch, nothing stored, each image its own draw, training images alone.
#
# **Reading.** A. Krizhevsky, I. Sutskever, G. E. Hinton, *ImageNet classification with deep convolutional neural networks*, NeurIPS 2012, section 4.1 (patches, mirror, PCA colour). P. Y. Simard, D. Steinkraus, J. C. Platt,
# *Best practices for convolutional neural networks applied to visual document analysis*, ICDAR 2003 (distorted digits). C. Shorten, T. M. Khoshgoftaar, *A survey on image data augmentation for deep learning*,
# Journal of Big Data 6 (2019).
#
# **The same in PyTorch.** `torchvision.transforms.v2` has `RandomAffine`, `RandomHorizontalFlip`, `ColorJitter`; ours work on batches of arrays, theirs on one image at a time or on batches of tensors.
#
# **Next.** Unit 13 goes from LeNet to the networks of 2012 to 2015, and trains a small one of each family.
