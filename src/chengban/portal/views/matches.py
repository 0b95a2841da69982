"""The match overview (匹配总览): every policy, how many qualify, are one step away, or are not known."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengban.accounts.permissions import Verb
from chengban.lib import clock
from chengban.policies import catalogue
from chengban.policies.domain import latest_run
from chengban.policies.verifying import last_check
from chengban.portal import policy_pages
from chengban.portal.charts import bar_chart
from chengban.portal.figures import wanted_facts
from chengban.portal.needs import needs


@require_safe
@needs(Verb.READ_MATCHES)
def matches(request: HttpRequest) -> HttpResponse:
    pack = catalogue.current()
    rows = [row for row in policy_pages.rows(pack, on=clock.today()) if row.figures]
    given = {
        "run": latest_run(),
        "checked": last_check(),
        "rows": rows,
        "wanted": bar_chart(*wanted_facts(pack, [r.figures for r in rows if r.figures])),
    }
    return render(request, "portal/pages/matches.html", given)
