"""What the portal refuses to start with. Each refusal is a sentence that says what to set."""

import ipaddress
import os
import re
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.crypto import get_random_string

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
SECRET_LENGTH = 50
_SECRET_VARIETY = 5  # different characters, as Django's own check asks; fifty random ones have far more
_MOST_PROXIES = 10
_PATH = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")
# Where the portal's own pages begin (config/urls.py); the admin site would stand in front of them, or never be reached
_TAKEN = frozenset(
    {"access", "accounts", "articles", "auth", "cases", "contacts", "csp", "demo", "hand-back", "healthz", "help-desk"}
    | {"invitations", "mailbox", "notices", "readyz", "recovery", "requests", "roles", "static", "switch", "waiting"}
)


def environment(name):
    """This will give ``True`` for the embedded portal, ``False`` for production.

    :raises ImproperlyConfigured: there is no such environment
    """
    if name not in {"embedded", "production"}:
        raise ImproperlyConfigured("PORTAL_ENV must be embedded or production.")
    return name == "embedded"


def secret_key(name="SECRET_KEY", *, made_in=None):
    """This will give the secret key of the environment; where there is none, the one kept in ``made_in``.

    The value is read as it stands: django-environ would take a leading ``$`` for the name of another variable.

    :raises ImproperlyConfigured: there is none, or it can be guessed
    """
    key = os.environ.get(name, "")
    if not key and made_in is not None:
        key = _kept_secret(made_in)
    _refuse_weak(key, name)
    return key


def secret_key_fallbacks(name="SECRET_KEY_FALLBACKS"):
    """This will give the secret keys of before, newest first, from a list with commas.

    :raises ImproperlyConfigured: one of them can be guessed
    """
    keys = [key.strip() for key in os.environ.get(name, "").split(",") if key.strip()]
    for key in keys:
        _refuse_weak(key, name)
    return keys


def _refuse_weak(key, name):
    if len(key) < SECRET_LENGTH or key.startswith("$"):
        raise ImproperlyConfigured(
            f"{name} must be at least {SECRET_LENGTH} random characters and must not begin with a dollar sign."
        )


def _kept_secret(path):
    """This will read the secret in ``path``, and make it there first if it is missing.

    A secret is written whole to a name of its own and then linked into place, so that of two processes
    starting together both read the same one, and nobody reads half of it.
    """
    path = Path(path)
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(get_random_string(64))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was faster; its secret is the one
        finally:
            draft.unlink()
    return path.read_text().strip()


def base_url(url, *, embedded):
    """This will give the portal's address in its parts, as :func:`urllib.parse.urlsplit` does.

    :raises ImproperlyConfigured: it is no address, or people's passwords would travel in the clear
    """
    try:
        parts = urlsplit(url.rstrip("/"))
        host, _port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in {"http", "https"} or parts.path or parts.query or parts.fragment:
        raise ImproperlyConfigured(
            "PORTAL_BASE_URL must be the address people open, such as https://portal.example, without a path."
        )
    if parts.scheme == "http" and not embedded:
        raise ImproperlyConfigured("PORTAL_BASE_URL must begin with https:// in production.")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise ImproperlyConfigured("PORTAL_BASE_URL may begin with http:// for localhost only.")
    return parts


def allowed_hosts(hosts, *, base):
    """This will give the names the portal answers to.

    :raises ImproperlyConfigured: they stand for more than themselves, or miss the portal's own
    """
    hosts = [host.strip() for host in hosts]
    if not hosts or any("*" in host or host.startswith(".") for host in hosts):
        raise ImproperlyConfigured("ALLOWED_HOSTS must name each host by itself, without * or a leading dot.")
    name = f"[{base.hostname}]" if ":" in base.hostname else base.hostname
    if name not in hosts:
        raise ImproperlyConfigured("ALLOWED_HOSTS must contain the host of PORTAL_BASE_URL.")
    return hosts


