"""The distributions explorer: what a signal and its gradient become on their way through many layers."""
