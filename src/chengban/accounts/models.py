"""Accounts, the roles granted to them, the subjects they may act for, and the outside identities they are known by.

A state is a row with who and when: a grant is withdrawn, never deleted.
"""

from functools import cached_property
from typing import Self, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chengban.accounts.roles import STAFF, Role
from chengban.ledger import Actor

ACTOR_LENGTH = 80
Row = TypeVar("Row", bound=models.Model, covariant=True)


_HOLDINGS = """SELECT
ARRAY(SELECT role FROM accounts_grant WHERE account_id = %s AND withdrawn_at IS NULL),
ARRAY(SELECT subject FROM accounts_mandate WHERE account_id = %s AND withdrawn_at IS NULL ORDER BY given_at, id)"""


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts; they are opened by `domain.open_account` only."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(login=username)


class Account(AbstractBaseUser):
    """A person who can sign in (账号)."""

    login = models.CharField(_("登录名"), max_length=64, unique=True)
    display_name = models.CharField(_("姓名"), max_length=64)
    department = models.CharField(_("部门"), max_length=64, blank=True, help_text="pack department id; staff only")
    email = models.CharField(_("电子邮箱"), max_length=254, blank=True)
    phone = models.CharField(_("手机号"), max_length=11, blank=True)
    opened_at = models.DateTimeField(_("开通时间"))
    opened_by = models.CharField(_("开通人"), max_length=ACTOR_LENGTH)
    closed_at = models.DateTimeField(_("停用时间"), null=True, blank=True)
    closed_by = models.CharField(_("停用人"), max_length=ACTOR_LENGTH, blank=True)

    objects = AccountManager()
    USERNAME_FIELD = "login"

    class Meta:
        verbose_name = _("账号")

    def __str__(self) -> str:
        return self.login

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        return self.closed_at is None

    @property
    def username(self) -> str:
        """The login under the name that Django's password rules look for."""
        return self.login

    @property
    def actor(self) -> Actor:
        """This account as the ledger knows it: a number, no name."""
        return Actor.account(self.pk)

    @property
    def email_shown(self) -> str:
        """The address with its middle hidden: z***@example.cn."""
        name, at, domain = self.email.partition("@")
        return f"{name[:1]}***{at}{domain}" if self.email else ""

    @property
    def phone_shown(self) -> str:
        """The number with its middle hidden: 138****5678."""
        return f"{self.phone[:3]}****{self.phone[-4:]}" if self.phone else ""

    @property
    def roles(self) -> frozenset[Role]:
        """The roles that hold now."""
        return self._holdings[0]

    @property
    def subjects(self) -> tuple[str, ...]:
        """The USCCs and citizen numbers this account may act for now, oldest mandate first."""
        return self._holdings[1]

    @cached_property
    def _holdings(self) -> tuple[frozenset[Role], tuple[str, ...]]:
        """Roles and subjects in one query, which each request asks once."""
        with connection.cursor() as cursor:
            cursor.execute(_HOLDINGS, [self.pk, self.pk])
            roles, subjects = cursor.fetchone()
        return frozenset(map(Role, roles)), tuple(subjects)

    def forget_holdings(self) -> None:
        """Ask again: a grant or a mandate was given or taken back."""
        self.__dict__.pop("_holdings", None)

    @property
    def is_staff_member(self) -> bool:
        return not STAFF.isdisjoint(self.roles)


class Holding(models.QuerySet[Row]):
    """Rows that can be withdrawn."""

    def holding(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)


class Grant(models.Model):
    """A role given to an account, by whom and when (授权)."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="grants")
    role = models.CharField(_("角色"), max_length=16, choices=Role.choices)
    granted_at = models.DateTimeField(_("授予时间"))
    granted_by = models.CharField(_("授予人"), max_length=ACTOR_LENGTH)
    withdrawn_at = models.DateTimeField(_("收回时间"), null=True, blank=True)
    withdrawn_by = models.CharField(_("收回人"), max_length=ACTOR_LENGTH, blank=True)

    objects = Holding.as_manager()

    class Meta:
        verbose_name = _("授权")
        constraints = [
            models.UniqueConstraint(fields=["account", "role"], condition=Q(withdrawn_at=None), name="one_grant_holds"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="grant_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.role}"


class MandateKind(models.TextChoices):
    ENTERPRISE = "enterprise", _("企业")
    CITIZEN = "citizen", _("本人")


class Mandate(models.Model):
    """Whose file an account may open: an enterprise it acts for, or the citizen it is (授权代办 / 本人)."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="mandates")
    kind = models.CharField(_("类别"), max_length=16, choices=MandateKind.choices)
    subject = models.CharField(_("代码"), max_length=32, db_index=True)
    given_at = models.DateTimeField(_("给予时间"))
    given_by = models.CharField(_("给予人"), max_length=ACTOR_LENGTH)
    withdrawn_at = models.DateTimeField(_("收回时间"), null=True, blank=True)
    withdrawn_by = models.CharField(_("收回人"), max_length=ACTOR_LENGTH, blank=True)

    objects = Holding.as_manager()

    class Meta:
        verbose_name = _("委托")
        constraints = [
            models.UniqueConstraint(fields=["account", "subject"], condition=Q(withdrawn_at=None), name="one_mandate_holds"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.kind}"


class Identity(models.Model):
    """An outside identity (统一身份认证) that signs in as an account."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="identities")
    issuer = models.CharField(_("认证方"), max_length=200)
    subject = models.CharField(_("标识"), max_length=200)
    linked_at = models.DateTimeField(_("绑定时间"))
    linked_by = models.CharField(_("绑定人"), max_length=ACTOR_LENGTH)

    class Meta:
        verbose_name = _("外部身份")
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="one_account_an_identity")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.issuer}"
