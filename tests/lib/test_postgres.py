"""The private server: it comes back after anything that kills it, and says in a sentence why it cannot."""

import os
import signal
import socket
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from chengban.lib.postgres import PrivateServer, ServerFailure, ensure, guardian
from chengban.lib.postgres.place import Place, take

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="the supervisor is tested on Linux")]
PATIENCE = 20.0


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateServer]:
    """One server for the module: what breaks it must leave it whole again."""
    folder = tmp_path_factory.mktemp("served")
    _open_to_all(folder)
    server = ensure(folder / "postgres")
    yield server
    server.release()
    until(lambda: not _guarded(server.place))


def _open_to_all(folder: Path) -> None:
    """Root's server runs as another user, who must reach its folder."""
    for parent in (folder, *folder.parents):
        if parent != parent.parent and not parent.stat().st_mode & stat.S_IXOTH and parent.owner() == "root":
            parent.chmod(parent.stat().st_mode | stat.S_IXOTH)


def until(holds: Callable[[], bool], patience: float = PATIENCE) -> None:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if holds():
            return
        time.sleep(0.05)
    pytest.fail("it did not come about in time")


def ask(server: PrivateServer, question: str) -> object:
    with psycopg.connect(server.url(), connect_timeout=5, autocommit=True) as connection:
        row = connection.execute(question).fetchone() if question.startswith("SELECT") else connection.execute(question) and None
        return None if row is None else row[0]


def answers(server: PrivateServer) -> bool:
    try:
        return ask(server, "SELECT 1") == 1
    except psycopg.OperationalError:
        return False


def _server_pid(place: Place) -> int:
    return int((place.data / "postmaster.pid").read_text().split()[0])


def _guardian_pid(place: Place) -> int:
    """The process whose command line is the guardian's of this folder."""
    wanted = ["-m", "chengban.lib.postgres", str(place.folder)]
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            try:
                if (process / "cmdline").read_bytes().decode().split("\0")[1:4] == wanted:
                    return int(process.name)
            except OSError:
                continue
    raise AssertionError("there is no guardian")


def runs(pid: int) -> bool:
    """Whether the process lives; one that has ended and waits to be noticed does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _guarded(place: Place) -> bool:
    lock = take(place.guard, shared=False)
    if lock is None:
        return True
    os.close(lock)
    return False


def test_it_answers_and_keeps_what_it_is_told(made: PrivateServer) -> None:
    assert ask(made, "SELECT current_database()") == "chengban"
    assert ask(made, "SELECT 'é诚' COLLATE \"C\" = 'é诚' AND getdatabaseencoding() = 'UTF8'") is True
    ask(made, "CREATE TABLE IF NOT EXISTS kept (n int)")
    ask(made, "INSERT INTO kept VALUES (1)")


def test_it_listens_to_this_machine_alone_and_wants_its_password(made: PrivateServer) -> None:
    assert ask(made, "SELECT current_setting('listen_addresses')") == "127.0.0.1"
    assert stat.S_IMODE(made.place.password.stat().st_mode) == 0o600
    assert stat.S_IMODE(made.place.data.stat().st_mode) == 0o700
    wrong = made.url().replace(made.place.password.read_text().strip(), "wrong")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(wrong)


def test_it_comes_back_after_the_server_is_killed(made: PrivateServer) -> None:
    ask(made, "INSERT INTO kept VALUES (2)")
    url = made.url()
    killed = _server_pid(made.place)
    os.kill(killed, signal.SIGKILL)
    until(lambda: answers(made) and _server_pid(made.place) != killed)
    assert ask(made, "SELECT count(*) FROM kept WHERE n = 2") == 1
    assert made.url() == url, "those who run keep their address"


def test_the_next_claim_brings_it_back_after_the_guardian_is_killed(made: PrivateServer) -> None:
    ask(made, "INSERT INTO kept VALUES (3)")
    server = _server_pid(made.place)
    os.kill(_guardian_pid(made.place), signal.SIGKILL)
    made.claim(PATIENCE)
    until(lambda: answers(made) and _server_pid(made.place) != server)
    assert ask(made, "SELECT count(*) FROM kept WHERE n = 3") == 1
    assert not runs(server), "the server of the dead guardian is gone"


def test_two_users_have_one_server(made: PrivateServer) -> None:
    code = """
        import sys
        from pathlib import Path
        from chengban.lib.postgres import ensure
        server = ensure(Path(sys.argv[1]))
        print(server.place.data.joinpath("postmaster.pid").read_text().split()[0])
    """
    users = [
        subprocess.Popen([sys.executable, "-c", textwrap.dedent(code), str(made.place.folder)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    told = {user.communicate(timeout=PATIENCE)[0].strip() for user in users}
    assert told == {str(_server_pid(made.place))}
    assert answers(made), "it goes on for those who stay when others leave"


def test_it_stops_when_the_last_user_leaves_and_starts_again_elsewhere_when_its_port_is_taken(made: PrivateServer) -> None:
    server, port = _server_pid(made.place), int(made.place.port.read_text())
    made.release()
    until(lambda: not runs(server) and not _guarded(made.place))
    assert not (made.place.data / "postmaster.pid").exists(), "it was stopped the clean way"
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        made.claim(PATIENCE)
        assert int(made.place.port.read_text()) != port and answers(made)
    assert ask(made, "SELECT count(*) FROM kept") == 3


def test_a_user_who_comes_while_it_stops_has_a_server_all_the_same(made: PrivateServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guardian does not stop the server from under one who has just claimed it."""
    stopped: list[bool] = []

    class Slow(guardian.Guardian):
        def __init__(self, place: Place) -> None:
            self.place = place

        def stop(self) -> None:
            newcomer = take(self.place.users, shared=True)
            stopped.append(newcomer is None)
            if newcomer is not None:
                os.close(newcomer)

        def _make_cluster(self) -> None: ...
        def _end_predecessor(self) -> None: ...
        def _start(self) -> None: ...

    folder = made.place.folder.with_name("nobody-uses-it")
    folder.mkdir()
    watcher = Slow(Place(folder))
    watcher.server = subprocess.Popen(["sleep", "60"])
    monkeypatch.setattr(guardian, "_ALONE_SECONDS", 0.0)
    watcher.run()
    watcher.server.kill()
    watcher.server.wait()
    assert stopped == [True], "while it stops nobody can claim it"


