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
# # 01 Images, frequencies and filters
#
# After this unit you can
#
# - say what a filter does to a picture from its nine numbers, and choose nine numbers for what you want,
# - find edges in a slice of a brain, first with a pencil, then with code of your own, border included,
# - say which waves a filter lets through, and what a brain scanner has to do with it.
#
# It takes about 70 minutes. You need Python and a little NumPy: indexing, slices, loops. There are five exercises; each has a cell
# that checks your work within a second or two and says what is wrong, not only that it is.

# %%
import numpy as np

from autograder import check
from course.data import brain_slice, photo
from course.explore import FilterExplorer, KSpaceExplorer, bars, features_figure, filter_figure, gallery

# %% [markdown]
# ## Before you run anything
#
# Here are 25 pixels of a wall, all nearly equally bright:
#
# |  |  |  |  |  |
# | --- | --- | --- | --- | --- |
# | 105 | 102 | 100 | 97 | 96 |
# | 103 | 99 | 103 | 101 | 102 |
# | 101 | 98 | 104 | 102 | 100 |
# | 99 | 101 | 106 | 104 | 99 |
# | 104 | 104 | 104 | 100 | 98 |
#
# A *sharpening filter* replaces each pixel by five times itself minus its four neighbours. The 99 in the second row becomes
# $5 \cdot 99 = 495$ minus $102 + 103 + 103 + 98 = 406$, which leaves 89. Where a pixel has no neighbour, because the picture
# ends there, the filter takes 0. Write down, on paper:
#
# 1. What is the largest of the 25 new numbers: about 110, about 150, or above 300? And where?
# 2. An *edge filter* takes the three pixels on the right of each pixel minus the three on its left. Somebody turns up the light: every
#    pixel of the picture gets 50 more. By how much do the edge filter's answers change?
#
# Keep the paper.

# %% [markdown]
# ## Nine products, one pixel
#
# Run the next cell and **drag across the brain with the mouse** (or move the sliders `row` and `column`; from the keyboard, Tab
# and the arrow keys). The little blue frame holds nine pixels. Each is multiplied by the number of the *kernel* that lies on it,
# and the nine products are added up. That is one pixel of the picture on the right. The whole picture on the right is made this way.
#
# - Drag from the left to the right across the rim of the brain. Where does the sum become positive, where negative, and where is
#   it zero? What does that say about the kernel?
# - Choose *Sobel y*, then *blur*, *sharpen*, *Laplacian*. Before you look at the right, guess from the nine numbers.
# - Type numbers of your own. What does a kernel do that is 0 but for a 1 in its upper left corner?
# - Take the photograph, or press *own picture* and choose a file. (It goes to the computer that runs this notebook, and no further.)

# %% tags=["demo"]
FilterExplorer({"brain": brain_slice(), "photograph": photo()}, row=44, column=40)

# %% [markdown]
# ## An image is an array
#
# The brain is a matrix of whole numbers, one for each pixel: 0 is black, 255 would be white. It is an *axial* slice, a horizontal
# cut with the forehead at the top, as a magnetic resonance scanner shows it (T1-weighted): white matter is bright, grey matter darker, fluid
# almost black. (It is the mean of 152 heads, with the skull taken off: the ICBM 152 template.)

# %%
head = brain_slice()
print("shape", head.shape, " dtype", head.dtype, " from", head.min(), "to", head.max())

patch = head[84:92, 84:92].astype(int)  # rows 84 to 91, columns 84 to 91
print(patch)

# %% [markdown]
# `head[84, 90]` is row 84, column 90: **rows first, counted from the top**. The first axis goes down, the second across.
#
# These 64 pixels stay with us through the unit. They lie on the wall of a *ventricle*, one of the chambers of fluid in the middle
# of the brain. Brain tissue, around 180, is on the left; fluid, around 60, on the right. You can see the wall in the numbers:
# follow the last row and watch it drop from 178 to 86 within two steps. **An edge is where the intensity changes abruptly.**
#
# So an edge detector is a thing that subtracts neighbours. Here is a whole row of the slice, and below it each pixel's step to the
# next one. (A plain subtraction of 8-bit pixels would go wrong; we come to that.)

# %% tags=["demo"]
line = head[88].astype(int)  # (197,)
bars(
    [line, np.diff(line)],
    ["row 88 of the brain: intensity", "the step to the next pixel: blue is brighter, red (below the line) is darker"],
    alt="The intensity along a row: black, a plateau with two deep valleys, which are the ventricles, black. "
    "Below, its steps: large spikes at the two rims of the brain and smaller ones at the four walls of the ventricles.",
)

# %% [markdown]
# The spikes at both ends are the rim of the brain. The pairs of small hills in the middle are the walls of the two ventricles.
# A single subtraction is jumpy, though, and it sees one row at a time. A kernel does better: it takes three rows together.
#
# ## The sliding window
#
# Take a picture that is 10 on the left and 100 on the right, and the kernel that subtracts the left column from the right one.
# In a window that covers the step, each row gives $100 - 10 = 90$, and three rows give $3 \cdot 90 = 270$. Away from the step the
# two columns are equal and cancel: 0. Turn both, kernel and picture, and you have the same for a horizontal edge.

