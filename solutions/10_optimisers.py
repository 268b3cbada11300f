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
# # 10 Optimisers and training
#
# After this unit you can
#
# - write a step of SGD with momentum, of RMSprop and of Adam, and say on which surface each of them is slow,
# - write the training loop out: batches in a new order, held-out loss, the best weights kept, a stop in time,
# - look at the plots of a network that does not learn and say what is wrong with it.
#
# It takes about 70 minutes. You need units 06 and 09: where gradients come from, softmax and cross-entropy. There are five exercises.

# %%
import os

import numpy as np

from autograder import check
from course import functional as F
from course.data import mnist
from course.explore import DescentExplorer, clinic_figure, curves, descent_figure, gallery

FAST = os.environ.get("COURSE_FAST") == "1"  # only testing the notebook: fewer epochs

# %% [markdown]
# ## Before you run anything
#
# A long valley: along it the ground falls gently, across it is 25 times as steep. Somebody walks downhill, each step as long as the learning
# rate says, and arrives nicely with a rate of 0.07. Write down:
#
# 1. We make the rate a fifth larger, 0.084. Does he arrive a fifth sooner, a little later, or never?
# 2. Adam's first step, with a learning rate of 0.1: how long is it for a gradient of 1,000, and how long for one of 0.001?
# 3. A network has learned its 1,000 training digits by heart, all of them are right. We train on. Does the loss on *other* digits fall,
#    stay, or rise?
#
# ## Five walkers
#
# The map shows the height over two weights; the small crosses are minima. All walkers have the same learning rate and, if you add noise, the same
# noise. Every dot is a step.
#
# - In the *valley* leave SGD alone, and raise the rate slowly from 0.03. At 0.04 it does something neat, at 0.08 something else.
# - Compare *valley* and *slanted valley*, the same valley turned. Who does not notice? Who does?
# - *Two hollows*: who gets into the deeper one, and why? What is the price?
# - *Saddle* and *plateau*: where is the gradient almost zero, and who walks on all the same?

# %% tags=["demo"]
DescentExplorer("valley", lr=0.03)

# %% [markdown]
# ## One step
#
# The valley's height is $f(x, y) = (x^2 + 25 y^2) / 2$, its gradient $(x,\ 25 y)$. A step of gradient descent subtracts the learning rate
# $\eta$ times the gradient,
#
# $$x \leftarrow (1 - \eta)\, x, \qquad y \leftarrow (1 - 25 \eta)\, y,$$
#
# so each step multiplies $x$ by one fixed number and $y$ by another. With $\eta = 0.04$ the second is zero: one step, and the walker is
# on the valley's floor. From there on only $0.96$ counts. The two numbers for other rates, and where sixty steps lead from $(-2.5,\ 1)$:

# %%
for lr in (0.01, 0.04, 0.07, 0.08, 0.084):
    along, across = 1 - lr, 1 - 25 * lr
    ends = f"x = {-2.5 * along**60:.3f}, y = {across**60:.3g}"
    print(f"{lr:5}: x * {along:5.3f}, y * {across:6.3f}; then {ends}")

