"""Nothing that people or files get to see holds a token or the name of an instance."""

from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from qnlnet.runtime import warn_of_readable_account
from qnlnet.runtime.redaction import redact, secrets_of_environment

TOKEN = "qX-7/z+kL_0123456789=="
ACCOUNT, INSTANCE = "0123456789abcdef0123456789abcdef", "01234567-89ab-cdef-0123-456789abcdef"
CRN = f"crn:v1:bluemix:public:quantum-computing:us-east:a/{ACCOUNT}:{INSTANCE}::"
SAFE = "POST https://quantum.cloud.ibm.com/api/v1/jobs 400: shots must be below 10000000"


@pytest.mark.parametrize("form", [TOKEN, quote(TOKEN, safe=""), quote_plus(TOKEN)])
def test_secrets_vanish_plain_and_in_urls(form: str) -> None:
    assert redact(f"before {form} after {form}", [None, "", TOKEN]) == "before … after …"


@pytest.mark.parametrize("form", [CRN, quote(CRN, safe=""), quote(CRN), CRN.upper(), quote(CRN, safe="").lower()])
@pytest.mark.parametrize("frame", ["{}", "'{}'", '"{}"', "instance={}, next", "[{}]", "({})", '{{"crn": "{}"}}'])
def test_names_of_instances_vanish_although_nobody_has_told_them(form: str, frame: str) -> None:
    text = redact(frame.format(form))
    assert ACCOUNT not in text.lower()
    assert INSTANCE not in text.lower()
    assert text == frame.format("…")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Authorization: Bearer eyJhbGciOi.eyJzdWIi.c2ln next", "Authorization: Bearer … next"),
        ("bearer=eyJ.a-b_c", "bearer=…"),
        ("apikey: 0123 next", "apikey: … next"),
        ("grant_type=x&apikey=0123", "grant_type=x&apikey=…"),
        ("APIKEY 0123", "APIKEY …"),
    ],
)
def test_access_tokens_and_keys_vanish(text: str, expected: str) -> None:
    assert redact(text) == expected


def test_everything_else_stays() -> None:
    assert redact(SAFE, [TOKEN, CRN]) == SAFE
    assert redact("", [TOKEN]) == ""


def test_secrets_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QISKIT_IBM_TOKEN", TOKEN)
    monkeypatch.delenv("QISKIT_IBM_INSTANCE", raising=False)
    assert secrets_of_environment() == (TOKEN, None)


@pytest.mark.parametrize(
    ("mode", "warned"), [(0o600, False), (0o400, False), (0o644, True), (0o640, True), (0o604, True)]
)
def test_a_readable_account_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, warned: bool
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    account = tmp_path / ".qiskit" / "qiskit-ibm.json"
    account.parent.mkdir()
    account.write_text('{"default": {"token": "x"}}')
    account.chmod(mode)
    warning = warn_of_readable_account()
    if warned:
        assert warning == (
            f"The saved account {account} holds your API key and can be read by others. Run: chmod 600 {account}"
        )
    else:
        assert warning is None


def test_no_account_no_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert warn_of_readable_account() is None


def test_an_account_file_without_a_key_is_no_danger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    account = tmp_path / ".qiskit" / "qiskit-ibm.json"
    account.parent.mkdir()
    account.write_text("{}")  # the client makes one where there is none
    account.chmod(0o644)
    assert warn_of_readable_account() is None
