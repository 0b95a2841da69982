"""Who may do what: one table, read by one predicate. What is not in the table is refused."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chengban.accounts.roles import Role

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from chengban.accounts.models import Account


class Verb(StrEnum):
    """What a page or an endpoint does, as far as permission is concerned. Public pages need none."""

    READ_OWN_FILE = "read own file"
    READ_ANY_FILE = "read any file"
    SEARCH_ENTERPRISES = "search enterprises"
    READ_MATCHES = "read matches"
    READ_COCKPIT = "read cockpit"
    READ_QUALITY = "read quality"
    DOWNLOAD_QUARANTINE = "download quarantine"
    READ_LEDGER = "read ledger"
    READ_DRAFTS = "read drafts"
    WRITE_DRAFTS = "write drafts"
    APPROVE_DRAFTS = "approve drafts"
    READ_ACCOUNTS = "read accounts"
    READ_RECOVERIES = "read recoveries"
    DECIDE_RECOVERIES = "decide recoveries"
    READ_EXCHANGE = "read exchange"
    ACT_ON_EXCHANGE = "act on exchange"
    OPEN_ACCOUNT = "open account"
    GRANT_ROLE = "grant role"
    READ_LETTERS = "read letters"
    READ_REACH = "read reach"
    RESEND = "resend"
    READ_OFFERS = "read offers"
    DECIDE_OFFERS = "decide offers"
    ANSWER_OFFERS = "answer offers"
    OBJECT = "object"
    OPEN_TASK = "open task"
    QUESTION_READING = "question reading"
    OVERSEE_READINGS = "oversee readings"
    READ_REQUESTS = "read requests"
    ASK_FOR_DATA = "ask for data"
    ANSWER_REQUESTS = "answer requests"
    ASK_FOR_CERTIFICATES = "ask for certificates"
    CONSENT_TO_USE = "consent to use"
    DISPUTE_DATA = "dispute data"
    READ_DISPUTES = "read disputes"
    ANSWER_DISPUTES = "answer disputes"
    TELL_CHECKS = "tell checks"
    READ_MATERIAL_FREE = "read material-free"


VERB_NAMES: Mapping[Verb, Promise] = {
    Verb.READ_OWN_FILE: _("看自己的档案"),
    Verb.READ_ANY_FILE: _("查任何企业的档案"),
    Verb.SEARCH_ENTERPRISES: _("搜索企业"),
    Verb.READ_MATCHES: _("看匹配总览"),
    Verb.READ_COCKPIT: _("看驾驶舱"),
    Verb.READ_QUALITY: _("看数据质量"),
    Verb.DOWNLOAD_QUARANTINE: _("下载隔离数据"),
    Verb.READ_LEDGER: _("查留痕"),
    Verb.READ_DRAFTS: _("看政策稿"),
    Verb.WRITE_DRAFTS: _("起草政策"),
    Verb.APPROVE_DRAFTS: _("审核、公布和撤回政策"),
    Verb.READ_ACCOUNTS: _("看账号和权限"),
    Verb.READ_RECOVERIES: _("看追回"),
    Verb.DECIDE_RECOVERIES: _("要求退回、约定分期、登记和免除"),
    Verb.READ_EXCHANGE: _("看数据交换"),
    Verb.ACT_ON_EXCHANGE: _("重发消息、提出对账"),
    Verb.OPEN_ACCOUNT: _("开账号"),
    Verb.GRANT_ROLE: _("授予角色"),
    Verb.READ_LETTERS: _("看自己的来信"),
    Verb.READ_REACH: _("看触达情况"),
    Verb.RESEND: _("重新发送提醒"),
    Verb.READ_OFFERS: _("看拟享名单"),
    Verb.DECIDE_OFFERS: _("办理本部门的拟享名单"),
    Verb.ANSWER_OFFERS: _("答复给自己的兑现"),
    Verb.OBJECT: _("对公示提出异议"),
    Verb.OPEN_TASK: _("写明事由查阅档案"),
    Verb.QUESTION_READING: _("质疑对自己数据的查阅"),
    Verb.OVERSEE_READINGS: _("复核应急查阅、答复质疑"),
    Verb.READ_REQUESTS: _("看部门间数据请求"),
    Verb.ASK_FOR_DATA: _("向别的部门请求数据"),
    Verb.ANSWER_REQUESTS: _("答复数据请求"),
    Verb.ASK_FOR_CERTIFICATES: _("请持证人出示证照"),
    Verb.CONSENT_TO_USE: _("答复用证请求、出示自己的证照"),
    Verb.DISPUTE_DATA: _("指出自己的数据有误"),
    Verb.READ_DISPUTES: _("看数据异议"),
    Verb.ANSWER_DISPUTES: _("答复本部门的数据异议"),
    Verb.TELL_CHECKS: _("登记本部门的核验结果"),
    Verb.READ_MATERIAL_FREE: _("看免提交看板"),
}

_C, _E, _W = Role.CITIZEN, Role.AGENT, Role.CLERK
_P, _S, _A, _M = Role.OFFICER, Role.STEWARD, Role.AUDITOR, Role.ADMINISTRATOR

PERMISSIONS: Mapping[Verb, frozenset[Role]] = {
    # verb                       citizen agent clerk officer steward auditor administrator
    Verb.READ_OWN_FILE:       frozenset({_C, _E}),
    Verb.READ_ANY_FILE:       frozenset({        _W, _P}),
    Verb.SEARCH_ENTERPRISES:  frozenset({        _W, _P}),
    Verb.READ_MATCHES:        frozenset({            _P,     _A}),
    Verb.READ_COCKPIT:        frozenset({            _P,     _A, _M}),
    Verb.READ_QUALITY:        frozenset({            _P, _S, _A}),
    Verb.DOWNLOAD_QUARANTINE: frozenset({                _S}),
    Verb.READ_LEDGER:         frozenset({                    _A}),
    Verb.READ_DRAFTS:         frozenset({            _P,     _A}),
    Verb.WRITE_DRAFTS:        frozenset({            _P}),
    Verb.APPROVE_DRAFTS:      frozenset({            _P}),
    Verb.READ_ACCOUNTS:       frozenset({                    _A, _M}),
    Verb.READ_RECOVERIES:     frozenset({            _P,     _A}),
    Verb.DECIDE_RECOVERIES:   frozenset({            _P}),
    Verb.READ_EXCHANGE:       frozenset({                    _A, _M}),
    Verb.ACT_ON_EXCHANGE:     frozenset({                        _M}),
    Verb.OPEN_ACCOUNT:        frozenset({                        _M}),
    Verb.GRANT_ROLE:          frozenset({                        _M}),
    Verb.READ_LETTERS:        frozenset({_C, _E}),
    Verb.READ_REACH:          frozenset({            _P,     _A, _M}),
    Verb.RESEND:              frozenset({            _P,         _M}),
    Verb.READ_OFFERS:         frozenset({            _P,     _A}),
    Verb.DECIDE_OFFERS:       frozenset({            _P}),
    Verb.ANSWER_OFFERS:       frozenset({_C, _E}),
    Verb.OBJECT:              frozenset({_C, _E, _W, _P, _S, _A, _M}),
    Verb.OPEN_TASK:           frozenset({        _W, _P}),
    Verb.QUESTION_READING:    frozenset({_C, _E}),
    Verb.OVERSEE_READINGS:    frozenset({                    _A}),
    Verb.READ_REQUESTS:       frozenset({            _P, _S, _A}),
    Verb.ASK_FOR_DATA:        frozenset({            _P}),
    Verb.ANSWER_REQUESTS:     frozenset({                _S}),
    Verb.ASK_FOR_CERTIFICATES: frozenset({       _W, _P}),
    Verb.CONSENT_TO_USE:      frozenset({_C, _E}),
    Verb.DISPUTE_DATA:        frozenset({_C, _E}),
    Verb.READ_DISPUTES:       frozenset({            _P, _S, _A}),
    Verb.ANSWER_DISPUTES:     frozenset({            _P, _S}),
    Verb.TELL_CHECKS:         frozenset({        _W, _P}),
    Verb.READ_MATERIAL_FREE:  frozenset({            _P, _S, _A}),
}  # fmt: skip


def may(account: "Account | AnonymousUser", verb: Verb) -> bool:
    """Whether `account` holds, today, a role that the table allows `verb`. A closed or anonymous account may nothing."""
    if not account.is_authenticated or not account.is_active:
        return False
    return not PERMISSIONS.get(verb, frozenset()).isdisjoint(account.roles)


def may_read_file(account: "Account | AnonymousUser", subject: str) -> bool:
    """Whether `account` may read the file of `subject` (a USCC or a citizen number): its own by mandate, or by office."""
    if may(account, Verb.READ_ANY_FILE):
        return True
    return account.is_authenticated and may(account, Verb.READ_OWN_FILE) and subject in account.subjects


def may_see_entry(account: "Account | AnonymousUser", act: str, about: str) -> bool:
    """Whether `account` may see an entry of the ledger: an auditor each, everybody the readings of their own subjects."""
    if may(account, Verb.READ_LEDGER):
        return True
    return act == "facts.read" and account.is_authenticated and about.partition(":")[2] in account.subjects


def may_use_own(account: "Account | AnonymousUser", subject: str) -> bool:
    """Whether `account` may have what the city holds of `subject` filled in for it: only by a mandate, whatever its office."""
    return may(account, Verb.READ_OWN_FILE) and account.is_authenticated and subject in account.subjects


def may_decide(account: "Account | AnonymousUser", departments: Collection[str]) -> bool:
    """Whether `account` may decide the offers of a policy of these departments: those of its own, or where it has none of any."""
    return may(account, Verb.DECIDE_OFFERS) and account.is_authenticated and account.department in ("", *departments)


def may_answer(account: "Account | AnonymousUser", subject: str) -> bool:
    """Whether `account` may answer an offer to `subject`: only by a mandate."""
    return may(account, Verb.ANSWER_OFFERS) and account.is_authenticated and subject in account.subjects


def may_dispute(account: "Account | AnonymousUser", subject: str) -> bool:
    """Whether `account` may say that a datum of `subject` is wrong: only by a mandate."""
    return may(account, Verb.DISPUTE_DATA) and account.is_authenticated and subject in account.subjects


def may_act_for(account: "Account | AnonymousUser", verb: Verb, department: str) -> bool:
    """Whether `account` may do it for a department: its own, or where it has none any."""
    return may(account, verb) and account.is_authenticated and account.department in ("", department)