# %% [markdown]
# At 0.08 the walker jumps from one slope to the other for ever, at 0.084 each jump is a tenth longer than the last: never, is the answer
# to the first question. The steepest direction sets the limit, $2/25$, and the flattest one has to live with it. Real
# losses have thousands of directions, and the ratio is worse than 25.
#
# **Momentum** helps the flat direction. The walker has a velocity $u$; each gradient is added to what is left of the last one,
#
# $$u \leftarrow \mu\, u + g, \qquad w \leftarrow w - \eta\, u .$$
#
# Where gradients agree they add up, to $g\,(1 + \mu + \mu^2 + \dots) = g / (1 - \mu)$: ten times the step with $\mu = 0.9$. Where
# they change sign they cancel. The price is that it overshoots, as you have seen.
#
# **Weight decay** $\lambda$ pulls every weight a little towards zero: $g$ becomes $g + \lambda w$ before anything else. It is the gradient of an
# additional loss, $\frac{\lambda}{2} \lVert w \rVert^2$.
#
# With numbers: $w = 1$, $g = 0.5$, old velocity 2, $\eta = 0.1$, $\mu = 0.9$, no decay. The velocity becomes $0.9 \cdot 2 + 0.5$, that is 2.3, and
# the weight $1 - 0.1 \cdot 2.3$, that is 0.77.
#
# ### Exercise 1: SGD (4 points)
#
# `sgd_step(param, grad, velocity, lr, momentum=0.0, weight_decay=0.0)` returns the new `param` and the new `velocity`. The three arrays have the same
# shape, any. The results are new arrays: what came in stays as it is, and float32 stays float32.
#
# <details><summary>Hint 1: the order</summary>
#
# First the decay into the gradient, then the gradient into the velocity, then the step along the *new* velocity.
#
# </details>
# <details><summary>Hint 2: three lines</summary>
#
# The velocity is `momentum` times the old one, plus `grad`, plus `weight_decay` times `param`. There is no factor of `1 - momentum`, and no `lr` in it.
#
# </details>
# <details><summary>Hint 3: new arrays</summary>
#
# `param -= ...` writes into the caller's array. `param = param - ...` makes a new one.
#
# </details>

# %% solution="sgd_step"
def sgd_step(param, grad, velocity, lr, momentum=0.0, weight_decay=0.0):
    """One step of SGD with momentum and weight decay: the new param and velocity."""
    ### BEGIN SOLUTION
    velocity = momentum * velocity + grad + weight_decay * param
    return param - lr * velocity, velocity
    ### END SOLUTION


# %% check="sgd_step" points=4
check("sgd_step", sgd_step)

# %% [markdown]
# Your step walks. The hollow triangle is you; below the map stands whether you go where the course's walker with momentum goes.
# **Nesterov's** walker looks ahead. He knows that his velocity is about to carry him on, and follows $g + \mu\, u$ with the new
# $u$, which amounts to taking the gradient a step further down the road. He brakes earlier: compare the two in the
# bend of the banana.

# %% tags=["demo"]
DescentExplorer("banana", lr=0.02, walkers=["SGD", "Nesterov"], fn=sgd_step)

# %% [markdown]
# ## A step of its own for every weight
#
# In the valley $y$ needs a small rate and $x$ would like a large one. **RMSprop** gives each weight its own. It remembers how large its
# gradients have been, as a running mean of their squares $s$, and divides by the root:
#
# $$s \leftarrow \alpha\, s + (1 - \alpha)\, g^2, \qquad w \leftarrow w - \eta\, \frac{g}{\sqrt{s} + \varepsilon} .$$
#
# If all gradients of a weight become 25 times as large, so does $\sqrt{s}$, and the steps stay as they were. $\varepsilon$ is there for weights whose
# gradient has always been zero. It stands *outside* of the root, as in PyTorch; Keras has it inside.
#
# With numbers: $g = 5$, $s = 0$, $\alpha = 0.75$. The mean square becomes $0.25 \cdot 25 = 6.25$, its root 2.5, and the step $\eta \cdot 2$.
# A first step is longer than $\eta$, by $1/\sqrt{1 - \alpha}$: ten times with $\alpha = 0.99$. You can see it on every map above.
#
# ### Exercise 2: RMSprop (3 points)
#
# `rmsprop_step(param, grad, square_avg, lr, alpha=0.99, eps=1e-8)` returns the new `param` and the new `square_avg`. The rules are those of exercise 1.
#
# <details><summary>Hint 1: which first</summary>
#
# The mean square first; the step divides by the new one.
#
# </details>
# <details><summary>Hint 2: the shares</summary>
#
# `alpha` of the old mean stays, `1 - alpha` of the squared gradient comes in. Every weight has its own: no `.mean()` anywhere.
#
# </details>
# <details><summary>Hint 3: eps</summary>
#
# `np.sqrt(square_avg) + eps`, not `np.sqrt(square_avg + eps)`.
#
# </details>

