"""The audit: what each choice does, what the quantum layer contributes, seed by seed, and what noise does.

Import its modules themselves: some need torch, which takes seconds to load, and others do not.
"""
