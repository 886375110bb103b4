"""How the simulator's kernels are compiled: once per machine, and without Python's lock."""

from numba import njit

# No fast-math: every row goes through the same roundings, whichever rows stand beside it.
compiled = njit(cache=True, nogil=True, error_model="numpy")