# %% solution="rmsprop_step"
def rmsprop_step(param, grad, square_avg, lr, alpha=0.99, eps=1e-8):
    """One step of RMSprop: the new param and square_avg."""
    ### BEGIN SOLUTION
    square_avg = alpha * square_avg + (1 - alpha) * grad**2
    return param - lr * grad / (np.sqrt(square_avg) + eps), square_avg
    ### END SOLUTION


# %% check="rmsprop_step" points=3
check("rmsprop_step", rmsprop_step)

# %% [markdown]
# **Adam** has both: a running mean $m$ of the gradient, which is momentum, over the root of a running mean $v$ of its square, which is
# RMSprop. And it mends that long first step. Both means start at zero, so they are too small at first: after $t$ steps
# with the same gradient $g$, $m$ is $(1 - \beta_1^t)\, g$ and $v$ is $(1 - \beta_2^t)\, g^2$. Dividing by the brackets makes it right:
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1)\, g, \qquad v \leftarrow \beta_2 v + (1 - \beta_2)\, g^2,$$
#
# $$w \leftarrow w - \eta\, \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \varepsilon} .$$
#
# The first step, $t = 1$, with $g = 5$: $m = 0.5$ and corrected 5; $v = 0.025$ and corrected 25, its root 5. The step is $\eta \cdot 5/5$. The
# gradient cancels.
#
# ### Exercise 3: Adam (5 points)
#
# `adam_step(param, grad, m, v, t, lr, betas=(0.9, 0.999), eps=1e-8)` returns the new `param`, `m` and `v`. `t` is the number of this step, **counted
# from 1**. Return `m` and `v` as they are, *not* corrected: the correction is for this step's use only.
#
# <details><summary>Hint 1: five lines</summary>
#
# New m, new v, m corrected, v corrected, step. Give the corrected ones names of their own, such as `m_hat`.
#
# </details>
# <details><summary>Hint 2: the correction</summary>
#
# `1 - betas[0] ** t` for m, `1 - betas[1] ** t` for v: a power, not a product, and a division.
#
# </details>
# <details><summary>Hint 3: the step</summary>
#
# `lr * m_hat / (np.sqrt(v_hat) + eps)`: correct first, then the root, then eps.
#
# </details>

# %% solution="adam_step"
def adam_step(param, grad, m, v, t, lr, betas=(0.9, 0.999), eps=1e-8):
    """Step number t, counted from 1, of Adam: the new param, m and v."""
    ### BEGIN SOLUTION
    m = betas[0] * m + (1 - betas[0]) * grad
    v = betas[1] * v + (1 - betas[1]) * grad**2
    m_hat = m / (1 - betas[0] ** t)
    v_hat = v / (1 - betas[1] ** t)
    return param - lr * m_hat / (np.sqrt(v_hat) + eps), m, v
    ### END SOLUTION


# %% check="adam_step" points=5
check("adam_step", adam_step)

# %% [markdown]
# The second question, answered by your own function:

# %% tags=["demo"]
for g in (1000.0, 1.0, 0.001):
    param, _, _ = adam_step(np.array([1.0]), np.array([g]), np.zeros(1), np.zeros(1), t=1, lr=0.1)
    print(f"gradient {g:8}: the first step goes from 1 to {param[0]:.4f}")

# %% [markdown]
# Each of them 0.1 long. That is why people start with Adam: a rate of 0.001 does *something* sensible in almost any network. But dividing each
# weight by its own scale knows nothing of directions in between. Turn the valley by 37 degrees, and its steep direction is
# no single weight's any more:

# %% tags=["demo"]
from course.explore.descent.figure import make_state

for name in ("valley", "slanted valley"):
    state = make_state(name, None, 0.03, 0.9, 0.0, ["SGD", "momentum", "RMSprop", "Adam"], 60, None, "race")
    heights = {walker: state.surface.height(*path[-1]) for walker, path in state.paths.items()}
    print(f"{name:>14}, height after 60 steps:", ", ".join(f"{walker} {h:.4f}" for walker, h in heights.items()))
