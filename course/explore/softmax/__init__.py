"""The softmax explorer: logits, exponentials, shares, the loss and what it wants changed."""
