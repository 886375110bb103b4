"""Sealed JSON: what was written comes back, and damage is found."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from qnlnet.errors import LedgerError
from qnlnet.runtime import read_sealed, write_sealed

VALUES = {
    "text": "⟨Z⟩ ± “quotes”",
    "number": 0.1,
    "nothing": None,
    "list": [1, [2.5, "x"]],
    "nested": {"b": 1, "a": True},
}


def test_round_trip(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "state.json"
    write_sealed(path, VALUES)
    assert read_sealed(path) == VALUES
    assert [own.name for own in path.parent.iterdir()] == ["state.json"]  # nothing half-written stays
    write_sealed(path, {})
    assert read_sealed(path) == {}


def test_the_order_of_keys_and_the_spacing_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    write_sealed(path, VALUES)
    stored = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(dict(reversed(stored.items())), indent=4), encoding="utf-8")
    assert read_sealed(path) == VALUES


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda text: text.replace("0.1", "0.2"), "Its checksum does not fit."),
        (lambda text: text.replace('"number"', '"numbers"'), "Its checksum does not fit."),
        (lambda text: text.replace("null", "0"), "Its checksum does not fit."),
        (lambda text: text[:-20], "It is no JSON with a checksum."),
        (lambda text: "", "It is no JSON with a checksum."),
        (lambda text: "[]", "It is no JSON with a checksum."),
        (lambda text: "7", "It is no JSON with a checksum."),
        (lambda text: "{}", "It is no JSON with a checksum."),
        (lambda text: '{"sha256": 7}', "Its checksum does not fit."),
    ],
)
def test_damage_is_found(tmp_path: Path, damage: Callable[[str], str], message: str) -> None:
    path = tmp_path / "state.json"
    write_sealed(path, VALUES)
    text = path.read_text(encoding="utf-8")
    path.write_text(damage(text), encoding="utf-8")
    with pytest.raises(LedgerError) as caught:
        read_sealed(path)
    assert str(caught.value).startswith(f"The file {path} is damaged. Restore it from a copy or from version control; ")
    assert str(caught.value).endswith(message)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_bytes(b"\xff\xfe\x00 garbage")
    with pytest.raises(LedgerError, match="is damaged"):
        read_sealed(path)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match=r"state\.json cannot be read: No such file or directory\."):
        read_sealed(tmp_path / "state.json")
