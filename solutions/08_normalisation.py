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
# # 08 ReLU, normalisation, dropout
#
# After this unit you can
#
# - say why a deep network of sigmoids does not learn, and measure what ReLU, the size of the first weights and batch norm do about it,
# - write batch norm forward and backward, local response normalisation, and dropout,
# - put convolution, batch norm, ReLU, pooling and dropout in an order for which you have measured the reasons.
#
# It takes about 65 minutes. You need units 04 and 06 (a layer and its gradient) and 07 (pooling). There are six exercises.

# %%
import os

import numpy as np

from autograder import check
from course import functional as F
from course.data import DataLoader, mnist
from course.explore import DistributionsExplorer, gallery

FAST = os.environ.get("COURSE_FAST") == "1"  # only testing the notebook: train on fewer digits

# %% [markdown]
# ## Before you run anything
#
# A network has 10 layers, each followed by a sigmoid. A gradient of size 1 arrives at the last one. How large is it when it arrives at the first: about a
# half, a hundredth, or less than a hundred-thousandth? Write down a power of ten.
#
# ## What becomes of a signal
#
# Below, a signal of mean 0 and standard deviation 1 goes through layer after layer, and a gradient of deviation 1 comes back. The grey shapes are histograms of what each layer
# puts out. Blue is their deviation, orange the gradient's; both bars go by powers of ten. First make the stack deeper. Then try tanh, and ReLU. For ReLU, find the size of
# weights at which neither bar shrinks nor grows. Then tick batch norm, and move the size of the weights again.

# %% tags=["demo"]
DistributionsExplorer("sigmoid", depth=10)

# %% [markdown]
# ## Why gradients vanish
#
# On the way back, each layer multiplies the gradient with the slope of its activation. A sigmoid's slope is $s(1 - s)$, at most $\tfrac14$, where the signal is 0, and
# less everywhere else. Ten layers: at most $4^{-10}$, a millionth, whatever the weights would like. tanh has slope 1 at 0 and loses less, until signals grow into its flat ends. ReLU has
# slope 1 wherever it is not 0: nothing is lost along a path that is open.

# %% tags=["demo"]
for name, slope in {"sigmoid": 0.25, "tanh": 1.0, "ReLU": 1.0}.items():
    print(f"{name:>8}: largest slope {slope}; through ten layers at most {slope**10:.1e}")
signal = np.random.default_rng(0).standard_normal(100_000)
sigmoid = 1 / (1 + np.exp(-signal))
print(f"on average, for a signal of deviation 1: sigmoid {np.mean(sigmoid * (1 - sigmoid)):.2f}, "
      f"tanh {np.mean(1 - np.tanh(signal) ** 2):.2f}, ReLU {np.mean(signal > 0):.2f}")

# %% [markdown]
# ReLU lets half of a symmetric signal through, so each layer halves its square on average. First weights twice as large in the square make up for it: deviation $\sqrt{2 / n}$ for $n$ inputs, found by
# He and others in 2015; in the explorer that is *weights × 1.4*. That is good at the start, and training soon moves the weights elsewhere. Batch norm keeps the size right *always*.
#
# ## Batch norm, step by step
#
# For each channel, over all images of the batch and all their pixels, $m = N H W$ numbers:
#
# $$\mu = \frac1m \sum x, \qquad \sigma^2 = \frac1m \sum (x - \mu)^2, \qquad \hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}}, \qquad y = w\,\hat x + b .$$
#
# Weight and bias are learned: if the network would rather have the channel at another size, it can. A channel with the four numbers 1, 1, 3, 3 has the sum $1 + 1 + 3 + 3 = 8$, mean 2 and variance 1, and becomes -1, -1, 1, 1.
#
# **In use** there is no batch; an answer must not depend on which other images happen to be asked about. So in training the layer also keeps running statistics, each time one tenth of the
# new value and nine tenths of the old (`momentum=0.1` weighs the *new* one), and in use it normalises with those. One detail that many get wrong: the batch is normalised with the biased variance (divided by
# $m$), and the *unbiased* one (divided by $m - 1$) goes into the running variance.
#
# ### Exercise 1: forward (6 points)
#
# `batch_norm2d_forward(x, weight, bias, running_mean, running_var, training, momentum=0.1, eps=1e-5)`: `x` is `(N, C, H, W)`, the others `(C,)`. Returns `out`, and the two running
# statistics as they are afterwards: new arrays in training, unchanged values in use.
#
# <details><summary>Hint 1: which axes</summary>
#
# `x.mean(axis=(0, 2, 3))` has one number for each channel. `[:, None, None]` brings it to where it meets `(N, C, H, W)`.
#
# </details>
# <details><summary>Hint 2: two variances</summary>
#
# `x.var(axis=(0, 2, 3))` divides by m; with `ddof=1` by m - 1.
#
# </details>
# <details><summary>Hint 3: two cases</summary>
#
# Choose mean and variance first (the batch's or the running ones), then write the normalisation once for both.
#
# </details>

