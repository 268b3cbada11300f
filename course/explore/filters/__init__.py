"""The filter workbench: a picture, a kernel, and how nine products become one pixel."""
