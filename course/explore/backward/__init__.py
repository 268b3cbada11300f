"""The backward explorer: how a convolution's gradients come about, and what differences say about them."""
