"""List functions (DMN 10.3.4.4) and `sort`."""

from __future__ import annotations

import decimal
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from ..budget import budget
from ..evaluate.arithmetic import arithmetic
from ..evaluate.calls import call
from ..evaluate.comparing import all_of, any_of, equal, ordered
from ..unknown import Unknown
from ..values import Function, decimals


def _extreme(items: list[Any], sign: int) -> Any:
    if not items:
        return None
    best = items[0]
    if ordered(best, best) is None:
        return None
    for item in items[1:]:
        order = ordered(item, best)
        if order is None:
            return None
        if order == sign:
            best = item
    return best


def _sum(items: list[Any]) -> Any:
    if not items:
        return None
    total = items[0]
    for item in items[1:]:
        total = arithmetic("+", total, item)
    return total if arithmetic("+", total, items[0]) is not None and not isinstance(total, str) else None


def _numbers(items: list[Any]) -> list[Decimal] | None:
    return items if items and all(isinstance(item, Decimal) for item in items) else None


def _mean(items: list[Any]) -> Any:
    total = _sum(items)
    return None if total is None else arithmetic("/", total, Decimal(len(items)))


def _product(items: list[Any]) -> Any:
    if _numbers(items) is None:
        return None
    total = Decimal(1)
    for item in items:
        total = arithmetic("*", total, item)
    return total


def _median(items: list[Any]) -> Any:
    if _numbers(items) is None:
        return None
    middle = sorted(items)[(len(items) - 1) // 2 : len(items) // 2 + 1]
    return arithmetic("/", _sum(middle), Decimal(len(middle))) if len(middle) > 1 else middle[0]


def _deviation(items: list[Any]) -> Any:
    """The standard deviation of a sample."""
    if _numbers(items) is None or len(items) < 2:
        return None
    context = decimals().copy()
    context.prec = 50
    try:
        mean = context.divide(sum(items, Decimal(0)), Decimal(len(items)))
        squares = [context.power(context.subtract(item, mean), 2) for item in items]
        variance = context.divide(sum(squares, Decimal(0)), Decimal(len(items) - 1))
        return decimals().plus(context.sqrt(variance))
    except decimal.DecimalException:
        return None


def _mode(items: list[Any]) -> Any:
    if not items:
        return []
    if _numbers(items) is None:
        return None
    counts: dict[Decimal, int] = {}
    for item in items:
        counts[item] = counts.get(item, 0) + 1
    most = max(counts.values())
    return sorted(item for item, count in counts.items() if count == most)


def _all(items: list[Any]) -> Any:
    return all_of(items)


def _any(items: list[Any]) -> Any:
    return any_of(items)


def _contains(items: list[Any], element: Any) -> Any:
    found = [equal(item, element) for item in items]
    return any_of([False if same is None else same for same in found])


def _sublist(items: list[Any], start: Decimal, length: Decimal | None = None) -> list[Any] | None:
    place = int(start)
    if place == 0 or abs(place) > len(items) or (length is not None and length < 1):
        return None
    first = place - 1 if place > 0 else len(items) + place
    if length is not None and first + int(length) > len(items):
        return None
    return items[first:] if length is None else items[first : first + int(length)]


def _grown(items: list[Any]) -> list[Any]:
    budget().fits(len(items))
    return items


def _concatenate(lists: list[Any]) -> list[Any]:
    joined: list[Any] = []
    for one in lists:
        joined.extend(one if isinstance(one, list) else [one])
        budget().fits(len(joined))
    return joined


def _place(items: list[Any], position: Decimal) -> int | None:
    place = int(position)
    if place == 0 or abs(place) > len(items):
        return None
    return place - 1 if place > 0 else len(items) + place


def _insert(items: list[Any], position: Decimal, item: Any) -> list[Any] | None:
    place = _place(items, position)
    return None if place is None else _grown([*items[:place], item, *items[place:]])


def _remove(items: list[Any], position: Decimal) -> list[Any] | None:
    place = _place(items, position)
    return None if place is None else [*items[:place], *items[place + 1 :]]


def _replace_at(items: list[Any], position: Decimal, item: Any) -> list[Any] | None:
    place = _place(items, position)
    return None if place is None else [*items[:place], item, *items[place + 1 :]]


def _replace_where(items: list[Any], match: Function, new: Any) -> list[Any] | None:
    results = [call(match, [item, new], {}) for item in items]
    if not all(isinstance(result, bool) for result in results):
        return None
    return [new if result else item for item, result in zip(items, results, strict=True)]


def _index_of(items: list[Any], match: Any) -> list[Decimal]:
    return [Decimal(place) for place, item in enumerate(items, 1) if equal(item, match) is True]


def _distinct(items: list[Any]) -> list[Any]:
    kept: list[Any] = []
    for item in items:
        if not any(equal(item, other) is True for other in kept):
            kept.append(item)
    return kept


def _flatten(items: list[Any]) -> list[Any]:
    flat: list[Any] = []
    stack = [iter(items)]
    while stack:
        for item in stack[-1]:
            budget().spend()
            if isinstance(item, list):
                stack.append(iter(item))
                break
            flat.append(item)
        else:
            stack.pop()
    return _grown(flat)


def _sort(items: list[Any], precedes: Function | None = None) -> list[Any] | Unknown | None:
    if precedes is None:
        return _sort_naturally(items)
    failed: list[Any] = []

    def order(left: Any, right: Any) -> int:
        before = call(precedes, [left, right], {})
        if not isinstance(before, bool):
            failed.append(before)
        return -1 if before is True else int(call(precedes, [right, left], {}) is True)

    result = sorted(items, key=cmp_to_key(order))
    return failed[0] if failed and isinstance(failed[0], Unknown) else None if failed else result


def _sort_naturally(items: list[Any]) -> list[Any] | None:
    if any(ordered(item, items[0]) is None for item in items):
        return None
    return sorted(items, key=cmp_to_key(lambda left, right: ordered(left, right) or 0))  # type: ignore[arg-type, return-value]


_POSITION = "list: list, position: number"
TABLE: dict[str, tuple[tuple[str, Any], ...]] = {
    "list contains": (("list: list, element: any", _contains),),
    "count": (("list...: list", lambda items: Decimal(len(items))),),
    "min": (("list...: list", lambda items: _extreme(items, -1)),),
    "max": (("list...: list", lambda items: _extreme(items, 1)),),
    "sum": (("list...: list", _sum),),
    "mean": (("list...: list", _mean),),
    "product": (("list...: list", _product),),
    "median": (("list...: list", _median),),
    "stddev": (("list...: list", _deviation),),
    "mode": (("list...: list", _mode),),
    "all": (("list...: list", _all),),
    "any": (("list...: list", _any),),
    "and": (("list...: list", _all),),
    "or": (("list...: list", _any),),
    "sublist": (("list: list, start position: number, length?: number", _sublist),),
    "append": (("list: list, item...: list", lambda items, new: _grown([*items, *new])),),
    "concatenate": (("list...: list", _concatenate),),
    "insert before": ((f"{_POSITION}, newItem: any", _insert),),
    "remove": ((_POSITION, _remove),),
    "reverse": (("list: list", lambda items: items[::-1]),),
    "index of": (("list: list, match: any", _index_of),),
    "union": (("list...: list", lambda lists: _distinct(_concatenate(lists))),),
    "distinct values": (("list: list", _distinct),),
    "flatten": (("list: list", _flatten),),
    "list replace": (
        (f"{_POSITION}, newItem: any", _replace_at),
        ("list: list, match: function, newItem: any", _replace_where),
    ),
    "sort": (("list: list, precedes?: function", _sort),),
}