descent_figure("slanted valley", lr=0.03, walkers=["SGD", "Adam"], fn=adam_step)

# %% [markdown]
# SGD and momentum do not care how the valley lies, to the last digit. RMSprop and Adam do.
#
# ## Batches are noise
#
# A network's loss is a mean over all images, and its gradient too. Nobody waits for 60,000 images to take one step: a batch of 64 gives
# a gradient that is right on average, and wrong each time. How wrong? Here is a dense layer on digits, 784 numbers to 10 logits,
# and its gradient from batches of different sizes, compared with that of 4,096 digits at once:

# %% tags=["demo"]
digits, test = mnist(), mnist(train=False)
few = digits[:4096]
pixels = few.normalize(few.images).reshape(len(few), -1)  # (4096, 784)
rng = np.random.default_rng(0)
weight = 0.01 * rng.standard_normal((10, 784)).astype(np.float32)


def weight_gradient(x, labels):
    grad = F.cross_entropy_backward(x @ weight.T, labels)  # (N, 10)
    return grad.T @ x  # (10, 784)


whole = weight_gradient(pixels, few.labels)
sizes = [1, 4, 16, 64, 256]
errors = []
for size in sizes:
    drawn = [rng.choice(len(pixels), size, replace=False) for _ in range(40)]
    misses = [np.linalg.norm(weight_gradient(pixels[i], few.labels[i]) - whole) for i in drawn]
    errors.append(np.mean(misses) / np.linalg.norm(whole))
    print(f"batch of {size:3}: off by {errors[-1]:5.2f} times the gradient's own length")

# %% [markdown]
# Four times the batch, half the error: it falls with $1/\sqrt{N}$. So 64 images cost 64 times what one image costs and are 8 times
# as exact, $8 \cdot 8 = 64$; it is often better to take many rough steps than few exact ones. Go back to the first map and turn the noise up to see
# what this does. No walker comes to rest any more.
#
# ## Schedules: start fast, end quietly
#
# With noise, a large rate travels fast and then trembles around the minimum; a small one trembles less and needs for ever. So begin large and
# become small. 200 walkers at once in the noisy valley, with *your* `sgd_step`, whose arrays may have any shape:

# %% tags=["demo"]
from course.optim import cosine, step_lr, warm_up

STEPS = 300
schedules = {
    "constant 0.04": lambda t: 0.04,
    "constant 0.004": lambda t: 0.004,
    "stairs": lambda t: step_lr(t, 100, peak=0.04, gamma=0.2),
    "cosine, warmed up": lambda t: warm_up(t, 20) * cosine(t, STEPS, peak=0.04),
}
steep = np.array([1.0, 25.0])
heights = {}
for name, rate in schedules.items():
    rng = np.random.default_rng(0)
    place, velocity = np.tile([-2.5, 1.0], (200, 1)), np.zeros((200, 2))
    heights[name] = []
    for t in range(STEPS):
        grad = steep * place + rng.standard_normal(place.shape)
        place, velocity = sgd_step(place, grad, velocity, lr=rate(t))
        heights[name].append((steep * place**2).sum(axis=1).mean() / 2)
    print(f"{name:>18}: mean height after {STEPS} steps {heights[name][-1]:.4f}")
rates = {name: [rate(t) for t in range(STEPS)] for name, rate in schedules.items()}
curves(
    {"learning rate": rates, "mean height": heights},
    "Left: four schedules. Right: the constant rate of 0.04 falls fast and stays at about 0.03; the stairs and the cosine "
    "fall nearly as fast and end seven times lower; the constant rate of 0.004 is still on its way down.",
    x_name="steps",
    log=True,
)