# %% tags=["demo"]
step = np.array([[10, 10, 10, 100, 100, 100]] * 6)
difference = np.array([[-1, 0, 1], [-1, 0, 1], [-1, 0, 1]])
filter_figure(step, difference, border="crop", row=1, column=1)

# %% tags=["demo"]
filter_figure(step.T, difference.T, border="crop", row=1, column=1)

# %% [markdown]
# In letters: a kernel $K$ of $k_H \times k_W$ numbers lies with its upper left corner on pixel $(h, w)$ of the image $x$, and
#
# $$\text{out}[h, w] \;=\; \sum_{i=0}^{k_H-1} \sum_{j=0}^{k_W-1} x[h+i,\, w+j] \; K[i, j]$$
#
# This is called *cross-correlation*. The window fits only where the kernel does not hang over the edge, so a 6x6 picture and a 3x3
# kernel give $6 - 3 + 1 = 4$ places down and 4 across.
#
# ### Exercise 1: slide a kernel (6 points)
#
# Write `correlate2d(image, kernel)`.
#
# | | shape | |
# | --- | --- | --- |
# | `image` | `(H, W)` | `H` need not equal `W`; pixels may be floats or 8-bit whole numbers |
# | `kernel` | `(kH, kW)` | `kH` need not equal `kW`; even sizes too |
# | returns | `(H - kH + 1, W - kW + 1)` | a new array of floats; the kernel is **not** turned or mirrored |
#
# The rules that hold for every function you write in this course: inputs are left as they are, whole numbers are treated as
# floats, and a second call knows nothing of the first. Loops are fine; being right comes before being fast.
#
# <details><summary>Hint 1: where to start</summary>
#
# How many places does the window have, down and across? Make an array of that shape with `np.zeros` (which makes floats) and fill
# it in two loops, one over `h` and one over `w`.
#
# </details>
# <details><summary>Hint 2: one place</summary>
#
# At `(h, w)` the window is the slice `image[h : h + kH, w : w + kW]`. It has the same shape as `kernel`.
#
# </details>
# <details><summary>Hint 3: almost all of it</summary>
#
# Two arrays of one shape: `window * kernel` multiplies them number by number (`@` would do something else), and `np.sum` adds
# everything up. Its result goes to `out[h, w]`.
#
# </details>

# %% solution="correlate2d"
def correlate2d(image, kernel):
    """(H, W) and (kH, kW) -> (H - kH + 1, W - kW + 1)."""
    ### BEGIN SOLUTION
    H, W = image.shape
    kH, kW = kernel.shape
    image = image.astype(float)
    out = np.zeros((H - kH + 1, W - kW + 1))
    for h in range(out.shape[0]):
        for w in range(out.shape[1]):
            out[h, w] = np.sum(image[h : h + kH, w : w + kW] * kernel)
    return out
    ### END SOLUTION


# %% check="correlate2d" points=6
check("correlate2d", correlate2d)

# %% [markdown]
# The workbench once more, with **your** function at work. Pixels where yours gives another number than it should are painted and
# counted; while it is not written yet, the figure says so. Try a 5x5 kernel.

# %% tags=["demo"]
FilterExplorer({"brain": head, "the 64 pixels": patch}, fn=correlate2d)

# %% [markdown]
# ## Sobel, with a pencil
#
# Irwin Sobel's kernels do what ours did, and give the middle row twice the weight of its neighbours. Divided by 4, the sum of the
# weights on one side, the answer is again in grey levels: a step of 90 gives 90.
#
# $$S_x = \frac14\begin{pmatrix}-1&0&1\\-2&0&2\\-1&0&1\end{pmatrix} \qquad
#   S_y = \frac14\begin{pmatrix}-1&-2&-1\\0&0&0\\1&2&1\end{pmatrix}$$
#
# $S_x$ asks *how much brighter does it get to the right?*, $S_y$ *how much brighter does it get downwards?* Let us answer both on
# the wall of the ventricle, in the window of rows 3 to 5 and columns 2 to 4 of our 64 pixels:
#
# $$\begin{matrix}146&112&90\\169&132&97\\179&156&109\end{matrix}$$
#
# - Right column: $90 + 2 \cdot 97 + 109 = 393$. Left column: $146 + 2 \cdot 169 + 179 = 663$. The difference is
#   $393 - 663$, that is $-270$, and a quarter of it is $g_x = -67.5$: it gets **darker** to the right.
# - Lower row: $179 + 2 \cdot 156 + 109 = 600$. Upper row: $146 + 2 \cdot 112 + 90 = 460$. Now $600 - 460 = 140$, and
#   $g_y = 35$: it gets brighter downwards.
# - How strong is the edge altogether? As with any two sides at a right angle, $\sqrt{67.5^2 + 35^2} \approx 76.0$. This is the
#   *magnitude*.
# - In which direction does it get brighter? The arrow $(g_x, g_y) = (-67.5, 35)$ points to the left and a little down, at right
#   angles to the wall. As an angle: $\operatorname{atan2}(35, -67.5) \approx 153°$, counted clockwise from "to the right", because
#   rows count downwards.
#
# The figure has this window; move nothing, check the products.

# %% tags=["demo"]
sobel_x = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
filter_figure(patch, sobel_x, border="crop", row=3, column=2)

