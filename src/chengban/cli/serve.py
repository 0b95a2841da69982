"""`chengban serve`: the portal and the API, by granian."""

import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import click

from chengban.cli.setup import ready
from chengban.lib import env
from chengban.lib.lifeline import die_with_parent

HOST = "127.0.0.1"


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--host", default=HOST, show_default=True, help="Address to listen on.")
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True)
@click.option("--reload", is_flag=True, help="Restart when a file changes (for developers).")
def serve(port: int, host: str, workers: int, reload: bool) -> None:
    """Serve the portal and the API."""
    if reload:
        os.environ.setdefault("CHENGBAN_DATABASE_ROLE", "chengban_web")
    ready()
    if reload:
        from django.core.management import call_command

        call_command("runserver", f"{host}:{port}")
        return
    refuse_taken_port(host, port)
    run_server(host, port, workers)


def refuse_taken_port(host: str, port: int) -> None:
    """Raises a plain sentence when another program listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise click.UsageError(f"端口 {port} 已被别的程序占用。换一个：--port {port + 1}。 The port is taken.") from error
            if error.errno == errno.EACCES:
                raise click.UsageError(f"端口 {port} 需要更高权限。换一个 1024 以上的：--port 8000。") from error
            raise


def run_server(host: str, port: int, workers: int = 2) -> None:
    """Run granian in the foreground until it is interrupted; meanwhile keep the private database alive."""
    from chengban.config import database

    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)]
    command += ["--workers", str(workers), "--blocking-threads", "4", "--respawn-failed-workers", "--no-access-log"]
    counters = env.home() / "counters"
    shutil.rmtree(counters, ignore_errors=True)
    counters.mkdir()
    server = subprocess.Popen(
        [*command, "--log-level", "warning", "chengban.config.wsgi:application"],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "chengban.config.settings",
            "PROMETHEUS_MULTIPROC_DIR": str(counters),
        },
        preexec_fn=die_with_parent,
        # Ctrl-C reaches this process alone: a granian whose workers hear it too starts them again, and does not end.
        start_new_session=True,
    )
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    threading.Thread(target=_watch, args=(database.keep, server), daemon=True).start()
    try:
        code = server.wait()
    except KeyboardInterrupt:
        server.terminate()
        server.wait(15)
        return
    if code not in (0, -signal.SIGTERM, -signal.SIGINT):
        raise click.ClickException(f"服务停了(代码 {code}),原因在上面。 The server ended.")


def _watch(keep: object, server: "subprocess.Popen[bytes]") -> None:
    while server.poll() is None:
        time.sleep(1)
        try:
            keep()  # type: ignore[operator]
        except Exception as error:  # the next second tries again; the portal meanwhile says that it cannot read
            click.echo(str(error), err=True)
