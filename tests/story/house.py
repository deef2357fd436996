"""Every server of production beside each other: database, broker, mail server, web, worker and two schedules."""

import email
import json
import os
import secrets
from contextlib import ExitStack, contextmanager
from email import policy

import psycopg
from aiosmtpd.controller import Controller

from tests import servers

from .browsing import Browser
from .processes import free_port, manage, running, until, web
from .processes import surroundings as environment

BASE_URL = "https://portal.example"
# The portal says so until its jobs have run once, and where nobody counts while the broker is away
OF_THE_WEB = r"/readyz|the cache is gone"
# Celery says so on each start as root, and each time the broker is away
OF_THE_JOBS = r"superuser|SecurityWarning|roker|kombu|redis|Redis|Connection (refused|reset|closed)"


class Letters:
    """A mail server that keeps what it is handed."""

    def __init__(self):
        self.arrived = []

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's own name
        """Keep one mail."""
        message = email.message_from_bytes(envelope.content, policy=policy.default)
        self.arrived.append((*envelope.rcpt_tos, message))
        return "250 kept"

    def to(self, address, subject=""):
        """This will give the mails to an address whose subject holds the words, oldest first."""
        return [message for to, message in list(self.arrived) if to == address and subject in message["subject"]]


class House:
    """The running portal. The jobs and the broker can be stopped and started; the web stays."""

    def __init__(self, place, env, letters, broker_url):
        self.place, self.env, self.letters = place, env, letters
        self._broker_url, self._broker, self._jobs = broker_url, ExitStack(), ExitStack()
        self._people = {}

    def browser_of(self, name):
        """The browser in which one of the cast is signed in; signing in happens once."""
        if name not in self._people:
            browser = Browser(int(self.env["PORT"]), BASE_URL)
            browser.sign_in(name)
            self._people[name] = browser
        return self._people[name]

    def keep(self, name, browser):
        """From now on this is the browser in which one of the cast is signed in."""
        self._people[name] = browser

    def browser(self):
        """A browser of nobody yet."""
        return Browser(int(self.env["PORT"]), BASE_URL)

    def state(self):
        """Everything that stands, as ``portal_state --json`` says."""
        return json.loads(manage("portal_state", "--json", env=self.env))

    def start_jobs(self):
        """This will start one worker and, by mistake, two schedules."""
        self.jobs = [
            self._jobs.enter_context(
                running("celery", "-A", "config", *words, env=self.env, log=self.place / log, excused=OF_THE_JOBS)
            )
            for log, words in [
                ("worker.log", ("worker", "--concurrency", "1")),
                ("beat-1.log", ("beat",)),
                ("beat-2.log", ("beat",)),
            ]
        ]

    def stop_jobs(self):
        """This will stop worker and schedules."""
        self._jobs.close()

    def start_broker(self):
        """This will start a Redis where the portal expects it."""
        self._broker.enter_context(servers.redis_server(again=self._broker_url))

    def stop_broker(self):
        """This will stop the Redis, and with it forget what it held."""
        self._broker.close()


@contextmanager
def open_house(place):
    """This will set up a portal as in production, with the base seed, and take it down again."""
    port, letters = free_port(), Letters()
    broker_url = f"redis://:{secrets.token_hex(16)}@127.0.0.1:{free_port()}/0"
    with ExitStack() as ending:
        mail = Controller(letters, hostname="127.0.0.1", port=free_port())
        mail.start()
        ending.callback(mail.stop)
        env = environment(
            PORTAL_ENV="production",
            PORTAL_BASE_URL=BASE_URL,
            ALLOWED_HOSTS="portal.example",
            TRUSTED_PROXY="1",
            PORT=str(port),
            WEB_CONCURRENCY="1",
            DATABASE_URL=ending.enter_context(_database()),
            REDIS_URL=broker_url,
            EMAIL_URL=f"smtp://127.0.0.1:{mail.port}",
            STATIC_ROOT=str(place / "static"),
            SECRET_KEY="only-for-the-story-" + "k" * 50,
            PORTAL_ALLOW_SEED="1",
            PORTAL_SWEEP_EVERY="1",
            PORTAL_OUTBOX_EVERY="1",
        )
        manage("migrate", "--verbosity", "0", env=env)
        manage("collectstatic", "--no-input", "--verbosity", "0", env=env)
        manage("portal_seed", "base", env=env)
        house = House(place, env, letters, broker_url)
        house.start_broker()
        ending.callback(house.stop_broker)
        words = ("--bind", f"127.0.0.1:{port}")
        ending.enter_context(web(*words, env=env, log=place / "web.log", excused=OF_THE_WEB))
        house.start_jobs()
        ending.callback(house.stop_jobs)
        until(lambda: house.browser().get("/readyz").status_code == 200)
        yield house


@contextmanager
def _database():
    """This will make a database beside the tests' own, on their server, and drop it."""
    url, name = os.environ["DATABASE_URL"], f"story_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as link:
        link.execute(f"CREATE DATABASE {name}")
    try:
        yield f"{url.rpartition('/')[0]}/{name}"
    finally:
        with psycopg.connect(url, autocommit=True) as link:
            link.execute(f"DROP DATABASE {name} WITH (FORCE)")
