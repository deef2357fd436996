"""What the portal refuses to start with, and what it promises once it runs."""

import json
import os
import stat
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.urls import get_resolver

from config import limits, startup

PRODUCTION = {
    "SECRET_KEY": "0123456789-" * 6,
    "ALLOWED_HOSTS": "portal.example",
    "PORTAL_BASE_URL": "https://portal.example",
    "DATABASE_URL": "postgres://portal:secret@db.example/portal",
    "REDIS_URL": "redis://:secret@redis.example:6379/4",
    "EMAIL_URL": "smtp+tls://portal:secret@mail.example:587",
    "TRUSTED_PROXY": "1",
}


def run(*words, **environment):
    """This will run a command in a fresh process that knows nothing but ``environment``."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return subprocess.run(
        [sys.executable, *words],
        cwd=settings.BASE_DIR,
        env=kept | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def production_settings(*names, **changed):
    """This will give these settings as production has them."""
    script = (
        "import json, sys\nfrom config import settings\n"
        "print(json.dumps({name: getattr(settings, name) for name in sys.argv[1:]}, default=str))"
    )
    ran = run("-c", script, *names, **(PRODUCTION | changed))
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


class TestProduction:
    def test_passes_every_check_for_deployment(self):
        ran = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

        assert ran.returncode == 0, ran.stderr

    @pytest.mark.trust("H3")
    def test_cookies_belong_to_this_host_alone(self):
        held = production_settings(
            *("SESSION_COOKIE_NAME", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE"),
            *("CSRF_COOKIE_NAME", "CSRF_COOKIE_SECURE", "CSRF_COOKIE_SAMESITE", "SESSION_EXPIRE_AT_BROWSER_CLOSE"),
        )

        assert held == {
            "SESSION_COOKIE_NAME": "__Host-session",
            "SESSION_COOKIE_SECURE": True,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "CSRF_COOKIE_NAME": "__Host-csrf",
            "CSRF_COOKIE_SECURE": True,
            "CSRF_COOKIE_SAMESITE": "Strict",
            "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        }

    @pytest.mark.trust("H1")
    def test_is_reached_over_tls_only(self):
        held = production_settings("SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS")

        assert held == {
            "SECURE_SSL_REDIRECT": True,
            "SECURE_HSTS_SECONDS": 31_536_000,
            "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        }

    def test_believes_a_proxy_only_where_there_is_one(self):
        behind = production_settings("SECURE_PROXY_SSL_HEADER", "ALLAUTH_TRUSTED_PROXY_COUNT")
        alone = production_settings("SECURE_PROXY_SSL_HEADER", "ALLAUTH_TRUSTED_PROXY_COUNT", TRUSTED_PROXY="0")

        assert list(behind.values()) == [["HTTP_X_FORWARDED_PROTO", "https"], 1]
        assert list(alone.values()) == [None, 0]

    def test_needs_no_password_of_a_redis_nobody_else_reaches(self):
        assert production_settings("REDIS_URL", REDIS_URL="redis://127.0.0.1:6379/0")

    def test_takes_nobodys_word_for_the_host(self):
        assert production_settings("USE_X_FORWARDED_HOST", "DEBUG") == {"USE_X_FORWARDED_HOST": False, "DEBUG": False}

    def test_keeps_the_cache_in_the_next_redis_database(self):
        held = production_settings("CACHES", "CELERY_BROKER_URL")

        assert held["CELERY_BROKER_URL"].endswith("/4")
        assert held["CACHES"]["default"]["LOCATION"].endswith("/5")

    @pytest.mark.trust("E8")
    def test_lets_no_statement_run_for_long(self):
        options = production_settings("DATABASES")["DATABASES"]["default"]["OPTIONS"]["options"]

        assert "statement_timeout=15s" in options
        assert "lock_timeout=5s" in options
        assert "idle_in_transaction_session_timeout=30s" in options
        assert "synchronous_commit=on" in options

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"SECRET_KEY": ""}, "SECRET_KEY must be at least 50"),
            ({"SECRET_KEY": "x" * 60}, "must be random in production"),
            ({"SECRET_KEY": "django-insecure-" + "0123456789" * 5}, "must be random in production"),
            ({"SECRET_KEY_FALLBACKS": "x" * 60}, "must be random in production"),
            ({"SECRET_KEY_FALLBACKS": "short"}, "SECRET_KEY_FALLBACKS must be at least 50"),
            ({"PORTAL_BASE_URL": ""}, "PORTAL_BASE_URL must be the address"),
            ({"PORTAL_BASE_URL": "http://portal.example"}, "PORTAL_BASE_URL must begin with https://"),
            ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS must name each host"),
            ({"ALLOWED_HOSTS": "portal.example,*"}, "ALLOWED_HOSTS must name each host"),
            ({"ALLOWED_HOSTS": "portal.example, .example"}, "ALLOWED_HOSTS must name each host"),
            ({"ALLOWED_HOSTS": "other.example"}, "ALLOWED_HOSTS must contain the host of PORTAL_BASE_URL"),
            ({"DATABASE_URL": ""}, "DATABASE_URL must name a PostgreSQL database"),
            ({"DATABASE_URL": "sqlite:////tmp/x"}, "DATABASE_URL must name a PostgreSQL database"),
            ({"DATABASE_URL": "postgres://db.example"}, "DATABASE_URL must name a PostgreSQL database"),
            ({"DATABASE_URL": "postgres://db.example:port/portal"}, "DATABASE_URL must be an address such as"),
            ({"REDIS_URL": ""}, "REDIS_URL must name a Redis server"),
            ({"REDIS_URL": "redis://"}, "REDIS_URL must name a Redis server"),
            ({"REDIS_URL": "redis://:secret@redis.example:port/0"}, "REDIS_URL must be an address such as"),
            ({"REDIS_URL": "redis://redis.example:6379/0"}, "REDIS_URL must carry the password"),
            ({"EMAIL_URL": ""}, "EMAIL_URL must be an address such as"),
            ({"EMAIL_URL": "consolemail://"}, "EMAIL_URL must name a mail server"),
            ({"EMAIL_URL": "smtp://"}, "EMAIL_URL must name a mail server"),
            ({"TRUSTED_PROXY": "yes"}, "TRUSTED_PROXY must be the number"),
            ({"TRUSTED_PROXY": "-1"}, "TRUSTED_PROXY must be the number"),
            ({"ADMIN_PATH": "/"}, "ADMIN_PATH must be a path of its own"),
            ({"ADMIN_PATH": "auth/staff/"}, "ADMIN_PATH must be a path of its own"),
            ({"PORTAL_LOG_LEVEL": "loud"}, "PORTAL_LOG_LEVEL must be"),
            ({"PORTAL_DEMO": "1"}, "PORTAL_DEMO lets everybody in"),
            ({"DEBUG": "1"}, "DEBUG must be off"),
        ],
    )
    def test_does_not_start_with(self, changed, sentence):
        ran = run("-c", "from config import settings", **(PRODUCTION | changed))

        assert ran.returncode != 0
        assert sentence in ran.stderr.splitlines()[-1]


@pytest.mark.trust("T5")
@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("DATABASE_URL", "postgres://portal:half/hushhush@db.example/portal"),
        ("REDIS_URL", "redis://:half/hushhush@redis.example:6379/0"),
        ("EMAIL_URL", "smtp+tls://portal:half/hushhush@mail.example:587"),
    ],
)
def test_a_password_that_breaks_an_address_is_not_printed(name, url):
    ran = run("-c", "from config import settings", **(PRODUCTION | {name: url}))

    assert ran.returncode != 0
    assert f"{name} must be an address" in ran.stderr
    assert "half" not in ran.stderr + ran.stdout


class TestSecretKey:
    @pytest.mark.parametrize("key", ["", "short", "$" + "x" * 60])
    def test_that_can_be_guessed_is_refused(self, monkeypatch, key):
        monkeypatch.setenv("A_KEY", key)

        with pytest.raises(ImproperlyConfigured, match="A_KEY must be"):
            startup.secret_key("A_KEY")

    def test_of_before_must_be_as_good(self, monkeypatch):
        monkeypatch.setenv("OLD_KEYS", f"{'x' * 60},short")

        with pytest.raises(ImproperlyConfigured, match="OLD_KEYS must be"):
            startup.secret_key_fallbacks("OLD_KEYS")

    def test_is_made_once_where_it_may_be_and_read_by_its_owner_only(self, tmp_path, monkeypatch):
        monkeypatch.delenv("A_KEY", raising=False)
        path = tmp_path / "var" / "secret_key"

        made = startup.secret_key("A_KEY", made_in=path)

        assert startup.secret_key("A_KEY", made_in=path) == made
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert [file.name for file in path.parent.iterdir()] == ["secret_key"]


class TestBaseUrl:
    @pytest.mark.parametrize(
        "url",
        ["", "portal.example", "ftp://portal.example", "https://portal.example/path", "https://x:port", "https://"],
    )
    def test_that_is_no_address_is_refused(self, url):
        with pytest.raises(ImproperlyConfigured, match="PORTAL_BASE_URL must be the address"):
            startup.base_url(url, embedded=True)

    def test_may_be_plain_on_this_machine_only(self):
        assert startup.base_url("http://localhost:8000/", embedded=True).geturl() == "http://localhost:8000"
        with pytest.raises(ImproperlyConfigured, match="localhost only"):
            startup.base_url("http://portal.example", embedded=True)


class TestAllowedHosts:
    @pytest.mark.parametrize("hosts", [[], ["*"], [".example"], ["portal.example", "*.example"]])
    def test_must_be_named_one_by_one(self, hosts):
        with pytest.raises(ImproperlyConfigured, match="each host by itself"):
            startup.allowed_hosts(hosts, base=startup.base_url("https://portal.example", embedded=False))

    def test_must_contain_our_own(self):
        with pytest.raises(ImproperlyConfigured, match="the host of PORTAL_BASE_URL"):
            startup.allowed_hosts(["other"], base=startup.base_url("https://portal.example", embedded=False))


def test_the_admin_site_stands_in_no_other_pages_way():
    own = {route.partition("/")[0] for route in _routes(get_resolver())} - {"", "admin", "favicon.ico"}

    assert own <= startup._TAKEN


def _routes(resolver):
    for found in resolver.url_patterns:
        route = str(found.pattern)
        if route or not hasattr(found, "url_patterns"):
            yield route
        else:
            yield from _routes(found)


def test_the_environment_must_be_one_of_two():
    with pytest.raises(ImproperlyConfigured, match="embedded or production"):
        startup.environment("staging")


@pytest.mark.trust("K8")
class TestLimits:
    def test_may_be_as_short_as_a_second(self):
        names = ["PORTAL_RESPOND_WITHIN_PARTNER", "PORTAL_SWEEP_EVERY", "PORTAL_SESSION_IDLE", "PORTAL_REAUTH_WITHIN"]
        held = production_settings(*names, **dict.fromkeys(names, "1"))

        assert set(held.values()) == {"0:00:01"}

    @pytest.mark.parametrize("text", ["soon", "0", "-1", "nan", "inf", "1e400", ""])
    def test_that_are_no_time_are_refused(self, monkeypatch, text):
        monkeypatch.setenv("A_LIMIT", text)

        with pytest.raises(ImproperlyConfigured, match="A_LIMIT must be"):
            limits._seconds("A_LIMIT", 60)

    @pytest.mark.seed("S4-13")
    def test_an_hour_is_never_made_longer(self, monkeypatch):
        for text, most in (("3600", 3600), ("1", 3600)):
            monkeypatch.setenv("A_LIMIT", text)
            assert limits._seconds("A_LIMIT", 60, most=most).total_seconds() == float(text)
        monkeypatch.setenv("A_LIMIT", "3601")
        with pytest.raises(ImproperlyConfigured, match="A_LIMIT must not be more than 3600 seconds"):
            limits._seconds("A_LIMIT", 60, most=3600)

    @pytest.mark.parametrize("text", ["5", "5/", "/60", "0/60", "5/minute"])
    def test_that_are_no_rate_are_refused(self, monkeypatch, text):
        monkeypatch.setenv("A_RATE", text)

        with pytest.raises(ImproperlyConfigured, match="A_RATE must be"):
            limits._rate("A_RATE", "5/60", "ip")

    def test_that_are_no_days_are_refused(self, monkeypatch):
        monkeypatch.setenv("SOME_DAYS", "7,x")

        with pytest.raises(ImproperlyConfigured, match="SOME_DAYS must be"):
            limits._days("SOME_DAYS", "30,7,1")
