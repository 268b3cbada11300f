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
# # 13 VGG and its family
#
# After this unit you can
#
# - read a network's table (shapes, parameters, multiply-adds, receptive field) and fill it in for VGG-16 with your own function,
# - write VGG's block, and a residual block forwards and backwards, and show what its shortcut does to the gradient,
# - train a VGG, an Inception net and a ResNet side by side, and choose a network for a budget.
#
# It takes about 70 minutes, a few of them training in the background. You need units 04, 06, 07 and 11: the layer and its gradients,
# pooling and receptive fields, a LeNet. There are six exercises with 25 points.

# %%
import os

import numpy as np

from autograder import check
from course import functional as F
from course.data import fashion_sample
from course.explore import ArchitectureExplorer, TrainingDashboard, assemble, gallery

FAST = os.environ.get("COURSE_FAST") == "1"  # only testing the notebook: train on fewer images

clothes, test = fashion_sample(), fashion_sample(train=False)
boot = test.images[test.labels == 9][0]  # (1, 28, 28): an ankle boot, our guest in this unit

# %% [markdown]
# ## Before you run anything
#
# Two networks learn to tell ten kinds of clothes apart. They are made of the same 3x3 convolutions with batch normalisation, one has 8
# layers with weights, the other 20. Both train on the same thousand pictures, in the same order, with the same optimiser. We do not ask
# about new pictures, only about those they train on: whose *training* loss is lower after two passes?
#
# (a) The deep one's: it could copy the shallow one and let the other 12 layers pass everything through, so it cannot be worse.
# (b) It makes no difference. (c) The shallow one's.
#
# Write down a letter and the reason. The answer comes in the middle of the unit, measured.
#
# ## A network as a list of blocks
#
# Below stands a small VGG for our boot. Each line is a block: its map drawn as a box (as high as the map, as wide as it has channels), what comes
# out of it, how many numbers it learns, how often it multiplies, and how many pixels one of its numbers can see. The bars compare
# the lines with each other.
#
# 1. Move *block* through the list. Where are the parameters, and where is the work? Now take *VGG-16*: is it the same there?
# 2. Take *small ResNet*, go to block 6, and let its ways meet as *identity*. Read why that cannot be.
# 3. Take *small VGG* and remove its flatten. Or give an Inception block's branches no padding. What exactly does not fit?
# 4. Try to see the whole boot, 28x28 pixels, with fewer than 20,000 parameters.

# %% tags=["demo"]
ArchitectureExplorer("small VGG")

# %% [markdown]
# ## ImageNet, on one page
#
# The networks of this unit were built for one contest. ImageNet is a collection of photographs from the web, sorted into the nouns of a
# dictionary, WordNet. From 2010 to 2017 a part of it was the *Large Scale Visual Recognition Challenge* (ILSVRC): 1,000 classes, 1.2 million
# training images, 50,000 to validate, 100,000 to test. An answer counts as right if the true class is among five guesses: the *top-5
# error*.
#
# | year | who | layers with weights | top-5 error in the contest |
# | --- | --- | --- | --- |
# | 2010 | SIFT and LBP features, support vector machines | | 28.2 % |
# | 2011 | Fisher vectors of SIFT features | | 25.8 % |
# | 2012 | AlexNet | 8 | 16.4 % |
# | 2014 | VGG | 19 | 7.3 % |
# | 2014 | GoogLeNet | 22 | 6.7 % |
# | 2015 | ResNet | 152 | 3.6 % |
#
# Read such a table with care. The networks' rows are *ensembles*: seven GoogLeNets voted on 144 cuttings of every image, six ResNets on
# theirs. A single VGG-16 that looks once gets about 10 % wrong. AlexNet's row is the one trained on the contest's images alone; with more images
# it reached 15.3 %. The often quoted human error, 5.1 %, is that of one person who had trained for it on 500 images. Of the
# 1,000 classes about 120 are breeds of dogs, because a contest needs hard pairs. Many photographs show several things and carry one label,
# and when the validation labels were collected anew in 2020, the best networks' last gains turned out to be partly an imitation of the
# first labellers' habits. What the contest proved beyond doubt: features that are learned beat features
# that are designed, and depth matters.
#
# Our boot comes from a humbler collection, Fashion-MNIST. All that follows can be tried on it in minutes.
#
# ### Exercise 1: on paper (10 times 0.5 points)
#
# Ten numbers that explain four networks. Biases count wherever *parameters* are asked for, and not where *weights* are.
#
# | key | question |
# | --- | --- |
# | `alexnet_side` | AlexNet's first layer: 227x227 pixels, 11x11 windows, stride 4, no padding. The side of its maps? |
# | `fields` | how many pixels see two, and three, 3x3 convolutions (stride 1) in a row, along one side? A tuple of two |
# | `two_3x3` | weights of two 3x3 convolutions in a row, 64 channels in, between and out |
# | `one_5x5` | weights of one 5x5 convolution, 64 channels in and out |
# | `conv1_2` | parameters of VGG-16's second convolution: 3x3, 64 channels in and out |
# | `pool5` | VGG-16 pools five times by 2, its last block has 512 filters. Shape `(C, H, W)` of what 224x224 pixels become |
# | `fc1` | parameters of the dense layer with 4,096 units that reads `pool5` |
# | `inception_3a` | channels behind GoogLeNet's first module: branches of 64, 128, 32 and 32 channels, put one behind the other |
# | `reduced_5x5` | that module's 5x5 branch on 192 maps of 28x28: a 1x1 to 16 channels, then 5x5 to 32. Multiply-adds of both |
# | `mean_head` | GoogLeNet's end: the mean over each of 1,024 maps of 7x7, then a dense layer to 1,000. Parameters of that layer |
#
# <details><summary>Hint 1: windows</summary>
#
# The first window needs 11 pixels, each further one 4 more: $\lfloor (227 - 11) / 4 \rfloor + 1$. A 3x3 window behind another one sees one pixel
# more on either side.
#
# </details>
# <details><summary>Hint 2: weights</summary>
#
# A filter has $k \cdot k \cdot C_\text{in}$ weights and one bias, and there are $C_\text{out}$ filters.
#
# </details>
# <details><summary>Hint 3: multiply-adds</summary>
#
# Each weight works at every place: 28 * 28 = 784 of them. The 1x1 has $192 \cdot 16$ weights, the 5x5 has $25 \cdot 16 \cdot 32$.
#
# </details>

