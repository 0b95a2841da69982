"""The rules of the house: who may import whom, how large a file may be, what is written down."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "chengban"
FILES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
LARGEST = 500

# From the ground up: a room imports itself and the rooms of the rows above it. Rooms of one row do not know each other.
ROWS = (
    ("lib",), ("rules",), ("packs",), ("ledger",), ("accounts",), ("facts",), ("certificates",), ("items",), ("exchange",),
    ("reach",), ("policies", "cases"), ("registration", "construction", "hall", "guidance", "scitech", "talent"),
    ("portal",), ("api",), ("demo",), ("cli",), ("bench",),
)  # fmt: skip
"""The API stands above the portal because it answers with what the portal's pages are composed of."""
RANK = {room: number for number, row in enumerate(ROWS) for room in row}
OUTSIDE = {"config": "settings, addresses and middleware name every room, and are named by cli and the two doors alone"}
PURE = {"lib", "rules", "packs"}
"""Rooms that know no Django."""


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of each module or name that a file imports, wherever in the file it does."""
    package = ["chengban", *path.relative_to(SOURCE).parent.parts]
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{module}.{name.name}") for name in node.names)


def rooms_imported(path: Path) -> Iterator[tuple[int, str]]:
    for line, name in imported(path):
        parts = name.split(".")
        if parts[0] == "chengban" and len(parts) > 1 and (SOURCE / parts[1]).exists():
            yield line, parts[1]


def rooms() -> list[str]:
    return sorted({room_of(path) for path in FILES if path.parent != SOURCE})


def test_every_room_has_its_place() -> None:
    assert [room for room in rooms() if room not in RANK and room not in OUTSIDE] == []


def test_imports_go_one_way() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {room_of(path)} imports {other}"
        for path in FILES
        if room_of(path) in RANK
        for line, other in rooms_imported(path)
        if other != room_of(path) and other in RANK and RANK[other] >= RANK[room_of(path)]
    ]
    assert wrong == []


def test_only_the_doors_and_the_command_line_know_the_settings_room() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in FILES
        if room_of(path) not in ("config", "cli", "demo", "bench", "portal", "api")
        for line, other in rooms_imported(path)
        if other in OUTSIDE
    ]
    assert wrong == []


def test_rules_imports_nothing_of_the_house_and_lib_knows_nobody() -> None:
    for room in ("lib", "rules"):
        known = {other for path in FILES if room_of(path) == room for _, other in rooms_imported(path)}
        assert known <= {room}, f"{room} imports {known - {room}}"


def test_the_pure_rooms_know_no_django() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in FILES
        if room_of(path) in PURE
        for line, name in imported(path)
        if name.split(".")[0] in ("django", "ninja")
    ]
    assert wrong == []


def test_no_file_is_too_large() -> None:
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in [*FILES, *(ROOT / "tests").rglob("*.py")]}
    assert {str(path.relative_to(ROOT)): size for path, size in sizes.items() if size > LARGEST} == {}


STRICT = ("lib", "rules", "packs", "ledger")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[tuple[str, Function, bool]]:
    """Each function with its dotted name, and whether it is public: no part of the name begins with an underscore."""

    def walk(node: ast.AST, name: tuple[str, ...]) -> Iterator[tuple[str, Function, bool]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ClassDef):
                yield from walk(child, (*name, child.name))
            elif isinstance(child, Function):
                inner = (*name, child.name)
                yield ".".join(inner), child, not any(part.startswith("_") for part in inner)

    yield from walk(tree_of(path), ())


def _bare(function: Function) -> list[str]:
    """The arguments without a type; "return" where the result has none."""
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    arguments += [one for one in (function.args.vararg, function.args.kwarg) if one is not None]
    bare = [one.arg for one in arguments if one.annotation is None and one.arg not in ("self", "cls")]
    return bare + (["return"] if function.returns is None else [])


@pytest.mark.parametrize("room", STRICT)
def test_every_function_of_the_strict_rooms_is_annotated(room: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{function.lineno}: {name} lacks {_bare(function)}"
        for path in FILES
        if room_of(path) == room
        for name, function, _ in functions(path)
        if _bare(function)
    ]
    assert wrong == []


def exported(room: str) -> set[str]:
    """The names that a room's own `__all__` gives to others."""
    for node in tree_of(SOURCE / room / "__init__.py").body:
        if isinstance(node, ast.Assign) and any(isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets):
            return set(ast.literal_eval(node.value))
    return set()


@pytest.mark.parametrize("room", STRICT)
def test_what_a_strict_room_gives_to_others_says_what_it_is(room: str) -> None:
    given = exported(room)
    wrong = []
    for path in FILES:
        for node in tree_of(path).body if room_of(path) == room else []:
            named = isinstance(node, ast.ClassDef | Function) and node.name in given
            if named and isinstance(node, ast.ClassDef | Function) and not ast.get_docstring(node):
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno}: {node.name}")
    assert wrong == []


def test_every_file_says_what_it_is_for() -> None:
    silent = [str(path.relative_to(ROOT)) for path in FILES if path.read_text().strip() and not ast.get_docstring(tree_of(path))]
    assert [name for name in silent if not name.endswith("__init__.py")] == []


MACHINE = re.compile(r"(?<![\w.])/(?:work|tmp|root|home|Users|mnt|opt)/[\w.-]+|\b[A-Z]:\\\\")


def test_no_path_of_one_machine_is_written_down() -> None:
    texts = [path for path in [*SOURCE.rglob("*"), *(ROOT / "bin").glob("*")] if path.suffix in ("", ".py", ".html", ".js", ".sh")]
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match.group()}"
        for path in texts
        if path.is_file() and "vendor" not in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        for match in MACHINE.finditer(line)
    ]
    assert found == []


def test_nothing_is_left_to_be_done_later() -> None:
    unfinished = re.compile(r"\b(TODO|FIXME|XXX)\b|raise NotImplementedError")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in FILES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if unfinished.search(line)
    ]
    assert found == []


def commands(group: click.Group, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Each command that does something, with its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        if isinstance(command, click.Group):
            yield from commands(command, (*above, name))
        else:
            yield (*above, name), command


def test_docs_list_every_command_and_every_option() -> None:
    from chengban.cli.main import chengban

    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    missing = [" ".join(("chengban", *words)) for words, _ in commands(chengban) if " ".join(("chengban", *words)) not in text]
    assert missing == []
    options = {
        f"{' '.join(words)} {option}"
        for words, command in commands(chengban)
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in parameter.opts
        if option.startswith("--") and option not in text
    }
    assert options == set()


def test_every_command_says_what_it_does() -> None:
    from chengban.cli.main import chengban

    assert [words for words, command in commands(chengban) if not (command.help or "").strip()] == []
