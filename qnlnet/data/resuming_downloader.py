"""A downloader for pooch that goes on where an earlier attempt was cut off."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_CHUNK_BYTES = 1 << 16
# The whole file comes, for the server cannot resume; or what has arrived is not the beginning of this file.
_START_OVER = (200, 416)


@dataclass(frozen=True)
class ResumingDownloader:
    """Downloads over HTTP and keeps what has arrived, so that the next attempt asks for the rest only.

    Attributes:
        part: The file that keeps what has arrived; it must lie on the same disk as the final file.
        timeout: After how many seconds without a byte to give up.
        progressbar: Whether to show one on standard error.
    """

    part: Path
    timeout: float
    progressbar: bool

    def __call__(self, url: str, output_file: str, pooch: Any, check_only: bool = False) -> None:
        """Downloads `url` to `output_file`; pooch calls this and checks the hash afterwards."""
        from pooch import HTTPDownloader

        with self.part.open("ab") as part:

            def start_over_unless_resumed(response: Any, *_: Any, **__: Any) -> None:
                if response.status_code in _START_OVER:
                    part.truncate(0)

            arrived = part.tell()
            HTTPDownloader(
                progressbar=self.progressbar,
                chunk_size=_CHUNK_BYTES,
                timeout=self.timeout,
                headers={"Accept-Encoding": "identity"} | ({"Range": f"bytes={arrived}-"} if arrived else {}),
                hooks={"response": start_over_unless_resumed},
            )(url, part, pooch)
        shutil.move(self.part, output_file)