# %% [markdown]
# The stairs are what ResNet was trained with; the cosine has no corners to choose. The **warm-up** at its beginning is for networks
# whose first gradients are wild.
#
# ## The loop, yours
#
# This is the whole of training: for each epoch, for each batch, loss, gradients, step; then look at images that are not trained on, and
# remember the best. Nothing else is in any framework's `fit`.
#
# ### Exercise 4: the training loop (7 points)
#
# Write `train_loop(x, labels, x_held, labels_held, weight, bias, orders, batch_size, lr, momentum=0.0, patience=None)` for one dense layer
# with softmax and cross-entropy.
#
# | | |
# | --- | --- |
# | `x`, `labels` | training images as rows `(N, in)`, and their classes `(N,)` |
# | `x_held`, `labels_held` | held-out images; they choose, and are never trained on |
# | `weight`, `bias` | the first weights, `(classes, in)` and `(classes,)`; leave them as they are |
# | `orders` | `(epochs, N)` integers: epoch `e` goes through the images in the order `orders[e]` |
# | `batch_size` | images a step; the last batch of an epoch may be smaller, and counts |
# | `lr`, `momentum` | of the steps, as in exercise 1; the velocity goes on from epoch to epoch |
# | `patience` | end after so many epochs in a row without a new least held-out loss; None: never |
#
# It returns three arrays: the weight and the bias **of the epoch with the least held-out loss** (the first of them, if two are equal), and a history
# `(epochs done, 2)`. In its row for an epoch stand the mean loss over the epoch's training images, each taken *before* the step of its batch,
# and the mean loss on the held-out images *after* the epoch.
#
# You may use `F.linear_forward(x, weight, bias)`, `F.linear_backward(grad_out, x, weight)` which gives three gradients, and
# `F.cross_entropy_forward(logits, labels)`, `F.cross_entropy_backward(logits, labels)`. The loss is a mean, so its gradient is one too.
#
# <details><summary>Hint 1: the batches</summary>
#
# `for start in range(0, len(order), batch_size):` and `batch = order[start : start + batch_size]`. Index images *and* labels with it.
#
# </details>
# <details><summary>Hint 2: the mean over an epoch</summary>
#
# Batches of 4, 4 and 3 images: add up loss times number of images, and divide by 11 in the end. The mean of three means is something else.
#
# </details>
# <details><summary>Hint 3: the best, and when to stop</summary>
#
# Start with `best_loss = np.inf` and `best_epoch = 0`. If `held < best_loss`, keep copies. After each epoch: if `patience` is not None and
# `epoch - best_epoch >= patience`, break.
#
# </details>

# %% solution="train_loop"
def train_loop(x, labels, x_held, labels_held, weight, bias, orders, batch_size, lr, momentum=0.0, patience=None):
    """Train one dense layer: the best weight and bias, and the history (epochs, 2)."""
    ### BEGIN SOLUTION
    velocities = np.zeros_like(weight), np.zeros_like(bias)
    best, best_loss, best_epoch, history = (weight, bias), np.inf, 0, []
    for epoch, order in enumerate(orders):
        total = 0.0
        for start in range(0, len(order), batch_size):
            batch = order[start : start + batch_size]
            logits = F.linear_forward(x[batch], weight, bias)
            total += F.cross_entropy_forward(logits, labels[batch]) * len(batch)
            grad_out = F.cross_entropy_backward(logits, labels[batch])
            _, *grads = F.linear_backward(grad_out, x[batch], weight)
            velocities = [momentum * u + g for u, g in zip(velocities, grads, strict=True)]
            weight, bias = weight - lr * velocities[0], bias - lr * velocities[1]
        held = F.cross_entropy_forward(F.linear_forward(x_held, weight, bias), labels_held)
        history.append((total / len(order), held))
        if held < best_loss:
            best, best_loss, best_epoch = (weight.copy(), bias.copy()), held, epoch
        if patience is not None and epoch - best_epoch >= patience:
            break
    return best[0], best[1], np.array(history)
    ### END SOLUTION


# %% check="train_loop" points=7
check("train_loop", train_loop)

# %% [markdown]
# Your loop reads handwriting. One dense layer, $784 \cdot 10 + 10 = 7{,}850$ numbers, 1,000 digits to learn from and 1,000 to choose by:

