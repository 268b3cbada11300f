"""Networks by name, as lists of blocks, and the images they are for."""

GARMENT, SMALL, PHOTO, ALEX = (1, 28, 28), (3, 32, 32), (3, 224, 224), (3, 227, 227)
IMAGES = {
    "1×28×28, a garment": GARMENT,
    "3×32×32, CIFAR-10": SMALL,
    "3×224×224, ImageNet": PHOTO,
    "3×227×227, AlexNet's": ALEX,
}
_HEAD = "flatten, dense 4096, dense 4096, dense 1000"
_TEXTS = {
    "small VGG": (
        GARMENT,
        "conv 32 bn, conv 32 bn, pool, conv 64 bn, conv 64 bn, pool, conv 128 bn, conv 128 bn, pool, "
        "flatten, dense 256, dense 256, dense 10",
    ),
    "small Inception net": (
        GARMENT,
        "conv 16 bn, pool, inception 64, inception 96, pool, inception 128, inception 128, mean, dense 10",
    ),
    "small ResNet": (
        GARMENT,
        "conv 16 bn, pool, residual 16, residual 16, residual 16, residual 32 s2 zeros, residual 32, residual 32, "
        "residual 64 s2 zeros, residual 64, residual 64, mean, dense 10",
    ),
    "LeNet-5": (GARMENT, "conv 6 k5, pool, conv 16 k5 p0, pool, flatten, dense 120, dense 84, dense 10"),
    "AlexNet, one tower": (
        ALEX,
        f"conv 96 k11 s4 p0, pool 3 s2, conv 256 k5, pool 3 s2, conv 384, conv 384, conv 256, pool 3 s2, {_HEAD}",
    ),
    "VGG-16": (
        PHOTO,
        "conv 64, conv 64, pool, conv 128, conv 128, pool, conv 256, conv 256, conv 256, pool, "
        f"conv 512, conv 512, conv 512, pool, conv 512, conv 512, conv 512, pool, {_HEAD}",
    ),
    "ResNet-18": (
        PHOTO,
        "conv 64 k7 s2 bn, pool 3 s2 p1, residual 64, residual 64, residual 128 s2 1x1, residual 128, "
        "residual 256 s2 1x1, residual 256, residual 512 s2 1x1, residual 512, mean, dense 1000",
    ),
}
NETWORKS = {name: (shape, tuple(text.split(", "))) for name, (shape, text) in _TEXTS.items()}
