"""The pooling explorer: which number of a window wins, and where its gradient goes."""
