"""The augmentation explorer: twelve versions of one picture, and what each change does to its label."""
