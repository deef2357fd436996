"""Every server of production beside each other: database, broker, mail server, two webs, two workers, two schedules."""

import asyncio
import email
import json
import secrets
from contextlib import ExitStack, contextmanager
from email import policy

from aiosmtpd.controller import Controller

from tests import servers

from .browsing import Browser
from .processes import free_port, manage, running, until, web
from .processes import surroundings as environment

BASE_URL = "https://portal.example"
SECRET_KEY = "only-for-the-story-" + secrets.token_urlsafe(40)
# The portal says so until its jobs have run once, and where nobody counts while the broker is away
OF_THE_WEB = r"/readyz|the cache is gone"
# Celery says so on each start as root, and each time the broker is away
OF_THE_JOBS = r"superuser|SecurityWarning|roker|kombu|redis|Redis|Connection (refused|reset|closed)"

# What everybody who talks to a database says when it is killed under their hands
OF_THE_CRASH = OF_THE_WEB + "|" + OF_THE_JOBS + r"|psycopg|OperationalError|InterfaceError|server closed the connection"


class Letters:
    """A mail server that keeps what it is handed."""

    def __init__(self):
        self.arrived, self.in_hand, self._slow = [], 0, False

    @contextmanager
    def held_up(self):
        """Until the block ends, no mail is taken in whole."""
        self._slow = True
        try:
            yield
        finally:
            self._slow = False

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - aiosmtpd's own name
        """Keep one mail."""
        self.in_hand += 1
        while self._slow:
            await asyncio.sleep(0.05)
        self.in_hand -= 1
        message = email.message_from_bytes(envelope.content, policy=policy.default)
        self.arrived.append((*envelope.rcpt_tos, message))
        return "250 kept"

    def to(self, address, subject=""):
        """This will give the mails to an address whose subject holds the words, oldest first."""
        return [message for to, message in list(self.arrived) if to == address and subject in message["subject"]]


class House:
    """The running portal. The webs, the jobs and the broker can be stopped and started, each by itself."""

    def __init__(self, place, env, letters):
        self.place, self.env, self.letters = place, env, letters
        self.ports = [free_port(), free_port()]
        self.webs, self.jobs = {}, []
        self._broker, self._webs, self._jobs = ExitStack(), ExitStack(), ExitStack()
        self._people = {}

    def browser_of(self, name):
        """The browser in which one of the cast is signed in; signing in happens once."""
        if name not in self._people:
            browser = self.browser()
            browser.sign_in(name)
            self._people[name] = browser
        return self._people[name]

    def keep(self, name, browser):
        """From now on this is the browser in which one of the cast is signed in."""
        self._people[name] = browser

    def browser(self):
        """A browser of nobody yet."""
        return Browser(self.ports, BASE_URL)

    def state(self):
        """Everything that stands, as ``portal_state --json`` says."""
        return json.loads(manage("portal_state", "--json", env=self.env))

    def unsent(self):
        """The mails that are still on their way, or were given up."""
        return [mail for mail in self.state()["mails"] if mail["state"] != "sent"]

    @property
    def processes(self):
        """The portal's processes that were started and not stopped by :meth:`stop_jobs`."""
        return [*self.webs.values(), *self.jobs]

    def start_web(self, port):
        """This will start one of the two portals on its port, in the place of one that was stopped there."""
        env, log = self.env | {"PORT": str(port)}, self.place / f"web-{port}-{secrets.token_hex(2)}.log"
        words = ("--bind", f"127.0.0.1:{port}")
        self.webs[port] = self._webs.enter_context(web(*words, env=env, log=log, excused=OF_THE_WEB))

    def start_jobs(self):
        """This will start two workers and, where there should be one, two schedules."""
        self.jobs = [
            self._jobs.enter_context(
                running(
                    "celery",
                    *("-A", "config", *words),
                    env=self.env,
                    log=self.place / f"{name}-{secrets.token_hex(2)}.log",
                    excused=OF_THE_JOBS,
                )
            )
            for name, words in [
                ("worker-1", ("worker", "--concurrency", "1", "--hostname", "first@%h")),
                ("worker-2", ("worker", "--concurrency", "1", "--hostname", "second@%h")),
                ("beat-1", ("beat",)),
                ("beat-2", ("beat",)),
            ]
        ]

    def stop_jobs(self):
        """This will stop workers and schedules."""
        self._jobs.close()
        self.jobs = []

    def stop_webs(self):
        """This will stop both portals."""
        self._webs.close()
        self.webs = {}

    def start_broker(self):
        """This will start a Redis where the portal expects it."""
        self._broker.enter_context(servers.redis_server(again=self.env["REDIS_URL"]))

    def stop_broker(self):
        """This will stop the Redis, and with it forget what it held."""
        self._broker.close()


@contextmanager
def open_house(place):
    """This will set up a portal as in production, with the base seed, and take it down again."""
    letters = Letters()
    with ExitStack() as ending:
        mail = Controller(letters, hostname="127.0.0.1", port=free_port())
        mail.start()
        ending.callback(mail.stop)
        env = environment(
            PORTAL_ENV="production",
            PORTAL_BASE_URL=BASE_URL,
            ALLOWED_HOSTS="portal.example",
            TRUSTED_PROXY="1",
            WEB_CONCURRENCY="1",
            DATABASE_URL=ending.enter_context(servers.postgres()),
            REDIS_URL=f"redis://:{secrets.token_hex(16)}@127.0.0.1:{free_port()}/0",
            EMAIL_URL=f"smtp://127.0.0.1:{mail.port}",
            STATIC_ROOT=str(place / "static"),
            SECRET_KEY=SECRET_KEY,
            PORTAL_ALLOW_SEED="1",
            PORTAL_SWEEP_EVERY="1",
            PORTAL_OUTBOX_EVERY="1",
            PORTAL_MAIL_LEASE="1",
            PORTAL_MAIL_BACKOFF="1",
            PORTAL_DECISIONS_PER_MINUTE="10000",
            PORTAL_ASK_AGAIN_AFTER="1",
        )
        manage("migrate", "--verbosity", "0", env=env)
        manage("collectstatic", "--no-input", "--verbosity", "0", env=env)
        manage("portal_seed", "base", env=env)
        house = House(place, env, letters)
        house.start_broker()
        ending.callback(house.stop_broker)
        ending.callback(house.stop_webs)
        for port in house.ports:
            house.start_web(port)
        ending.callback(house.stop_jobs)
        house.start_jobs()
        until(lambda: house.browser().get("/readyz").status_code == 200)
        yield house
