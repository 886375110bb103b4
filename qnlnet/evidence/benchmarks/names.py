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

VJP_OURS = "qnlnet, engine"
VJP_LAYER = "qnlnet, layer in torch"
VJP_JAX = "JAX by hand"
VJP_JAX_FACTORS = "JAX by hand, one circuit per wire"
VJP_TENSORCIRCUIT = "TensorCircuit-NG on JAX (jit, vmap)"
VJP_PENNYLANE_JAX = "PennyLane on JAX (jit, broadcast)"
VJP_PENNYLANE_TORCH = "PennyLane in torch"
VJP_PYQTORCH = "PyQTorch"
VJP_FASTQML = "fastqml in torch"
VJP_CATALYST = "Catalyst (qjit, adjoint)"
VJP_PREVIOUS = "qnlnet at cf19cff"
VJP_LIBRARIES = (
    VJP_TENSORCIRCUIT,
    VJP_PENNYLANE_JAX,
    VJP_PENNYLANE_TORCH,
    VJP_PYQTORCH,
    VJP_FASTQML,
    VJP_CATALYST,
)

KERNEL_OURS = "qnlnet, states and overlaps"
STATEVECTOR_KERNEL = "qiskit-machine-learning, FidelityStatevectorKernel"
FIDELITY_KERNEL = "qiskit-machine-learning, FidelityQuantumKernel"

QUANVOLUTION, HQNN_PARALLEL = "Quanvolution, 49 patches of 14×14", "HQNN-Parallel, four circuits of 5 qubits"
HQNN_QUANV, RESQUNN = "HQNN-Quanv, 49 patches of 14×14", "ResQuNN, two quanvolutions of 196 patches"
POINTWISE = "Quantum pointwise, four kernels of 4 qubits at 7×7"
NETWORK_OURS = "qnlnet in torch"
NETWORK_PENNYLANE = "PennyLane in torch"
NETWORK_JAX = "JAX by hand, whole step compiled"
NETWORK_LINEAR = "Linear(20,20) in place of the circuits"
NETWORK_CONVOLUTION = "a convolution in place of the circuits"
