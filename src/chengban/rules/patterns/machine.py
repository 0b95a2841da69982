"""A backtracking machine with an explicit stack: no recursion, every step counted against the budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..budget import budget
from .characters import forms_of
from .errors import PatternError
from .syntax import Alternatives, Anchor, Back, Group, One, Repeat

MAX_PROGRAM = 20_000
ONE, SPLIT, JUMP, SAVE, ANCHOR, BACK, MARK, MOVED, DONE = range(9)


@dataclass(frozen=True, slots=True)
class Program:
    """Instructions (code, argument, second argument), the number of groups, and the flags."""

    code: tuple[tuple[int, Any, Any], ...]
    groups: int
    marks: int
    flags: str


class _Assembler:
    def __init__(self) -> None:
        self.code: list[tuple[int, Any, Any]] = []
        self.groups = 0
        self.marks = 0

    def emit(self, code: int, first: Any = None, second: Any = None) -> int:
        if len(self.code) > MAX_PROGRAM:
            raise PatternError("the pattern is too large")
        self.code.append((code, first, second))
        return len(self.code) - 1

    def alternatives(self, tree: Alternatives) -> None:
        exits = []
        for place, sequence in enumerate(tree.sequences):
            last = place == len(tree.sequences) - 1
            fork = None if last else self.emit(SPLIT)
            for part in sequence:
                self.part(part)
            if fork is not None:
                exits.append(self.emit(JUMP))
                self.code[fork] = (SPLIT, fork + 1, len(self.code))
        for place in exits:
            self.code[place] = (JUMP, len(self.code), None)

    def part(self, part: Any) -> None:
        if isinstance(part, Repeat):
            self.repeat(part)
        elif isinstance(part, One):
            self.emit(ONE, part.characters)
        elif isinstance(part, Anchor):
            self.emit(ANCHOR, part.mark)
        elif isinstance(part, Back):
            self.emit(BACK, part.number)
        else:
            self.group(part)

    def group(self, group: Group) -> None:
        if group.number is None:
            self.alternatives(group.inner)
            return
        self.groups = max(self.groups, group.number)
        self.emit(SAVE, 2 * group.number)
        self.alternatives(group.inner)
        self.emit(SAVE, 2 * group.number + 1)

    def repeat(self, repeat: Repeat) -> None:
        for _ in range(repeat.least):
            self.part(repeat.inner)
        if repeat.most is None:
            self._loop(repeat)
            return
        forks = []
        for _ in range(repeat.most - repeat.least):
            forks.append(self.emit(SPLIT))
            self.part(repeat.inner)
        for fork in forks:
            self._fork(fork, len(self.code), repeat.lazy)

    def _loop(self, repeat: Repeat) -> None:
        """A round that moved nowhere ends the loop, so that `(a*)*` comes to an end."""
        self.marks += 1
        fork = self.emit(SPLIT)
        mark = self.marks - 1
        self.emit(MARK, mark)
        self.part(repeat.inner)
        self.emit(MOVED, mark)
        self.emit(JUMP, fork)
        self._fork(fork, len(self.code), repeat.lazy)

    def _fork(self, fork: int, out: int, lazy: bool) -> None:
        self.code[fork] = (SPLIT, out, fork + 1) if lazy else (SPLIT, fork + 1, out)


def assemble(tree: Alternatives, flags: str) -> Program:
    """The program of a tree. Raises PatternError when it is too large."""
    assembler = _Assembler()
    assembler.alternatives(tree)
    assembler.emit(DONE)
    return Program(tuple(assembler.code), assembler.groups, assembler.marks, flags)


def find(program: Program, text: str, start: int) -> list[int] | None:
    """The first match at or after `start`. Raises LimitError when the budget is spent."""
    for place in range(start, len(text) + 1):
        found = _run(program, text, place)
        if found is not None:
            return found
    return None


def _run(program: Program, text: str, start: int) -> list[int] | None:
    code, spend = program.code, budget().spend
    slots = (start, -1) + (-1,) * (2 * program.groups + program.marks)
    first_mark = 2 * program.groups + 2
    ignore_case = "i" in program.flags
    stack = [(0, start, slots)]
    while stack:
        counter, place, slots = stack.pop()
        while True:
            spend()
            operation, first, second = code[counter]
            counter += 1
            if operation == ONE:
                if place >= len(text) or not _takes(first, text[place], program.flags, ignore_case):
                    break
                place += 1
            elif operation == SPLIT:
                stack.append((second, place, slots))
                counter = first
            elif operation == JUMP:
                counter = first
            elif operation == SAVE:
                slots = (*slots[:first], place, *slots[first + 1 :])
            elif operation == MARK:
                slots = (*slots[: first_mark + first], place, *slots[first_mark + first + 1 :])
            elif operation == MOVED:
                if slots[first_mark + first] == place:
                    break
            elif operation == ANCHOR:
                if not _stands(first, text, place, "m" in program.flags):
                    break
            elif operation == BACK:
                end = _repeats(text, place, slots[2 * first], slots[2 * first + 1], ignore_case)
                if end < 0:
                    break
                place = end
            else:
                return [start, place, *slots[2:first_mark]]
    return None


def _takes(characters: Any, character: str, flags: str, ignore_case: bool) -> bool:
    if characters is None:
        return "s" in flags or character not in "\n\r"
    return bool(characters.holds(forms_of(character, ignore_case)))


def _stands(mark: str, text: str, place: int, lines: bool) -> bool:
    if mark == "^":
        return place == 0 or (lines and text[place - 1] == "\n" and place < len(text))
    return place == len(text) or (lines and text[place] == "\n")


def _repeats(text: str, place: int, start: int, end: int, ignore_case: bool) -> int:
    """Where a back-reference ends, or −1; a group that took no part matches the empty text."""
    if start < 0 or end < 0:
        return place
    wanted, found = text[start:end], text[place : place + end - start]
    same = wanted.casefold() == found.casefold() if ignore_case else wanted == found
    return place + len(wanted) if same else -1
