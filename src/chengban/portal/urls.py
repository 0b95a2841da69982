"""The portal's addresses: nouns."""

from django.urls import URLPattern, path

from chengban.portal.views import comfort, home, lamps, session

urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("session", session.session, name="sign-in"),
    path("session/end", session.session_end, name="sign-out"),
    path("comfort", comfort.comfort, name="comfort"),
    path("language", comfort.language, name="language"),
    path("health/live", lamps.live, name="live"),
    path("health/ready", lamps.ready, name="ready"),
    path("metrics", lamps.metrics, name="metrics"),
]
