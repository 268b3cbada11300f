"""The explorer of a convolution written as one matrix, and of its transpose."""
