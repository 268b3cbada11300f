"""The drawings of inputs that many cases need, as the code that a student can paste."""


def normal(*shape: int) -> str:
    """Write the drawing of an array of this shape."""
    return f"rng.standard_normal({shape})"


def single(*shape: int) -> str:
    """Write the drawing of a float32 array of this shape."""
    return f"rng.standard_normal({shape}, dtype=np.float32)"


def whole(*shape: int) -> str:
    """Write the drawing of an array of whole numbers."""
    return f"rng.integers(-9, 10, {shape})"
