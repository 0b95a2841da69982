"""Items wherever they stand: those of the pack's scenes, and those of the lists that a city brought."""

from functools import lru_cache

from django.db.models import Max, QuerySet

from chengban import packs
from chengban.items import search
from chengban.items.errors import NoSuchItem
from chengban.items.models import ImportedList, ItemVersion
from chengban.items.search import Catalogue, Hit
from chengban.packs import Pack
from chengban.packs.items import Implementation


def item_of(pack: Pack, code: str) -> Implementation:
    """The item of that id in the pack, else the one that stands under that code in a list. Raises NoSuchItem."""
    if code in pack.items:
        return pack.items[code]
    found = version_of(code)
    if found is None:
        raise NoSuchItem(f"没有编号为 {code} 的事项。")
    return Implementation.model_validate(found.implementation)


def version_of(code: str) -> ItemVersion | None:
    """What stands under a code in the lists that were taken in; of several lists the one that was brought last."""
    return standing().filter(code=code[:120]).order_by("-brought_by_id").first()


def standing() -> "QuerySet[ItemVersion]":
    """Every item that stands in a list that was taken in."""
    return ItemVersion.objects.filter(ended_by=None)


def find(pack: Pack, asked: str, limit: int = 5) -> list[Hit]:
    """The scenes and items that `asked` may mean, those of the lists beside the pack's; best first."""
    newest = ImportedList.objects.aggregate(newest=Max("pk"))["newest"] or 0
    if pack is not packs.current():
        return search.find_in(_built(pack), asked, limit)
    return search.find_in(_catalogue(str(pack.folder), id(pack.scenes), newest), asked, limit)


@lru_cache(maxsize=2)
def _catalogue(folder: str, scenes: int, newest: int) -> Catalogue:
    return _built(packs.current())


def _built(pack: Pack) -> Catalogue:
    found = standing().order_by("list_name", "code")
    brought = [(one.code, Implementation.model_validate(one.implementation)) for one in found.iterator()]
    return search.build(pack, brought)