def test_what_a_cut_off_start_left_behind_is_made_anew(tmp_path: Path) -> None:
    _open_to_all(tmp_path)
    folder = tmp_path / "postgres"
    place = Place(folder)
    (place.half_made / "base").mkdir(parents=True)
    (place.half_made / "base" / "rubbish").touch()
    place.data.mkdir()
    (place.data / "half").touch()
    (folder / "password.new").write_text("half")
    server = ensure(folder)
    assert answers(server) and not place.half_made.exists() and not (place.data / "half").exists()
    server.release()


def fails(folder: Path) -> str:
    with pytest.raises(ServerFailure) as failure:
        PrivateServer(folder).claim(10)
    return str(failure.value)


def test_without_its_programs_there_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _open_to_all(tmp_path)
    monkeypatch.setenv("CHENGBAN_PG_BIN", str(tmp_path / "nothing"))
    said = fails(tmp_path / "postgres")
    assert "CHENGBAN_PG_BIN" in said and "nothing" in said and "Traceback" not in said


def test_without_any_postgresql_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CHENGBAN_PG_BIN", raising=False)
    monkeypatch.setattr(guardian.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(guardian.CannotServe, match="DATABASE_URL"):
        guardian.binaries()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert str(tmp_path / "file" / "postgres") in fails(tmp_path / "file" / "postgres")


def test_data_of_another_version_is_said_and_left_alone(tmp_path: Path) -> None:
    _open_to_all(tmp_path)
    place = Place(tmp_path / "postgres")
    place.data.mkdir(parents=True)
    (place.data / "PG_VERSION").write_text("9.6\n")
    (place.data / "precious").touch()
    said = fails(place.folder)
    assert "did not start" in said and str(place.log) in said
    assert (place.data / "precious").exists()


DISK_FULL = "2025-12-01 FATAL:  could not write lock file: No space left on device"


@pytest.mark.parametrize(
    ("words", "says"), [(DISK_FULL, "disk that holds"), ("initdb: Permission denied", "may not write"), ("what else", "what else")]
)
def test_postgresql_s_words_become_a_sentence(tmp_path: Path, words: str, says: str) -> None:
    assert says in guardian._sentence(words, Place(tmp_path))
