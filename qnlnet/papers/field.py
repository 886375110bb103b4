"""How claims about the rest of the field are judged: accuracies, and models that are said to be ahead of others."""

from collections.abc import Iterator

import pandas as pd

from qnlnet.papers.circuits import judge_circuits
from qnlnet.papers.claims import Claim, Finding, Judge
from qnlnet.papers.reached import Cell, best_of, cells_of, conclude, judge_reached, lead, say
from qnlnet.records.published import family_in, is_meant, read_paper

TABLE, COMMAND = "field", "make field"
RULE = (
    "Of the rest of the field: an accuracy is reached as those of Table 2's models are; one seed may miss it by two "
    "points without saying anything. A model is ahead of another one if its mean is higher by more than two standard "
    "errors of the difference, and by as many points as the claim names; it is so in part if that ends where both are "
    "trained alike, or where something classical stands in the model's place."
)
_CREEP, _HAMILTONIAN, _SHAHZAD, _QKAN = "wang2024creep", "wang2024hamiltonian", "shahzad2025", "jiang2025"
_PAPERS = (_CREEP, _HAMILTONIAN, _SHAHZAD, _QKAN, "sarkar2024")
_Cells = list[Cell]


def list_field() -> Iterator[Claim]:
    """Yields the claims: accuracies of models with circuits, which model is ahead, and what makes the accuracy."""
    for paper in _PAPERS:
        content = read_paper(paper)
        for row in content["results"]:
            if row.get("claimed", True):
                judge = judge_reached(
                    row["settings"],
                    row["test"][0],
                    best_epoch=content["counted"] == "best epoch",
                    is_known=content["recipe"] == "known",
                )
                text = f"{row['model']} reaches {row['test'][0]:.2f} % on {row['table']}."
                yield _by_seeds(text, content["source"], judge)
    yield _by_seeds("On MNIST “Creep In” gains from its third quantum part.", "arXiv:2409.17583", judge_creep_in)
    yield _by_seeds(
        "Hamiltonian embedding is up to 40 points ahead of a QCNN on MNIST.", "arXiv:2407.14055", judge_hamiltonian
    )
    yield _by_seeds("Shahzad's hybrid is ahead of its classical network on MNIST.", "arXiv:2509.13353", judge_shahzad)
    yield _by_seeds("On MNIST QKAN is ahead of an MLP.", "arXiv:2509.14026, example of the package", judge_qkan)
    for paper, name in ((_SHAHZAD, "Shahzad's hybrid"), (_QKAN, "QKAN")):
        yield Claim(
            f"In {name} trained circuits make the accuracy, not the classical rest.",
            f"{read_paper(paper)['source'].partition(', example')[0]}, implied by the model",
            TABLE,
            COMMAND,
            judge_circuits(family_in(paper, "hybrid")),
        )


def _by_seeds(text: str, source: str, judge: Judge) -> Claim:
    return Claim(text, source, TABLE, COMMAND, judge, file="seeds.csv")


def judge_creep_in(rows: pd.DataFrame) -> Finding | None:
    """Judges level 2 beside level 1, and beside level 0 with one ReLU, which is not linear either."""
    two, one, relu = (_find(rows, _CREEP, key) for key in ("level_2", "level_1", "relu"))
    if not (two and one):
        return None
    best, below = best_of(two), best_of(one)
    measured = f"level 2: {say(best)}; level 1: {say(below)}"
    if not relu:
        return conclude(lead(best, below), measured)
    plain = best_of(relu)
    measured += f"; level 0 with a ReLU: {say(plain)}"
    return conclude(lead(best, below), measured, lead(best, plain), "a ReLU in place of all circuits")


def judge_hamiltonian(rows: pd.DataFrame) -> Finding | None:
    """Judges the embedding beside the QCNN as published, and with as many updates."""
    least = 40.0
    mine, rivals = (_find(rows, _HAMILTONIAN, key) for key in ("embedding", "baseline"))
    short, equal = ([cell for cell in rivals if cell.config.train.batch_size == size] for size in (10_000, 1_000))
    if not (mine and short):
        return None
    best, rival = best_of(mine), best_of(short)
    measured = f"embedding: {say(best)}; QCNN: {say(rival)}"
    if not equal:
        return conclude(lead(best, rival), measured, least=least)
    longer = best_of(equal)
    measured += f", with as many updates {say(longer)}"
    return conclude(lead(best, rival), measured, lead(best, longer), "as many updates for the QCNN", least=least)


def judge_shahzad(rows: pd.DataFrame) -> Finding | None:
    """Judges the hybrid beside the classical network, each by its own recipe and both by one, of as many epochs."""
    keys = ("hybrid", "classical", "classical_alike")
    hybrids, own, same = (_find(rows, _SHAHZAD, key, only_own=True) for key in keys)
    longest = max((_length(cell) for cell in hybrids), default=0)
    published = [[cell for cell in some if _length(cell) == longest] for some in (hybrids, own)]
    if not all(published):
        return None
    best, rival = map(best_of, published)
    measured = f"hybrid: {_say_length(best)}; classical network: {_say_length(rival)}"
    alike = [(one, other) for one in hybrids for other in same if one.config.train == other.config.train]
    if not alike:
        return conclude(lead(best, rival), measured)
    one, other = max(alike, key=lambda pair: _length(pair[0]))
    measured += f"; both by the hybrid's recipe: {_say_length(one)} and {_say_length(other)}"
    return conclude(lead(best, rival), measured, lead(one, other), "one recipe for both")


def judge_qkan(rows: pd.DataFrame) -> Finding | None:
    """Judges the example's network beside its MLP after the last epoch, and beside a trigonometric polynomial."""
    mine, mlp, fourier = (_find(rows, _QKAN, key, only_own=True) for key in ("network", "mlp", "polynomials"))
    if not (mine and mlp and fourier):
        return None
    best, rival, plain = best_of(mine), best_of(mlp), best_of(fourier)
    measured = f"QKAN: {say(best)}; MLP: {say(rival)}; polynomials: {say(plain)}"
    return conclude(lead(best, rival), measured, lead(best, plain), "a trigonometric polynomial for each qubit")


def _find(rows: pd.DataFrame, paper: str, key: str, *, only_own: bool = False) -> _Cells:
    """Returns the cells of what a paper's published.yaml calls `key`.

    Args:
        rows: Per-seed rows.
        paper: The folder of the paper.
        key: An entry of ``compared`` there, in the words of the command line.
        only_own: Whether those are left out that are trained by the common protocol.
    """
    words = read_paper(paper)["compared"][key]
    cells = (cell for cell in cells_of(rows) if not (only_own and cell.is_common))
    return [cell for cell in cells if is_meant(cell.config, words)]


def _length(cell: Cell) -> int:
    return cell.config.train.epochs


def _say_length(cell: Cell) -> str:
    return f"{say(cell)} after {_length(cell)} epochs"