# %% [markdown]
# ### Exercise 2: your turn with the pencil (3 points)
#
# Take the window of **rows 0 to 2 and columns 4 to 6** of the 64 pixels:
#
# $$\begin{matrix}107&140&184\\89&100&128\\86&81&88\end{matrix}$$
#
# Work out the two answers of Sobel's kernels (with the division by 4), the magnitude, and the direction in degrees. Put them into the
# function. Root and angle are Python's work: `(3.0**2 + 4.0**2) ** 0.5`, and `np.degrees(np.arctan2(gy, gx))`, which wants `gy` first.
# If you leave one out, write `None` for it: that costs its own points alone.
#
# <details><summary>Hint 1: gx</summary>
#
# The right column with weights 1, 2, 1, minus the left column with weights 1, 2, 1. Then divide by 4.
#
# </details>
# <details><summary>Hint 2: gy</summary>
#
# The *lower* row with weights 1, 2, 1, minus the *upper* row. Mind the sign: the lower row is darker here.
#
# </details>
# <details><summary>Hint 3: does it make sense?</summary>
#
# `gx` is about 39, `gy` about -59: brighter to the right and, more so, upwards. So the angle lies between 0 (to the right) and
# -90 (upwards). The magnitude is longer than either side of the triangle.
#
# </details>

# %% solution="sobel_by_hand"
def sobel_by_hand():
    """Four numbers about nine pixels."""
    ### BEGIN SOLUTION
    gx = ((184 + 2 * 128 + 88) - (107 + 2 * 89 + 86)) / 4
    gy = ((86 + 2 * 81 + 88) - (107 + 2 * 140 + 184)) / 4
    magnitude = (gx**2 + gy**2) ** 0.5
    direction = np.degrees(np.arctan2(gy, gx))
    ### END SOLUTION
    return {"gx": gx, "gy": gy, "magnitude": magnitude, "direction": direction}


# %% check="sobel_by_hand" points=3
check("sobel_by_hand", sobel_by_hand)

# %% [markdown]
# ## Where the picture ends
#
# A window needs nine pixels; at the rim of the picture some are missing. There are three ways out, and they have names:
#
# - **crop**: use no window that hangs over. The output is smaller, by 2 in each direction for a 3x3 kernel.
# - **zero**: pretend that the picture goes on in black.
# - **extend**: pretend that it goes on with its outermost pixels.
#
# Back to the wall on your paper, with zeros around it:

# %% tags=["demo"]
wall = np.array(
    [
        [105, 102, 100, 97, 96],
        [103, 99, 103, 101, 102],
        [101, 98, 104, 102, 100],
        [99, 101, 106, 104, 99],
        [104, 104, 104, 100, 98],
    ]
)
sharpen = np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])
filter_figure(wall, sharpen, border="zeros", row=0, column=0)

# %% [markdown]
# Inside, sharpening gives modest numbers: 89, and 111 to the right of it. In the upper left corner it gives
# $5 \cdot 105 = 525$ minus $102 + 103 = 205$, so 320, and $525 - 205 = 320$ is brighter than white. Below it stands 210. There is nothing in the
# picture that would deserve it: **the black outside is an edge that we have put there ourselves**. The frame of a filtered picture
# tells you more about the border than about the scene.
#
# The photograph reaches to its frame. Choose *zeros*, *extend*, *crop* under `border` and watch the frame of the output; then take *Sobel x*,
# and the wall once more. (The brain does not mind. Why?)

# %% tags=["demo"]
FilterExplorer({"photograph": photo(), "wall": wall, "brain": head}, sharpen, border="zeros", row=0, column=0)

# %% [markdown]
# ### Exercise 3: a border (4 points)
#
# Write `pad2d(image, padding, mode="zeros")`, which puts pixels around an image.
#
# | | | |
# | --- | --- | --- |
# | `image` | `(H, W)` | |
# | `padding` | an int, or a pair `(h, w)` | `h` rows are added at the top **and** at the bottom, `w` columns on the left **and** on the right |
# | `mode` | `"zeros"` | black |
# | | `"replicate"` | extend: the outermost pixels again, however often |
# | | `"reflect"` | mirror: the picture folded back at its outermost pixels, which are not repeated: 1 2 3 goes on with 2 1 |
# | returns | `(H + 2*h, W + 2*w)` | a new array of floats, also for padding 0 |
#
# You may build it with slices and loops, or with a function of NumPy that knows all three under other names.
#
# <details><summary>Hint 1: in which order</summary>
#
# Turn `padding` into two numbers first: `h, w = (padding, padding) if isinstance(padding, int) else padding`. Then zeros: a larger
# array of zeros, and the image goes into its middle with one assignment to a slice.
#
# </details>
# <details><summary>Hint 2: the other two</summary>
#
# Fill the columns on the left and right first, then whole rows at the top and bottom: so the corners come out by themselves. Or look
# up `np.pad` and what it calls these modes.
#
# </details>
# <details><summary>Hint 3: almost all of it</summary>
#
# `np.pad(image, ((h, h), (w, w)), mode=...)` with `"constant"`, `"edge"` or `"reflect"`. A dict from our names to NumPy's saves
# you the ifs. Make the image a float array before.
#
# </details>

