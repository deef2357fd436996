"""What operators call."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.management import CommandError, call_command
from django.db import connection

from accounts import authorization
from accounts.models import User
from accounts.permissions import AccountPermission
from accounts.services import deactivate_person, end_membership
from audit import triggers
from audit.models import TrailLine
from config import library, world
from frame import clock
from riders import selectors
from tests.cast import INVOICES, WEEK, approve, ask, deny, fresh, member

MILLISECOND = timedelta(milliseconds=1)


def said(command, *arguments):
    """This will give what a command prints and the status it ends with."""
    out = StringIO()
    try:
        call_command(command, *arguments, stdout=out, stderr=out)
    except SystemExit as ended:
        return out.getvalue(), ended.code
    return out.getvalue(), 0


def state():
    return json.loads(said("portal_state", "--json")[0])


def check(user, account, right, at=None):
    """This will give the answer, the reasons and the exit status of ``portal_check``."""
    out, code = said("portal_check", user.email, account.number, right, *(["--at", at.isoformat()] if at else []))
    answer = json.loads(out)
    return answer["answer"], answer["reason"], code


@pytest.mark.trust("K1")
class TestState:
    def test_says_what_stands(self, cast, pending, now):
        approve(pending, by=cast.carol, at=now)
        kept = state()
        asked = next(row for row in kept["requests"] if row["id"] == pending.public_id)
        grant = next(row for row in kept["grants"] if row["request"] == pending.public_id)

        assert (asked["status"], asked["version"], asked["digest"]) == ("approved", 2, pending.digest)
        assert (asked["decided_by"], asked["grant"]) == (cast.carol.email, grant["id"])
        assert grant["permissions"] == ["view_invoices"]
        assert [(row["answer"], row["by"]) for row in kept["decisions"]][-1] == ("approved", cast.carol.email)
        assert {row["to"] for row in kept["mails"]} >= {cast.carol.email, cast.petra.email}
        assert kept["trail"][-1]["hash"] == TrailLine.objects.latest("pk").hash

    def test_keeps_every_answer(self, cast, pending, now):
        approve(pending, by=cast.carol, at=now)
        deny(fresh(pending), by=cast.carol, at=now)
        answers = [row["answer"] for row in state()["decisions"] if row["request"] == pending.public_id]

        assert answers == ["approved", "denied"]

    def test_says_the_same_twice(self, cast, pending):
        assert said("portal_state", "--json") == said("portal_state", "--json")

    def test_holds_no_secret(self, db, now):
        cast = world.build(at=now)
        told = said("portal_state", "--json")[0]
        secrets = [user.password for user in User.objects.all()]
        secrets += [proof.data["secret"] for proof in Authenticator.objects.all()]
        secrets += [world.password_of("carol"), world.secret_of("carol")]

        assert cast.carol.email in told
        assert [secret for secret in secrets if secret in told] == []

    def test_without_json_counts(self, cast, pending):
        assert "requests: 2\n" in said("portal_state")[0]


@pytest.mark.trust("K2")
class TestCheck:
    @pytest.mark.trust("E2")
    def test_is_half_open_to_the_millisecond(self, cast, granted):
        starts, ends = granted.starts_at, granted.ends_at

        assert check(cast.petra, cast.acme, INVOICES, starts - MILLISECOND)[::2] == ("DENY", 3)
        assert check(cast.petra, cast.acme, INVOICES, starts)[::2] == ("ALLOW", 0)
        assert check(cast.petra, cast.acme, INVOICES, ends - MILLISECOND)[::2] == ("ALLOW", 0)
        assert check(cast.petra, cast.acme, INVOICES, ends)[::2] == ("DENY", 3)

    @pytest.mark.trust("E3")
    def test_says_no_after_the_end_although_no_job_ran(self, cast, now):
        then = now - WEEK - timedelta(seconds=1)
        asked = ask(cast, at=then)
        grant = approve(asked, by=cast.carol, at=then)
        row = next(row for row in state()["requests"] if row["id"] == asked.public_id)

        assert check(cast.petra, cast.acme, INVOICES)[::2] == ("DENY", 3)
        assert row["status"] == "approved"
        grant.refresh_from_db()
        assert grant.ended_at is None

    def test_is_the_doors_own_answer_for_everybody(self, cast, granted, now):
        for person in cast.people.values():
            for right in AccountPermission:
                answer, reasons, code = check(person, cast.acme, right, now)
                allowed = authorization.allows(person, right, cast.acme, at=now)
                assert (answer, code) == (("ALLOW", 0) if allowed else ("DENY", 3))
                assert reasons

    def test_names_the_grant_or_the_membership(self, cast, granted, now):
        assert check(cast.carol, cast.acme, INVOICES, now)[1][0]["membership"] == "primary"
        assert check(cast.petra, cast.acme, INVOICES, now)[1][0]["grant"] == granted.public_id

    def test_says_what_is_missing(self, cast, granted, now):
        name = f"The grant {granted.public_id}"
        end_membership(membership=member(cast.mike, cast.acme), by=cast.carol, at=now)
        nothing = "The person is no member of the account, and nobody has lent them anything there."

        def why(person, right=INVOICES, at=now):
            return " ".join(check(person, cast.acme, right, at)[1])

        assert why(cast.mallory) == nothing
        assert why(cast.root) == nothing
        assert why(cast.greta) == "The person is deactivated."
        assert why(cast.mike) == f"The membership as member ended at {now.isoformat()}."
        assert why(cast.connie) == "The membership as member does not give view_invoices."
        assert why(cast.petra, "view_orders") == f"{name} does not allow view_orders."
        assert why(cast.petra, at=granted.ends_at) == f"{name} was over at {granted.ends_at.isoformat()}."
        deactivate_person(user=cast.petra, by=None, at=now)
        assert why(cast.petra) == "The person is deactivated."

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["nobody@acme.example", "654321", "view_invoices"], "Nobody signs in as nobody@acme.example."),
            (["carol@acme.example", "111", "view_invoices"], "There is no account 111."),
            (["carol@acme.example", "9" * 400, "view_invoices"], f"There is no account {'9' * 400}."),
            (["carol@acme.example", "654321", "view_everything"], "There is no right view_everything; there are "),
            (["carol@acme.example", "654321", "view_invoices", "--at", "soon"], "“soon” is no moment with a zone"),
            (
                ["carol@acme.example", "654321", "view_invoices", "--at", "2026-11-27T16:00:00"],
                "“2026-11-27T16:00:00” is no moment with a zone",
            ),
            (
                ["carol@acme.example", "654321", "view_invoices", "--at", "0001-01-01T00:00:00+14:00"],
                "“0001-01-01T00:00:00+14:00” is no moment with a zone",
            ),
        ],
    )
    def test_misused_says_so_in_a_sentence(self, cast, arguments, sentence):
        with pytest.raises(CommandError) as refusal:
            call_command("portal_check", *arguments)

        assert str(refusal.value).startswith(sentence)
        assert refusal.value.returncode == 2


@pytest.mark.trust("K3")
class TestJobs:
    def test_a_sweep_does_what_is_due_and_nothing_twice(self, cast, now):
        then = now - WEEK - timedelta(seconds=1)
        asked = ask(cast, at=then)
        grant = approve(asked, by=cast.carol, at=then)
        lapsed = ask(cast, for_=cast.pat, at=now - timedelta(days=15))

        said("portal_sweep", "--once")
        grant.refresh_from_db()
        swept = state()
        said("portal_sweep", "--once")

        assert (grant.ended_at, grant.end_reason) == (grant.ends_at, "window")
        assert fresh(lapsed).status == "expired"
        assert state() == swept

    def test_the_outbox_is_emptied(self, cast, pending, mailoutbox):
        waiting = len(state()["mails"])
        said("portal_outbox", "--once")
        said("portal_outbox", "--once")

        assert len(mailoutbox) == waiting
        assert {mail["state"] for mail in state()["mails"]} == {"sent"}


@pytest.mark.trust("K4")
class TestAuditVerify:
    def test_says_that_all_is_well(self, cast, pending):
        lines = TrailLine.objects.count()

        assert said("portal_audit_verify") == (f"The trail is whole: {lines} lines in 6 chains.\n", 0)

    @pytest.mark.trust("L3")
    def test_names_the_first_line_in_which_a_byte_was_altered(self, cast, pending):
        line = TrailLine.objects.filter(account=cast.acme.number, event="request.approved").get()
        triggers.lift(connection)
        TrailLine.objects.filter(pk=line.pk).update(actor=line.actor.replace("carol", "karol"))
        triggers.lay(connection)

        told = f"The trail is broken at {line.chain} {line.sequence}: this line was changed\n"
        assert said("portal_audit_verify") == (told, 1)

    def test_an_anchor_proves_that_nothing_was_cut_off(self, cast, pending, now, tmp_path):
        anchor = str(tmp_path / "anchor.json")
        assert said("portal_audit_verify", "--write-anchor", anchor)[1] == 0
        approve(pending, by=cast.carol, at=now)
        assert said("portal_audit_verify", "--anchor", anchor)[1] == 0

        triggers.lift(connection)
        TrailLine.objects.filter(chain=cast.acme.number).delete()
        triggers.lay(connection)
        assert said("portal_audit_verify", "--anchor", anchor) == (
            f"The trail is broken at {cast.acme.number} 1: this line is missing, the head knows it\n",
            1,
        )

    @pytest.mark.parametrize("content", [None, "", "[]", '{"654321": "x"}', '{"654321": [true, "x"]}'])
    def test_misused_says_so_in_a_sentence(self, db, tmp_path, content):
        anchor = tmp_path / "anchor.json"
        if content is not None:
            anchor.write_text(content)
        with pytest.raises(CommandError, match="anchor") as refusal:
            call_command("portal_audit_verify", "--anchor", str(anchor))

        assert refusal.value.returncode == 2


@pytest.mark.trust("K5")
class TestSeed:
    def test_refuses_without_leave(self, db):
        with pytest.raises(CommandError, match="PORTAL_ALLOW_SEED=1"):
            call_command("portal_seed", "base")

        assert not User.objects.exists()

    def test_refuses_where_anybody_else_is(self, db, settings):
        settings.PORTAL_ALLOW_SEED = True
        User.objects.create_user("somebody@else.example")
        with pytest.raises(CommandError, match="holds other people"):
            call_command("portal_seed", "base")

        assert User.objects.count() == 1

    def test_prints_what_opens_the_door(self, db, settings):
        settings.PORTAL_ALLOW_SEED = True
        table, code = said("portal_seed", "base")
        again, _code = said("portal_seed", "base")
        lines = {line.split()[0]: line.split() for line in table.splitlines()[1:]}
        _name, address, password, secret = lines["carol"]
        carol = User.objects.get(email=address)
        shown = format_hotp_value(hotp_value(secret, int(clock.now().timestamp()) // 30))

        assert (code, again) == (0, table)
        assert carol.check_password(password)
        assert TOTP(Authenticator.objects.get(user=carol)).validate_code(shown)
        assert set(lines) == set(world.PEOPLE)

    def test_lets_adam_decide_too(self, db, settings):
        settings.PORTAL_ALLOW_SEED = True
        said("portal_seed", "base")
        adam = User.objects.get(first_name="Adam")

        assert adam in authorization.deciders(adam.memberships.get().account, "partner", at=clock.now(), apart_from=())


class TestDemo:
    def test_refuses_unless_it_is_the_demo(self, db):
        with pytest.raises(CommandError, match="PORTAL_DEMO=1"):
            call_command("portal_demo")

    def test_refuses_a_portal_of_its_own(self, db, settings):
        settings.PORTAL_DEMO = True
        User.objects.create_user("somebody@else.example")
        with pytest.raises(CommandError, match="a portal of its own"):
            call_command("portal_demo")

    def test_makes_the_world_once_and_goes_on_where_it_was(self, db, settings):
        settings.PORTAL_DEMO = True
        banner, _code = said("portal_demo")
        made = said("portal_state", "--json")
        again, _code = said("portal_demo")

        assert again == banner
        assert said("portal_state", "--json") == made
        assert settings.PORTAL_BASE_URL in banner
        waiting = [row for row in json.loads(made[0])["requests"] if row["status"] == "pending"]
        assert [(row["beneficiary"], row["administrator"]) for row in waiting] == [("pat@bolt.example", True)]

    def test_has_articles_and_terms_to_read(self, db, settings):
        settings.PORTAL_DEMO = True
        said("portal_demo")

        assert [article.title for article in selectors.articles()] == sorted(library.ARTICLES)
        assert selectors.current_rider().title == library.RIDER_TITLE
