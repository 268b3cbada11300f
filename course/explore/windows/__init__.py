"""The windows explorer: which windows fit, which pixels they read and how often, and the size that comes of it."""
