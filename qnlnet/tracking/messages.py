"""Errors of trackers in one line, without the secrets that addresses may hold."""

import os
import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, unquote

_HIDDEN = "…"
_USER_INFO = re.compile(r"://[^\s/'\"]*@")
_SECRET_KEY = re.compile(r"pass|pwd|token|secret|key|sig", re.IGNORECASE)
_ENVIRONMENT = ("MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN", "DATABRICKS_TOKEN")
_CAUSE = re.compile(r" failed with exception .*\(Caused by \w+\(.(?:\w+\([^)]*\): )?(.+).\)\)$")  # of requests
_BODY = re.compile(r"\.? Response body: .*")  # a page of HTML
_HEAD, _TAIL = 120, 160  # of a long message: the cause is often at its end


def secrets_of(address: str) -> set[str]:
    """Returns what must not be shown: credentials in `address`, and those that MLflow takes from the environment."""
    query = parse_qsl(address.partition("?")[2])
    user_info = address.partition("://")[2].rpartition("@")[0]
    found = {value for key, value in query if _SECRET_KEY.search(key)}
    found |= {user_info, user_info.partition(":")[2]}
    found |= {os.environ.get(name, "") for name in _ENVIRONMENT}
    return {form for secret in found for form in (secret, unquote(secret), quote(secret, safe="")) if form}


def explain(error: BaseException, secrets: Iterable[str] = ()) -> str:
    """Returns the error in one line without `secrets`, shortened in the middle, without a full stop."""
    text = " ".join(str(error).split()) or type(error).__name__
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, _HIDDEN)
    text = _BODY.sub("", _CAUSE.sub(r" failed: \1", text))
    text = _USER_INFO.sub(f"://{_HIDDEN}@", text)
    if len(text) > _HEAD + _TAIL:
        text = f"{text[:_HEAD].rstrip()} … {text[-_TAIL:].lstrip()}"
    return text.rstrip(".")
