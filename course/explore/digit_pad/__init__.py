"""The drawing pad: a digit drawn by hand, every layer's maps of it, and the network's answer, live."""
