"""The one settings file. It runs with nothing set, and a bad setting stops the start with a sentence."""

import os
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from chengban.lib import env

HOME = env.home()
PACK = env.pack_folder()
DEBUG = env.flag("CHENGBAN_DEBUG")
DEMO = env.flag("CHENGBAN_DEMO")
SECRET_KEY = env.secret("CHENGBAN_SECRET_KEY")
ALLOWED_HOSTS = os.environ.get("CHENGBAN_HOSTS", "localhost,127.0.0.1,[::1]").split(",")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "django_htmx",
    "chengban.ledger",
    "chengban.accounts",
    "chengban.facts",
    "chengban.certificates",
    "chengban.items",
    "chengban.exchange",
    "chengban.reach",
    "chengban.policies",
    "chengban.portal",
    "chengban.api",
]

MIDDLEWARE = [
    "chengban.config.observe.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "chengban.portal.middleware.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "chengban.config.security.ContentSecurityPolicy",
    "axes.middleware.AxesMiddleware",
    "chengban.portal.middleware.PlainOutage",
]

ROOT_URLCONF = "chengban.config.urls"
WSGI_APPLICATION = "chengban.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "chengban.portal.context.page",
            ],
        },
    },
]


def _database(url: str, role: str) -> dict[str, object]:
    """`role`: what the connection works as, which a process that serves the web gives up its own rights for."""
    parts = conninfo_to_dict(url)
    if role:
        parts["options"] = f"{parts.get('options', '')} -c role={role}".strip()
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "chengban"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": dict(parts),
    }


# The private server's address is put here by `chengban.config.database` before anything connects.
DATABASE_URL = os.environ.get("DATABASE_URL", "")
DATABASES = {"default": _database(DATABASE_URL, os.environ.get("CHENGBAN_DATABASE_ROLE", ""))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"

# Five wrong passwords for one name from one address: wait a quarter of an hour (OWASP ASVS 2.2.1).
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "chengban.portal.views.session.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_VERBOSE = False

# An OpenID Connect provider (the province's unified identity) takes over sign-in where one is named.
OIDC = bool(os.environ.get("OIDC_OP_AUTHORIZATION_ENDPOINT"))
if OIDC:
    INSTALLED_APPS.append("mozilla_django_oidc")
    AUTHENTICATION_BACKENDS.append("chengban.accounts.oidc.ProviderBackend")
    OIDC_RP_CLIENT_ID = env.required("OIDC_RP_CLIENT_ID")
    OIDC_RP_CLIENT_SECRET = env.required("OIDC_RP_CLIENT_SECRET")
    OIDC_OP_AUTHORIZATION_ENDPOINT = env.required("OIDC_OP_AUTHORIZATION_ENDPOINT")
    OIDC_OP_TOKEN_ENDPOINT = env.required("OIDC_OP_TOKEN_ENDPOINT")
    OIDC_OP_USER_ENDPOINT = env.required("OIDC_OP_USER_ENDPOINT")
    OIDC_OP_JWKS_ENDPOINT = env.required("OIDC_OP_JWKS_ENDPOINT")
    OIDC_RP_SIGN_ALGO = os.environ.get("OIDC_RP_SIGN_ALGO", "RS256")
    OIDC_CREATE_USER = False
    OIDC_CALLBACK_CLASS = "chengban.accounts.oidc.CallbackView"
    OIDC_RP_SCOPES = "openid profile"
    OIDC_OP_ISSUER = os.environ.get("OIDC_OP_ISSUER")
    OIDC_USE_PKCE = True
    OIDC_TIMEOUT = 5

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

HTTPS = env.flag("CHENGBAN_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 60 * 60
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SILENCED_SYSTEM_CHECKS: list[str] = []
BASE_DIR = Path(__file__).resolve().parents[1]
LOCALE_PATHS = [BASE_DIR / "locale"]
LOGGING_CONFIG = "chengban.config.observe.configure"
LOGGING: dict[str, object] = {"level": env.chosen("CHENGBAN_LOG", ("INFO", "DEBUG", "WARNING", "ERROR", "CRITICAL"))}