# %% tags=["demo"]
small, held = digits[:1000], digits[1000:2000]
x, x_held, x_test = (part.normalize(part.images).reshape(len(part), -1) for part in (small, held, test))
epochs = 10 if FAST else 60
orders = np.stack([np.random.default_rng(epoch).permutation(len(x)) for epoch in range(epochs)])
start = np.zeros((10, 784), np.float32), np.zeros(10, np.float32)
best_weight, best_bias, history = train_loop(
    x, small.labels, x_held, held.labels, *start, orders, batch_size=50, lr=0.01, momentum=0.9
)
right = (F.linear_forward(x_test, best_weight, best_bias).argmax(axis=1) == test.labels).mean()
print(f"least held-out loss {history[:, 1].min():.3f} after epoch {history[:, 1].argmin() + 1} of {epochs}, ", end="")
print(f"in the end {history[-1, 1]:.3f}; training loss in the end {history[-1, 0]:.3f}")
print(f"with the best weights {right:.1%} of the 10,000 test digits right")
curves(
    {"loss": {"training": history[:, 0], "held-out": history[:, 1]}},
    "The training loss falls towards zero; the held-out loss falls for a few epochs, then rises all the way.",
    x_name="epochs",
)

# %% [markdown]
# The held-out curve turns round after a few epochs. From there on the layer learns its thousand digits, no longer digits. That is
# **overfitting**, and you can only see it because there are images that were not trained on.
#
# ## The whole pipeline
#
# Load, look, split, normalise, train, validate, keep the best, test once. First load and look. Are the pixels what you think they are? Are the
# labels right? Is one class rare? Ten minutes of looking save days.

# %% tags=["demo"]
data = digits[:2000]
print(data.images.shape, data.images.dtype, "from", data.images.min(), "to", data.images.max())
print("how many of each class:", np.bincount(data.labels).tolist())
gallery(
    [image[0] for image in data.images[:12]],
    [f"{name}" for name in data.labels[:12]],
    alt="Twelve handwritten digits, each with its label above; all labels are right.",
    side=70,
    columns=12,
)

# %% [markdown]
# Then **split**, and only then **normalise**, with the mean and the spread of the *training part*: the numbers belong to what the network has learned, and
# held-out and test images have to stay strangers. Then train a multilayer perceptron with 300 and 100 units twice, once for all 30
# epochs, once with a patience of 3. It takes less than 20 seconds on two cores.
#
# While it runs: when does the share of right training digits reach 100 %? What do the dots, the held-out digits, do in the upper plot after that,
# and what in the lower one?

# %% tags=["demo"]
import tempfile
from dataclasses import replace

from course.data import Normalization
from course.explore import TrainingDashboard
from course.models import mlp
from course.training import Plan, Trainer

training_part, held_out = data.split(held_out=1000, seed=0)
normalize = Normalization.of(training_part.images)
training_part, held_out = (replace(part, normalize=normalize) for part in (training_part, held_out))


def trainer(patience=None, seed=0):
    plan = Plan(epochs=3 if FAST else 30, batch_size=50, lr=1e-3, patience=patience, seed=seed)
    return Trainer(
        mlp(seed=seed), training_part, tempfile.mkdtemp(), plan, {"model": "mlp"}, validation=held_out,
        schedule=lambda step, steps, lr: lr,
    )


runs = {"to the end": trainer(), "patience 3": trainer(patience=3)}
dashboard = TrainingDashboard(runs)
dashboard

# %% tags=["demo"]
from course.training import evaluate, load_model

print(dashboard.wait())  # this line waits for the training
for name, run in runs.items():
    losses = [line["held_out_loss"] for line in run.progress.history]
    print(f"{name}: {len(losses)} epochs, held-out loss {min(losses):.3f} at its best ", end="")
    print(f"(epoch {np.argmin(losses) + 1}), {losses[-1]:.3f} in the end")
chosen = load_model(runs["patience 3"].best)
print(f"tested once: {evaluate(chosen, replace(test, normalize=normalize)).accuracy:.1%} of 10,000 test digits right")

