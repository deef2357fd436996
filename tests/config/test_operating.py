"""What operators are handed beside the code: containers, and the README's commands for the embedded portal."""

import ast
import os
import re
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.config.test_startup import PRODUCTION, run
from tests.readme import README, commands_under
from tests.story.processes import manage, surroundings

ROOT = Path(settings.BASE_DIR)
COMPOSE, DOCKERFILE = (ROOT / "compose.yaml").read_text(), (ROOT / "Dockerfile").read_text()
# Read by the servers' own images, not by us
OF_THE_SERVERS = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "REDIS_PASSWORD"}
MADE_UP = {"POSTGRES_PASSWORD": "letters1", "REDIS_PASSWORD": "letters2"}


def settings_read():
    """Every variable of the environment that the portal reads."""
    wiring = [ROOT / "config" / f"{name}.py" for name in ("settings", "limits", "gunicorn", "startup")]
    source = "".join(file.read_text() for file in wiring)
    return set(re.findall(r'"([A-Z][A-Z_]+)"', source)) - {"DEFAULT", "HTTP"}


def commands_of_the_containers():
    """What is started in containers of ours, as lists of words."""
    lines = [
        *re.findall(r"^    command: (\[.*\])$", COMPOSE, re.MULTILINE),
        re.search(r"^CMD (.*)$", DOCKERFILE, re.M)[1],
    ]
    return [words for words in map(ast.literal_eval, lines) if words[0] != "sh"]


class TestContainers:
    def test_hold_no_secret_and_name_no_registry(self):
        given = re.findall(r"^ +[A-Z_]*(?:KEY|PASSWORD|SECRET)[A-Z_]*: (.*)$", COMPOSE, re.MULTILINE)
        images = re.findall(r"^ +image: (\S+)$|^FROM (\S+)$", COMPOSE + DOCKERFILE, re.MULTILINE)

        assert given
        assert all(re.fullmatch(r"\$\{[A-Z_]+:[-?][^}]*\}", value) for value in given)
        assert {"".join(image) for image in images} == {"latchkey", "postgres:15", "redis:7", "python:3.11-slim"}

    def test_every_variable_they_set_is_one_the_portal_reads(self):
        named = set(re.findall(r"^ +([A-Z][A-Z_]+): ", COMPOSE, re.MULTILINE)) - OF_THE_SERVERS
        asked_for = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", COMPOSE)) - OF_THE_SERVERS
        told = re.search(r"`\.env` beside them gives (.*?);", README.read_text(), re.DOTALL)[1]

        assert {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"} <= named <= settings_read()
        assert asked_for <= named
        assert set(re.findall(r"\$\{([A-Z_]+):\?", COMPOSE)) == set(re.findall(r"`([A-Z_]+)`", told))

    def test_the_settings_they_give_are_accepted(self):
        env = {name: filled_in(value) for name, value in re.findall(r"^    ([A-Z_]+): (.*)$", COMPOSE, re.MULTILINE)}
        env |= {name: PRODUCTION[name] for name in ("SECRET_KEY", "ALLOWED_HOSTS", "PORTAL_BASE_URL", "EMAIL_URL")}

        ran = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **env)

        assert ran.returncode == 0, ran.stderr
        assert (env["DATABASE_URL"], env["TRUSTED_PROXY"]) == ("postgres://portal:letters1@database:5432/portal", "1")

    @pytest.mark.parametrize("words", commands_of_the_containers(), ids=" ".join)
    def test_start_what_is_there(self, words):
        harmless = {"gunicorn": ["--check-config"], "celery": ["--help"], "python": ["--help"]}[words[0]]
        module = [] if words[0] == "python" else ["-m", words[0]]

        ran = run(*module, *words[1:], *harmless, **PRODUCTION)

        assert ran.returncode == 0, ran.stderr

    def test_the_image_is_built_with_the_portals_look_in_it(self, tmp_path):
        line = re.search(r"^RUN (SECRET_KEY=.*?collectstatic --no-input)$", DOCKERFILE, re.MULTILINE | re.DOTALL)[1]
        env = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "STATIC_ROOT": str(tmp_path)}

        subprocess.run(["sh", "-e", "-c", line], cwd=ROOT, env=env, check=True, capture_output=True, timeout=120)

        assert (tmp_path / "staticfiles.json").exists()

    def test_copy_neither_secrets_nor_what_was_made_here(self):
        assert {".env", ".git", ".venv", "var"} <= set((ROOT / ".dockerignore").read_text().split())


def filled_in(value):
    """What compose makes of a value: the variable, or what stands behind ``:-``."""
    return re.sub(r"\$\{([A-Z_]+):([-?])([^}]*)\}", lambda it: MADE_UP.get(it[1], it[3] if it[2] == "-" else ""), value)


def test_the_readme_names_the_commands_that_the_containers_start():
    table = re.findall(r"^\| (?:web|worker|schedule) \| `([^`]+)` \|", README.read_text(), re.MULTILINE)

    started = [" ".join(words) for words in commands_of_the_containers()]
    assert len(table) == 3
    assert all(any(line.startswith(told) for line in started) for told in table)


@pytest.mark.once
@pytest.mark.trust("I16")
def test_the_embedded_portals_database_is_kept_while_it_is_written(tmp_path):
    database, copy = tmp_path / "portal.sqlite3", tmp_path / "safe" / "portal.sqlite3"
    copy.parent.mkdir()
    env = surroundings(
        PORTAL_ENV="embedded",
        PORTAL_ALLOW_SEED="1",
        SECRET_KEY="only-for-tests-" + "k" * 50,
        DATABASE_URL=f"sqlite:///{database}",
    )
    manage("migrate", "--verbosity", "0", env=env)
    manage("portal_seed", "base", env=env)
    *_postgres, save = commands_under("Back-up and restore")
    typed = save.replace("var/portal.sqlite3", shlex.quote(str(database)), 1)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with sqlite3.connect(database, isolation_level=None) as busy:
        busy.execute("BEGIN IMMEDIATE")
        busy.execute("UPDATE audit_jobrun SET ran_at = ran_at")
        subprocess.run(
            ["bash", "-e", "-c", typed],
            cwd=ROOT,
            env={"PATH": path, "BACKUP": str(copy.parent)},
            check=True,
            timeout=60,
        )

    kept = env | {"DATABASE_URL": f"sqlite:///{copy}"}
    assert "The trail is whole" in manage("portal_audit_verify", env=kept)
    assert manage("portal_state", env=kept) == manage("portal_state", env=env)
