"""What all networks here are told about their images."""

Shape = tuple[int, int, int]
"""(C, H, W) of one image."""
