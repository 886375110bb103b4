"""Refusals, in the shapes in which IBM sends them."""

from loopback.faults import Answer

_MORE_INFO = "https://cloud.ibm.com/apidocs/quantum-computing#error-handling"


class Refusal(Exception):  # noqa: N818 - an answer like any other, raised to leave the handlers early
    """Ends the processing of a request with an error answer."""

    def __init__(self, status: int, code: int, message: str, solution: str) -> None:
        super().__init__(message)
        self.answer = Answer(status, error_body(code, message, solution))


def error_body(code: int, message: str, solution: str) -> dict[str, object]:
    """Returns the body of an error of the Qiskit Runtime REST API."""
    error = {"code": code, "message": message, "solution": solution, "more_info": _MORE_INFO}
    return {"errors": [error], "trace": "0123456789abcdef"}


def unauthorized() -> Refusal:
    return Refusal(401, 1200, "You are not authorized to perform this action.", "Regenerate your token and try again.")


def backend_not_found(name: str) -> Refusal:
    return Refusal(404, 1007, f"Backend not found: {name}.", "Verify that the correct backend name was specified.")


def job_not_found(job_id: str) -> Refusal:
    return Refusal(404, 1291, f"Job not found. Job ID: {job_id}", "Verify the job ID is correct and try again.")


def job_is_final(job_id: str) -> Refusal:
    return Refusal(409, 1292, f"Job is already in a final state. Job ID: {job_id}", "Nothing to do.")


def session_not_found(session_id: str) -> Refusal:
    return Refusal(404, 1264, f"Session not found. Session ID: {session_id}", "Verify the session ID is correct.")


def session_closed(session_id: str) -> Refusal:
    return Refusal(400, 1211, f"Session has been closed. Session ID: {session_id}", "Open a new session.")


def session_on_open_plan() -> Refusal:
    return Refusal(
        400,
        1352,
        "You are not authorized to run a session when using the open plan.",
        "Create an instance of a different plan type or use a different execution mode.",
    )


def unknown_key() -> Answer:
    """Returns the answer of IBM's identity service to a key that it does not know."""
    context = {"requestId": "loopback", "requestType": "incoming.Identity_Token", "locale": "en_US"}
    return Answer(
        400,
        {"errorCode": "BXNIM0415E", "errorMessage": "Provided API key could not be found.", "context": context},
    )
