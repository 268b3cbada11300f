"""Widgets that several explorers share: a player over steps, fields for a kernel's numbers, kernels by name."""
