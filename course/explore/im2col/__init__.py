"""The im2col explorer: windows of an image as columns of a matrix, and back."""
