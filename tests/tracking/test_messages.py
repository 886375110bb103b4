"""Errors in one line, without secrets."""

import pytest

from qnlnet.tracking.messages import explain, secrets_of


@pytest.mark.parametrize(
    ("address", "message", "expected"),
    [
        ("http://user:pass@host/", "no answer from http://user:pass@host/api", "no answer from http://…@host/api"),
        ("http://user:p%40ss@host", "p@ss and p%40ss were refused", "… and … were refused"),
        (
            "postgresql://u:a/b@c@host/db",
            "cannot reach postgresql://u:a/b@c@host/db",
            "cannot reach postgresql://…@host/db",
        ),
        ("https://token@host", "token is not valid", "… is not valid"),
        ("mysql://host/db?user=u&password=hush", "hush at mysql://host/db?user=u", "… at mysql://host/db?user=u"),
        ("outputs/mlruns", "https://other:hidden@host is unknown", "https://…@host is unknown"),
        ("outputs/mlruns", "outputs/mlruns@2 has no run a@b", "outputs/mlruns@2 has no run a@b"),
    ],
)
def test_credentials_in_addresses_are_hidden(address: str, message: str, expected: str) -> None:
    assert explain(ValueError(message), secrets_of(address)) == expected


def test_credentials_of_the_environment_are_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "hush")
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "abc")
    assert explain(ValueError("hush and abc"), secrets_of("http://host")) == "… and …"


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ValueError("first line.\n  second line.\n"), "first line. second line"),
        (TimeoutError(), "TimeoutError"),
        (OSError(28, "No space left on device"), "[Errno 28] No space left on device"),
    ],
)
def test_an_error_becomes_one_line(error: Exception, expected: str) -> None:
    assert explain(error) == expected


POOL = "HTTPConnectionPool(host='host', port=9): Max retries exceeded with url: /api?a=b"
CONNECTION = "HTTPConnection(host='host', port=9)"
REFUSED = "Failed to establish a new connection: [Errno 111] Connection refused"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            f'failed with exception {POOL} (Caused by NewConnectionError("{CONNECTION}: {REFUSED}"))',
            f"failed: {REFUSED}",
        ),
        (
            f"failed with exception {POOL} (Caused by ResponseError('too many 500 error responses'))",
            "failed: too many 500 error responses",
        ),
        (
            "failed with error code 401 != 200. Response body: '<!DOCTYPE HTML>\n<html></html>'",
            "failed with error code 401 != 200",
        ),
    ],
)
def test_of_a_failed_request_the_cause_is_told(message: str, expected: str) -> None:
    request = "API request to http://host/api "
    assert explain(ValueError(request + message)) == request + expected


def test_the_middle_of_a_long_message_is_left_out() -> None:
    text = explain(ValueError("begin " + "x" * 5000 + " end"))
    assert text.startswith("begin xxx")
    assert text.endswith("xxx end")
    assert " … " in text
    assert len(text) < 300


def test_a_secret_in_the_place_where_a_long_message_is_cut_is_hidden_as_a_whole() -> None:
    message = "x" * 110 + "a-very-long-secret" * 20 + "y" * 150
    assert "secret" not in explain(ValueError(message), {"a-very-long-secret" * 20})
