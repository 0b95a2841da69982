"""The portal's server as a person at a terminal meets it."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from chengban.lib.postgres import ensure


@pytest.mark.slow
def test_ctrl_c_ends_the_portal_and_everything_it_started(tmp_path: Path) -> None:
    server = ensure(tmp_path / "home" / "postgres")
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"CHENGBAN_HOME": str(tmp_path / "home")}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [sys.executable, "-m", "chengban.cli", "serve", "--port", port]
    portal = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, start_new_session=True)
    try:
        wait_for(f"http://127.0.0.1:{port}/health/live")
        os.killpg(portal.pid, signal.SIGINT)  # as a terminal does
        _, said = portal.communicate(timeout=14)
        assert portal.returncode == 0 and b"Traceback" not in said
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", int(port))) != 0
    finally:
        portal.kill()
        portal.wait()
        server.release()


def wait_for(address: str) -> None:
    limit = time.monotonic() + 60
    while time.monotonic() < limit:
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"{address} did not answer")
