"""The convolution explorer: from a window over every input channel to one number of the output."""
