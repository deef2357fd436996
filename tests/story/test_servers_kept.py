"""What is written down while the house is open holds no secret, and what is kept can be brought back."""

import json
import os
import re
import secrets
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from config.world import PEOPLE, addresses, password_of, secret_of
from tests.readme import commands_under
from tests.servers import postgres_programs

from .acting import CAROL
from .house import SECRET_KEY
from .processes import ROOT, manage, until

pytestmark = pytest.mark.services

RESET = "/auth/password/reset/"


def code_from_a_mail(house):
    """This will have Mike forget his password, mistype the code, and give the code he was sent."""
    mike, before = house.browser(), len(house.letters.to(addresses()["mike"]))
    asked = mike.send(mike.get(RESET), email=addresses()["mike"])
    until(lambda: len(house.letters.to(addresses()["mike"])) > before)
    letter = house.letters.to(addresses()["mike"])[-1].get_body(("plain",)).get_content()
    code = re.search(r"^ {4}(\S+)\s*$", letter, re.MULTILINE)[1]
    mike.send(asked, code="wrong" + code)
    mike.send(asked, code=code)
    return code


def secrets_used(house):
    """This will do what people do with secrets, rightly and wrongly, and give every secret in play."""
    carol = house.browser_of("carol")
    stranger, token = house.browser(), secrets.token_hex(12)
    stranger.send(stranger.get("/auth/login/"), login=CAROL, password=f"not-her-password-{token}")
    stranger.send(stranger.get("/auth/login/"), login=CAROL, password=password_of("carol"))
    stranger.get(f"/nowhere/?code={token}&password={token}")
    stranger.cookies["__Host-session"] = token
    stranger.get("/nowhere/")
    cookies = {value for browser in (carol, stranger) for value in browser.cookies.values() if value}
    servers = {urlsplit(house.env[name]).password for name in ("DATABASE_URL", "REDIS_URL")}
    people = {word(name) for name in PEOPLE for word in (password_of, secret_of)}
    return {"everywhere": people | servers | {SECRET_KEY, token, code_from_a_mail(house)}, "logs": cookies}


def dump(house, *words):
    """This will run ``pg_dump`` as the README has it, or with these words."""
    return subprocess.run(
        [postgres_programs() / "pg_dump", *words, house.env["DATABASE_URL"]], capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.trust("T5")
def test_neither_the_logs_nor_a_dump_hold_a_secret(house):
    used = secrets_used(house)

    written = "".join(log.read_text(errors="replace") for log in house.place.glob("*.log"))
    assert [secret for secret in used["everywhere"] | used["logs"] if secret in written] == []
    kept = dump(house)
    assert "carol@acme.example" in kept
    assert [secret for secret in used["everywhere"] if secret in kept] == []


@pytest.mark.trust("L5")
def test_every_line_the_web_writes_is_json_with_the_number_of_its_request(house):
    house.browser().get("/nowhere/")
    lines = [
        json.loads(line)
        for log in house.place.glob("web-*.log")
        for line in log.read_text(errors="replace").splitlines()
    ]

    refused = [line for line in lines if line.get("status_code") == 404]
    assert refused
    assert all(line["level"] == "info" and re.fullmatch("[0-9a-f]{32}", line["request"]) for line in refused)
    assert {"at", "level", "logger", "message"} <= set.intersection(*(set(line) for line in lines))


@pytest.fixture
def another_database(house):
    """The address of an empty database beside the house's own."""
    url, name = house.env["DATABASE_URL"], f"restored_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as link:
        link.execute(f"CREATE DATABASE {name}")
    return f"{url.rpartition('/')[0]}/{name}"


@pytest.fixture
def typed(house, tmp_path):
    """``typed(commands, url)`` types the commands of the README with that database."""
    path = os.pathsep.join([str(Path(sys.executable).parent), str(postgres_programs()), house.env["PATH"]])

    def type_in(commands, url):
        env = house.env | {"PATH": path, "BACKUP": str(tmp_path), "DATABASE_URL": url}
        ran = subprocess.run(["bash", "-e", "-c", commands], cwd=ROOT, env=env, capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr[-3000:]
        return ran.stdout

    return type_in


@pytest.mark.trust("I16")
def test_a_back_up_made_while_it_runs_is_brought_back_whole(house, another_database, typed):
    save, bring_back, _embedded = commands_under("Back-up and restore")
    before = house.state()
    typed(save, house.env["DATABASE_URL"])

    assert "The trail is whole" in typed(bring_back, another_database)
    restored = house.env | {"DATABASE_URL": another_database}
    assert (
        json.loads(manage("portal_state", "--json", env=restored))["trail"][: len(before["trail"])] == before["trail"]
    )
    with psycopg.connect(another_database) as link:
        assert link.execute("SELECT count(*) FROM django_session").fetchone() == (0,)
    the_portals_own_role_cannot_alter_the_trail(restored)


def the_portals_own_role_cannot_alter_the_trail(env):
    """With the rights the README names the portal works, and the trail stays as it is."""
    role, password = f"lesser_{secrets.token_hex(4)}", secrets.token_hex(8)
    with psycopg.connect(env["DATABASE_URL"], autocommit=True) as link:
        for statement in [
            f"CREATE ROLE {role} LOGIN PASSWORD '{password}'",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            f"REVOKE UPDATE, DELETE ON audit_trailline FROM {role}",
            f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
        ]:
            link.execute(statement)
    parts = urlsplit(env["DATABASE_URL"])
    url = parts._replace(netloc=f"{role}:{password}@{parts.hostname}:{parts.port}").geturl()
    for command in (["portal_rekey"], ["portal_sweep", "--once"], ["portal_outbox", "--once"], ["portal_audit_verify"]):
        manage(*command, env=env | {"DATABASE_URL": url})
    for statement in (
        "UPDATE audit_trailline SET event = ''",
        "DROP TRIGGER the_trail_is_append_only ON audit_trailline",
    ):
        with psycopg.connect(url) as link, pytest.raises(psycopg.errors.InsufficientPrivilege):
            link.execute(statement)
