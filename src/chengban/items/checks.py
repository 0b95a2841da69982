"""What a department tells of a check that it makes itself (部门核验): found, or it cannot be checked, so that the verdict falls."""

from datetime import date

from django.db import transaction

from chengban import ledger
from chengban.items.case import applicant_of
from chengban.items.errors import NotChecked
from chengban.items.finding import item_of
from chengban.items.models import DepartmentCheck
from chengban.ledger import Actor
from chengban.lib import clock
from chengban.packs import Pack

LONGEST = 300


def tell_check(
    pack: Pack, code: str, material: str, subject: str, department: str, *, found: bool, on: date, by: Actor, reason: str
) -> DepartmentCheck:  # fmt: skip
    """Keep a department's word on a material of an applicant; the newest one holds.

    Raises NoSuchItem, NoSuchApplicant, and `NotChecked` where the item declares no such check or no reason is given.
    """
    applicant, said = applicant_of(subject), " ".join(reason.split())[:LONGEST]
    declared = {(one.name, way.department) for one in item_of(pack, code).materials for way in one.instead}
    if (material, department) not in declared:
        raise NotChecked(f"事项 {code} 没有写明《{material}》由这个部门核验。")
    if not said:
        raise NotChecked("请写明核验的结果，或者为什么核验不了。")
    with transaction.atomic():
        made = DepartmentCheck.objects.create(
            item=code, material=material, subject=applicant.id, department=department, found=found, reason=said, on=on,
            at=clock.now(), by=str(by),
        )  # fmt: skip
        told = {"item": code, "department": department, "found": found}
        ledger.append(by, "items.tell_check", f"check:{made.pk}", told)
    return made
