"""Downloads from a server on this machine that misbehaves on request; no other network is used."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from qnlnet.data.cifar10 import read_cifar10
from qnlnet.data.cifar100 import read_cifar100
from qnlnet.data.download import DownloadSettings, download_missing
from qnlnet.data.mnist import read_mnist
from qnlnet.data.release import Release
from qnlnet.data.stl10 import read_stl10
from qnlnet.errors import DataError

QUICK = DownloadSettings(attempts=2, timeout=0.3, pause=0.0)
FIRST = "train-images-idx3-ubyte.gz"


class Server(ThreadingHTTPServer):
    """Offers `downloads` by the last part of the path; `answers` has a queue for the first part, the mirror."""

    daemon_threads = False  # so that closing the server waits for its threads

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.downloads: dict[str, bytes] = {}
        self.answers: dict[str, list[Answer]] = {}
        self.requests: list[tuple[str, str, str | None]] = []
        self.closing = threading.Event()

    def offer(self, made: Any, *mirrors: str) -> Release:
        """Offers the downloads of a small release, which is returned with the URLs of these mirrors."""
        self.downloads = made.downloads
        base = f"http://127.0.0.1:{self.server_port}"
        remotes = []
        for remote in made.release.remotes:
            name = remote.urls[0].rpartition("/")[2]
            remotes.append(replace(remote, urls=tuple(f"{base}/{mirror}/{name}" for mirror in mirrors)))
        return replace(made.release, remotes=tuple(remotes))


class Handler(BaseHTTPRequestHandler):
    """Answers a request with the next answer of its mirror; the last one is repeated."""

    server: Server

    def do_GET(self) -> None:
        """Called for each request."""
        mirror, name = self.path.strip("/").split("/")
        self.server.requests.append((mirror, name, self.headers["Range"]))
        queue = self.server.answers.get(mirror, [whole])
        (queue.pop(0) if len(queue) > 1 else queue[0])(self, self.server.downloads[name])

    def log_message(self, *_: Any) -> None:
        """Keeps silent."""


Answer = Callable[[Handler, bytes], None]


def _head(handler: Handler, status: int, length: int) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(length))
    handler.end_headers()


def whole(handler: Handler, content: bytes) -> None:
    """Sends everything, or the rest that is asked for."""
    begin = int((handler.headers["Range"] or "bytes=0-").removeprefix("bytes=").removesuffix("-"))
    _head(handler, 206 if begin else 200, len(content) - begin)
    handler.wfile.write(content[begin:])


def from_the_start(handler: Handler, content: bytes) -> None:
    """Sends everything, whatever is asked for."""
    _head(handler, 200, len(content))
    handler.wfile.write(content)


def cut_off(handler: Handler, content: bytes) -> None:
    """Announces everything and sends half of it."""
    _head(handler, 200, len(content))
    handler.wfile.write(content[: len(content) // 2])


def stall(handler: Handler, content: bytes) -> None:
    """Sends half, then nothing, and keeps the connection."""
    cut_off(handler, content)
    handler.wfile.flush()
    handler.server.closing.wait(10)


def wrong(handler: Handler, content: bytes) -> None:
    """Sends something else of the same length."""
    from_the_start(handler, content[::-1])


def not_found(handler: Handler, _content: bytes) -> None:
    """Sends status 404 with a page."""
    _head(handler, 404, 9)
    handler.wfile.write(b"not found")


def bad_range(handler: Handler, content: bytes) -> None:
    """Sends status 416 to those who ask for a rest."""
    if handler.headers["Range"]:
        _head(handler, 416, 0)
    else:
        from_the_start(handler, content)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """Runs a server in a thread."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.closing.set()
        running.shutdown()
        thread.join()


