"""The plan for somebody the city knows: the verb of this part."""

from datetime import date

from chengban.cases.scenes.held import read_held
from chengban.cases.scenes.planning import Plan, plan
from chengban.facts.reading.grounds import Ground
from chengban.items.guiding import Answers
from chengban.ledger import Actor
from chengban.packs import Pack
from chengban.packs.items import Scene


def plan_for(pack: Pack, scene: Scene, answers: Answers, subject: str, *, under: Ground, by: Actor, on: date) -> Plan:
    """The plan in which nothing is asked that the city holds. The reading is in the ledger. Raises `UnknownSubject`."""
    return plan(scene, answers, on=on, subject=subject, held=read_held(pack, scene, subject, under=under, by=by, on=on))
