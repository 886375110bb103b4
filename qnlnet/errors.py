"""The errors that a person can cause, and the checks that raise them.

Every message has one form, ``Argument `ansatz` must be …, but is ….``, followed by what can be done about it.
Command-line programs turn any `QNLNetError` into that sentence and exit status 2, without a stack trace.
"""

from collections.abc import Iterable
from typing import Any


class QNLNetError(Exception):
    """Base of every error whose cause lies outside the library: an argument, a file, the environment."""


class ArgumentError(QNLNetError, ValueError):
    """An argument or a configuration value is not acceptable."""


class DataError(QNLNetError):
    """Dataset files are missing, damaged or not the official ones."""


class ResultsError(QNLNetError):
    """Results cannot be written or read."""


class UnsupportedCircuitError(QNLNetError, ValueError):
    """A circuit or an observable contains something that the exact simulator does not know."""


class LedgerError(QNLNetError):
    """A submission is damaged, missing, incomplete or in a state that does not allow what was asked."""


class ServiceError(QNLNetError):
    """IBM Quantum did not do what was asked, or may not have done it."""


class AccountError(ServiceError):
    """There is no account, or the service does not accept it. Nothing was done."""


TOO_MANY_REQUESTS = 429  # HTTP status: the only refusal that passes by itself


class RequestRefusedError(ServiceError):
    """The service understood the request and refused it. Nothing was done.

    Attributes:
        status: The HTTP status, such as 403 or 429; 0 where the client refused before anything was sent.
    """

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message, status)
        self.status = status

    def __str__(self) -> str:
        return str(self.args[0])


class UnavailableError(ServiceError):
    """No answer that could be understood: an outage, a broken connection, a time limit. It may have been done."""


class UnknownJobError(ServiceError):
    """The service does not know the job, perhaps because it was submitted with another account or instance."""


class ResultsGoneError(ServiceError):
    """The service knows the job but no longer has its results."""


def argument_error(name: str, requirement: str, value: Any, advice: str = "") -> ArgumentError:
    """Returns the error ``Argument `name` must requirement, but is value. advice``."""
    sentence = f"Argument `{name}` must {requirement}, but is {value!r}."
    return ArgumentError(f"{sentence} {advice}" if advice else sentence)


def check_choice(name: str, value: Any, choices: Iterable[Any]) -> None:
    """Raises an `ArgumentError` unless `value` is one of `choices`."""
    options = list(choices)
    if value not in options:
        raise argument_error(name, f"be one of {', '.join(map(str, options))}", value)


def check_type(name: str, value: Any, kind: type, advice: str) -> None:
    """Raises an `ArgumentError` with `advice` unless `value` is of a type."""
    if not isinstance(value, kind):
        found = type(value).__name__
        raise ArgumentError(f"Argument `{name}` must be of type {kind.__name__}, but is of type {found}. {advice}")


def check_at_least(name: str, value: int, minimum: int) -> None:
    """Raises an `ArgumentError` unless `value` is at least `minimum`."""
    if value < minimum:
        raise argument_error(name, f"be at least {minimum}", value)