def files_under(root: Path) -> dict[str, bytes]:
    """Returns the content of each file under `root`, whatever its name, and that no temporary folder is left."""
    assert not [path for path in root.iterdir() if path.name.startswith(".")]
    return {path.name: path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("small", "read"),
    [
        ("small_mnist", read_mnist),
        ("small_cifar10", read_cifar10),
        ("small_cifar100", read_cifar100),
        ("small_stl10", read_stl10),
    ],
)
def test_complete_download(
    small: str, read: Any, server: Server, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    made = request.getfixturevalue(small)
    assert read(tmp_path, release=server.offer(made, "a"), settings=QUICK).official
    assert files_under(tmp_path) == made.files


def test_downloaded_files_have_the_permissions_of_any_new_file(
    server: Server, small_mnist: Any, small_cifar10: Any, tmp_path: Path
) -> None:
    (tmp_path / "new").touch()
    for made in (small_mnist, small_cifar10):
        download_missing(server.offer(made, "a"), tmp_path, QUICK)
    assert len({path.stat().st_mode for path in tmp_path.rglob("*") if path.is_file()}) == 1


def test_files_that_are_there_are_not_downloaded_again(server: Server, small_mnist: Any, tmp_path: Path) -> None:
    (small_mnist.write(tmp_path) / FIRST).unlink()
    download_missing(server.offer(small_mnist, "a"), tmp_path, QUICK)
    assert [name for _, name, _ in server.requests] == [FIRST]
    download_missing(server.offer(small_mnist, "a"), tmp_path, QUICK)
    assert len(server.requests) == 1


def test_only_the_missing_files_come_from_an_archive(server: Server, small_cifar10: Any, tmp_path: Path) -> None:
    folder = small_cifar10.write(tmp_path)
    (folder / "data_batch_2").unlink()
    (folder / "data_batch_3").write_bytes(b"mine")
    download_missing(server.offer(small_cifar10, "a"), tmp_path, QUICK)
    assert files_under(tmp_path) == {**small_cifar10.files, "data_batch_3": b"mine"}


@pytest.mark.parametrize("failure", [cut_off, stall])
@pytest.mark.parametrize("then", [whole, from_the_start])
def test_interrupted_download_goes_on(
    failure: Answer, then: Answer, server: Server, small_cifar10: Any, tmp_path: Path
) -> None:
    server.answers["a"] = [failure, then]
    download_missing(server.offer(small_cifar10, "a"), tmp_path, QUICK)
    assert files_under(tmp_path) == small_cifar10.files
    (_, _, nothing), (_, _, rest) = server.requests
    assert nothing is None
    assert rest is not None
    assert 0 < int(rest.removeprefix("bytes=").removesuffix("-")) <= len(server.downloads["cifar-10-python.tar.gz"])


def test_server_that_refuses_the_rest_is_asked_for_everything(
    server: Server, small_cifar10: Any, tmp_path: Path
) -> None:
    server.answers["a"] = [cut_off, bad_range]
    download_missing(server.offer(small_cifar10, "a"), tmp_path, replace(QUICK, attempts=3))
    assert files_under(tmp_path) == small_cifar10.files


@pytest.mark.parametrize("failure", [cut_off, stall, wrong, not_found])
def test_mirror_helps_out(failure: Answer, server: Server, small_mnist: Any, tmp_path: Path) -> None:
    server.answers["a"] = [failure]
    download_missing(server.offer(small_mnist, "a", "b"), tmp_path, QUICK)
    assert files_under(tmp_path) == small_mnist.files


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (cut_off, "there is no connection, or it was cut off"),
        (stall, r"the server sends nothing for 0\.3 s"),
        (wrong, "another MD5 than the official one"),
        (not_found, "the server answers with HTTP status 404"),
    ],
)
@pytest.mark.parametrize("small", ["small_mnist", "small_cifar10"])
def test_failure_leaves_nothing_and_says_what_to_do(
    failure: Answer, reason: str, small: str, server: Server, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    made = request.getfixturevalue(small)
    server.answers["a"] = [failure]
    release = server.offer(made, "a")
    with pytest.raises(DataError, match=reason) as caught:
        download_missing(release, tmp_path, QUICK)
    assert files_under(tmp_path) == {}
    assert len(server.requests) == QUICK.attempts
    for part in (", ".join(release.md5), str(tmp_path / release.folder), "make data", f":{server.server_port}/a/"):
        assert part in str(caught.value)


def test_no_server_is_one_clear_error(server: Server, small_mnist: Any, tmp_path: Path) -> None:
    release = server.offer(small_mnist, "a")
    with socket.socket() as deaf:  # has a port and does not listen
        deaf.bind(("127.0.0.1", 0))
        nowhere = replace(release.remotes[0], urls=(f"http://127.0.0.1:{deaf.getsockname()[1]}/{FIRST}",))
        with pytest.raises(DataError, match="there is no connection, or it was cut off"):
            download_missing(replace(release, remotes=(nowhere,)), tmp_path, QUICK)
    assert files_under(tmp_path) == {}


def test_folder_that_can_not_be_made_is_one_clear_error(server: Server, small_mnist: Any, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match=r"Folder .*file must be one that can be written for MNIST: Not a directory"):
        download_missing(server.offer(small_mnist, "a"), tmp_path / "file", QUICK)
    assert server.requests == []
