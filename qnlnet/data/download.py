"""Downloads the missing files of a release, so that only complete and correct ones ever get their final name."""

import logging
import os
import shutil
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from qnlnet.data.release import Release, RemoteFile
from qnlnet.data.resuming_downloader import ResumingDownloader
from qnlnet.errors import DataError

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DownloadSettings:
    """How patiently to download.

    Attributes:
        attempts: How often to try each of the places that offer a file.
        timeout: After how many seconds without a byte a server counts as stalled.
        pause: Seconds to wait before the second attempt; before the third it is twice that, and so on.
    """

    attempts: int = 3
    timeout: float = 20.0
    pause: float = 1.0


DEFAULT_SETTINGS = DownloadSettings()


class _FailedDownloadError(Exception):
    """No place gave the file; the message says why."""


def missing_files(release: Release, root: Path) -> list[str]:
    """Returns the names of the release's files that are not in its folder under `root`."""
    return [name for name in release.md5 if not os.path.exists(root / release.folder / name)]


def where_to_get(release: Release, root: Path, missing: Sequence[str]) -> str:
    """Returns the sentences that say how to get the files called `missing`."""
    remotes = [remote for remote in release.remotes if set(remote.provides) & set(missing)]
    urls = [remote.urls[0] if remote.is_archive else remote.urls[0].rpartition("/")[0] + "/" for remote in remotes]
    return (
        f"Run `{release.command}` where there is a connection, or put {', '.join(missing)} "
        f"into {root / release.folder} by hand (from {', '.join(dict.fromkeys(urls))})."
    )


def download_missing(release: Release, root: Path, settings: DownloadSettings = DEFAULT_SETTINGS) -> None:
    """Downloads the files of `release` that are not yet in its folder under `root`; files that are there stay.

    Everything is written to a temporary folder under `root`, checked there, and moved to its place at the end.

    Raises:
        DataError: If a file cannot be downloaded from any place, or the folder cannot be written.
    """
    try:
        for remote in release.remotes:
            names = [name for name in missing_files(release, root) if name in remote.provides]
            if names:
                (root / release.folder).mkdir(parents=True, exist_ok=True)
                with tempfile.TemporaryDirectory(prefix=".download-", dir=root) as workspace:
                    download = _fetch(remote, Path(workspace), settings)
                    _install(download, remote, names, root / release.folder)
    except _FailedDownloadError as failure:
        advice = where_to_get(release, root, missing_files(release, root))
        raise DataError(f"{release.title} could not be downloaded ({failure}). {advice}") from None
    except OSError as error:
        reason = error.strerror or error
        raise DataError(f"Folder {root} must be one that can be written for {release.title}: {reason}.") from None


def _fetch(remote: RemoteFile, workspace: Path, settings: DownloadSettings) -> Path:
    """Returns the path of the complete download, whose hash is right."""
    downloader = ResumingDownloader(workspace / "part", settings.timeout, progressbar=sys.stderr.isatty())
    reasons: dict[str, str] = {}
    for attempt in range(settings.attempts):
        time.sleep(attempt * settings.pause)
        for url in remote.urls:
            _log.info("Downloading %s", url)
            try:
                return _retrieve(url, remote.md5, workspace, downloader)
            except (OSError, ValueError) as error:  # every error of requests is an OSError
                reasons[url] = _explain(error, settings)
    raise _FailedDownloadError("; ".join(f"{url}: {reason}" for url, reason in reasons.items()))


def _retrieve(url: str, md5: str, folder: Path, downloader: ResumingDownloader) -> Path:
    import pooch

    with _quiet(pooch.get_logger()):
        return Path(pooch.retrieve(url, f"md5:{md5}", fname="download", path=folder, downloader=downloader))


@contextmanager
def _quiet(logger: logging.Logger) -> Iterator[None]:
    """Keeps back what `logger` has to say about temporary files."""
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)


def _explain(error: Exception, settings: DownloadSettings) -> str:
    response = getattr(error, "response", None)
    if response is not None:
        return f"the server answers with HTTP status {response.status_code}"
    if "timed out" in str(error):
        return f"the server sends nothing for {settings.timeout:g} s"
    if not isinstance(error, OSError):  # pooch's verdict on the hash
        return "the server offers a file with another MD5 than the official one"
    return error.strerror or "there is no connection, or it was cut off"


def _install(download: Path, remote: RemoteFile, names: Sequence[str], folder: Path) -> None:
    """Moves the files called `names` to `folder`, each at once, so that nobody ever sees a part of one."""
    if not remote.is_archive:
        os.replace(download, folder / names[0])
        return
    with tarfile.open(download) as archive:
        for member in archive:
            name = member.name.removeprefix(f"{folder.name}/")
            source = archive.extractfile(member) if name in names else None
            if source is None:
                continue
            unpacked = download.with_name("unpacked")
            with unpacked.open("wb") as target:
                shutil.copyfileobj(source, target)
            os.replace(unpacked, folder / name)