# %% [markdown]
# The held-out loss is least after 3 to 6 epochs; by epoch 30 it has risen by a fifth or more, though the share of *right* held-out digits
# does not fall. The network does not get more answers wrong, it gets surer of the wrong ones. So the third question has two answers: the loss rises,
# the accuracy stays. Between 85 % and 90 % of the test digits are right.
#
# Stopping early is the cheapest cure. The others: more digits, distorted copies of those there are (unit 12), dropout (unit 08),
# weight decay, a smaller network.
#
# ## What breaks, and why
#
# **Pixels as they come.** The same loop, the same rate, but pixels from 0 to 255:

# %% tags=["demo"]
raw, raw_held = (part.images.reshape(len(part), -1).astype(np.float32) for part in (small, held))
_, _, spoilt = train_loop(raw, small.labels, raw_held, held.labels, *start, orders[:3], 50, lr=0.01, momentum=0.9)
print("training loss of the first epochs, raw pixels:       ", *(f"{loss:.1f}" for loss in spoilt[:, 0]))
print("training loss of the first epochs, normalised pixels:", *(f"{loss:.2f}" for loss in history[:3, 0]))

# %% [markdown]
# Gradients grow with the pixels and the curvature with their square: raw pixels spread 79 times as far,
# so the valley is some 6,000 times as steep, and 0.01 is beyond its limit.
#
# **Choosing by the test set.** Two hundred "networks" that guess, and 100 test digits to choose the best of them by:

# %% tags=["demo"]
rng = np.random.default_rng(0)
guesses = rng.integers(0, 10, (200, 200))  # network, digit
scores = guesses == test.labels[:200]
best = scores[:, :100].mean(axis=1).argmax()
print(f"the best of 200 guessers: {scores[best, :100].mean():.0%} of the digits it was chosen by, ", end="")
print(f"{scores[best, 100:].mean():.0%} of others")

# %% [markdown]
# Nobody has learned anything. Whoever tries 200 settings and reports the best test accuracy does just that. Choose by held-out images, as often as you like,
# and open the test set once.
#
# ## The clinic
#
# Six networks of the same kind, 784-100-100-100-10 with ReLU and dropout of 0.2, learn 500 digits, 10 batches an epoch, $10 \cdot 20 = 200$ steps with
# momentum 0.9. One is healthy. The other five have been broken, each in one place:
#
# | number | diagnosis | what happens inside |
# | --- | --- | --- |
# | 1 | **dead ReLUs** | after a wild step the biases are so negative that units are 0 for every image: no gradient reaches them ever again |
# | 2 | **bad initialisation** | the first weights are far too small: from layer to layer the numbers fade, and with them the gradients |
# | 3 | **forgotten eval** | the network is evaluated in training mode: dropout goes on rolling dice |
# | 4 | **shuffled labels** | the training images have each other's labels: there is nothing to learn but each of them by heart |
# | 5 | **rate too high** | steps jump over the minimum, again and again |
#
# What you see of each: the loss of its batches and of held-out digits; how many digits are right, each time evaluated as the owner of the network does
# it; how many units of each hidden layer are 0 for all held-out digits *in the end*; how far the numbers of each hidden layer spread *before the first
# step*; and how many held-out digits get the same answer when they are evaluated twice. It takes five seconds.
#
# Before you look, say for each diagnosis which plot would show it.

# %% tags=["demo"]
clinic_figure()

# %% [markdown]
# ### Exercise 5: five diagnoses (5 points)
#
# Return a dictionary: patient to number, such as `{"A": 1, "B": 2, ...}`. Each diagnosis occurs once.
#
# <details><summary>Hint 1: begin with what is unmistakable</summary>
#
# One patient gives different answers when asked twice, one has bars of 100 %, one a staircase among its last bars.
#
# </details>
# <details><summary>Hint 2: two that do learn something</summary>
#
# Look at whether what is learned helps with *other* digits. A loss that leaps and one that creeps are different things.
#
# </details>
# <details><summary>Hint 3: a loss that stands still at 2.3</summary>
#
# $\ln 10 = 2.30$ is the loss of who answers every digit with one tenth for each class. Two patients end there. Has it always been so? One of
# them was well until something happened.
#
# </details>