# %% solution="pad2d"
def pad2d(image, padding, mode="zeros"):
    """(H, W) -> (H + 2*h, W + 2*w)."""
    ### BEGIN SOLUTION
    h, w = (padding, padding) if isinstance(padding, int) else padding
    names = {"zeros": "constant", "replicate": "edge", "reflect": "reflect"}
    return np.pad(image.astype(float), ((h, h), (w, w)), mode=names[mode])
    ### END SOLUTION


# %% check="pad2d" points=4
check("pad2d", pad2d)

# %% [markdown]
# ### Exercise 4: Sobel (5 points)
#
# Write `sobel(image)`. It returns three arrays, `gx, gy, magnitude`, each **as large as the image**: extend the border by one pixel
# before you slide. Both kernels are divided by 4. You may call your own `pad2d` and `correlate2d`; the check does not mind how you do it.
#
# | | shape | |
# | --- | --- | --- |
# | `image` | `(H, W)` | |
# | `gx` | `(H, W)` | positive where it gets brighter to the right |
# | `gy` | `(H, W)` | positive where it gets brighter downwards |
# | `magnitude` | `(H, W)` | $\sqrt{g_x^2 + g_y^2}$ |
#
# <details><summary>Hint 1: the border</summary>
#
# `(H + 2, W + 2)` pixels and a 3x3 kernel make `(H, W)` windows. With zeros around it, a white picture would get an edge as its frame;
# so take `"replicate"`.
#
# </details>
# <details><summary>Hint 2: two kernels, one formula</summary>
#
# `S_y` is `S_x` with rows and columns exchanged: in NumPy, `.T`.
#
# </details>
# <details><summary>Hint 3: almost all of it</summary>
#
# Pad, call `correlate2d` with `S_x / 4` and with its transpose, then `np.sqrt(gx**2 + gy**2)` (or `np.hypot`), and return the
# three with commas between them.
#
# </details>

# %% solution="sobel"
def sobel(image):
    """(H, W) -> gx, gy, magnitude, each (H, W)."""
    ### BEGIN SOLUTION
    kernel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 4
    padded = np.pad(image.astype(float), 1, mode="edge")  # (H + 2, W + 2)
    H, W = image.shape
    gx, gy = np.zeros((H, W)), np.zeros((H, W))
    for i in range(3):
        for j in range(3):
            gx += kernel[i, j] * padded[i : i + H, j : j + W]
            gy += kernel[j, i] * padded[i : i + H, j : j + W]
    return gx, gy, np.sqrt(gx**2 + gy**2)
    ### END SOLUTION


# %% check="sobel" points=5
check("sobel", sobel)

# %% [markdown]
# ## Your Sobel on the brain
#
# The slice and what your function makes of it. In the last two pictures the colour is the direction in which it gets brighter, and the
# strength of the colour is the magnitude. The key is a white disc under the same treatment: towards its middle it gets brighter, from
# all sides.

# %% tags=["demo"]
def coloured(gx, gy, magnitude):
    """(3, H, W), 0 to 255: a colour for each direction, as bright as the edge is strong."""
    angle = np.arctan2(gy, gx)
    colours = [np.cos(angle - turn * 2 * np.pi / 3) for turn in range(3)]
    return (127.5 * (1 + np.array(colours)) * np.minimum(magnitude / 60, 1)).astype(int)


gx, gy, magnitude = sobel(head)
y, x = np.mgrid[-58:59, -49:50]
disc = 200.0 * (np.hypot(y, x) < 40)
gallery(
    [head, gx.clip(-80, 80), gy.clip(-80, 80), (2 * magnitude).astype(int), coloured(gx, gy, magnitude), coloured(*sobel(disc))],
    ["the slice", "gx: brighter to the right", "gy: brighter downwards", "magnitude", "direction", "the key to it: a disc"],
    alt="An axial slice of a brain. Its gx is orange on left rims and blue on right rims; its gy orange on upper "
    "rims and blue on lower rims; the magnitude shows the outline of the brain as the strongest line and the "
    "ventricles and folds as weaker ones; the colour of the direction turns once around along the outline.",
    side=230,
    columns=3,
)

# %% tags=["demo"]
h, w = np.unravel_index(magnitude.argmax(), magnitude.shape)
print(f"strongest edge: {magnitude[h, w]:.1f}, at row {h}, column {w}")
inner = magnitude[70:150, 60:136]  # the middle of the brain, ventricles included
print(f"in the middle:  {inner.max():.1f} at most")
print(f"our window:     {magnitude[88, 87]:.1f}, gx {gx[88, 87]}, gy {gy[88, 87]}")

