"""The one form of error messages, and who can catch what."""

import pytest

from qnlnet import errors
from qnlnet.errors import (
    ArgumentError,
    DataError,
    QNLNetError,
    ResultsError,
    argument_error,
    check_at_least,
    check_choice,
)


def test_a_message_says_what_must_be_and_what_is() -> None:
    error = argument_error("ansatz", "be one of 0, 1, 2", 7)
    assert isinstance(error, ArgumentError)
    assert str(error) == "Argument `ansatz` must be one of 0, 1, 2, but is 7."


def test_advice_follows_the_sentence() -> None:
    error = argument_error("data.classes", "name two different classes", [1], "For example data.classes=[3,6].")
    assert str(error) == (
        "Argument `data.classes` must name two different classes, but is [1]. For example data.classes=[3,6]."
    )


def test_text_is_told_from_numbers() -> None:
    assert str(argument_error("D", "be an integer", "3")).endswith("but is '3'.")


def test_choices_are_listed() -> None:
    check_choice("reducer", "pca", iter(["cnn", "pca"]))
    with pytest.raises(ArgumentError, match=r"^Argument `reducer` must be one of cnn, pca, but is 'svd'\.$"):
        check_choice("reducer", "svd", iter(["cnn", "pca"]))


def test_bounds_are_inclusive() -> None:
    check_at_least("r", 1, 1)
    with pytest.raises(ArgumentError, match=r"^Argument `r` must be at least 1, but is 0\.$"):
        check_at_least("r", 0, 1)


def test_every_error_of_the_library_can_be_caught_as_one() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    assert len(kinds) >= 5
    assert all(issubclass(kind, QNLNetError) for kind in kinds)


def test_wrong_arguments_are_value_errors_and_the_environment_is_not() -> None:
    assert issubclass(ArgumentError, ValueError)
    assert not issubclass(DataError, ValueError)
    assert not issubclass(ResultsError, ValueError)
