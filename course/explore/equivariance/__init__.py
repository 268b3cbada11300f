"""The equivariance explorer: move the image first, or its map afterwards, and compare."""
