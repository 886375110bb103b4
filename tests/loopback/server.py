"""HTTP: requests are read, faults happen, answers are sent."""

import json
import socket
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from loopback.faults import Action, Answer, AnswerAfter, DropAfter, DropBefore, Hang

API = "/experimental/api/v1"  # "experimental" keeps the client from rewriting the address


@dataclass(frozen=True)
class Request:
    """A request; its path is without the prefix of the API."""

    method: str
    path: str
    query: dict[str, list[str]]
    authorization: str
    crn: str
    body: bytes = field(repr=False)

    def json(self) -> dict[str, Any]:
        return json.loads(self.body)


class Server(ThreadingHTTPServer):
    """Serves requests on a free port of 127.0.0.1, each in a thread that nobody waits for.

    Attributes:
        answer: Processes a request.
        choose_fault: What shall go wrong with a request, None for nothing; called once for each.
        report: Takes the traceback of a mistake in this package.
        closing: Set when the server closes: silences end.
    """

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(
        self,
        answer: Callable[[Request], Answer],
        choose_fault: Callable[[Request], Action | None],
        report: Callable[[str], None],
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer, self.choose_fault, self.report = answer, choose_fault, report
        self.closing = Event()

    def server_bind(self) -> None:
        # The inherited method looks up the name of the computer, which takes seconds where name servers are far.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = self.server_address[0], self.server_address[1]

    def handle_error(self, *_: Any) -> None:
        """Says nothing: a client that went away is what tests of timeouts want."""


class _Handler(BaseHTTPRequestHandler):
    server: Server
    # One request a connection (HTTP/1.0, the default), so that a dropped connection concerns no other request.
    methods: ClassVar = ("GET", "POST", "PUT", "PATCH", "DELETE")

    def handle_any(self) -> None:
        request = self._read()
        fault = self.server.choose_fault(request)
        if isinstance(fault, DropBefore):
            return
        if isinstance(fault, Answer) and not isinstance(fault, AnswerAfter):
            self._send(fault)
            return
        if isinstance(fault, Hang) and not fault.after_processing and self.server.closing.wait(fault.seconds):
            return
        answer = self._process(request)
        if isinstance(fault, DropAfter):
            return
        if isinstance(fault, Hang) and fault.after_processing and self.server.closing.wait(fault.seconds):
            return
        self._send(fault if isinstance(fault, AnswerAfter) else answer)

    def log_message(self, *_: Any) -> None:
        """Prints nothing."""

    def _read(self) -> Request:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        return Request(
            self.command,
            parts.path.removeprefix(API),
            parse_qs(parts.query),
            self.headers.get("Authorization", ""),
            self.headers.get("Service-CRN", ""),
            body,
        )

    def _process(self, request: Request) -> Answer:
        try:
            return self.server.answer(request)
        except Exception:  # noqa: BLE001 - kept for the test, which runs in another thread
            text = traceback.format_exc()
            self.server.report(text)
            return Answer(400, text)  # not 500, which the client would repeat for 15 seconds

    def _send(self, answer: Answer) -> None:
        text = isinstance(answer.body, str)
        body = (answer.body if text else json.dumps(answer.body)).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", "text/plain" if text else "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


for _method in _Handler.methods:
    setattr(_Handler, f"do_{_method}", _Handler.handle_any)
