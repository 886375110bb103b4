"""Chromium for the tests that look at the page.

python tests/evidence/page/chromium.py install   # Debian's package, where no Chromium is there; needs root
"""

import os
import shutil
import subprocess
import sys

PACKAGE = "chromium"
_NAMES = ("chromium", "chromium-browser", "google-chrome")


class MissingBrowserError(Exception):
    """There is no Chromium, and it cannot be installed."""


def find_browser() -> str:
    """Returns the path of Chromium.

    Raises:
        MissingBrowserError: There is none.
    """
    for name in _NAMES:
        if path := shutil.which(name):
            return path
    raise MissingBrowserError(f"Chromium must be there, but is not. Install it: apt-get install {PACKAGE}")


def launch_options() -> dict[str, object]:
    """Returns how Playwright starts it; root has no use for a sandbox, and Chromium refuses to make one."""
    return {"executable_path": find_browser(), "args": ["--no-sandbox"] if os.getuid() == 0 else []}


def install() -> None:
    """Installs Debian's package where no Chromium is there.

    Raises:
        MissingBrowserError: This is not Debian, or the user is not root.
    """
    try:
        find_browser()
    except MissingBrowserError:
        if os.getuid() != 0 or shutil.which("apt-get") is None:
            raise
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "--yes", "--no-install-recommends", PACKAGE]):
            subprocess.run(["apt-get", "--quiet", "--quiet", *command], check=True, env=environment)


if __name__ == "__main__":
    if sys.argv[1:] != ["install"]:
        sys.exit(__doc__)
    try:
        install()
    except (MissingBrowserError, subprocess.CalledProcessError) as error:
        sys.exit(f"error: {error}")
