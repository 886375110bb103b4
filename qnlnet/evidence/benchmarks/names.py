"""What stands in the rows of the benchmarks: kinds, contestants and parts. Reading them takes no peer's package."""

LAYER, ENGINE = "layer in torch", "engine"

OURS = "qnlnet"
STOCK_STATEVECTOR = "EstimatorQNN, statevector"
STOCK_AER = "EstimatorQNN, Aer"
DEFAULT_QUBIT = "PennyLane, default.qubit"
LIGHTNING = "PennyLane, lightning.qubit"
JAX = "PennyLane on JAX (jit, vmap)"

COMPILED_LOOP = "qnlnet, compiled loop"
COMPILED_LOOP_LINEAR = "qnlnet, compiled loop, Linear(4,1) in place of the circuit"
TORCH_LOOP_LINEAR = "torch loop, Linear(4,1) in place of the circuit"
JAX_LOOP = "JAX loop (scan), PennyLane circuit"
EXACT, AER = "exact", "aer"

WHOLE, REST = "a whole step", "everything else"