# %% solution="batch_norm2d_forward"
def batch_norm2d_forward(x, weight, bias, running_mean, running_var, training, momentum=0.1, eps=1e-5):
    """x (N, C, H, W), all others (C,) -> out (N, C, H, W), running_mean (C,), running_var (C,)."""
    ### BEGIN SOLUTION
    if training:
        mean, var = x.mean(axis=(0, 2, 3)), x.var(axis=(0, 2, 3))
        running_mean = (1 - momentum) * running_mean + momentum * mean
        running_var = (1 - momentum) * running_var + momentum * x.var(axis=(0, 2, 3), ddof=1)
    else:
        mean, var = running_mean, running_var
        running_mean, running_var = running_mean.copy(), running_var.copy()
    x_hat = (x - mean[:, None, None]) / np.sqrt(var + eps)[:, None, None]
    out = weight[:, None, None] * x_hat + bias[:, None, None]
    return out, running_mean, running_var
    ### END SOLUTION


# %% check="batch_norm2d_forward" points=6
check("batch_norm2d_forward", batch_norm2d_forward)

# %% [markdown]
# Your batch norm in the explorer; tick it.

# %% tags=["demo"]
DistributionsExplorer("sigmoid", depth=10, gain=2.5, fn=batch_norm2d_forward)

# %% [markdown]
# ## Backward
#
# Change one number of a channel, and *all* its outputs change, because the mean and the variance do. So the gradient of $x$ has three parts: straight through, through the mean, through the variance. With
# $g$ the upstream gradient and averages over the $m$ numbers of the channel they come together as
#
# $$\frac{\partial L}{\partial x} = \frac{w}{\sqrt{\sigma^2 + \varepsilon}} \left( g - \overline{g} - \hat x\; \overline{g\,\hat x} \right), \qquad
# \frac{\partial L}{\partial w} = \sum g\,\hat x, \qquad \frac{\partial L}{\partial b} = \sum g .$$
#
# Read it: what would move all numbers together is taken out ($\overline g$: the mean undoes it), and so is what would stretch them ($\hat x\,\overline{g \hat x}$: the variance undoes it).
#
# ### Exercise 2: backward (5 points)
#
# `batch_norm2d_backward(grad_out, x, weight, eps=1e-5)` returns `grad_x, grad_weight, grad_bias`, for training.
#
# <details><summary>Hint 1: normalise again</summary>
#
# You need $\hat x$ and $\sqrt{\sigma^2 + \varepsilon}$; compute them from x as in the forward pass.
#
# </details>
# <details><summary>Hint 2: the two easy ones</summary>
#
# Sums over axes 0, 2, 3: of `grad_out` for the bias, of `grad_out * x_hat` for the weight.
#
# </details>
# <details><summary>Hint 3: means that keep their shape</summary>
#
# `grad_out.mean(axis=(0, 2, 3), keepdims=True)` is (1, C, 1, 1) and can be subtracted at once.
#
# </details>

# %% solution="batch_norm2d_backward"
def batch_norm2d_backward(grad_out, x, weight, eps=1e-5):
    """Gradients with respect to x (N, C, H, W), weight (C,) and bias (C,)."""
    ### BEGIN SOLUTION
    axes = (0, 2, 3)
    std = np.sqrt(x.var(axis=axes, keepdims=True) + eps)  # (1, C, 1, 1)
    x_hat = (x - x.mean(axis=axes, keepdims=True)) / std
    straight = grad_out - grad_out.mean(axis=axes, keepdims=True)
    stretched = x_hat * (grad_out * x_hat).mean(axis=axes, keepdims=True)
    grad_x = weight[:, None, None] / std * (straight - stretched)
    return grad_x, (grad_out * x_hat).sum(axis=axes), grad_out.sum(axis=axes)
    ### END SOLUTION


# %% check="batch_norm2d_backward" points=5
check("batch_norm2d_backward", batch_norm2d_backward)

