"""The portal's addresses: nouns."""

from django.urls import URLPattern, path

from chengban.portal.views import (
    comfort,
    enterprises,
    home,
    items,
    lamps,
    ledger,
    matches,
    policies,
    quality,
    registers,
    search,
    session,
)

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("search", search.search, name="search"),
    path("policies", policies.policies, name="policies"),
    path("policies/<str:policy_id>", policies.policy, name="policy"),
    path("items", items.items, name="items"),
    path("items/<str:item_id>", items.item, name="item"),
    path("registers", registers.registers, name="registers"),
    path("registers/<str:register_id>", registers.register, name="register"),
    path("enterprises", enterprises.enterprises, name="enterprises"),
    path("enterprises/<str:subject>", enterprises.enterprise, name="enterprise"),
    path("enterprises/<str:subject>/policies", enterprises.enterprise_policies, name="enterprise-policies"),
    path("enterprises/<str:subject>/readings", enterprises.enterprise_readings, name="enterprise-readings"),
    path("me", enterprises.me, name="me"),
    path("me/policies", enterprises.my_policies, name="my-policies"),
    path("me/readings", enterprises.my_readings, name="my-readings"),
    path("matches", matches.matches, name="matches"),
    path("quality", quality.quality, name="quality"),
    path("quality/<str:register_id>/quarantine.csv", quality.quarantine, name="quarantine"),
    path("ledger", ledger.ledger, name="ledger"),
    path("accounts", ledger.accounts, name="accounts"),
    path("session", session.session, name="sign-in"),
    path("session/end", session.session_end, name="sign-out"),
    path("comfort", comfort.comfort, name="comfort"),
    path("language", comfort.language, name="language"),
    path("health/live", lamps.live, name="live"),
    path("health/ready", lamps.ready, name="ready"),
    path("metrics", lamps.metrics, name="metrics"),
]