# %% solution="vgg_on_paper"
def vgg_on_paper():
    """Ten numbers of AlexNet, VGG and GoogLeNet, by key."""
    ### BEGIN SOLUTION
    return {
        "alexnet_side": (227 - 11) // 4 + 1,
        "fields": (3 + 2, 3 + 2 + 2),
        "two_3x3": 2 * 9 * 64 * 64,
        "one_5x5": 25 * 64 * 64,
        "conv1_2": (9 * 64 + 1) * 64,
        "pool5": (512, 224 // 2**5, 224 // 2**5),
        "fc1": (512 * 7 * 7 + 1) * 4096,
        "inception_3a": 64 + 128 + 32 + 32,
        "reduced_5x5": 28 * 28 * (192 * 16 + 25 * 16 * 32),
        "mean_head": (1024 + 1) * 1000,
    }
    ### END SOLUTION


# %% check="vgg_on_paper" points=5
check("vgg_on_paper", vgg_on_paper)

# %% [markdown]
# ## AlexNet, 2012
#
# Five convolutions, three dense layers, trained for six days on two graphics cards with 3 GB each. Five things in it became
# common, or did not:
#
# - **Stride 4 at once.** 11x11 windows four pixels apart turn 227x227 into 55x55. The paper prints 224, which does not come out:
#   213 / 4 = 53.25 steps. It took readers a while to agree on 227 (or on 224 with a padding of 2, which gives 55 too).
# - **ReLU**, of which the paper shows that a four-layer net on CIFAR-10 reaches 25 % training error six times as fast as with tanh.
# - **Dropout** of one half before the first two dense layers, where most parameters are.
# - **Overlapping pooling**: windows of 3, two pixels apart.
# - **Local response normalisation** (unit 08) after the first two layers. VGG tried it, found no gain, and nobody uses it today.

# %% tags=["demo"]
from course.insight import summary
from course.models import AlexNet

one_tower = AlexNet(input_shape=(3, 227, 227), widths=(96, 256, 384, 384, 256), first=(11, 4, 0))
print(summary(one_tower, (3, 227, 227)))

# %% [markdown]
# Of 62 million parameters, 58.6 million are in the dense layers, and 95 % of the multiplying is done by the other 4 million. The
# original split its maps onto two cards which talked to each other in the third layer only, so it had 61 million.
#
# ## VGG, 2014: nothing but 3x3
#
# Karen Simonyan and Andrew Zisserman asked one question, what does depth do, and kept all else plain: 3x3 windows, stride 1, padding 1,
# 2x2 pooling, twice as many filters after each pooling. Why 3x3? Because two of them in a row see 5x5 pixels. With 64 channels:
#
# $$\underbrace{2 \cdot 9 \cdot 64 \cdot 64 = 73{,}728}_{\text{two 3x3}} \qquad \underbrace{25 \cdot 64 \cdot 64 = 102{,}400}_{\text{one 5x5}}$$
#
# The same view for 72 % of the weights, and a ReLU more in between. Three in a row see 7x7 with 27 * 64 * 64 = 110,592 weights in place
# of 49 * 64 * 64 = 200,704. Do two 3x3 do *the same* as a 5x5? Without the ReLU, two in a row are one 5x5 convolution, but not any: with
# one channel they have 9 + 9 = 18 numbers to make 25 out of. With the ReLU they are no single convolution at all.
#
# ### Exercise 2: VGG's block (4 points)
#
# Write `vgg_block_forward(x, weights, biases)`. `x` has shape `(N, C, H, W)`; `weights` and `biases` are lists of the same length, one entry for
# each 3x3 convolution: `weights[0]` of shape `(C_0, C, 3, 3)`, `weights[1]` of shape `(C_1, C_0, 3, 3)`, and so on. Each convolution keeps
# height and width and has a ReLU behind it; after the last one comes a 2x2 max pooling. `F.conv2d_forward`, `F.relu_forward` and
# `F.max_pool2d_forward` are yours to use.
#
# <details><summary>Hint 1: a loop</summary>
#
# The block may have one convolution or four: `for weight, bias in zip(weights, biases)`, and x goes from one to the next.
#
# </details>
# <details><summary>Hint 2: what keeps the size</summary>
#
# A 3x3 window takes away one pixel at each border; `padding=1` gives it back.
#
# </details>
# <details><summary>Hint 3: almost the code</summary>
#
# In the loop: `x = F.relu_forward(F.conv2d_forward(x, weight, bias, padding=1))`. Behind it, once: `F.max_pool2d_forward(x, 2)`.
#
# </details>

# %% solution="vgg_block_forward"
def vgg_block_forward(x, weights, biases):
    """Images (N, C, H, W) through 3x3 convolutions with ReLU and a 2x2 max pooling -> (N, C_last, H // 2, W // 2)."""
    ### BEGIN SOLUTION
    for weight, bias in zip(weights, biases, strict=True):
        x = F.relu_forward(F.conv2d_forward(x, weight, bias, padding=1))
    return F.max_pool2d_forward(x, 2)
    ### END SOLUTION


# %% check="vgg_block_forward" points=4
check("vgg_block_forward", vgg_block_forward)

# %% [markdown]
# The boot in your block, with Sobel filters for weights. One convolution finds its left, right, upper and lower edges; a second one behind it
# adds up two kinds of edges over each 3x3 neighbourhood, minus 20, so that only places with much of them are left. Nobody trained these
# weights. They show what a second layer is for: it sees 5x5 pixels, and says something about edges, not about pixels.

# %% tags=["demo"]
sobel = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 8
edges = np.stack([sobel, -sobel, sobel.T, -sobel.T])[:, None]  # (4, 1, 3, 3)
meet = np.zeros((6, 4, 3, 3))
pairs = [(i, j) for i in range(4) for j in range(i)]
for filter_, pair_ in zip(meet, pairs, strict=True):
    filter_[list(pair_)] = 1 / 9
x = boot[None].astype(float)
once = vgg_block_forward(x, [edges], [np.zeros(4)])[0]
twice = vgg_block_forward(x, [edges, meet], [np.zeros(4), np.full(6, -20.0)])[0]
names = ["left", "right", "upper", "lower"]
gallery(
    [boot[0].astype(int), *once, *twice],
    ["the boot, 28x28", *(f"{name} edges" for name in names), *(f"{names[j]} + {names[i]}" for i, j in pairs)],
    alt="An ankle boot; four maps of 14x14 with its left, right, upper and lower edges; six maps that are bright where "
    "much of two kinds of edges lies near, such as along the shaft and at the heel.",
    side=120,
    columns=5,
)

# %% [markdown]
# ### Exercise 3: the table of any VGG (4 points)
#
# The paper describes its networks as columns of a table. In code a column is a tuple: a number is a 3x3 convolution with so many filters,
# padding 1 and biases; `"M"` is a 2x2 max pooling. Then follow three dense layers: `hidden`, `hidden` and `num_classes` units.
#
# Write `vgg_table(configuration, input_shape, hidden, num_classes)`. It returns an integer array with a row for each entry, and one for each dense
# layer: `C, H, W, parameters`. For a dense layer C is the number of its units, and H = W = 1. Pooling drops a last row or column that
# does not fill a window. Here with 5 entries and 3 dense layers, `vgg_table((4, "M", 6, 3, "M"), (2, 12, 20), 5, 3)` has 8 rows, of which the first
# is `4, 12, 20, 76`.
#
# <details><summary>Hint 1: what to carry along</summary>
#
# Three numbers, C, H and W, which start as the image's and change from row to row.
#
# </details>
# <details><summary>Hint 2: the rows</summary>
#
# A convolution changes C only and costs `entry * (9 * C + 1)`, with the C from before. A pooling halves H and W (`//`) and costs 0.
#
# </details>
# <details><summary>Hint 3: the dense layers</summary>
#
# The first reads `C * H * W` numbers, each further one as many as the one before has units; `units * (inputs + 1)`.
#
# </details>

# %% solution="vgg_table"
def vgg_table(configuration, input_shape=(3, 224, 224), hidden=4096, num_classes=1000):
    """C, H, W and parameters, row by row, (entries + 3, 4)."""
    ### BEGIN SOLUTION
    C, H, W = input_shape
    rows = []
    for entry in configuration:
        parameters = 0
        if entry == "M":
            H, W = H // 2, W // 2
        else:
            parameters = entry * (9 * C + 1)
            C = entry
        rows.append((C, H, W, parameters))
    inputs = C * H * W
    for units in (hidden, hidden, num_classes):
        rows.append((units, 1, 1, units * (inputs + 1)))
        inputs = units
    return np.array(rows)
    ### END SOLUTION


# %% check="vgg_table" points=4
check("vgg_table", vgg_table)

# %% [markdown]
# Column D of the paper is VGG-16: thirteen convolutions and three dense layers. Your function lists it, layer by layer:

# %%
VGG16 = (64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M")
rows = vgg_table(VGG16)
for name, (C, H, W, parameters) in zip([*VGG16, "fc1", "fc2", "fc3"], rows, strict=True):
    print(f"{name!s:>4}  {f'{C}x{H}x{W}':>12}  {parameters:>12,}  {parameters / rows[:, 3].sum():6.1%}")
print(f"{rows[:, 3].sum():,} parameters, {rows[-3:, 3].sum() / rows[:, 3].sum():.0%} of them in the three dense layers")

# %% [markdown]
# 138,357,544, and 102,764,544 of them in a single layer, fc1. At four bytes each that is a file of 553 MB. The convolutions, which
# see everything, hold 14,714,688. Compare your table with the explorer, also for networks of your own:

# %% tags=["demo"]
ArchitectureExplorer("VGG-16", fn=vgg_table)

# %% [markdown]
# Depth did help: 11 layers got 10.4 % of the top-5 answers wrong on the validation images, 16 layers 8.8 % (the paper's table 3, networks A and
# D). And it had to be coaxed: the deep ones did not learn from their first random weights, so the authors trained column A first and used its layers as
# a start. Why is that so? We send 64 garments through thirteen convolutions, 32 filters each, with random weights of three standard
# deviations, and look how strong the signal still is, as the standard deviation of the maps:

# %% tags=["demo"]
x0 = clothes.normalize(clothes.images[:64])[:, :, ::2, ::2].astype(float)
SPREADS = {"0.01, as in VGG": None, "sqrt(1 / inputs)": 1.0, "sqrt(2 / inputs), Kaiming": 2.0}
for name, factor in SPREADS.items():
    rng, x, spread = np.random.default_rng(0), x0, []
    for _ in range(13):
        inputs = 9 * x.shape[1]
        std = 0.01 if factor is None else np.sqrt(factor / inputs)
        weight = std * rng.standard_normal((32, x.shape[1], 3, 3))
        x = F.relu_forward(F.conv2d_forward(x, weight, padding=1))
        spread.append(x.std())
    print(f"{name:>25}: " + ", ".join(f"layer {n} {spread[n - 1]:.0e}" for n in (1, 5, 9, 13)))

# %% [markdown]
# With a standard deviation of 0.01 nothing is left after a few layers, and of the gradient nothing either. The factor $\sqrt{2}$ against
# what ReLU takes away was published a few months after VGG (He et al. 2015), and batch normalisation (unit 08) in the same year. With
# either, a VGG trains from scratch. Ours have batch normalisation.
#
# ## GoogLeNet, 2014: look through several windows at once
#
# Which window is right, 1x1, 3x3 or 5x5? GoogLeNet takes all, puts the maps one behind the other (*concatenates* the channels), and lets the
# next layer choose. Its first module, 3a, reads 192 maps of 28x28 and gives 64 + 128 + 32 + 32 = 256.
#
# A 5x5 window on 192 channels would be dear: 25 * 192 * 32 = 153,600 weights. So a 1x1 convolution first mixes the 192 channels down to
# 16: 192 * 16 + 25 * 16 * 32 = 15,872, a tenth. And at the end, in place of VGG's 102 million, stands a mean over each 7x7 map: 1,024
# numbers, and one dense layer with 1,025,000 parameters.

# %% tags=["demo"]
from course.models.googlenet import Inception

module = Inception(192, 64, 96, 128, 16, 32, 32)
print(summary(module, (192, 28, 28)))

# %% [markdown]
# (The batch normalisation in the table came after the paper; the convolutions have no biases because of it.) Concatenation has one
# condition: height and width must agree. The 5x5 branch pads by 2, the 3x3 by 1, the pooling takes steps of 1. Leave one of these out, in the
# explorer, and the branches no longer lie side by side.
#
# ## ResNet, 2015: does depth stop helping?
#
# Now the question from the beginning. The next cell trains plain networks of 8, 20 and 32 layers on a thousand garments of 14x14
# pixels, and beside each one its twin *with shortcuts*, which has as many parameters. Two passes, same order, same optimiser. Before a
# network takes its first step, we also note how long the gradient of each convolution's weights is. It takes about 15 seconds.

# %% tags=["demo"]
from course.data import DataLoader, Dataset
from course.models import PaddedBlock, PlainBlock, SmallResNet
from course.nn import CrossEntropyLoss
from course.optim import Adam
from course.training import training_step

few = 128 if FAST else 1000
halved = clothes.images[:few].reshape(few, 1, 14, 2, 14, 2).mean(axis=(3, 5)).astype(np.uint8)
small_clothes = Dataset(halved, clothes.labels[:few], clothes.classes, clothes.normalize)


def first_steps(block, n, seed=0, epochs=2):
    """Length of each convolution's gradient before the first step, and each epoch's mean training loss."""
    network = SmallResNet(block, n, (1, 14, 14), 10, np.random.default_rng(seed))
    loss = CrossEntropyLoss()
    x, y = next(iter(DataLoader(small_clothes, 64, shuffle=True, seed=seed)))
    network.train()
    loss(network(x), y)
    network.backward(loss.backward())
    norms = [float(np.linalg.norm(p.grad)) for p in network.parameters() if p.data.ndim == 4]
    optimizer, losses = Adam(network.parameters(), 2e-3), []
    for epoch in range(epochs):
        batches = DataLoader(small_clothes, 64, shuffle=True, seed=seed + epoch)
        scores = [training_step(network, optimizer, x, y, loss) for x, y in batches]
        losses.append(np.mean([score.loss for score in scores]))
    return norms, losses


measured = {}
for n in (1, 3) if FAST else (1, 3, 5):
    for name, block in {"plain": PlainBlock, "with shortcuts": PaddedBlock}.items():
        measured[name, 6 * n + 2] = norms, losses = first_steps(block, n)
        print(f"{6 * n + 2:2} layers, {name:>14}: training loss {losses[0]:.2f}, then {losses[1]:.2f}")

# %% [markdown]
# The answer is (c). The plain network with 20 layers is worse than the one with 8, on the very pictures it trains on, and 32 are worse still.
# That is not overfitting: an overfitted network is *better* on its training pictures. Reason (a) is right about what a deep
# network *could* do. It says nothing about whether gradient descent finds it. He and his colleagues called it the *degradation problem*: on
# CIFAR-10 their plain net with 56 layers did worse than the one with 20, in training and in testing.
#
# With shortcuts it is the other way round: the deeper, the lower the loss (up to a point: 20 and 32 layers are close). Same layers, same
# number of parameters. Look at the gradients, from the first convolution on the left to the last one (*skip*: with shortcuts):

# %% tags=["demo"]
from course.explore import curves

lines = {
    f"{depth} {'plain' if name == 'plain' else 'skip'}": norms
    for (name, depth), (norms, _) in measured.items()
    if name == "plain" or depth == 20
}
curves(
    {"length of the gradient": lines},
    "Gradient lengths by depth. In the plain nets they grow from the last layer to the first, seven-fold with 20 layers and fifty-fold with 32; "
    "in the net of 20 layers with shortcuts they stay within a narrow band.",
    x_name="convolution, from first to last",
    log=True,
)

# %% [markdown]
# You may have heard that gradients *vanish* in deep networks. With batch normalisation they do not. In these plain networks they
# *grow* on their way back, from 0.3 at the last layer to more than 2 at the first of 20 layers and more than 10 of 32. Each
# layer multiplies the gradient by some matrix, and a product of thirty matrices is large or small, seldom one. Steps that suit the last layer are wild for
# the first one. With shortcuts the gradient has a way on which nothing is multiplied.
#
# ### The residual block
#
# $$\text{out} = \text{ReLU}\big(\,\underbrace{W_2 * \text{ReLU}(W_1 * x + b_1) + b_2}_{\text{body}(x)}\; +\; x\,\big)$$
#
# The body has to learn only what to *add* to x. To pass everything through, which the plain network could not find, it just has to be zero.
#
# ### Exercise 4: forwards (3 points)
#
# `residual_block_forward(x, weight1, bias1, weight2, bias2)`: two 3x3 convolutions with padding 1. `x` and the output have shape `(N, C, H, W)`,
# `weight1` is `(M, C, 3, 3)`, `weight2` is `(C, M, 3, 3)`; M and C may differ. A ReLU between the convolutions, and one after the sum. (Real blocks have batch
# normalisation behind each convolution; it would only make the sums longer.)
#
# <details><summary>Hint 1: the order</summary>
#
# Convolution, ReLU, convolution, plus x, ReLU.
#
# </details>
# <details><summary>Hint 2: what is added</summary>
#
# x as it came, with its negative numbers, after the second convolution and before the last ReLU.
#
# </details>
# <details><summary>Hint 3: the caller's array</summary>
#
# `total = body + x` makes a new array; `x += body` would change the caller's.
#
# </details>

# %% solution="residual_block_forward"
def residual_block_forward(x, weight1, bias1, weight2, bias2):
    """ReLU(conv(ReLU(conv(x))) + x), (N, C, H, W)."""
    ### BEGIN SOLUTION
    hidden = F.relu_forward(F.conv2d_forward(x, weight1, bias1, padding=1))  # (N, M, H, W)
    return F.relu_forward(F.conv2d_forward(hidden, weight2, bias2, padding=1) + x)
    ### END SOLUTION


# %% check="residual_block_forward" points=3
check("residual_block_forward", residual_block_forward)

# %% [markdown]
# ### Exercise 5: backwards (6 points)
#
# `residual_block_backward(grad_out, x, weight1, bias1, weight2, bias2)` gets the gradient of the loss with respect to the output and what went in. It
# returns five gradients: of `x`, `weight1`, `bias1`, `weight2`, `bias2`, in this order. Compute again what you need of the forward pass.
#
# One new idea is in it. x was used *twice*, by the first convolution and by the sum. The loss feels a change of x on both ways, so the two
# gradients add up (unit 06 had that for a shared weight). Write $s$ for the sum before the last ReLU:
#
# $$g_s = \text{grad\_out} \cdot [s > 0], \qquad \text{grad\_x} = \underbrace{\text{what } g_s \text{ becomes on its way back through the body}}_{\text{may grow or fade}}\; +\; \underbrace{g_s}_{\text{as it is}}$$
#
# <details><summary>Hint 1: backwards, step by step</summary>
#
# The last ReLU, then the second convolution, then the inner ReLU, then the first convolution. `F.relu_backward(grad, x)` wants what went *into* that
# ReLU; so keep `first = conv(x)` and `total = body + x`.
#
# </details>
# <details><summary>Hint 2: a convolution backwards</summary>
#
# `F.conv2d_backward(grad, what_went_in, weight, padding=1)` gives three gradients: of its input, its weight and its bias. Into the second
# convolution went `relu(first)`.
#
# </details>
# <details><summary>Hint 3: the shortcut</summary>
#
# `grad_x = grad_through_body + grad_total`, where `grad_total` has passed the last ReLU already. It is not `grad_out`.
#
# </details>

# %% solution="residual_block_backward"
def residual_block_backward(grad_out, x, weight1, bias1, weight2, bias2):
    """The gradients of x, weight1, bias1, weight2, bias2."""
    ### BEGIN SOLUTION
    first = F.conv2d_forward(x, weight1, bias1, padding=1)
    hidden = F.relu_forward(first)
    total = F.conv2d_forward(hidden, weight2, bias2, padding=1) + x
    grad_total = F.relu_backward(grad_out, total)
    grad_hidden, grad_weight2, grad_bias2 = F.conv2d_backward(grad_total, hidden, weight2, padding=1)
    grad_first = F.relu_backward(grad_hidden, first)
    grad_body, grad_weight1, grad_bias1 = F.conv2d_backward(grad_first, x, weight1, padding=1)
    return grad_body + grad_total, grad_weight1, grad_bias1, grad_weight2, grad_bias2
    ### END SOLUTION


# %% check="residual_block_backward" points=6
check("residual_block_backward", residual_block_backward)

# %% [markdown]
# Your block in a chain of 30, with bodies that are far too weak (a tenth of Kaiming's size). A gradient of length 1 goes in at the end. What
# arrives at the beginning, with your shortcut, and when we take the shortcut's share out again?

# %%
rng = np.random.default_rng(0)
layers = [
    tuple(0.1 * np.sqrt(2 / 36) * rng.standard_normal((4, 4, 3, 3)) if i % 2 == 0 else np.zeros(4) for i in range(4))
    for _ in range(30)
]
xs = [np.abs(rng.standard_normal((1, 4, 14, 14)))]
for parameters in layers:
    xs.append(residual_block_forward(xs[-1], *parameters))
with_shortcut = without = rng.standard_normal((1, 4, 14, 14)) / np.sqrt(4 * 14 * 14)
for depth, (x, parameters) in enumerate(zip(xs[-2::-1], layers[::-1], strict=True), 1):
    with_shortcut = residual_block_backward(with_shortcut, x, *parameters)[0]
    passed = residual_block_forward(x, *parameters) > 0  # what the last ReLU lets through
    without = residual_block_backward(without, x, *parameters)[0] - without * passed
    if depth in (1, 2, 3, 30):
        lengths = [np.linalg.norm(g) for g in (with_shortcut, without)]
        print(f"back through {depth:2} blocks: {lengths[0]:.2f} with the shortcut, {lengths[1]:.0e} without")

# %% [markdown]
# With the shortcut the gradient arrives at about its old length. Without it each block takes away about 99 % of what is left.
#
# **Where shapes change.** x can be added only to something of its own shape. Where a stage halves the maps and doubles the channels, the shortcut has
# to do it too: every second pixel and zeros as new channels (*zeros* in the explorer, the paper's option A, no parameters), or a 1x1
# convolution with stride 2 (option B, *1x1*). Everywhere else it is left alone.
#
# ## Side by side
#
# Now a small VGG, a small Inception net and a small ResNet, for 28x28 pixels and ten classes, on the 10,000 garments of the sample. 1,000 of
# them are held out to choose the best weights; the 2,000 test images wait until the end. The only augmentation is a flip: a mirrored boot is a
# boot. The three train one after the other, in the background, which takes about three minutes on two cores that nobody else uses, and
# up to six on busy ones. Read on meanwhile, or watch the boot's answer change.
#
# Watch for this: which loss falls fastest in the first epoch? And which network needs most seconds for an epoch, the one with most parameters?

# %% tags=["demo"]
import tempfile

from course.data.augmentation import random_flip
from course.training import Plan, Trainer

NETS = {
    "VGG": "conv 24 bn, conv 24 bn, pool, conv 48 bn, conv 48 bn, pool, "
    "conv 96 bn, conv 96 bn, pool, flatten, dense 128, dense 10",
    "Inception net": "conv 16 bn, pool, inception 64, inception 96, pool, "
    "inception 128, inception 128, mean, dense 10",
    "ResNet": "conv 16 bn, pool, residual 16, residual 16, residual 16, "
    "residual 32 s2 zeros, residual 32, residual 32, "
    "residual 64 s2 zeros, residual 64, residual 64, mean, dense 10",
}
EPOCHS = {"VGG": 6, "Inception net": 4, "ResNet": 5}
networks = {name: assemble(text.split(", "), (1, 28, 28)) for name, text in NETS.items()}
trainers = {
    name: Trainer(
        network,
        clothes[:300] if FAST else clothes,
        tempfile.mkdtemp(),
        Plan(epochs=1 if FAST else EPOCHS[name], held_out=100 if FAST else 1000, lr=4e-3),
        augment=random_flip,
    )
    for name, network in networks.items()
}
dashboard = TrainingDashboard(trainers, watch=test[int(np.argmax(test.labels == 9)) :])  # our boot first
dashboard

# %% tags=["demo"]
from course.interop import load_weights
from course.training import evaluate

dashboard.wait()  # the numbers below need the trained networks
for name, network in networks.items():
    load_weights(trainers[name].best, network)
    table = summary(network, (1, 28, 28))
    right = evaluate(network, test[:200] if FAST else test).accuracy
    seconds = trainers[name].progress.seconds
    costs = f"{table.parameters:,} parameters, {table.multiply_adds / 1e6:.1f} million multiply-adds"
    print(f"{name:>13}: {right:.1%} of the test images; {costs}, {seconds / trainers[name].plan.epochs:.0f} s an epoch")

# %% [markdown]
# Expect 90 % to 92 % for the VGG, 88 % to 91 % for the ResNet, and 85 % to 90 % for the Inception net, which has the fewest
# parameters and trains for the fewest epochs. So is VGG the best network? Not by this. The ResNet has twenty layers with weights, does half the
# multiplying, and gets there within a point or two; on ten kinds of garments of 28x28 pixels, eight layers are deep enough. (Count them in
# the list: six convolutions, two dense.) And see how badly parameters and multiply-adds tell the time: an Inception block does little
# work in many small pieces, and pieces cost too.
#
# **CIFAR-10**, colour photographs of 32x32, is the next step where a download of 170 MB is possible. Set the switch; the loader
# brings the images, and the same lists of blocks make networks for three colours. With five times as many and larger images, and eight epochs,
# the ResNet needs about ten times as long as above.

# %% tags=["demo"]
CIFAR = False
if CIFAR:
    from IPython.display import display

    from course.data import cifar10

    photographs = cifar10()
    resnet = assemble(NETS["ResNet"].split(", "), photographs.images.shape[1:])
    eight = Plan(epochs=8, lr=4e-3)
    colour = Trainer(resnet, photographs, tempfile.mkdtemp(), eight, augment=random_flip)
    colour_dashboard = TrainingDashboard({"ResNet on CIFAR-10": colour})
    display(colour_dashboard)
    print(colour_dashboard.wait())
    load_weights(colour.best, resnet)
    print(f"{evaluate(resnet, cifar10(train=False)).accuracy:.1%} of the 10,000 test photographs")

# %% [markdown]
# ## Which network for which budget?
#
# A telephone has little memory, a camera at a crossing little time, a hospital's server neither problem. The next cell holds the
# well-known networks, with what the course's own code counts, and the top-1 error (one guess, one look at the middle 224x224 pixels of each validation
# image) that torchvision publishes for its weights.

# %%
NAMES = ["AlexNet", "VGG-11", "VGG-16", "GoogLeNet", "ResNet-18", "ResNet-34", "ResNet-50"]
PARAMETERS = np.array(
    [61_100_840, 132_863_336, 138_357_544, 6_624_904, 11_689_512, 21_797_672, 25_557_032]
)
MULTIPLY_ADDS = np.array(
    [
        *(714_188_480, 7_609_090_048, 15_470_264_320, 1_498_376_192),
        *(1_814_073_344, 3_663_761_408, 4_089_184_256),
    ]
)
ERRORS = np.array([43.48, 30.98, 28.41, 30.22, 30.24, 26.69, 23.87])  # per cent

# %% [markdown]
# ### Exercise 6: choose (3 points)
#
# `choose_network(parameters, multiply_adds, errors, most_parameters, most_multiply_adds)` gets three arrays with an entry for each network, and two
# budgets, which are infinite unless given. It returns the index of the network with the smallest error among those that exceed neither budget; of
# networks with equal errors the one with fewer multiply-adds; `None` if none fits.
#
# <details><summary>Hint 1: who may take part</summary>
#
# Go through the indices and leave out those with more parameters than `most_parameters` or more work than `most_multiply_adds`. Exactly as
# many is allowed.
#
# </details>
# <details><summary>Hint 2: who wins</summary>
#
# Python compares tuples from the left: `(errors[i], multiply_adds[i])`.
#
# </details>
# <details><summary>Hint 3: almost the code</summary>
#
# `min(those_that_fit, key=lambda i: (errors[i], multiply_adds[i]), default=None)`
#
# </details>

# %% solution="choose_network"
def choose_network(parameters, multiply_adds, errors, most_parameters=np.inf, most_multiply_adds=np.inf):
    """The index of the best network within both budgets, or None."""
    ### BEGIN SOLUTION
    fitting = [
        i
        for i in range(len(errors))
        if parameters[i] <= most_parameters and multiply_adds[i] <= most_multiply_adds
    ]
    return min(fitting, key=lambda i: (errors[i], multiply_adds[i]), default=None)
    ### END SOLUTION


# %% check="choose_network" points=3
check("choose_network", choose_network)

# %%
BUDGETS = {
    "a telephone: 40 MB of weights": (10e6, np.inf),
    "a camera: 2 billion multiply-adds an image": (np.inf, 2e9),
    "an old server: 100 MB, 4 billion": (25e6, 4e9),
    "no limits": (np.inf, np.inf),
    "a watch: 10 MB": (2.5e6, np.inf),
}
for name, budget in BUDGETS.items():
    i = choose_network(PARAMETERS, MULTIPLY_ADDS, ERRORS, *budget)
    print(f"{name:>43}: {'none of these' if i is None else f'{NAMES[i]}, {ERRORS[i]} % wrong'}")

# %% [markdown]
# VGG-16 is nobody's choice: whatever it can afford, a ResNet can, and better. So why does everyone still know it? Because its 3x3 blocks are in
# all that came after, and because its features, taken from the middle, turned out to suit other tasks well: style transfer and perceptual losses
# are computed with VGG to this day.
#
# ## What breaks, and why
#
# **Half a block.** What if the two ways of a residual block do not agree in shape? NumPy might even help you to a wrong answer: maps of
# `(16, 28, 28)` and `(1, 28, 28)` can be added, by broadcasting. The layer refuses, and says what to do:

# %%
from course.nn import Conv2d, Residual

for body in (Conv2d(16, 32, 3, padding=1), Conv2d(16, 16, 3, stride=2, padding=1), Conv2d(16, 1, 3, padding=1)):
    try:
        Residual(body)(np.zeros((1, 16, 28, 28), np.float32))
    except ValueError as error:
        print(f"{error}\n")

# %% [markdown]
# **ReLU in the way.** Put the last ReLU on the body, before the sum, and every block can only *add*: ReLU(body) + x never falls below x, and
# over many blocks the numbers grow without end. We count it, with bodies of full Kaiming size:

# %%
rng = np.random.default_rng(0)
right_place = wrong_place = np.abs(rng.standard_normal((1, 8, 14, 14)))
for depth in range(1, 21):
    w1, w2 = (np.sqrt(2 / 72) * rng.standard_normal((8, 8, 3, 3)) for _ in range(2))
    zero = np.zeros(8)
    right_place = residual_block_forward(right_place, w1, zero, w2, zero)
    hidden = F.relu_forward(F.conv2d_forward(wrong_place, w1, zero, padding=1))
    wrong_place = F.relu_forward(F.conv2d_forward(hidden, w2, zero, padding=1)) + wrong_place
    if depth in (1, 5, 10, 20):
        means = f"{right_place.mean():6.1f} with the ReLU after the sum, {wrong_place.mean():6.1f} before it"
        print(f"after {depth:2} blocks the mean is {means}")

# %% [markdown]
# Both grow, since each block adds something and nothing normalises: that is what the batch normalisation in real blocks is for. But only one can
# take anything back.
#
# **Comparing what cannot be compared.** Our accuracies come from 2,000 images of a split of our own. On the official split, with six times as many
# training images, published networks reach 93 % to 96 %. And of 2,000 images, 90 % right has a standard error of
# $\sqrt{0.9 \cdot 0.1 / 2000} = 0.67$ points: two networks half a point apart are equal until several seeds say otherwise.
#
# ## Summary
#
# - AlexNet made large images learnable (ReLU, dropout, two graphics cards); VGG made depth simple (two 3x3 for a 5x5: 18 against 25 weights per pair of
#   channels); GoogLeNet made it cheap (1x1 first, a mean at the end); ResNet made it trainable (add, do not replace).
# - VGG-16: 138,357,544 parameters, 74 % of them in one dense layer; the work is in the convolutions.
# - Deep plain networks are worse *in training*. Shortcuts give the gradient a way on which it is not multiplied; at a sum it is copied to both ways,
#   and at a fork the copies add up.
# - Concatenation wants equal height and width; addition wants equal everything.
#
# **Reading.** A. Krizhevsky, I. Sutskever, G. Hinton, *ImageNet classification with deep convolutional neural networks*, NIPS 2012. K. Simonyan, A. Zisserman,
# *Very deep convolutional networks for large-scale image recognition*, ICLR 2015, section 2.3 (why 3x3), tables 1 to 3. C. Szegedy et al., *Going deeper with convolutions*,
# CVPR 2015, figure 2 and table 1. K. He, X. Zhang, S. Ren, J. Sun, *Deep residual learning for image recognition*, CVPR 2016, figures 1 and 6; *Delving deep into rectifiers*,
# ICCV 2015 (the first weights). G. Yang et al., *A mean field theory of batch normalization*, ICLR 2019 (why gradients grow in plain networks). O. Russakovsky et al., *ImageNet large scale visual recognition challenge*, IJCV 115 (2015): the
# contest, its data and the human error. L. Beyer et al., *Are we done with ImageNet?*, arXiv:2006.07159 (2020): the labels collected anew. H. Xiao, K. Rasul, R. Vollgraf,
# *Fashion-MNIST*, arXiv:1708.07747 (2017).
#
# **The same in PyTorch.** There a tape notes what was computed, and walks it back; the sum at the fork happens by itself. Your five gradients against its:

# %% tags=["demo"]
try:
    import torch
except ImportError:
    print("PyTorch is not installed here; nothing in this course needs it.")
else:
    rng = np.random.default_rng(0)
    arrays = [rng.standard_normal(shape) for shape in ((2, 4, 14, 14), (6, 4, 3, 3), (6,), (4, 6, 3, 3), (4,))]
    grad_out = rng.standard_normal((2, 4, 14, 14))
    x, w1, b1, w2, b2 = tensors = [torch.tensor(a, requires_grad=True) for a in arrays]
    f = torch.nn.functional
    out = f.relu(f.conv2d(f.relu(f.conv2d(x, w1, b1, padding=1)), w2, b2, padding=1) + x)
    out.backward(torch.tensor(grad_out))
    yours = residual_block_backward(grad_out, *arrays)
    for name, mine, theirs in zip(["x", "weight1", "bias1", "weight2", "bias2"], yours, tensors, strict=True):
        print(f"{name:>7}: largest difference {np.abs(mine - theirs.grad.numpy()).max():.1e}")

# %% [markdown]
# **From here.** Thirteen units ago nine products became one pixel of an edge. You have now written, checked and trained every part
# of a network that tells ten kinds of clothes apart, and can read the papers of those that tell a thousand things. The names in `course.models` (`vgg16`, `resnet50`,
# `googlenet`) load the weights that PyTorch's authors offer; what to do with them on your own photographs is up to you.