# %% [markdown]
# ## Does it help?
#
# LeNet-5 with and without batch norm, one pass over 6,000 digits, at three learning rates. About ten seconds.

# %% tags=["demo"]
from course.models import lenet5, lenet5_bn
from course.optim import SGD
from course.training import evaluate, train

digits, test = mnist()[: 1000 if FAST else 6000], mnist(train=False)[: 500 if FAST else 2000]
for lr in (0.003, 0.03, 0.3):
    shares = []
    for make in (lenet5, lenet5_bn):
        model = make(seed=0)
        with np.errstate(all="ignore"):
            train(model, DataLoader(digits, batch_size=32, shuffle=True), SGD(model.parameters(), lr=lr))
            shares.append(evaluate(model, test).accuracy)
    print(f"learning rate {lr:5}: plain {shares[0]:6.1%}, with batch norm {shares[1]:6.1%}")

# %% [markdown]
# At each of the three the network with batch norm is ahead, and most where the rate is too small for the plain one. The learning rate matters less: that is what batch norm is for. (Why it helps is still argued about; that it makes gradients
# less dependent on each other's size is agreed.)
#
# **Small batches** are its weak side. The mean of a batch is a guess at the mean of all images, and with 2 images it is a poor one. The running statistics are averages of poor guesses, and use and training drift apart:

# %% tags=["demo"]
rng = np.random.default_rng(0)
channel = rng.standard_normal((4096, 1, 2, 2)) * 2 + 1
for size in (2, 8, 64):
    means = [channel[i : i + size].mean() for i in range(0, 4096, size)]
    print(f"batches of {size:2}: the batch's mean is 1 on average, and off by {np.std(means):.2f}")

# %% [markdown]
# ## Local response normalisation
#
# AlexNet (2012) came before batch norm and used another kind: a number is held down where its neighbours *in other channels, at the same pixel* are large. With $n$ neighbours in all, itself included, and the ends cut:
#
# $$b_c = a_c \Big/ \Big( k + \alpha \sum_{j = c - \lfloor n/2 \rfloor}^{c + \lfloor n/2 \rfloor} a_j^2 \Big)^{\beta} .$$
#
# The paper has $k = 2$, $n = 5$, $\alpha = 10^{-4}$, $\beta = 0.75$. PyTorch's `LocalResponseNorm` divides $\alpha$ by $n$ and so needs `alpha=5e-4` for the same numbers: take over the paper's values, and your $\alpha$ is five times too small. Nobody gets an error.
#
# ### Exercise 3: the paper's formula (3.5 points)
#
# `local_response_norm_forward(x, size, alpha, beta, k)`: `x` is `(N, C, H, W)`, `size` is odd.
#
# <details><summary>Hint 1: one channel</summary>
#
# For channel c the sum is over `x[:, lo:hi] ** 2` along axis 1, with lo = c - size // 2, cut at 0.
#
# </details>
# <details><summary>Hint 2: the ends</summary>
#
# `max(0, c - size // 2)`; at the upper end a slice beyond C is cut by itself.
#
# </details>
# <details><summary>Hint 3: no alpha / size</summary>
#
# This is the paper's formula. `x[:, c] / (k + alpha * total) ** beta`.
#
# </details>

