"""What is wrong with a draft (稿), everything at once, each at its field and in Chinese: form, words, dates, examples."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from pydantic import ValidationError

from chengban import rules
from chengban.packs import Pack
from chengban.packs.examples import known_facts
from chengban.packs.model import DecisionTable, Example, Policy, PolicyVersion
from chengban.packs.own_words import clashing_words
from chengban.packs.vocabulary import table_text, vocabulary
from chengban.policies.catalogue import with_version
from chengban.policies.explaining import explain, factor_of
from chengban.policies.writing import Declared, Mistake, NotDeclared, Written, declared, scalar
from chengban.rules.chinese import in_chinese

VERDICTS: Mapping[str, str] = {"eligible": "符合", "ineligible": "不符合", "unknown": "还不知道"}
FEWEST_EXAMPLES = 3


def mistakes_in(pack: Pack, written: Written) -> list[Mistake]:
    """Everything that keeps the draft from being submitted; nothing where it may be."""
    spoken = list(_spoken(pack, written))
    try:
        made = declared(written)
    except NotDeclared as error:
        return [*error.mistakes, *spoken]
    found = [*spoken, *_words(pack, made.version), *_names(pack, made.policy), *_dates(pack, made)]
    return found or list(_examples(pack, made))


# Expressions ----------------------------------------------------------------------------------------------------------


def _spoken(pack: Pack, written: Written) -> Iterator[Mistake]:
    """Every expression that is there, even while the rest of the form is not filled in yet."""
    version = written.get("version") or {}
    words, bound = vocabulary(pack), _bound(pack, version)
    clauses = {str(number): row.get("when", "") for number, row in enumerate(version.get("clauses") or [])}
    for finding in rules.check_clauses({name: text for name, text in clauses.items() if text.strip()}, words, bound):
        yield _at(f"version.clauses.{finding.clause}.when", finding)
    for group, name in (("amount", "formula"), ("delivery", "score")):
        text = (version.get(group) or {}).get(name, "")
        for finding in rules.check(text, words, expected="number", parameters=bound) if text.strip() else ():
            yield _at(f"version.{group}.{name}", finding)


def _at(field: str, finding: rules.Finding) -> Mistake:
    return Mistake(field, in_chinese(finding.message), finding.line, finding.column)


def _bound(pack: Pack, version: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters and tables that are written so far; one that is not whole yet is left out."""
    bound: dict[str, Any] = {}
    for row in version.get("parameters") or []:
        value = scalar(row.get("value", ""))
        names = {name.strip() for name in (row.get("id", ""), row.get("name", "")) if name.strip()}
        bound |= dict.fromkeys(names, list(value) if isinstance(value, tuple) else value)
    words, parameters = vocabulary(pack), dict(bound)
    for row in version.get("tables") or []:
        with suppress(ValidationError, rules.RulesError):
            table = DecisionTable.model_validate(row)
            node = words.resolve(rules.parse(table_text(table), names=(*words.names, *parameters)))
            bound[table.id] = bound[table.name] = rules.bind(node, parameters)
    return bound


# Words, names, dates --------------------------------------------------------------------------------------------------


def _words(pack: Pack, version: PolicyVersion) -> Iterator[Mistake]:
    for clash in clashing_words(pack, version):
        field = ".".join(map(str, ("version", *clash.key)))
        yield Mistake(
            field,
            f"“{clash.word}”已经是{clash.taken_by}的名称，请换一个。"
            if clash.taken_by
            else f"条件编号 {clash.word} 用了不止一次。",
        )


def _names(pack: Pack, policy: Policy) -> Iterator[Mistake]:
    for name in policy.departments:
        if name not in pack.departments:
            yield Mistake("policy.departments", f"没有编号为 {name} 的部门。")
    for field, others in (("excludes", policy.excludes), ("succeeds", (policy.succeeds,) if policy.succeeds else ())):
        for other in others:
            if other not in pack.policies or other == policy.id:
                yield Mistake(f"policy.{field}", f"没有编号为 {other} 的另一项政策。")
    former = pack.policies.get(policy.id)
    if former is not None and former.subject != policy.subject:
        yield Mistake("policy.subject", "这项政策已有的版本给另一类对象，请换一个编号。")


def _dates(pack: Pack, made: Declared) -> Iterator[Mistake]:
    """A new version begins after the others: the one still in force ends the day before, no other may overlap."""
    former = pack.policies.get(made.policy.id)
    for version in former.versions if former is not None else ():
        if version.version == made.version.version:
            yield Mistake("version.version", f"版本 {version.version} 已经公布过，请换一个版本号。")
        elif version.since >= made.version.since and not _never(version):
            told = f"版本 {version.version} 自 {version.since} 起施行，新版本要晚于它。更正已公布的版本，请先撤回它。"
            yield Mistake("version.since", told)


def _never(version: PolicyVersion) -> bool:
    """Withdrawn before it began."""
    return version.until is not None and version.until < version.since


# Examples -------------------------------------------------------------------------------------------------------------


def _examples(pack: Pack, made: Declared) -> Iterator[Mistake]:
    expected = {example.expect for example in made.examples}
    if len(made.examples) < FEWEST_EXAMPLES or not {"eligible", "ineligible"} <= expected:
        yield Mistake("examples", f"至少写 {FEWEST_EXAMPLES} 个样例，其中要有符合的，也要有不符合的。")
    policy = with_version(pack.policies.get(made.policy.id), made.policy)
    for number, example in enumerate(made.examples):
        told = _difference(pack, policy, example)
        if told:
            yield Mistake(f"examples.{number}.facts", f"样例“{example.name}”：{told}")


def _difference(pack: Pack, policy: Policy, example: Example) -> str:
    """How the rules differ from what the example expects; empty where they agree."""
    if policy.in_force(example.on) != policy.versions[-1]:
        return f"{example.on} 不在这个版本的有效期内，请换一个日期。"
    try:
        facts = known_facts(pack, example.facts)
    except KeyError as unknown:
        near = rules.nearest(str(unknown.args[0]), vocabulary(pack).names)
        return f"没有叫“{unknown.args[0]}”的指标。" + (f"是不是 {near}？" if near else "")
    verdict = explain(pack, policy, facts, on=example.on)
    if verdict.verdict != example.expect:
        missing = "、".join(pack.facts[name].name for name in verdict.missing if name in pack.facts)
        wants = f"（缺 {missing}）" if missing else ""
        return f"预期{VERDICTS[example.expect]}，规则算出来是{VERDICTS[verdict.verdict]}{wants}。"
    if example.amount is not None and verdict.amount != example.amount * factor_of(policy.versions[-1]):
        return f"预期金额 {example.amount}，规则算出来是 {verdict.amount if verdict.amount is not None else '还不知道'} 元。"
    return ""
