"""The architecture explorer: a network put together from blocks, with its shapes, its price and what it can see."""