# %% solution="local_response_norm_forward"
def local_response_norm_forward(x, size, alpha, beta, k):
    """AlexNet's normalisation across neighbouring channels, (N, C, H, W)."""
    ### BEGIN SOLUTION
    out = np.empty_like(x)
    for c in range(x.shape[1]):
        total = (x[:, max(0, c - size // 2) : c + size // 2 + 1] ** 2).sum(axis=1)
        out[:, c] = x[:, c] / (k + alpha * total) ** beta
    return out
    ### END SOLUTION


# %% check="local_response_norm_forward" points=3.5
check("local_response_norm_forward", local_response_norm_forward)

# %% tags=["demo"]
x = np.array([3.0, 4.0, 0.0, 1.0, 2.0]).reshape(1, 5, 1, 1)
paper = local_response_norm_forward(x, 5, 1e-1, 0.75, 2)
for name, alpha in (("PyTorch's reading, the paper's alpha", 1e-1), ("PyTorch's reading, alpha times five", 5e-1)):
    theirs = F.local_response_norm_forward(x, 5, alpha, 0.75, 2.0)
    print(f"{name}: off by {np.abs(theirs - paper).max():.3f}")

# %% [markdown]
# ## Dropout
#
# In training, set each number to 0 with chance $p$. The next layer cannot rely on any single one of its inputs. In use nothing is dropped.
#
# Then the next layer's sums would be larger in use than in training, by $1/(1 - p)$. Two ways to mend it: multiply by $1 - p$ in use, as the first paper did, or divide what is kept by $1 - p$ in training, as everybody does today
# (**inverted** dropout). With $p = 0.75$ a quarter is kept and multiplied by 4; the mean stays what it was, and in use there is nothing to do.
#
# ### Exercise 4: forward (4 points)
#
# `dropout_forward(x, p, rng)` returns `out` and `mask`: draw `rng.random(x.shape)` in one call; what is *at least* `p` is kept (True in the mask) and divided by `1 - p`, the rest becomes 0. Here $p < 1$.
#
# <details><summary>Hint 1: the mask</summary>
#
# `mask = rng.random(x.shape) >= p`.
#
# </details>
# <details><summary>Hint 2: the output</summary>
#
# `np.where(mask, x / (1 - p), 0)`: a new array, x stays.
#
# </details>
# <details><summary>Hint 3: float32</summary>
#
# A Python float does not change the dtype of an array that it divides; an array of float64 would.
#
# </details>

# %% solution="dropout_forward"
def dropout_forward(x, p, rng):
    """Drop each number of x with chance p; returns what is left, scaled, and the mask of what was kept."""
    ### BEGIN SOLUTION
    mask = rng.random(x.shape) >= p
    return np.where(mask, x / (1 - p), x.dtype.type(0)), mask
    ### END SOLUTION


# %% check="dropout_forward" points=4
check("dropout_forward", dropout_forward)

# %% [markdown]
# ### Exercise 5: backward (1.5 points)
#
# `dropout_backward(grad_out, mask, p)`: what was multiplied by 0 or by $1/(1 - p)$ on the way there is multiplied by the same on the way back.
#
# <details><summary>Hint 1: who took part</summary>
#
# A dropped number had no part in the output: its gradient is 0.
#
# </details>
# <details><summary>Hint 2: the others</summary>
#
# Their output was x / (1 - p), whose slope is 1 / (1 - p).
#
# </details>
# <details><summary>Hint 3: one line</summary>
#
# `grad_out * mask / (1 - p)`.
#
# </details>

# %% solution="dropout_backward"
def dropout_backward(grad_out, mask, p):
    """Gradient with respect to what went into dropout_forward."""
    ### BEGIN SOLUTION
    return grad_out * mask / (1 - p)
    ### END SOLUTION


# %% check="dropout_backward" points=1.5
check("dropout_backward", dropout_backward)

# %% [markdown]
# ## Dropout before batch norm: a shift
#
# Put dropout *before* batch norm, and training and use differ in a way that nobody intended. Numbers of mean 0 and variance 1, half of them dropped and the others doubled: the mean is still 0, but the variance is
# $\tfrac12 \cdot 2^2 = 2$. Batch norm learns *variance 2* for its running statistics. In use nothing is dropped, variance 1 arrives and is divided by $\sqrt 2$: every activation behind is too small. Measured:

# %% tags=["demo"]
rng = np.random.default_rng(1)
mean, var = np.zeros(3), np.ones(3)
for _ in range(200):  # training: dropout, then batch norm
    x, _ = dropout_forward(rng.standard_normal((64, 3, 4, 4)), 0.5, rng)
    _, mean, var = batch_norm2d_forward(x, np.ones(3), np.zeros(3), mean, var, training=True)
out, _, _ = batch_norm2d_forward(rng.standard_normal((64, 3, 4, 4)), np.ones(3), np.zeros(3), mean, var, training=False)
print("running variance after training:", var.round(2), " deviation of the output in use:", out.std().round(3))

# %% [markdown]
# ## In which order?
#
# Convolution, batch norm, ReLU, pooling, dropout. Textbooks give this order and few say why. We try some on 3,000 digits: the usual one; batch norm after ReLU; a convolution with stride 2 in place of pooling; and dropout before
# batch norm. Three seeds each, because one would prove nothing.

# %% tags=["demo"]
from course.nn import BatchNorm2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, ReLU, Sequential
from course.optim import Adam


def net(order, seed):
    """Two blocks in the given order, then one dense layer."""
    rng = np.random.default_rng(seed)
    layers, channels = [], 1
    for out in (8, 16):
        make = {
            "conv": lambda c=channels, o=out: Conv2d(c, o, 3, padding=1, rng=rng),
            "strided": lambda c=channels, o=out: Conv2d(c, o, 3, stride=2, padding=1, rng=rng),
            "BN": lambda o=out: BatchNorm2d(o),
            "ReLU": ReLU,
            "pool": lambda: MaxPool2d(2),
            "drop": lambda: Dropout(0.3, rng=rng),
        }
        layers += [make[name]() for name in order.split("-")]
        channels = out
    return Sequential(*layers, Flatten(), Linear(16 * 7 * 7, 10, rng=rng))


small = digits[:3000]
orders = ["conv-BN-ReLU-pool-drop", "conv-ReLU-BN-pool-drop", "strided-BN-ReLU-drop", "drop-conv-BN-ReLU-pool"]
for order in orders:
    shares = []
    for seed in range(1 if FAST else 3):
        model = net(order, seed)
        train(model, DataLoader(small, batch_size=64, shuffle=True, seed=seed), Adam(model.parameters(), lr=3e-3), epochs=2)
        shares.append(evaluate(model, test).accuracy)
    print(f"{order:>24}: " + ", ".join(f"{share:.1%}" for share in shares))

# %% [markdown]
# Look at how far the three numbers of a line lie apart before you compare lines. The stride in place of pooling costs a few points here, dropout in front one or two, and batch norm *after* ReLU does a little better than before it, by
# about as much as the seeds differ. The usual order is a habit. Two things can be said for certain, without any training:
# ReLU and max pooling may change places, for the largest of numbers cut at zero is the largest, cut at zero. (Pooling first is cheaper.) And a bias right before batch norm does nothing: the mean takes it away again.
#
# ### Exercise 6: the order puzzle (7 times 0.5 points)
#
# Number the layers: 1 convolution, 2 batch norm, 3 ReLU, 4 max pooling, 5 dropout. Answer on paper:
#
# - `usual`: the usual order of all five in a block, as a tuple.
# - `may_change_places`: which two *neighbours* of that order may change places without changing any output? A tuple, the smaller number first.
# - `gradient_of_the_bias`: the loss's gradient with respect to a bias of a convolution that stands right before batch norm in training.
# - `learned`: how many numbers learn a 3x3 convolution from 3 to 8 channels *without* bias and the batch norm behind it together?
# - `running`: how many numbers does that batch norm keep that are not learned?
# - `factor`: by what does inverted dropout with $p = 0.75$ multiply what it keeps?
# - `std_in_use`: numbers of mean 0 and deviation 1 go through dropout with $p = 0.5$, then batch norm (weight 1, bias 0), trained for a long time. What deviation comes out of the batch norm in use?
#
# <details><summary>Hint 1: the bias</summary>
#
# Add 5 to all numbers of a channel. What does batch norm put out? Then how does the loss change with the bias?
#
# </details>
# <details><summary>Hint 2: counts</summary>
#
# $3 \cdot 3 \cdot 3 \cdot 8$ weights, and for each of 8 channels a weight and a bias. Kept are a mean and a variance each.
#
# </details>
# <details><summary>Hint 3: the shift</summary>
#
# The section on dropout before batch norm has the variance that was learned. In use the numbers have variance 1.
#
# </details>

# %% solution="order_puzzle"
def order_puzzle():
    """usual, may_change_places, gradient_of_the_bias, learned, running, factor, std_in_use."""
    ### BEGIN SOLUTION
    return {
        "usual": (1, 2, 3, 4, 5),
        "may_change_places": (3, 4),
        "gradient_of_the_bias": 0,
        "learned": 3 * 3 * 3 * 8 + 8 + 8,
        "running": 8 + 8,
        "factor": 4,
        "std_in_use": 1 / np.sqrt(2),
    }
    ### END SOLUTION


# %% check="order_puzzle" points=3.5
check("order_puzzle", order_puzzle)

# %% [markdown]
# ## A network that says how sure it is
#
# Leave dropout switched *on* in use, ask the same question 50 times, and you get 50 answers of 50 slightly different networks. Where they agree the network knows; where they do not, it does not. That is **Monte-Carlo dropout** (Gal and
# Ghahramani, 2016). The *mutual information* measures the disagreement: 0 if all 50 say the same.
#
# A small network with dropout, trained on digits, is asked about test digits and about clothes, of which it has never seen any.

# %% tags=["demo"]
from course.data import fashion_sample
from course.insight import uncertainty

model = net("conv-BN-ReLU-pool-drop", 0)
train(model, DataLoader(digits, batch_size=64, shuffle=True), Adam(model.parameters(), lr=3e-3), epochs=2)
clothes = fashion_sample(train=False)
known = uncertainty(model, test.normalize(test.images[:200]), samples=10 if FAST else 50)
strange = uncertainty(model, test.normalize(clothes.images[:200]), samples=10 if FAST else 50)
for name, doubt in (("digits", known), ("clothes", strange)):
    print(f"{name:>8}: surest answer {doubt.mean.max(axis=1).mean():.0%} on average, disagreement {doubt.mutual_information.mean():.3f}")
order = np.argsort(-known.mutual_information)
chosen = [*order[:6], *order[-6:]]
gallery(
    [test.images[i, 0].astype(int) for i in chosen],
    [f"{test.labels[i]}: {known.mutual_information[i]:.3f}" for i in chosen],
    alt="Two rows of digits: six on whose reading fifty passes disagree most, sloppily written; and six on which they agree, plainly written.",
    side=100,
)

# %% [markdown]
# Disagreement on clothes is several times that on digits, and among digits the doubtful ones are those over which you would hesitate too. It is no guarantee: a network can be wrong fifty times in the same way.
#
# ## What breaks, and why
#
# **Forgotten `eval()`.** A network with batch norm that is used in training mode answers by the company an image is in: a two among 63 sevens is normalised by sevens. With a batch of one image and a dense layer the variance is 0, and every answer the same.

# %% tags=["demo"]
model.eval()
two = test.images[1:2]
alone = model(test.normalize(two))
model.train()
with np.errstate(all="ignore"):
    among = model(test.normalize(np.concatenate([two, test.images[test.labels == 7][:63]])))[:1]
model.eval()
print("logits of a two for 0, 1, 2, 3, in use: ", alone[0, :4].round(1))
print("in training mode, among 63 sevens:      ", among[0, :4].round(1))

# %% [markdown]
# **Momentum, the other way round.** In PyTorch's batch norm 0.1 weighs the new value; in TensorFlow's, 0.99 weighs the old one. Take over 0.99 as it stands, and the running statistics are those of the last batch alone.
#
# **Dropout with the scale of 2012 in a library of today**: everything is scaled twice, and the network is $1/(1-p)$ times too timid in use.
#
# ## Summary
#
# - A gradient is multiplied with every slope on its way. Sigmoids lose a factor of four at least, in each layer; ReLU none on open paths.
# - Batch norm: biased variance for the batch, unbiased for the memory; running statistics in use; two terms more in the gradient, since each number moves mean and variance.
# - LRN across channels: the paper's alpha is PyTorch's alpha over five.
# - Dropout divides by $1 - p$ in training. Before batch norm it shifts the variance.
# - Try orders with several seeds, and look at the spread before you believe a difference.
#
# **Reading.** S. Ioffe, C. Szegedy, *Batch normalization: accelerating deep network training by reducing internal covariate shift*, ICML 2015. S. Santurkar, D. Tsipras, A. Ilyas, A. Madry, *How does batch normalization help
# optimization?*, NeurIPS 2018. K. He, X. Zhang, S. Ren, J. Sun, *Delving deep into rectifiers*, ICCV 2015, section 2.2. N. Srivastava and others, *Dropout: a simple way to prevent neural networks from overfitting*, JMLR 15 (2014).
# X. Li, S. Chen, X. Hu, J. Yang, *Understanding the disharmony between dropout and batch normalization by variance shift*, CVPR 2019. Y. Gal, Z. Ghahramani, *Dropout as a Bayesian approximation*, ICML 2016.
#
# **The same in PyTorch.**

# %% tags=["demo"]
try:
    import torch
except ImportError:
    print("PyTorch is not installed here; nothing in this course needs it.")
else:
    layer = torch.nn.BatchNorm2d(3)
    x = np.random.default_rng(0).standard_normal((4, 3, 2, 2))
    theirs = layer.double()(torch.from_numpy(x)).detach().numpy()
    ours, mean, var = batch_norm2d_forward(x, np.ones(3), np.zeros(3), np.zeros(3), np.ones(3), training=True)
    print(f"outputs differ by {np.abs(ours - theirs).max():.1e}, running variances by {np.abs(var - layer.running_var.numpy()).max():.1e}")

# %% [markdown]
# **Next.** Unit 09 turns the maps into an answer: flatten, dense layers, softmax, cross-entropy.
