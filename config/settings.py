"""The portal's settings. ``PORTAL_ENV`` is ``production`` unless said otherwise, and that fails closed."""

from functools import partial
from pathlib import Path

import environ
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import jobs, limits, logs, startup
from config.limits import *  # noqa: F403
from config.signing_in import *  # noqa: F403

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

# What is being run, and where people find it
PORTAL_ENV = env.str("PORTAL_ENV", default="production")
EMBEDDED = startup.environment(PORTAL_ENV)
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = startup.secret_key(made_in=VAR_DIR / "secret_key" if EMBEDDED else None)
SECRET_KEY_FALLBACKS = startup.secret_key_fallbacks()
PORTAL_NAME = env.str("PORTAL_NAME", default="Latchkey")
_HERE = f"http://localhost:{env.int('PORT', default=8000)}" if EMBEDDED else ""
_BASE = startup.base_url(env.str("PORTAL_BASE_URL", default=_HERE), embedded=EMBEDDED)
PORTAL_BASE_URL = _BASE.geturl()
HTTPS = _BASE.scheme == "https"
_NAMES_HERE = ["localhost", "127.0.0.1", "[::1]"] if EMBEDDED else []
ALLOWED_HOSTS = startup.allowed_hosts(env.list("ALLOWED_HOSTS", default=_NAMES_HERE), base=_BASE)
PORTAL_DEMO = startup.demo_allowed(demo=env.bool("PORTAL_DEMO", default=False), embedded=EMBEDDED, base=_BASE)
PORTAL_ALLOW_SEED = env.bool("PORTAL_ALLOW_SEED", default=False)
PORTAL_SUPPORT_TELEPHONE = env.str("PORTAL_SUPPORT_TELEPHONE", default="")
PORTAL_REMOTE_TOOL = env.str("PORTAL_REMOTE_TOOL", default="Remote Help")  # what support starts sessions with
PORTAL_SECURITY_MAIL = env.str("PORTAL_SECURITY_MAIL", default=f"security@{_BASE.hostname}")
ADMIN_PATH = startup.admin_path(env.str("ADMIN_PATH", default="admin/"))
# From where associates may look up an organization ID: in production from nowhere until networks are named
PORTAL_SUPPORT_NETWORKS = startup.networks(
    env.list("PORTAL_SUPPORT_NETWORKS", default=["127.0.0.0/8", "::1/128"] if EMBEDDED else []),
    name="PORTAL_SUPPORT_NETWORKS",
)
TRUSTED_PROXY = startup.proxies(env.str("TRUSTED_PROXY", default="0"))  # how many proxies of ours stand in front

INSTALLED_APPS = [
    "frame",  # before the admin: its templates win
    "audit",
    "notifications",
    "accounts",
    "partners",
    "riders",
    "access_requests",
    "config",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "guardian",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    # Outermost, so that files, redirects and failures carry the same headers as pages
    "frame.middleware.Headers",
    "csp.middleware.CSPMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "frame.middleware.Arrival",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "audit.middleware.Edge",
    "frame.middleware.Sanity",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Outside the CSRF check, whose refusals it writes down too
    "audit.middleware.Refused",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.SessionLifetime",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "accounts.middleware.SecondFactor",
    "accounts.middleware.ReadersChoice",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "frame.middleware.Refusals",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "frame.context_processors.portal",
                "access_requests.context_processors.here",
                *(["config.demo.cast"] if PORTAL_DEMO else []),
            ],
        },
    }
]

# Where things are kept
_DATABASE = startup.address(
    "DATABASE_URL",
    partial(env.db_url_config, env.str("DATABASE_URL", default="") or f"sqlite:///{VAR_DIR / 'portal.sqlite3'}"),
    example="postgres://portal:…@host/portal",
)
DATABASES = {"default": _DATABASE}
_DATABASE.setdefault("OPTIONS", {})
if "postgresql" in _DATABASE["ENGINE"]:
    _DATABASE |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    _DATABASE["OPTIONS"]["options"] = " ".join(
        [
            _DATABASE["OPTIONS"].get("options", ""),
            "-c statement_timeout=15s -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s",
            "-c synchronous_commit=on",
            # Compiling a query takes a second where a page's query takes milliseconds
            "-c jit=off",
        ]
    ).strip()
else:
    _DATABASE["OPTIONS"] |= {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }

REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": startup.next_redis_database(REDIS_URL),
            "OPTIONS": {"socket_timeout": 5, "socket_connect_timeout": 1, "health_check_interval": 15},
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Mail
PORTAL_MAIL_DIR = Path(env.str("PORTAL_MAIL_DIR", default=str(VAR_DIR / "mail")))
if EMBEDDED and not env.str("EMAIL_URL", default=""):
    EMAIL_BACKEND = "notifications.backends.LocalMailbox"
else:
    _read_mail = partial(env.email_url, "EMAIL_URL", default="dummymail://")
    vars().update(startup.address("EMAIL_URL", _read_mail, example="smtp+tls://portal:…@host:587"))
EMAIL_TIMEOUT = 10
EMAIL_SUBJECT_PREFIX = ""
DEFAULT_FROM_EMAIL = env.str("PORTAL_MAIL_FROM", default=f"{PORTAL_NAME} <no-reply@{_BASE.hostname}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

if not EMBEDDED:
    startup.refuse_in_production(
        debug=DEBUG,
        secret_keys=[SECRET_KEY, *SECRET_KEY_FALLBACKS],
        database=_DATABASE,
        redis_url=REDIS_URL,
        email_backend=EMAIL_BACKEND,
        email_host=vars().get("EMAIL_HOST"),
    )

# Languages, zones and files
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("sv", _("Swedish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
STATIC_URL = "/static/"
STATICFILES_DIRS = []
STATIC_ROOT = None if EMBEDDED else Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
WHITENOISE_USE_FINDERS = EMBEDDED
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False
_STATIC = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC if EMBEDDED else "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 6  # those of a register
PORTAL_BODY_MAX = 6 * 1024 * 1024

# Headers and cookies follow the scheme people use; plain http gets no promise it could not keep
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked from inside, past the proxy
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS and env.bool("PORTAL_HSTS_PRELOAD", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
USE_X_FORWARDED_HOST = False
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],  # the picture that enrols an authenticator app is drawn into the page
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "report-uri": "/csp",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"  # a deleted row is a dead session, at once
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = int(limits.PORTAL_SESSION_ABSOLUTE.total_seconds()) + 1
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "frame.views.form_not_ours"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Signing in, where it depends on where we are
if EMBEDDED and env.bool("PORTAL_FAST_HASHING", default=False):
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _BASE.scheme
MFA_TOTP_ISSUER = PORTAL_NAME
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers allow it on localhost only

vars().update(jobs.celery_settings(REDIS_URL))
_LEVEL = env.str("PORTAL_LOG_LEVEL", default="WARNING" if EMBEDDED else "INFO")
LOGGING = logs.to_stderr(level=startup.log_level(_LEVEL))

SILENCED_SYSTEM_CHECKS = [
    "guardian.W001",  # its backend knows no time; accounts.backends.Door asks the door instead
    "security.W021",  # a place in the browsers' preload list is the operator's decision
]
