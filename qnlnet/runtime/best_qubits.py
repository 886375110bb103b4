"""The best connected qubits of a device: those on which a circuit makes the fewest errors."""

import math
from collections.abc import Mapping

from qiskit.transpiler import Target

from qnlnet.runtime.calibration import always_fails

_BEAM = 20_000  # partial sets kept while growing; four qubits of a heavy-hexagonal device never need as many
Pair = tuple[int, int]


def choose_best_qubits(target: Target, count: int) -> tuple[int, ...]:
    """Returns the `count` connected qubits with the smallest sum of −log(1 − error), in ascending order.

    Counted are the errors of the measurements, of the single-qubit gates and of the two-qubit gates that connect them.
    Sets grow qubit by qubit, which finds the best one as long as no more than 20,000 partial sets compete.

    Left out are gates that always fail, qubits with such gates or without T1 and T2, and measurements and two-qubit
    gates whose error is not known. The same gates connect all pairs: Qiskit cannot optimise a circuit for a mixture.

    Returns:
        The qubits; none where no `count` qubits that work are connected.
    """
    alone, links = _costs(target)
    kinds = {tuple(sorted(gates)) for gates in links.values()} or {()}
    best: dict[frozenset[int], float] = {}
    for kind in kinds:
        pairs = {pair: min(gates.values()) for pair, gates in links.items() if tuple(sorted(gates)) == kind}
        best |= dict(_by_cost(_grow(alone, pairs, count))[:1])
    return tuple(sorted(_by_cost(best)[0][0])) if best else ()


def _grow(alone: Mapping[int, float], pairs: Mapping[Pair, float], count: int) -> dict[frozenset[int], float]:
    """Returns the cost of the best sets of `count` connected qubits."""
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
    return sets


def _by_cost(sets: dict[frozenset[int], float]) -> list[tuple[frozenset[int], float]]:
    return sorted(sets.items(), key=lambda item: (item[1], sorted(item[0])))


def _costs(target: Target) -> tuple[dict[int, float], dict[Pair, dict[str, float]]]:
    """Returns −log(1 − error) of each qubit that works, and of the gates of each pair of them, smaller number first."""
    lifetimes = target.qubit_properties
    alone = {q: 0.0 for q in range(target.num_qubits) if not lifetimes or (lifetimes[q].t1 and lifetimes[q].t2)}
    links: dict[Pair, dict[str, float]] = {}
    for name in set(target.operation_names).difference(("delay", "reset")):
        for qubits, properties in target[name].items():
            if qubits is None:
                continue
            error = getattr(properties, "error", None)
            works = not always_fails(error, len(qubits)) and (
                error is not None or (len(qubits) == 1 and name != "measure")
            )
            cost = -math.log1p(-(error or 0.0)) if works else math.inf
            if len(qubits) == 1 and qubits[0] in alone:
                alone[qubits[0]] += cost
            elif len(qubits) == 2 and works:
                gates = links.setdefault((min(qubits), max(qubits)), {})
                gates[name] = min(cost, gates.get(name, math.inf))
    alone = {qubit: cost for qubit, cost in alone.items() if cost < math.inf}
    return alone, {pair: gates for pair, gates in links.items() if alone.keys() >= set(pair)}
