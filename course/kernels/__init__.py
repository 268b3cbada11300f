"""The only room that knows Numba: loops written plainly, compiled when it pays, each with a NumPy version of the same bits."""
