"""`python -m tests.run`: what `bin/test` calls. Prepares a database and a browser, then runs every test there is.

Where a browser can be installed through the system's package manager, it is. Where none can be had, the browser tests are
skipped by name, and the run fails if CHENGBAN_REQUIRE_BROWSER=1.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chengban.lib.postgres import ServerFailure, ensure

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-cjk")


def main(arguments: list[str]) -> int:
    os.chdir(ROOT)
    state = ROOT / "var" / "test"
    os.environ["CHENGBAN_HOME"] = str(state)
    os.environ["CHENGBAN_TODAY"] = "2025-12-01"  # the day that the made-up towns of the tests live on
    # Playwright's synchronous calls run an event loop in this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    _find_browser()
    server = None
    if not os.environ.get("DATABASE_URL"):
        try:
            server = ensure(state / "postgres")
        except ServerFailure as failure:
            print(failure, file=sys.stderr)
            return 1
        os.environ["DATABASE_URL"] = server.url()
    code = int(pytest.main(["--strict-config", "-ra", *arguments]))
    if server is not None:
        server.release()
    return code


def _find_browser() -> None:
    """Install a browser where that takes one command that we may give."""
    if any(map(shutil.which, BROWSERS)) or shutil.which("apt-get") is None or os.geteuid() != 0:
        return
    print("Installing a browser for the browser tests …", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", *PACKAGES]):
        done = subprocess.run(command, env=quiet, capture_output=True, text=True)
        if done.returncode != 0:
            print(f"{' '.join(command)} failed: {done.stderr.strip()[-300:]}", file=sys.stderr)
            return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
