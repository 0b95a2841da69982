"""The table of permissions, and that nothing outside it is allowed."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser

from chengban.accounts.domain import close_account, give_mandate, grant_role, withdraw_mandate, withdraw_role
from chengban.accounts.models import Account, MandateKind
from chengban.accounts.permissions import PERMISSIONS, Verb, may, may_answer, may_decide, may_read_file
from chengban.accounts.roles import STAFF, Role
from chengban.ledger import Actor

BY = Actor.system("tests")
AccountOf = Callable[[Role], Account]


def test_every_verb_stands_in_the_table() -> None:
    assert set(PERMISSIONS) == set(Verb)


def test_only_the_steward_takes_away_rows_and_only_the_administrator_grants() -> None:
    assert PERMISSIONS[Verb.DOWNLOAD_QUARANTINE] == {Role.STEWARD}
    assert PERMISSIONS[Verb.GRANT_ROLE] == {Role.ADMINISTRATOR}


def test_who_runs_the_system_reads_nobodys_file() -> None:
    for verb in (Verb.READ_ANY_FILE, Verb.READ_OWN_FILE, Verb.SEARCH_ENTERPRISES, Verb.READ_LEDGER):
        assert Role.ADMINISTRATOR not in PERMISSIONS[verb]


def test_a_visitor_may_nothing() -> None:
    assert not any(may(AnonymousUser(), verb) for verb in Verb)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_allows_what_the_table_says_and_no_more(role: Role, account_of: AccountOf) -> None:
    account = account_of(role)
    assert {verb for verb in Verb if may(account, verb)} == {verb for verb, roles in PERMISSIONS.items() if role in roles}
    assert account.is_staff_member is (role in STAFF)


def test_an_account_without_a_role_may_nothing(account_of: AccountOf) -> None:
    account = account_of(Role.OFFICER)
    withdraw_role(account, Role.OFFICER, by=BY)
    assert not any(may(account, verb) for verb in Verb)


def test_a_closed_account_may_nothing(account_of: AccountOf) -> None:
    account = account_of(Role.OFFICER)
    close_account(account, by=BY)
    assert not any(may(account, verb) for verb in Verb)


def test_two_roles_allow_what_either_allows(account_of: AccountOf) -> None:
    account = account_of(Role.AUDITOR)
    grant_role(account, Role.STEWARD, by=BY)
    assert may(account, Verb.READ_LEDGER) and may(account, Verb.DOWNLOAD_QUARANTINE)


def test_an_agent_reads_the_file_of_its_own_enterprise_only_while_the_mandate_holds(account_of: AccountOf) -> None:
    agent = account_of(Role.AGENT)
    mandate = give_mandate(agent, "91371500MA3C000001", kind=MandateKind.ENTERPRISE, by=BY)
    assert may_read_file(agent, "91371500MA3C000001")
    assert not may_read_file(agent, "91371500MA3C000002")
    withdraw_mandate(mandate, by=BY)
    assert not may_read_file(Account.objects.get(pk=agent.pk), "91371500MA3C000001")


def test_a_mandate_without_the_role_opens_nothing(account_of: AccountOf) -> None:
    steward = account_of(Role.STEWARD)
    give_mandate(steward, "91371500MA3C000001", kind=MandateKind.ENTERPRISE, by=BY)
    assert not may_read_file(steward, "91371500MA3C000001")


@pytest.mark.parametrize(("own", "policys", "allowed"), [
    ("", ["science"], True), ("science", ["science", "finance"], True), ("finance", ["science"], False), ("finance", [], False),
])  # fmt: skip
def test_an_officer_decides_offers_of_the_own_department_only(
    own: str, policys: list[str], allowed: bool, account_of: AccountOf
) -> None:
    officer = account_of(Role.OFFICER)
    officer.department = own
    assert may_decide(officer, policys) is allowed
    assert not may_decide(AnonymousUser(), policys)
    auditor = account_of(Role.AUDITOR)
    auditor.department = own
    assert not may_decide(auditor, policys)


def test_only_the_subject_itself_answers_an_offer(account_of: AccountOf) -> None:
    agent, officer = account_of(Role.AGENT), account_of(Role.OFFICER)
    assert not may_answer(agent, "S1")
    mandate = give_mandate(agent, "S1", kind=MandateKind.ENTERPRISE, by=BY)
    give_mandate(officer, "S1", kind=MandateKind.ENTERPRISE, by=BY)
    agent, officer = (Account.objects.get(pk=account.pk) for account in (agent, officer))
    assert may_answer(agent, "S1") and not may_answer(agent, "S2") and not may_answer(officer, "S1")
    assert not may_answer(AnonymousUser(), "S1")
    withdraw_mandate(mandate, by=BY)
    assert not may_answer(Account.objects.get(pk=agent.pk), "S1")