# %% [markdown]
# The strongest edge is the rim of the brain, where the template ends and somebody has set everything to 0. It has nothing to do with
# anatomy. The walls of the ventricles come second, and they are real. An edge detector reports what is in the
# numbers; what it *means*, it does not know.
#
# ## Kernels with names
#
# | name | kernel | what it asks |
# | --- | --- | --- |
# | blur (box) | nine times $\frac19$ | what is the mean around here? |
# | Prewitt | columns $-1, 0, 1$, three equal rows, divided by 3 | brighter to the right? As Sobel, with equal weights |
# | Laplacian | $\begin{smallmatrix}0&1&0\\1&-4&1\\0&1&0\end{smallmatrix}$ | are my neighbours brighter than I am? A second difference, down plus across |
# | high-pass | $\frac19\begin{smallmatrix}-1&-1&-1\\-1&8&-1\\-1&-1&-1\end{smallmatrix}$ | what does the blur take away? Pixel minus mean |
# | sharpen | $\begin{smallmatrix}0&-1&0\\-1&5&-1\\0&-1&0\end{smallmatrix}$ | the pixel, and its differences to the neighbours on top |
#
# Two of them are sums of others, which is worth seeing, because kernels can be added like any matrices. With $I$ for the kernel that
# is 0 but for a 1 in its middle: high-pass is $I$ minus blur, and sharpen is $I$ minus Laplacian.
#
# The **sum of a kernel's numbers** says what happens to an even area, where all nine pixels are equal and the sum of products is that
# pixel times the sum of the kernel. Sum 1: the area stays as bright as it is. Sum 0: it vanishes. An edge detector must have sum 0;
# otherwise it would call a bright wall an edge.

# %% tags=["demo"]
from course import vision as V

identity = np.array([[0, 0, 0], [0, 1, 0], [0, 0, 0]])
blur = np.full((3, 3), 1 / 9)
kernels = {
    "blur": blur,
    "Sobel x": V.SOBEL_X,
    "Prewitt x": V.PREWITT_X,
    "Laplacian": V.LAPLACIAN,
    "high-pass": V.HIGH_PASS,
    "sharpen": V.SHARPEN,
}
for name, kernel in kernels.items():
    change = np.mean(V.correlate(patch + 50, kernel) - V.correlate(patch, kernel))
    print(f"{name:>9}: sum {abs(kernel.sum()):.0f}; with 50 more light every answer changes by {abs(change):.0f}")
print("high-pass = identity - blur:     ", np.allclose(V.HIGH_PASS, identity - blur))
print("sharpen   = identity - Laplacian:", np.allclose(V.SHARPEN, identity - V.LAPLACIAN))

gallery(
    [V.correlate(head, kernel).clip(-60, 60) if abs(kernel.sum()) < 0.5 else V.correlate(head, kernel).round().astype(int)
     for kernel in kernels.values()],  # maps with a sign: full colour from 60 on
    list(kernels),
    alt="Six versions of the brain slice: blurred; with vertical edges in orange and blue by Sobel and by Prewitt, nearly "
    "the same; the Laplacian and the high-pass with thin double lines along all edges; and sharpened, with crisper folds.",
    side=230,
    columns=3,
)

# %% [markdown]
# That answers the second question on your paper: the edge filter's answers change by **0**. Whoever works with scans knows what this
# is worth: one scanner's pictures are brighter than another's, and the edges do not mind. (They do mind *contrast*: twice the
# intensity, twice the edge.)
#
# ### Exercise 5: design a kernel (4 points)
#
# Write `design_kernel(wish)`. It returns a 3x3 array for each of four wishes:
#
# - `"left"`: the picture moves one pixel to the **left**;
# - `"diagonal"`: half of (the pixel to the lower right minus the pixel to the upper left);
# - `"spot"`: the pixel minus the mean of its **eight** neighbours, so that a lonely bright pixel stands out;
# - `"unsharp"`: what photographers call an unsharp mask: the picture, plus **twice** what the 3x3 blur takes away from it.
#
# <details><summary>Hint 1: whom does the new pixel listen to?</summary>
#
# Kernel entry `[1, 1]` lies on the pixel itself, `[1, 2]` on its right neighbour, `[0, 0]` on the one to the upper left. If the
# picture is to move to the left, which neighbour's value must appear *here*? (Not the one you think first.)
#
# </details>
# <details><summary>Hint 2: test it with the sum</summary>
#
# What should an even area become? For `"left"` and `"unsharp"` it stays, so the nine numbers add up to 1. For the other two it
# becomes 0.
#
# </details>
# <details><summary>Hint 3: adding kernels</summary>
#
# With `I` for the kernel of a single 1 in the middle and `B` for nine times 1/9: the blur takes away `I - B`. Write "picture plus twice
# that" as one matrix. `"spot"` is 1 in the middle and -1/8 on eight places.
#
# </details>

# %% solution="design_kernel"
def design_kernel(wish):
    """A kernel of shape (3, 3) for "left", "diagonal", "spot" or "unsharp"."""
    ### BEGIN SOLUTION
    kernel = np.zeros((3, 3))
    if wish == "left":
        kernel[1, 2] = 1
    if wish == "diagonal":
        kernel[2, 2], kernel[0, 0] = 1 / 2, -1 / 2
    if wish == "spot":
        kernel[:] = -1 / 8
        kernel[1, 1] = 1
    if wish == "unsharp":
        kernel[:] = -2 / 9
        kernel[1, 1] += 3
    return kernel
    ### END SOLUTION


# %% check="design_kernel" points=4
check("design_kernel", design_kernel)

# %% tags=["demo"]
FilterExplorer({"brain": head, "photograph": photo()}, design_kernel("unsharp"))

