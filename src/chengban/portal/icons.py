"""The drawn signs, on a grid of 20, and the looks of a state."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ICONS: Mapping[str, str] = {
    "check": '<path d="M4 10.5 8.2 15 16 5.5"/>',
    "cross": '<path d="M5 5l10 10M15 5 5 15"/>',
    "ask": '<path d="M7 7.2a3 3 0 1 1 4.4 2.6c-1 .6-1.4 1.1-1.4 2.2"/><path d="M10 15.4v.2"/>',
    "near": '<path d="M4 16V4"/><path d="M8 10h8M12.5 6.5 16 10l-3.5 3.5"/>',
    "clock": '<circle cx="10" cy="10" r="6.5"/><path d="M10 6.2V10l2.6 1.8"/>',
    "warn": '<path d="M10 3.5 17.5 16.5h-15z"/><path d="M10 8.2v3.6M10 14v.2"/>',
    "search": '<circle cx="9" cy="9" r="5"/><path d="m13 13 4 4"/>',
    "person": '<circle cx="10" cy="7" r="3"/><path d="M4 17c.6-3.4 2.9-5 6-5s5.4 1.6 6 5"/>',
    "firm": '<path d="M4 17V6l6-3 6 3v11"/><path d="M2.5 17h15M8 17v-4h4v4M8 8.2h.1M12 8.2h.1"/>',
    "book": '<path d="M4 4.5h5a1.5 1.5 0 0 1 1.5 1.5v10.5A2 2 0 0 0 8.5 15H4zM16.5 4.5h-4.5A1.5 1.5 0 0 0 10.5 6"/>'
    '<path d="M16.5 4.5V15h-4a2 2 0 0 0-2 1.5"/>',
    "data": '<ellipse cx="10" cy="5" rx="6" ry="2.3"/><path d="M4 5v10c0 1.3 2.7 2.3 6 2.3s6-1 6-2.3V5"/>'
    '<path d="M4 10c0 1.3 2.7 2.3 6 2.3s6-1 6-2.3"/>',
    "down": '<path d="M10 3.5v9M6 9l4 4 4-4M4 16.5h12"/>',
    "go": '<path d="M7.5 4.5 13 10l-5.5 5.5"/>',
    "back": '<path d="M12.5 4.5 7 10l5.5 5.5"/>',
    "eye": '<path d="M2.5 10S5.5 5 10 5s7.5 5 7.5 5-3 5-7.5 5-7.5-5-7.5-5z"/><circle cx="10" cy="10" r="2.2"/>',
    "lock": '<rect x="4.5" y="9" width="11" height="7.5" rx="1.5"/><path d="M7 9V6.5a3 3 0 0 1 6 0V9"/>',
    "seal": '<rect x="3.5" y="3.5" width="13" height="13" rx="2"/><path d="M7 7h6M7 10h6M10 7v6.5M7 13.5h6"/>',
    "type": '<path d="M3 15 7.5 4 12 15M4.7 11h5.6"/><path d="m12.5 15 2.7-6.5 2.8 6.5M13.3 13h3.8"/>',
    "globe": '<circle cx="10" cy="10" r="6.8"/><path d="M3.2 10h13.6M10 3.2c4.5 4.5 4.5 9 0 13.6-4.5-4.5-4.5-9 0-13.6z"/>',
    "mail": '<rect x="3" y="5" width="14" height="10.5" rx="1.5"/><path d="m3.5 6.2 6.5 5 6.5-5"/>',
    "calendar": '<rect x="3.5" y="4.5" width="13" height="12" rx="1.5"/><path d="M3.5 8.5h13M7 2.8v3M13 2.8v3"/>',
    "chart": '<path d="M3.5 16.5h13M6 16.5v-5M10 16.5V5M14 16.5V8.5"/>',
}


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is shown: tone (a CSS class), icon and word."""

    tone: str
    icon: str
    word: "str | Promise"


TAGS: Mapping[str, Look] = {
    "eligible": Look("yes", "check", _("符合")),
    "ineligible": Look("no", "cross", _("不符合")),
    "unknown": Look("ask", "ask", _("还不知道")),
    "near": Look("near", "near", _("差一步")),
    "unconfirmed": Look("soon", "warn", _("未核实")),
    "met": Look("yes", "check", _("满足")),
    "unmet": Look("no", "cross", _("未满足")),
    "in_force": Look("yes", "check", _("现行有效")),
    "ended": Look("quiet", "clock", _("已失效")),
    "coming": Look("soon", "clock", _("尚未生效")),
    "open": Look("soon", "clock", _("待处理")),
    "closed": Look("quiet", "check", _("已办结")),
    "late": Look("late", "warn", _("超期")),
    "unconditional": Look("yes", "check", _("无条件共享")),
    "conditional": Look("soon", "lock", _("有条件共享")),
    "none": Look("quiet", "lock", _("不予共享")),
    "written": Look("quiet", "type", _("起草中")),
    "submitted": Look("soon", "clock", _("待审核")),
    "returned": Look("soon", "back", _("退回修改")),
    "published": Look("yes", "check", _("已公布")),
    "discarded": Look("quiet", "cross", _("已作废")),
    "withdrawn": Look("late", "cross", _("已撤回")),
    "S": Look("quiet", "book", _("有出处")),
    "K": Look("quiet", "check", _("已知")),
    "?": Look("soon", "warn", _("未核实")),
    "internal": Look("quiet", "lock", _("内部")),
    "sensitive": Look("late", "lock", _("敏感")),
    "public": Look("quiet", "eye", _("公开")),
    "unread": Look("soon", "mail", _("未读")),
    "read": Look("quiet", "check", _("已读")),
    "queued": Look("quiet", "clock", _("待发送")),
    "delivered": Look("yes", "check", _("已送达")),
    "refused": Look("late", "warn", _("对方拒收")),
    "given_up": Look("late", "warn", _("多次未通")),
    "opens": Look("yes", "check", _("开始施行")),
    "ends": Look("soon", "clock", _("最后一天")),
    "personal": Look("soon", "lock", _("个人信息")),
    "waiting": Look("soon", "clock", _("待发送")),
    "applied": Look("yes", "check", _("已采用")),
    "older": Look("quiet", "clock", _("较旧，未采用")),
    "unmatched": Look("soon", "ask", _("对不上")),
    "conflict": Look("late", "warn", _("与我方记录冲突")),
    "owing": Look("soon", "clock", _("未退清")),
    "arrears": Look("late", "warn", _("逾期")),
    "settled": Look("yes", "check", _("已结清")),
}