def address(name, read, *, example):
    """This will give what ``read()`` makes of the variable called ``name``.

    :raises ImproperlyConfigured: it is no address; what went wrong is left out, for it quotes the password
    """
    try:
        return read()
    except (ValueError, ImproperlyConfigured):
        raise ImproperlyConfigured(f"{name} must be an address such as {example}.") from None


def proxies(text):
    """This will give how many proxies of the operator's own stand in front of the portal.

    :raises ImproperlyConfigured: it is no number, or more than anybody has
    """
    if not text.isdecimal() or int(text) > _MOST_PROXIES:
        raise ImproperlyConfigured("TRUSTED_PROXY must be the number of your own proxies in front, such as 1, or 0.")
    return int(text)


def admin_path(text):
    """This will give where staff work, with one slash at its end.

    :raises ImproperlyConfigured: it is no path, or one of the portal's own
    """
    path = text.strip("/")
    if not _PATH.fullmatch(path) or path.partition("/")[0] in _TAKEN:
        raise ImproperlyConfigured("ADMIN_PATH must be a path of its own in letters and digits, such as admin/.")
    return f"{path}/"


def log_level(text):
    """This will give the level from which lines are logged.

    :raises ImproperlyConfigured: there is no such level
    """
    if text.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
        raise ImproperlyConfigured("PORTAL_LOG_LEVEL must be DEBUG, INFO, WARNING, ERROR or CRITICAL.")
    return text.upper()


def refuse_in_production(*, debug, secret_keys, database, redis_url, email_backend, email_host):
    """This will refuse what suits one person's machine and nobody else's.

    :raises ImproperlyConfigured: one of them is unfit
    """
    if debug:
        raise ImproperlyConfigured("DEBUG must be off in production.")
    if any(len(set(key)) < _SECRET_VARIETY or key.startswith("django-insecure-") for key in secret_keys):
        raise ImproperlyConfigured(
            "SECRET_KEY and SECRET_KEY_FALLBACKS must be random in production: make one with "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(64))'."
        )
    if "postgresql" not in database["ENGINE"] or not database["NAME"]:
        raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database (postgres://…) in production.")
    redis = urlsplit(redis_url)
    if redis.scheme not in {"redis", "rediss"} or not redis.hostname:
        raise ImproperlyConfigured("REDIS_URL must name a Redis server (redis://… or rediss://…) in production.")
    if not redis.password and redis.hostname not in LOOPBACK:
        raise ImproperlyConfigured("REDIS_URL must carry the password of a Redis that others can reach.")
    if not email_backend.endswith("smtp.EmailBackend") or not email_host:
        raise ImproperlyConfigured("EMAIL_URL must name a mail server (smtp+tls://…) in production.")


def demo_allowed(*, demo, embedded, base):
    """This will say whether the sign-in page may let everybody in with one click.

    :raises ImproperlyConfigured: it was asked for where others could reach it
    """
    if demo and not (embedded and base.hostname in LOOPBACK):
        raise ImproperlyConfigured(
            "PORTAL_DEMO lets everybody in: it needs PORTAL_ENV=embedded and a PORTAL_BASE_URL on localhost."
        )
    return demo


def networks(listed, *, name):
    """This will read networks such as ``10.1.0.0/16`` or ``fd00::/8``.

    :raises ImproperlyConfigured: one of them is none
    """
    try:
        return [ipaddress.ip_network(one.strip()) for one in listed if one.strip()]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be networks with commas between them: {error}.") from error


def next_redis_database(url):
    """This will give the address of the database after the one in ``url``: the cache lives beside the jobs.

    :raises ImproperlyConfigured: ``url`` is no address, or its path no database number
    """
    try:
        parts = urlsplit(url)
        _port = parts.port
    except ValueError:
        raise ImproperlyConfigured("REDIS_URL must be an address such as redis://host:6379/0.") from None
    number = parts.path.strip("/") or "0"
    if not number.isdecimal():
        raise ImproperlyConfigured("REDIS_URL must end in a database number, such as redis://host:6379/0.")
    return urlunsplit(parts._replace(path=f"/{int(number) + 1}"))
