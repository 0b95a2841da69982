"""The seven roles. Kept apart from the models so that the table of permissions needs no database."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What an account is to the city (角色)."""

    CITIZEN = "citizen", _("市民")
    AGENT = "agent", _("企业办事人")
    CLERK = "clerk", _("窗口人员")
    OFFICER = "officer", _("政策专员")
    STEWARD = "steward", _("数据管理员")
    AUDITOR = "auditor", _("审计员")
    ADMINISTRATOR = "administrator", _("系统管理员")


STAFF = frozenset({Role.CLERK, Role.OFFICER, Role.STEWARD, Role.AUDITOR, Role.ADMINISTRATOR})
