"""Our own door for callbacks at a port of its own, in threads of the test."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from django.core.wsgi import get_wsgi_application
from django.db import connection


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64


@contextmanager
def callback_door() -> Iterator[str]:
    """The address to which the treasury may post."""
    django = get_wsgi_application()

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        try:
            return [b"".join(django(environ, start_response))]
        finally:
            connection.close()

    server = _Server(("127.0.0.1", 0), _Quiet)
    server.set_app(application)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/exchange/treasury/callbacks"
    finally:
        server.shutdown()
        server.server_close()
