"""The k-space explorer: what the slow and the fast waves of a picture hold."""
