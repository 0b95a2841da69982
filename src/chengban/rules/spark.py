"""The same match on many machines: a Spark job with one task a part, which says nothing that `parts` does not say.

Only the description of a part (file, row group) goes to a worker, and only counts come back: a worker reads its row group and
writes its bitmaps itself. pyspark is imported when a session is asked for; it comes with the extra `spark`.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import RulesError, SparkError, StorageError
from .parts import Counts, Job, Policies, Results, Run, Split, begin, finish, match_split, open_results, run_split, splits

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

__all__ = [
    "Results",
    "Split",
    "match_on_spark",
    "match_split",
    "need_spark",
    "open_results",
    "run_on_spark",
    "splits",
    "start_session",
]
_LOOPBACK = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
_SUBMITTED = "PYSPARK_GATEWAY_PORT"
"""spark-submit sets it for the Python that it starts."""
_QUIET = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
_RAISED = re.compile(r"^(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Invalid|NoSuchFile): (.+)$", re.M)


def start_session(master: str | None = None, settings: Mapping[str, str] | None = None) -> SparkSession:
    """A Spark session. Without a master, the one that spark-submit was given, else all cores of this machine.

    A master on this machine is bound to loopback and runs this Python. Raises SparkError without pyspark or Java.
    """
    session_class = need_spark()
    logging.getLogger("py4j").setLevel(logging.WARNING)
    wanted = {"spark.app.name": "chengban match", **_master(master), **(settings or {})}
    chosen = wanted.get("spark.master", "the master of spark-submit")
    if chosen.startswith("local"):
        _stay_here()
        wanted = {**_LOOPBACK, **_QUIET, **wanted}
    builder = session_class.builder
    for name, value in wanted.items():
        builder = builder.config(name, value)
    try:
        session: SparkSession = builder.getOrCreate()
    except Exception as error:
        raise SparkError(f"Spark did not start on {chosen}: {_reason(error)}") from error
    session.sparkContext.setLogLevel("ERROR")
    return session


def _master(given: str | None) -> dict[str, str]:
    if given is None and _SUBMITTED in os.environ:
        return {}
    return {"spark.master": given or "local[*]"}


def need_spark() -> Any:
    """pyspark's class of sessions; raises SparkError without pyspark or Java. Starts nothing."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise SparkError("pyspark is not installed; it comes with the extra `spark` of chengban") from error
    if not _has_java():
        raise SparkError("there is no Java on this machine; install version 17 or later, or say where it is with JAVA_HOME")
    return SparkSession


def _has_java() -> bool:
    home = os.environ.get("JAVA_HOME")
    return bool(shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java"))


def _stay_here() -> None:
    """Workers on this machine speak over loopback, and run the Python that runs now."""
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)


def match_on_spark(
    session: SparkSession, policies: Policies, paths: Sequence[str | Path], target: str | Path, on: date | None = None
) -> Results:
    """Every row of the files with every policy, each row group on some worker; the results are in `target`, and returned.

    Equal, byte for byte, to what `parts.match_here` leaves. A part whose worker dies is run again elsewhere. Raises MatchError.
    """
    return run_on_spark(session, begin(policies, paths, target, on))


def run_on_spark(session: SparkSession, run: Run) -> Results:
    """The same for a match that `parts.begin` began, so that what it refuses is told before Spark has started."""
    return finish(run, _counts(session, run) if run.splits else [])


def _counts(session: SparkSession, run: Run) -> list[Counts]:
    context = session.sparkContext
    job = context.broadcast(run.job)
    try:
        answers = context.parallelize(run.splits, len(run.splits)).map(lambda split: _attempt(job.value, split)).collect()
    except Exception as error:
        raise SparkError(f"the Spark job did not finish: {_reason(error)}") from error
    refused = next((answer for answer in answers if isinstance(answer, str)), None)
    if refused is not None:
        raise SparkError(refused)
    return [answer for answer in answers if not isinstance(answer, str)]


def _attempt(job: Job, split: Split) -> Counts | str:
    """What a worker does. What another attempt would refuse too is answered as a sentence; all else Spark may try again."""
    try:
        return run_split(job, split)
    except StorageError:
        raise
    except RulesError as error:
        return f"{split.file}, row group {split.row_group}: {error}"


def _reason(error: BaseException) -> str:
    """The sentence inside an error of Spark, whose text is a whole trace of Java with one of Python in it."""
    text = str(error)
    if "JAVA_GATEWAY_EXITED" in text:
        return "Java ended before Spark was up; its own words are above. Spark needs Java 17 or later"
    raised = _RAISED.findall(text)
    return str(raised[-1] if raised else (text.strip().splitlines() or [type(error).__name__])[0])
