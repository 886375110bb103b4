"""The claims of the paper, typed once with where they stand; what was measured, and the verdict, is computed."""

from qnlnet.papers.claims import Claim
from qnlnet.papers.gupta2024.contribution import judge_layer
from qnlnet.papers.gupta2024.judges import (
    judge_accuracy,
    judge_cells,
    judge_pair_of_digits,
    judge_pairs_of_inputs,
    judge_qubits,
    judge_readout_0,
    judge_scaling,
    judge_weights,
)
from qnlnet.papers.gupta2024.repetitions import judge_repetitions
from qnlnet.records.published import citation

_ABSTRACT = "arXiv:2407.18906, abstract"
_SLIDES = "slides of arXiv:2407.18906"
_IMPLIED = f"{_SLIDES}, implied by the model and by Table 1"

CLAIMS = (
    Claim(
        "CNN-QNL-Net reaches 99.95 to 99.96 % on MNIST 0/1.",
        citation("Table 1"),
        "table1",
        "make reproduce-table1",
        judge_cells("mnist", "cnn"),
    ),
    Claim(
        "CNN-QNL-Net reaches 93.5 to 94.0 % on CIFAR-10 2/8.",
        citation("Table 1"),
        "table1",
        "make reproduce-table1",
        judge_cells("cifar10", "cnn"),
    ),
    Claim(
        "PCA-QNL-Net reaches 99.2 to 99.6 % on MNIST 0/1, ± 0.16 to 0.34.",
        citation("Table 1"),
        "table1",
        "make reproduce-table1",
        judge_cells("mnist", "pca"),
    ),
    Claim(
        "PCA-QNL-Net reaches 80.9 to 81.2 % on CIFAR-10 2/8.",
        citation("Table 1"),
        "table1",
        "make reproduce-table1",
        judge_cells("cifar10", "pca"),
    ),
    Claim(
        "CNN-QNL-Net reaches 99.96 % on MNIST 0/1 beside its competitors.",
        citation("Table 2"),
        "table2",
        "make reproduce-table2",
        judge_pair_of_digits("0/1"),
    ),
    Claim(
        "CNN-QNL-Net reaches 99.94 % on MNIST 3/6.",
        citation("Table 2"),
        "table2",
        "make reproduce-table2",
        judge_pair_of_digits("3/6"),
    ),
    Claim(
        "Its accuracy is cutting-edge: above those that Table 2 quotes for other quantum classifiers.",
        f"{_ABSTRACT}, and Table 2",
        "table2",
        "make reproduce-table2",
        judge_accuracy,
    ),
    Claim(
        "It uses fewer qubits than the other models of Table 2.",
        f"{_ABSTRACT}, and Table 2",
        "table2",
        "make reproduce-table2",
        judge_qubits,
    ),
    Claim(
        "The output of Table 1's circuits, r = D = 1, is read out on qubit 0.",
        _SLIDES,
        "light_cones",
        "make light-cones",
        judge_readout_0,
    ),
    Claim(
        "All features and all five rotations of a repetition take part, with r = D = 1.",
        _IMPLIED,
        "light_cones",
        "make light-cones",
        judge_weights,
    ),
    Claim(
        "Entanglement brings pairwise relationships of the features in, with r = D = 1 as in Table 1.",
        _ABSTRACT,
        "light_cones",
        "make light-cones",
        judge_pairs_of_inputs,
    ),
    Claim(
        "One repetition of encoder and ansatz is enough.",
        citation("Table 1"),
        "ablation",
        "make ablation",
        judge_repetitions,
        file="seeds.csv",
    ),
    *(
        Claim(
            f"{where} the quantum layer contributes to the accuracy.",
            _IMPLIED,
            "contribution",
            "make contribution",
            judge_layer(reducer),
        )
        for where, reducer in (("Behind the CNN", "cnn"), ("Behind PCA", "pca"))
    ),
    Claim(
        "It scales where the cost of classical non-local blocks grows with the square of the features.",
        f"{_ABSTRACT} and title",
        "contribution",
        "make contribution",
        judge_scaling,
    ),
)
