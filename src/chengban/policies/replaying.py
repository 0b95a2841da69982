"""A run asked again, later (重放): with the policies as they stood and the facts as they were known then, it answers the same."""

from dataclasses import dataclass

from chengban import packs
from chengban.policies import catalogue
from chengban.policies.domain import digest, match_everybody
from chengban.policies.errors import PolicyError
from chengban.policies.models import MatchRun


class NotTheSamePack(PolicyError):
    """The files of the pack have changed since the run."""


@dataclass(frozen=True)
class Replayed:
    """Policies by how they answered: the `same`, `different`; or `replaced` in the run since, by a version published later."""

    run: MatchRun
    same: tuple[str, ...]
    different: tuple[str, ...]
    replaced: tuple[str, ...]


def replay(run: MatchRun) -> Replayed:
    """Match again what the run matched, and hold who qualifies and who is unknown against it. Raises `NotTheSamePack`."""
    pack = catalogue.as_of(packs.current(), run.publications)
    if digest(pack) != run.pack_digest:
        raise NotTheSamePack(f"第 {run.pk} 次匹配以后，配置包的文件改过，不能重放。请用当时的配置包。")
    found = match_everybody(pack, run.on, run.known_by, shelve=False)
    answers: dict[str, list[str]] = {"same": [], "different": [], "replaced": []}
    for row in run.policies.exclude(version="").order_by("policy"):
        again = found.outcomes.get(row.policy)
        if again is None or again.version.version != row.version or row.known_by != run.known_by:
            answers["replaced"].append(row.policy)
            continue
        same = (bytes(row.bits_eligible), bytes(row.bits_unknown)) == (again.bits_eligible, again.bits_unknown)
        answers["same" if same else "different"].append(row.policy)
    return Replayed(run, **{name: tuple(policies) for name, policies in answers.items()})
