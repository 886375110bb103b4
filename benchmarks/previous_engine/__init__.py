"""The exact engine's kernels as they were at commit cf19cff, kept to be timed against; nothing else uses them."""
