"""The training dashboard: loss and accuracy as they come, the filters, and one image's way through the network."""