# %% [markdown]
# ## A picture as a sum of waves
#
# Look at the brain from far away, or without your glasses, and the folds are gone; the oval is still there. The oval consists of *slow*
# waves, brightness that goes up and down once or twice across the picture. The folds consist of *fast* ones. Any picture is a sum of
# such waves, upright, level and slanted, each with its own height and shift; the **Fourier transform** says how much of each.
# *Spatial frequency* counts them in cycles per pixel: 0.1 is a wave of 10 pixels, and 0.5, every other pixel bright, is the fastest there is.
#
# `np.fft.fft2` computes all of them at once. It is drawn with frequency 0, the even area, in the middle, and on a logarithmic scale,
# because the middle holds thousands of times more than the rim. One point of it is one wave:

# %% tags=["demo"]
waves = []
for down, across in ((0, 3), (3, 0), (4, 9)):
    points = np.zeros((64, 64), complex)
    points[32 + down, 32 + across] = 1  # frequency 0 is at [32, 32]
    waves += [(255 * points.real[20:45, 20:45]).astype(int), V.from_spectrum(points)]  # the middle of k-space; its wave
gallery(
    waves,
    ["one point ...", "... 3 waves across", "one point ...", "... 3 waves down", "one point ...", "... 4 and 9"],
    alt="Three black squares, each with a single white point near the middle, and beside each the stripes that it stands for: "
    "three upright ones, three level ones, and many narrow slanted ones.",
    side=112,
)

# %% [markdown]
# This is not a trick of mathematics. **It is what an MRI scanner records.** Its magnetic gradients lay a wave over your head, the coil
# receives the sum of everything in the slice under this wave, one number; then the next wave. Such a table of numbers is called
# *k-space*, and the picture is computed from it by the inverse Fourier transform. (We go backwards here, from a finished picture. A real
# scanner's k-space is noisier, and its picture is complex before somebody takes the magnitude.)
#
# Keep only what lies inside the circle, the slow waves: a **low-pass**. Keep what lies outside: a **high-pass**.
#
# - Which radius do you need to recognise a brain? Which share of the numbers is that? Guess before you move the slider.
# - Switch to the fast waves. Where have you seen this picture before?
# - At radius 0.1, look at the black around the brain: faint rings. They follow the sharp cut of the circle, and radiologists know
#   them as *Gibbs ringing*.

# %% tags=["demo"]
KSpaceExplorer({"brain": head, "photograph": photo()}, radius=0.03)

# %% tags=["demo"]
fast_enough = V.frequencies(head.shape) <= 0.1
print(f"up to 0.1 cycles per pixel: {fast_enough.mean():.1%} of the numbers, and the picture's outline is there")

# %% [markdown]
# Now both views together. A kernel multiplies **each wave by a number of its own**; the middle picture below shows them. In the very
# middle, at frequency 0, stands the sum of the kernel, because the even area *is* the wave of frequency 0. So "the numbers add up to
# 0" and "it is a high-pass or band-pass, black in the middle" are one and the same sentence.
#
# - *blur* is bright in the middle: a low-pass. It dims the fastest waves to a third, and some, of three pixels, to 0.
# - *high-pass* and *Laplacian* are black in the middle and bright at the rim. Which has more in the corners?
# - *Sobel x* is black along the whole vertical line: level stripes do not change from left to right. Its favourites are upright waves
#   of 4 pixels, and the fastest waves, of 2 pixels, it does not see at all. Why not? (Lay $-1, 0, 1$ on 0, 1, 0, 1.)

# %% tags=["demo"]
FilterExplorer({"brain": head, "photograph": photo()}, view="frequencies")

# %% [markdown]
# ## Not every operation is a filter: histogram equalisation
#
# Count how often each grey level occurs: that is the *histogram*. A dull picture uses a few levels in the middle. **Equalisation** spreads
# them: each pixel becomes the share of pixels that are as dark as it or darker, times 255. Four pixels 100, 100, 101, 255 become shares
# of 1/2, 1/2, 3/4 and 1. It looks at no neighbour, only at the pixel's rank, and keeps the order of all brightnesses; their
# differences it does not keep.

# %% tags=["demo"]
grey = photo().mean(axis=0)
dull = (grey / 4 + 90).astype(int)
even = (255 * V.equalize(dull)).round().astype(int)

inside = head > 0  # the black around the brain would take half of all ranks
better = np.zeros_like(head)
better[inside] = (255 * V.equalize(head[inside][None])[0]).round()
gallery(
    [dull, even, head, better],
    ["a dull photograph", "equalised", "the slice", "equalised (not the black)"],
    alt="A flat grey photograph and the same with strong contrast; the brain slice and the same with strong contrast, in which "
    "the white matter shows structure and looks uneven.",
    side=160,
    columns=4,
)

# %% tags=["demo"]
bars(
    [np.bincount(dull.ravel(), minlength=256), np.bincount(even.ravel(), minlength=256)],
    ["how many pixels have each grey level: the dull photograph", "equalised: as many levels, with gaps between them"],
    alt="Two histograms. The first is a narrow hill in the middle; in the second single bars stand far apart over nearly the whole range.",
)
print("levels used:", len(np.unique(dull)), "before,", len(np.unique(even)), "after")

