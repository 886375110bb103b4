#!/usr/bin/env bash
# qiskit with qiskit-machine-learning: SamplerQNN gives probabilities to the wrong outcomes once a layout moves qubits.
source "$(dirname "$0")/environment.sh"
install qiskit==2.6.2 qiskit-machine-learning==0.9.1 numpy==2.4.6
run <<'PROGRAM'
import numpy as np
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.primitives import StatevectorSampler
from qiskit.transpiler import CouplingMap, generate_preset_pass_manager
from qiskit_machine_learning.neural_networks import SamplerQNN

print("Good guess: the transpiler keeps what each classical bit means, so a network gives the same probabilities.")
x = Parameter("x")
circuit = QuantumCircuit(3)
circuit.ry(x, 0)
circuit.x(1)
circuit.measure_all()
found = {}
for layout in (None, [0, 1, 2], [1, 0, 2], [1, 2, 0]):
    moved = circuit
    if layout is not None:
        manager = generate_preset_pass_manager(
            optimization_level=1, coupling_map=CouplingMap.from_full(3), basis_gates=["ry", "x", "cx"], initial_layout=layout
        )
        moved = manager.run(circuit)
    sampler = StatevectorSampler(default_shots=20_000, seed=np.random.default_rng(1))
    counts = sampler.run([(moved, [1.0])]).result()[0].data.meas.get_counts()
    network = SamplerQNN(circuit=moved, input_params=[x], weight_params=[], sampler=sampler)
    outcomes = np.flatnonzero(network.forward(np.array([[1.0]]), [])[0])
    found[str(layout)] = [f"{outcome:03b}" for outcome in outcomes]
    print(f"Layout {layout}: the sampler counts {sorted(counts)}, the network says {found[str(layout)]}")
    assert sorted(counts) == ["010", "011"], counts
wrong = [layout for layout, outcomes in found.items() if outcomes != ["010", "011"]]
print(f"Seen: no error, and wrong outcomes with the layouts {', '.join(wrong)}.")
raise SystemExit(0 if wrong == ["[1, 0, 2]", "[1, 2, 0]"] else "The behaviour has changed.")
PROGRAM
