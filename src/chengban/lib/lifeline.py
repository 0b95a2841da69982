"""Children that do not outlive their parent, however it ends."""

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1


def die_with_parent(word: signal.Signals = signal.SIGTERM) -> None:
    """Called in a child before it becomes its program: the kernel sends it `word` when its parent dies. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, word)
