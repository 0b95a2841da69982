"""Who wants to hear of an answer: a room above this one says so once, when it starts."""

from collections.abc import Callable, Sequence

from chengban.exchange.models import Message

Listener = Callable[[Sequence[Message]], None]
"""Is told of messages just settled, inside the transaction that settles them."""

_LISTENERS: dict[tuple[str, str], Listener] = {}


def listen(system: str, act: str, listener: Listener) -> None:
    """`listener` hears of each `act` of `system`; one listener each."""
    _LISTENERS[system, act] = listener


def tell(messages: Sequence[Message]) -> None:
    """Tell each listener of its messages."""
    for (system, act), listener in _LISTENERS.items():
        own = [message for message in messages if (message.system, message.act) == (system, act)]
        if own:
            listener(own)
