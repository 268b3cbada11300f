"""The receptive field explorer: which pixels a number deep in a network can see, and which it does see."""
