"""Acts that happen at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from chengban.certificates.errors import CertificatesError


def at_once(*acts: Any) -> list[Any]:
    """Run the acts in as many threads at the same moment; what each returned, or the error that it met."""
    gate = Barrier(len(acts))

    def run(act: Any) -> Any:
        gate.wait()
        try:
            return act()
        except CertificatesError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
