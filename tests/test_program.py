"""The frame of all programs: exit statuses, one sentence for a mistake and for Ctrl-C, nothing else is caught."""

from collections.abc import Sequence

import pytest

from qnlnet.errors import ArgumentError
from qnlnet.program import INTERRUPTED, MISTAKE, program, run


@program(stopped="Stopped. Nothing is lost.")
def main(arguments: Sequence[str] | None = None) -> int:
    """Does what its first argument says."""
    match list(arguments or ["nothing"]):
        case ["mistake"]:
            raise ArgumentError("It must be right, but is wrong.")
        case ["stop"]:
            raise KeyboardInterrupt
        case ["bug"]:
            raise RuntimeError("a bug")
    return 7


@pytest.mark.parametrize(
    ("word", "status", "sentence"),
    [
        ("mistake", MISTAKE, "error: It must be right, but is wrong.\n"),
        ("stop", INTERRUPTED, "Stopped. Nothing is lost.\n"),
        ("else", 7, ""),
    ],
)
def test_every_end_has_its_status_and_sentence(
    word: str, status: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([word]) == status
    assert capsys.readouterr() == ("", sentence)


def test_a_bug_keeps_its_trace() -> None:
    with pytest.raises(RuntimeError, match="a bug"):
        main(["bug"])


def test_the_process_ends_with_the_status() -> None:
    with pytest.raises(SystemExit) as ended:
        run(main)
    assert ended.value.code == 7
    assert main.__name__ == "main"
    assert main.__doc__ == "Does what its first argument says."
