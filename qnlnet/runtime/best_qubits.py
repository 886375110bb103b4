"""The best connected qubits of a device: those on which a circuit makes the fewest errors."""

import math

from qiskit.transpiler import Target

_BEAM = 20_000  # partial sets kept while growing; four qubits of a heavy-hexagonal device never need as many


def choose_best_qubits(target: Target, count: int) -> tuple[int, ...]:
    """Returns the `count` connected qubits with the smallest sum of −log(1 − error), in ascending order.

    Counted are the errors of the measurements, of the single-qubit gates and of the two-qubit gates that connect them.
    Sets grow qubit by qubit, which finds the best one as long as no more than 20,000 partial sets compete.
    """
    alone, pairs = _costs(target)
    neighbours: dict[int, set[int]] = {qubit: set() for qubit in alone}
    for first, second in pairs:
        neighbours[first].add(second)
        neighbours[second].add(first)
    sets: dict[frozenset[int], float] = {frozenset([qubit]): cost for qubit, cost in alone.items()}
    for _ in range(count - 1):
        grown: dict[frozenset[int], float] = {}
        for qubits, cost in sets.items():
            for new in {near for qubit in qubits for near in neighbours[qubit]}.difference(qubits):
                link = min(pairs.get((min(new, old), max(new, old)), math.inf) for old in qubits)
                larger = qubits.union([new])
                grown[larger] = min(cost + alone[new] + link, grown.get(larger, math.inf))
        sets = dict(_by_cost(grown)[:_BEAM])
    return tuple(sorted(_by_cost(sets)[0][0]))


def _by_cost(sets: dict[frozenset[int], float]) -> list[tuple[frozenset[int], float]]:
    return sorted(sets.items(), key=lambda item: (item[1], sorted(item[0])))


def _costs(target: Target) -> tuple[dict[int, float], dict[tuple[int, int], float]]:
    """Returns −log(1 − error) of each qubit and of each connected pair (smaller number first)."""
    alone = dict.fromkeys(range(target.num_qubits), 0.0)
    pairs: dict[tuple[int, int], float] = {}
    for name in target.operation_names:
        for qubits, properties in target[name].items():
            if qubits is None or name in ("delay", "reset"):
                continue
            error = getattr(properties, "error", None) or 0.0
            cost = -math.log1p(-min(error, 1 - 1e-12))
            if len(qubits) == 1:
                alone[qubits[0]] += cost
            elif len(qubits) == 2:
                pair = min(qubits), max(qubits)
                pairs[pair] = min(cost, pairs.get(pair, math.inf))
    return alone, pairs
