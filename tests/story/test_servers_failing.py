"""What is running is stopped, killed and taken away while people decide; nothing that was answered is lost."""

import json
import os
import signal
import threading
from contextlib import contextmanager

import psycopg
import pytest
import redis

from frame import clock
from tests.pages import form_of, words_of

from .acting import ASKED, CAROL, PAT, PETRA, answer, ask, newest_request, send_question
from .house import OF_THE_CRASH
from .processes import PATIENCE, manage, until

pytestmark = pytest.mark.services

RESTARTS = int(os.environ.get("PORTAL_TEST_RESTARTS", "1"))
CONSUME_AGAIN_WITHIN = 60


@contextmanager
def beside(*works):
    """This will do each of the works again and again, in a thread of its own, until the block ends."""
    over = threading.Event()

    def go_on(work):
        while not over.is_set():
            work()

    threads = [threading.Thread(target=go_on, args=[work], daemon=True) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(timeout=PATIENCE)
    assert not any(thread.is_alive() for thread in threads)


def ages(house):
    """How long ago each job last went through, in seconds, as the portal itself says."""
    report = json.loads(house.browser().get("/readyz").content)
    return report["sweep_age"], report["outbox_age"]


def have_run_since(house, since):
    """Whether each job began anew after that moment."""
    passed = (clock.now() - since).total_seconds()
    return max(ages(house)) < passed


def test_a_portal_that_is_asked_to_end_answers_whom_it_listens_to(house):
    request = ask(house, PETRA)
    carol, stopped = house.browser_of("carol"), []

    def ask_it_to_end(port):
        house.webs[port].process.send_signal(signal.SIGTERM)
        stopped.append(port)

    page = carol.get(f"{request}decide/")
    carol.half_way = ask_it_to_end
    got = carol.hand_in(page, answer="deny")

    (port,) = stopped
    assert got.status_code == 302
    assert house.webs[port].process.wait(timeout=PATIENCE) == 0
    assert [one["answer"] for one in house.state()["decisions"] if one["request"] in request] == ["denied"]
    house.start_web(port)


@pytest.mark.trust("B9")
def test_workers_that_are_asked_to_end_deliver_what_they_have_in_hand(house):
    letters, workers = house.letters, house.jobs[:2]
    until(lambda: not house.unsent(), or_say=lambda: str(house.unsent()))
    before = len(letters.to(CAROL, ASKED))
    with letters.held_up():  # no longer than a worker waits for a mail server
        send_question(house, PETRA)
        until(lambda: letters.in_hand)
        for worker in workers:
            worker.process.send_signal(signal.SIGTERM)

    assert [worker.process.wait(timeout=PATIENCE) for worker in workers] == [0, 0]
    assert len(letters.to(CAROL, ASKED)) == before + 1
    assert {mail["state"] for mail in house.state()["mails"] if mail["to"] == CAROL} == {"sent"}

    waiting = until(lambda: messages(house))
    assert [message["headers"]["eta"] for message in waiting] == [None] * len(waiting)
    house.stop_jobs()
    stopped_at = clock.now()
    house.start_jobs()
    until(lambda: have_run_since(house, stopped_at))
    assert len(letters.to(CAROL, ASKED)) == before + 1
    assert "Denied" in words_of(answer(house, newest_request(house, PETRA), "deny"))


def messages(house):
    """What lies in the broker and waits for a worker."""
    with redis.Redis.from_url(house.env["REDIS_URL"]) as broker:
        assert broker.keys("*eta*") == []
        waiting = [json.loads(text) for text in broker.lrange("celery", 0, -1)]
        handed_out = [json.loads(text)[0] for text in broker.hvals("unacked")]
        return waiting + handed_out


@pytest.mark.trust("B5")
def test_the_workers_come_back_by_themselves_each_time_the_broker_does(house):
    mallory, pat = house.browser_of("mallory"), house.browser_of("pat")
    with beside(lambda: mallory.get("/"), lambda: pat.get("/requests/")):
        for _time in range(RESTARTS):
            house.stop_broker()
            house.start_broker()
            since = clock.now()
            until(lambda since=since: have_run_since(house, since), within=CONSUME_AGAIN_WITHIN)
    assert [process.process.poll() for process in house.processes] == [None] * 6


@pytest.mark.trust("B7", "I16")
def test_what_was_answered_stands_after_the_database_was_killed(house):
    for process in house.processes:
        process.is_at_peace()
    deciders = {"carol": ask(house, PETRA), "adam": ask(house, PAT)}
    browsers, answered = {name: house.browser_of(name) for name in deciders}, {name: [] for name in deciders}

    def decide(name):
        browser, told = browsers[name], answered[name]
        page = browser.get(f"{deciders[name]}decide/")
        if page.status_code == 200:  # what stands may be more than what was told
            answer = "deny" if "approved" in form_of(page)["status"] else "approve"
            if browser.hand_in(page, answer=answer).status_code == 302:
                told.append({"approve": "approved", "deny": "denied"}[answer])

    with beside(lambda: decide("carol"), lambda: decide("adam")):
        for _time in range(RESTARTS):
            so_far = {name: len(told) for name, told in answered.items()}
            until(lambda so_far=so_far: all(len(answered[name]) > so_far[name] + 2 for name in answered))
            kill_the_database(house)
            until(lambda: house.browser().get("/readyz").status_code == 200)

    for name, request in deciders.items():
        stands = [one["answer"] for one in house.state()["decisions"] if one["request"] in request]
        assert is_within(answered[name], stands)
        assert len(stands) <= len(answered[name]) + RESTARTS
    assert "The trail is whole" in manage("portal_audit_verify", env=house.env)
    for process in house.processes:
        process.is_at_peace(excused=OF_THE_CRASH)
    until(lambda: not house.unsent(), or_say=lambda: str(house.unsent()))
    for request in deciders.values():
        show_out(house, request)


def kill_the_database(house):
    """This will kill one of PostgreSQL's processes as nobody may: it throws away all the others and recovers."""
    with psycopg.connect(house.env["DATABASE_URL"]) as link:
        (victim,) = link.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() "
            "ORDER BY query_start DESC LIMIT 1"
        ).fetchone()
        os.kill(victim, signal.SIGKILL)
        until(lambda: is_dead(link))


def is_dead(link):
    """Whether the database has hung up."""
    try:
        link.execute("SELECT 1")
    except psycopg.OperationalError:
        return True
    return False


def is_within(some, all_of_them):
    """Whether the answers stand there in this order, perhaps with others between them."""
    rest = iter(all_of_them)
    return all(one in rest for one in some)


def show_out(house, request):
    """This will leave nobody in by that request."""
    carol = house.browser_of("carol")
    page = carol.get(f"{request}decide/")
    if "approved" in form_of(page)["status"]:
        assert carol.hand_in(page, answer="deny").status_code == 302