# %% [markdown]
# No level is won: they are only further apart, and a few have fallen together. And look at the equalised brain with care. White matter takes up
# most of the slice, so it gets most of the grey levels, and its tiny unevenness becomes as visible as the folds. For the eye that may
# help; as a measurement it is worthless.
#
# ## What breaks, and why
#
# **Eight bits.** Pixels come as `uint8`, 0 to 255, and so do their differences:

# %%
left, right = np.array([100], np.uint8), np.array([10], np.uint8)
print("10 - 100 =", (right - left)[0], " in 8 bits;", (right.astype(int) - left)[0], "in whole numbers of ordinary size")

# %% [markdown]
# $10 - 100$ is $-90$, and 8 bits cannot hold it; they count round, $256 - 90 = 166$. A falling edge turns into a bright one, without
# any message. Make pixels floats before you calculate.
#
# **Noise.** A second difference amplifies what it should not. On pure noise with a spread of 5 grey levels:

# %% tags=["demo"]
noise = np.random.default_rng(0).normal(0, 5, (500, 500))
for name, kernel in kernels.items():
    print(f"{name:>9}: spread {V.correlate(noise, kernel).std():5.1f}, by the formula {5 * np.sqrt((kernel**2).sum()):5.1f}")

# %% [markdown]
# The spread grows by the root of the sum of the squared numbers. Sobel's smoothing down the column keeps it at bay; the Laplacian makes
# more than four times as much noise as it gets, which is why one blurs before (*Laplacian of Gaussian*).
#
# **A kernel that is turned.** Mathematicians, and some libraries, turn the kernel by half a turn before they slide it. With Sobel's that
# exchanges all signs: dark becomes bright. Unit 02 is about it.
#
# ## What came before learning
#
# For twenty years, people built more on top of such kernels, by thought and by trial. Four famous ones, on a picture:
#
# - **HOG**, histograms of oriented gradients (2005). In each cell of 8x8 pixels the gradients, such as your `sobel` finds, vote for one of nine
#   directions, with their magnitude as weight. It found pedestrians for a decade.
# - **LBP**, local binary patterns (2002). Each of eight neighbours is at least as bright as the pixel, or not: eight bits, a number from 0 to
#   255. Their histogram describes a texture, and more light changes none of them.
# - **SIFT**, scale-invariant feature transform (2004). It finds blobs of all sizes, measures their main direction, and describes
#   each by 128 numbers, gradients in 4x4 cells with 8 directions. Turned and scaled pictures of one thing match by these.
# - **SURF**, speeded-up robust features (2006). The same idea with kernels of plain boxes, whose sums cost four additions whatever their size.

# %% tags=["demo"]
features_figure(photo())

# %% [markdown]
# SURF's detector in ten lines: second differences down, across and diagonal, from boxes of 9x9, put together to one number that is large on blobs.

# %% tags=["demo"]
down = np.zeros((9, 9))
down[0:3, 2:7], down[3:6, 2:7], down[6:9, 2:7] = 1, -2, 1
slanted = np.zeros((9, 9))
slanted[1:4, 1:4] = slanted[5:8, 5:8] = 1
slanted[1:4, 5:8] = slanted[5:8, 1:4] = -1
D_yy, D_xx, D_xy = (V.correlate(grey, kernel) / 81 for kernel in (down, down.T, slanted))
blobs = D_xx * D_yy - (0.9 * D_xy) ** 2  # the determinant of the matrix of second derivatives
gallery(
    [down, down.T, slanted, np.sqrt(np.maximum(blobs, 0))],
    ["down", "across", "diagonal", "blobs (root of it)"],
    alt="Three 9x9 kernels of boxes, and a map that is orange on spots of the photograph: the face, badges, highlights.",
    side=150,
    columns=4,
)

# %% [markdown]
# Every number in all this was chosen by a person: nine directions, 8x8 pixels, 128 numbers, 0.9. Which of them are right? Nobody knows;
# they worked on the pictures at hand.
#
# ## From the cortex to learned filters
#
# In 1959 David Hubel and Torsten Wiesel found cells in the visual cortex of a cat, area V1, that answer to a bar of light at one place
# **and in one direction**, and stay silent when the bar is turned. Seeing, too, starts with edge detectors. What such a cell looks at is
# well described by a *Gabor filter*: a wave under a bell.

# %% tags=["demo"]
rows, columns = np.mgrid[-7:8, -7:8]
gabors = []
for degrees in (0, 45, 90, 135):
    angle = np.radians(degrees)
    along = columns * np.cos(angle) + rows * np.sin(angle)
    gabor = np.exp(-(rows**2 + columns**2) / (2 * 3.0**2)) * np.sin(2 * np.pi * along / 8)
    gabors.append(gabor - gabor.mean())
gallery(
    [*gabors, *(V.correlate(head, gabor) for gabor in gabors)],
    ["0°", "45°", "90°", "135°"] + ["its answer"] * 4,
    alt="Four Gabor filters, soft stripes in four directions, and what each answers on the brain slice: the edges in its direction.",
    side=150,
    columns=4,
)

# %% [markdown]
# Is that an accident of evolution? Ask the pictures themselves. Cut the brain into all its little windows of 3x3 pixels, and look for the
# few patterns that describe them best (the *principal components*: the directions in which the windows differ most). Nobody tells the
# computer about edges.

