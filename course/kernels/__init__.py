"""The only room that knows Numba: loops written plainly, compiled at their first call, each with a NumPy stand-in."""
