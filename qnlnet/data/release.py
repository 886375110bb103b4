"""What an official release consists of: its files, their hashes, and where they can be downloaded."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class RemoteFile:
    """Something to download.

    Attributes:
        urls: The places that offer it, the preferred one first.
        md5: Hexadecimal MD5 of the download itself, compressed as it is.
        provides: Names of the release's files that it contains.
        is_archive: Whether it is a tar archive with the files in the release's folder, or the one file itself.
    """

    urls: tuple[str, ...]
    md5: str
    provides: tuple[str, ...]
    is_archive: bool = False


@dataclass(frozen=True)
class Release:
    """An official release of a dataset.

    Attributes:
        title: The name that people know, for messages.
        folder: Folder of the files under the data root.
        md5: For each file name, the hexadecimal MD5 of its content; names in ``.gz`` stand for the decompressed
            content, because the same content can be compressed in many ways.
        remotes: What to download to get all files.
        class_names: A word for each class; its position is the class.
        image_shape: (channels, height, width) of every image.
        on_request: Its name where `make data` downloads it only when asked to; None: always.
    """

    title: str
    folder: str
    md5: Mapping[str, str]
    remotes: tuple[RemoteFile, ...]
    class_names: tuple[str, ...]
    image_shape: tuple[int, int, int]
    on_request: str | None = None

    @property
    def command(self) -> str:
        """What to run in a terminal to download it."""
        return f'make data ARGS="--datasets {self.on_request}"' if self.on_request else "make data"
