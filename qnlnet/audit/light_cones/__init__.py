"""Which gates, inputs and weights of a circuit can reach its output: rows, the page made of them, and drawings."""
