"""The connections explorer: dense, locally connected and shared side by side, one output after the other."""
