"""The descent explorer: optimisers walk down a surface of two weights."""