# %% solution="clinic"
def clinic():
    """The number of the diagnosis for each patient, A to E."""
    ### BEGIN SOLUTION
    return {"A": 3, "B": 5, "C": 1, "D": 4, "E": 2}
    ### END SOLUTION


# %% check="clinic" points=5
check("clinic", clinic)

# %% [markdown]
# The treatments, in the order of the table: a smaller rate, or clip the gradient (`course.optim.clip_grad_norm`), or leaky ReLUs; first weights with a spread of
# $\sqrt{2 / \text{inputs}}$; `model.eval()`; look at twenty images with their labels; a third of the rate.
#
# And a check before all others, for any network that does not learn: take **ten images** and train on nothing else. A sound network
# knows them by heart after a hundred steps. If it does not, the error is in the code, not in the data.
#
# ## Summary
#
# - The steepest direction limits the learning rate; momentum speeds up the flat ones; RMSprop and Adam give every weight a rate of its own.
# - A batch's gradient is right on average; its error falls with the root of the batch size. Start with a large rate, end with a small one.
# - Held-out images choose the weights and the moment to stop. Normalise with the training part's numbers. Test once.
# - When it does not learn, look: loss, held-out loss, silent units, spread by layer, the same question twice.
#
# **Reading.** B. T. Polyak, *Some methods of speeding up the convergence of iteration methods*, USSR Computational Mathematics and
# Mathematical Physics 4 (1964): momentum. I. Sutskever, J. Martens, G. Dahl, G. Hinton, *On the importance of initialization and momentum in deep learning*,
# ICML 2013: Nesterov's step for networks. T. Tieleman, G. Hinton, *Neural networks for machine learning*, lecture 6.5, Coursera 2012: RMSprop. D. P. Kingma,
# J. Ba, *Adam: a method for stochastic optimization*, ICLR 2015, algorithm 1. K. He, X. Zhang, S. Ren, J. Sun, *Delving deep into rectifiers*, ICCV
# 2015, section 2.2: first weights. L. Prechelt, *Early stopping, but when?*, in *Neural networks: tricks of the trade*, Springer 1998.
#
# **The same in PyTorch.** An optimiser object keeps the velocities for you. Five steps of each, beside yours:

# %% tags=["demo"]
try:
    import torch
except ImportError:
    print("PyTorch is not installed here; nothing in this course needs it.")
else:
    rng = np.random.default_rng(0)
    first, grads = rng.standard_normal(6), rng.standard_normal((5, 6))
    zero = np.zeros(6)
    theirs = {
        "SGD": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01),
        "RMSprop": lambda p: torch.optim.RMSprop(p, lr=0.1),
        "Adam": lambda p: torch.optim.Adam(p, lr=0.1),
    }
    yours = {
        "SGD": (lambda p, g, t, u: sgd_step(p, g, u, 0.1, 0.9, 0.01), 1),
        "RMSprop": (lambda p, g, t, s: rmsprop_step(p, g, s, 0.1), 1),
        "Adam": (lambda p, g, t, m, v: adam_step(p, g, m, v, t, 0.1), 2),
    }
    for name, make in theirs.items():
        parameter = torch.nn.Parameter(torch.from_numpy(first.copy()))
        optimizer = make([parameter])
        step, memories = yours[name]
        place, memory = first, [zero] * memories
        for t, g in enumerate(grads, start=1):
            parameter.grad = torch.from_numpy(g.copy())
            optimizer.step()
            place, *memory = step(place, g, t, *memory)
        print(f"{name}: largest difference {np.abs(parameter.detach().numpy() - place).max():.1e}")

# %% [markdown]
# Now there is a loop, an optimiser that is yours, and a way to see what goes wrong. Unit 11 puts them to work: LeNet-5 on all 60,000
# digits.