# %% tags=["demo"]
windows = np.lib.stride_tricks.sliding_window_view(head.astype(float), (3, 3)).reshape(-1, 9)
windows = windows[(windows > 0).all(axis=1)]  # inside the brain
variance, patterns = np.linalg.eigh(np.cov(windows.T))  # smallest first
variance, patterns = variance[::-1] / variance.sum(), patterns.T[::-1].reshape(-1, 3, 3)
for i, kernel in ((1, V.SOBEL_X), (2, V.SOBEL_Y)):
    patterns[i] *= np.sign((patterns[i] * kernel).sum())  # the sign of a pattern is arbitrary
    agreement = (patterns[i] * kernel).sum() / np.sqrt((kernel**2).sum())
    print(f"pattern {i + 1} and Sobel {'xy'[i - 1]}: cosine {agreement:.2f}")
gallery(
    [patterns[0], patterns[1], V.SOBEL_X * 4, patterns[2], V.SOBEL_Y * 4],
    [f"1: {variance[0]:.0%} of it all", f"2: {variance[1]:.1%}", "Sobel x", f"3: {variance[2]:.1%}", "Sobel y"],
    alt="Five 3x3 patterns: the first is even; the second is blue on the left and orange on the right, as is Sobel x beside it; "
    "the third blue above and orange below, as is Sobel y.",
    side=110,
)

# %% [markdown]
# The first pattern is the mean, a blur. The second and the third are Sobel's two kernels, with a cosine of 0.95 (1 would be the very
# same direction). **The filters were in the data.** That is the idea of the whole course: let the pictures, and the task, choose the
# nine numbers. Olshausen and Field did it in 1996 with photographs of nature and got Gabor filters; the first layer of AlexNet (2012)
# learned them from a million labelled pictures. In unit 04 you will watch a network find its own.
#
# ## Summary
#
# - An image is an array of intensities, row first. An edge is an abrupt change; a kernel that subtracts finds it.
# - Filtering slides a window: multiply number by number, add up, write one pixel. Sobel: $g_x$, $g_y$, magnitude, direction.
# - The sum of the kernel is what happens to an even area, and to frequency 0: 1 keeps it, 0 removes it.
# - Slow waves are broad areas, fast ones fine detail; blur is a low-pass, the Laplacian a high-pass, Sobel lies between.
# - The border is your choice, and it shows: zeros make an edge, extending does not, cropping makes the picture smaller.
#
# **Reading.** I. Sobel, G. Feldman, *A 3x3 isotropic gradient operator for image processing*, talk at the Stanford Artificial
# Intelligence Project (1968). R. C. Gonzalez, R. E. Woods, *Digital Image Processing*, 4th edition, Pearson (2018), chapters 3 and 4.
# D. B. Twieg, *The k-trajectory formulation of the NMR imaging process with applications in analysis and synthesis of imaging methods*,
# Medical Physics 10 (1983), 610-621. D. H. Hubel, T. N. Wiesel, *Receptive fields of single neurones in the cat's striate cortex*,
# Journal of Physiology 148 (1959), 574-591. J. P. Jones, L. A. Palmer, *An evaluation of the two-dimensional Gabor filter model of simple
# receptive fields in cat striate cortex*, Journal of Neurophysiology 58 (1987), 1233-1258. B. A. Olshausen, D. J. Field, *Emergence of
# simple-cell receptive field properties by learning a sparse code for natural images*, Nature 381 (1996), 607-609. T. Ojala,
# M. Pietikäinen, T. Mäenpää, *Multiresolution gray-scale and rotation invariant texture classification with local binary patterns*, IEEE
# TPAMI 24 (2002), 971-987. D. G. Lowe, *Distinctive image features from scale-invariant keypoints*, International Journal of Computer
# Vision 60 (2004), 91-110. N. Dalal, B. Triggs, *Histograms of oriented gradients for human detection*, CVPR (2005). H. Bay,
# T. Tuytelaars, L. Van Gool, *SURF: speeded up robust features*, ECCV (2006). A. Krizhevsky, I. Sutskever, G. E. Hinton, *ImageNet
# classification with deep convolutional neural networks*, NIPS (2012).
#
# **The same in PyTorch.** `conv2d` there does what your `correlate2d` does, for a batch of images with channels: hence the two extra
# axes. Its border modes are called `"constant"`, `"replicate"` and `"reflect"`.

# %% tags=["demo"]
try:
    import torch
except ImportError:
    print("PyTorch is not installed here; nothing in this course needs it.")
else:
    x = torch.tensor(patch, dtype=torch.float64)[None, None]  # (1, 1, 8, 8)
    kernel = torch.tensor(sobel_x / 4)[None, None]  # (1, 1, 3, 3)
    x = torch.nn.functional.pad(x, (1, 1, 1, 1), mode="replicate")
    print("PyTorch and your gx agree:", np.allclose(torch.nn.functional.conv2d(x, kernel)[0, 0], sobel(patch)[0]))

# %% [markdown]
# **Next.** Unit 02 looks at the sliding itself: why mathematicians turn the kernel round, what happens when the window takes larger steps, and
# how large the output becomes.
