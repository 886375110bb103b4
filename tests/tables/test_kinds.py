"""Kinds of tables and figures: what a configuration may name."""

import pytest
from committed_tables import TABLE_NAMES

from qnlnet.config import compose_config
from qnlnet.errors import ArgumentError
from qnlnet.figures import FIGURES, figure_kind
from qnlnet.tables import TABLES, table_kind


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLE_NAMES)
def test_every_committed_table_names_kinds_that_there_are(name: str) -> None:
    config = compose_config(name, [])
    assert table_kind(config.table) is TABLES[config.table]
    assert figure_kind(config.figure) is FIGURES[config.figure]


@pytest.mark.parametrize(("word", "kind"), [(True, "cells"), (False, "none"), (None, "none"), ("ablation", "ablation")])
def test_true_and_false_are_the_plain_figure_and_none(word: str | bool | None, kind: str) -> None:
    assert figure_kind(word) is FIGURES[kind]


def test_unknown_kinds_are_refused_with_the_known_ones() -> None:
    with pytest.raises(ArgumentError, match=r"`table` must be one of cells, .*ablation, but is 'grid'"):
        table_kind("grid")
    with pytest.raises(ArgumentError, match=r"`figure` must be one of none, cells, .*, but is 'pie'"):
        figure_kind("pie")
