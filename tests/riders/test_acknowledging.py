"""Terms: asked for on a case, accepted or declined for that case and no other, by whoever may."""

import hashlib
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.services import end_membership
from audit import edge
from audit.models import TrailLine
from frame.refusals import NotAllowedNow
from notifications.models import Mail, Notice
from riders import selectors, services
from riders.models import Acknowledgement, Rider, SupportCase
from riders.states import Answer, CaseState
from tests.cast import approve, ask, member
from tests.riders.terms import accept, publish

HOUR = timedelta(hours=1)


def close(case, at):
    """This will close a case for good, as the database has it."""
    SupportCase.objects.filter(pk=case.pk).update(state=CaseState.CLOSED, closed_at=at)
    case.refresh_from_db()


def mailed(mail, case):
    """This will give who was mailed about a case, one for each copy."""
    found = Mail.objects.filter(event=mail, subject__contains=case.number)
    return sorted(to.partition("@")[0] for to in found.values_list("to", flat=True))


class TestAsking:
    @pytest.mark.seed("S1-6", "S1-9")
    def test_the_associate_posts_the_link_to_that_very_case_and_those_who_may_accept_are_mailed(
        self, cast, now, backups, rider
    ):
        services.ask_for_terms(case=backups, by=cast.tess, at=now)

        [comment] = backups.comments.all()
        assert f"({settings.PORTAL_BASE_URL}/accounts/654321/cases/{backups.number}/terms/)" in comment.text
        assert (comment.author, comment.from_support) == (cast.tess, True)
        assert mailed("terms_asked", backups) == ["adam", "carol", "connie", "dora"]
        assert Notice.objects.filter(event="terms_asked").count() == 4
        mail = Mail.objects.filter(event="terms_asked").first()
        assert mail.subject.startswith(f"Please review the remote access rider for case {backups.number}")
        [line] = TrailLine.objects.filter(event="rider.asked")
        assert (line.actor, line.account, line.case) == ("tess@latchkey.example", "654321", backups.number)
        assert line.details == {"case_subject": "Backups stop", "version": 1, "rider": rider.digest}

    @pytest.mark.parametrize("who", ["carol", "connie", "pat", "mallory", "greta"])
    def test_nobody_but_an_associate_asks(self, cast, now, backups, rider, who):
        with pytest.raises(PermissionDenied):
            services.ask_for_terms(case=backups, by=getattr(cast, who), at=now)
        assert not backups.comments.exists()

    def test_it_is_not_asked_twice_within_the_hour_unless_it_was_declined(self, cast, now, backups, rider):
        services.ask_for_terms(case=backups, by=cast.tess, at=now)
        with pytest.raises(NotAllowedNow, match="Tess has asked for it a moment ago"):
            services.ask_for_terms(case=backups, by=cast.tom, at=now + HOUR / 2)
        services.ask_for_terms(case=backups, by=cast.tom, at=now + HOUR)
        services.decline_terms(case=backups, digest=rider.digest, by=cast.carol, at=now + HOUR * 1.1)
        services.ask_for_terms(case=backups, by=cast.tom, at=now + HOUR * 1.2)

        assert backups.comments.count() == 3

    def test_there_is_nothing_to_ask_for_without_terms_after_a_yes_or_on_a_closed_case(self, cast, now, backups):
        with pytest.raises(NotAllowedNow, match="no terms yet"):
            services.ask_for_terms(case=backups, by=cast.tess, at=now)
        accept(backups, publish(cast, at=now), by=cast.carol, at=now)
        with pytest.raises(NotAllowedNow, match="Carol has accepted version 1"):
            services.ask_for_terms(case=backups, by=cast.tess, at=now)
        close(backups, now)
        with pytest.raises(NotAllowedNow, match="closed for good"):
            services.ask_for_terms(case=backups, by=cast.tess, at=now)


class TestAccepting:
    @pytest.mark.seed("S1-12")
    @pytest.mark.parametrize("who", ["carol", "adam", "dora", "connie"])
    def test_records_who_when_from_where_which_version_and_which_case(self, cast, now, backups, rider, who):
        token = edge.begin(ip="203.0.113.7", user_agent="Some browser")
        try:
            given = accept(backups, rider, by=getattr(cast, who), at=now)
        finally:
            edge.finish(token)

        given.refresh_from_db()
        assert (given.case, given.rider, given.digest) == (backups, rider, rider.digest)
        assert (given.answer, given.given_by, given.given_at) == (Answer.ACCEPTED, getattr(cast, who), now)
        assert (given.address, given.user_agent) == ("203.0.113.7", "Some browser")
        [line] = TrailLine.objects.filter(event="rider.acknowledged")
        assert (line.actor_name, line.case, line.ip) == (str(getattr(cast, who)), backups.number, "203.0.113.7")
        assert line.details == {"case_subject": "Backups stop", "version": 1, "rider": rider.digest}

    @pytest.mark.parametrize("who", ["ursula", "mike", "pat", "petra", "piotr", "tess", "root", "mallory", "greta"])
    def test_is_for_those_who_may(self, cast, now, backups, rider, who):
        for act in (
            lambda by: accept(backups, rider, by=by, at=now),
            lambda by: services.decline_terms(case=backups, digest=rider.digest, by=by, at=now),
        ):
            with pytest.raises(PermissionDenied):
                act(getattr(cast, who))
        assert not Acknowledgement.objects.exists()

    @pytest.mark.seed("S1-11")
    def test_needs_the_box(self, cast, now, backups, rider):
        with pytest.raises(ValidationError, match="the box is not ticked"):
            services.acknowledge(case=backups, digest=rider.digest, agreed=False, by=cast.carol, at=now)
        assert not Acknowledgement.objects.exists()

    @pytest.mark.seed("S1-8")
    @pytest.mark.parametrize("text", ["I agree", "I have read and agree to these terms", "accepted"])
    def test_a_comment_acknowledges_nothing(self, cast, now, backups, rider, text):
        services.ask_for_terms(case=backups, by=cast.tess, at=now)
        services.post_comment(case=backups, text=text, by=cast.carol, at=now)

        assert not Acknowledgement.objects.exists()
        assert selectors.valid_acknowledgement(backups, now) is None

    @pytest.mark.seed("S1-13")
    def test_the_associate_is_told_of_either_answer(self, cast, now, backups, rider):
        services.ask_for_terms(case=backups, by=cast.tess, at=now)
        services.decline_terms(case=backups, digest=rider.digest, by=cast.adam, at=now)
        accept(backups, rider, by=cast.carol, at=now)

        told = Mail.objects.filter(event="terms_answered", to=cast.tess.email).order_by("pk")
        assert [" ".join(mail.subject.split()) for mail in told] == [
            f"Remote access rider for case {backups.number}: declined",
            f"Remote access rider for case {backups.number}: accepted",
        ]
        assert all(f"/admin/internal/cases/{backups.number}/" in mail.text for mail in told)
        assert Notice.objects.filter(event="terms_answered", recipient=cast.tess).count() == 2

    def test_an_associate_who_has_left_is_told_nothing(self, cast, now, backups, rider):
        services.ask_for_terms(case=backups, by=cast.tess, at=now)
        end_membership(membership=member(cast.tess, cast.vendor), by=cast.root, at=now)
        accept(backups, rider, by=cast.carol, at=now + HOUR)

        assert not Mail.objects.filter(event="terms_answered", to=cast.tess.email).exists()

    def test_happens_once(self, cast, now, backups, rider):
        accept(backups, rider, by=cast.carol, at=now)
        for act in (
            lambda: accept(backups, rider, by=cast.adam, at=now),
            lambda: services.decline_terms(case=backups, digest=rider.digest, by=cast.adam, at=now),
        ):
            with pytest.raises(NotAllowedNow, match="Carol has accepted version 1 for this case already"):
                act()
        with pytest.raises(IntegrityError, match=r"a_case_is_acknowledged_once|riders_acknowledgement\.case_id"):
            with transaction.atomic():
                Acknowledgement.objects.create(
                    case=backups,
                    rider=rider,
                    digest=rider.digest,
                    answer=Answer.ACCEPTED,
                    given_by=cast.adam,
                    given_at=now,
                )

    @pytest.mark.parametrize("digest", ["", "0" * 64, "x"])
    def test_of_what_is_not_asked_now_records_nothing(self, cast, now, backups, rider, digest):
        draft = Rider.objects.create(version=9, title="Draft", text="Soon.")
        assert draft.digest == ""
        for act in (
            lambda: services.acknowledge(case=backups, digest=digest, agreed=True, by=cast.carol, at=now),
            lambda: services.decline_terms(case=backups, digest=digest, by=cast.carol, at=now),
        ):
            with pytest.raises(NotAllowedNow, match="version 1 of the terms holds now"):
                act()
        assert not Acknowledgement.objects.exists()


class TestDeclining:
    @pytest.mark.seed("S1-17")
    def test_is_recorded_as_such_and_can_be_accepted_later(self, cast, now, backups, rider):
        given = services.decline_terms(case=backups, digest=rider.digest, by=cast.connie, at=now)

        assert (given.answer, given.given_by, given.digest) == (Answer.DECLINED, cast.connie, rider.digest)
        assert selectors.valid_acknowledgement(backups, now) is None
        assert TrailLine.objects.filter(event="rider.declined", case=backups.number).count() == 1
        with pytest.raises(NotAllowedNow, match="Connie has declined these terms for this case already"):
            services.decline_terms(case=backups, digest=rider.digest, by=cast.carol, at=now)
        accept(backups, rider, by=cast.connie, at=now + HOUR)
        assert [one.answer for one in backups.acknowledgements.all()] == [Answer.ACCEPTED, Answer.DECLINED]


class TestHowLongItHolds:
    @pytest.mark.seed("S1-15")
    @pytest.mark.trust("I13", "C4")
    def test_for_the_life_of_the_case_under_the_version_that_was_accepted(self, cast, now, backups, rider):
        given = accept(backups, rider, by=cast.carol, at=now)
        second = publish(cast, at=now + HOUR, text="Other words.")

        later = now + timedelta(days=300)
        assert selectors.valid_acknowledgement(backups, later) == given
        kept = selectors.valid_acknowledgement(backups, later).rider
        assert hashlib.sha256(bytes(kept.pdf)).hexdigest() == given.digest == rider.digest
        other = services.open_case(account=cast.acme, subject="Another", by=cast.connie, at=later)
        with pytest.raises(NotAllowedNow, match="version 2 of the terms holds now"):
            accept(other, rider, by=cast.carol, at=later)
        assert accept(other, second, by=cast.carol, at=later).rider.version == 2

    @pytest.mark.seed("S1-16")
    @pytest.mark.trust("I13", "A9")
    def test_for_no_other_case(self, cast, now, backups, mallorys, rider):
        accept(backups, rider, by=cast.carol, at=now)
        other = services.open_case(account=cast.acme, subject="Another", by=cast.connie, at=now)

        assert selectors.valid_acknowledgement(other, now) is None
        assert selectors.valid_acknowledgement(mallorys, now) is None

    def test_not_beyond_the_end_of_the_case_nor_while_it_could_still_be_reopened(self, cast, now, backups, rider):
        given = accept(backups, rider, by=cast.carol, at=now)
        services.solve_case(case=backups, by=cast.connie, at=now)
        backups.refresh_from_db()

        until = backups.reopen_until
        assert selectors.valid_acknowledgement(backups, until - timedelta(microseconds=1)) == given
        assert selectors.valid_acknowledgement(backups, until) is None
        other = services.open_case(account=cast.acme, subject="Another", by=cast.connie, at=now)
        close(other, now)
        for act in (
            lambda: accept(other, rider, by=cast.carol, at=now),
            lambda: services.decline_terms(case=other, digest=rider.digest, by=cast.carol, at=now),
        ):
            with pytest.raises(NotAllowedNow, match="closed for good"):
                act()

    @pytest.mark.trust("I13")
    def test_only_for_the_bytes_that_were_read(self, cast, now, backups):
        odd = Rider.objects.create(
            version=1,
            title="Rider",
            text="Words",
            pdf=b"%PDF other bytes",
            digest="a" * 64,
            published_at=now,
            published_by=cast.stan,
        )
        accept(backups, odd, by=cast.carol, at=now)

        assert selectors.valid_acknowledgement(backups, now) is None


class TestWhileOpening:
    @pytest.mark.seed("S1-6")
    def test_the_case_and_the_yes_are_both_kept_or_neither(self, cast, now, rider):
        terms = {"account": cast.acme, "subject": "Help", "by": cast.connie, "at": now}
        case = services.open_case_with_terms(**terms, digest=rider.digest)
        assert selectors.valid_acknowledgement(case, now).given_by == cast.connie

        with pytest.raises(NotAllowedNow):
            services.open_case_with_terms(**terms, digest="0" * 64)
        approve(ask(cast, permissions=["write_cases"], at=now), by=cast.carol, at=now)
        with pytest.raises(PermissionDenied):
            services.open_case_with_terms(**{**terms, "by": cast.petra}, digest=rider.digest)
        assert SupportCase.objects.count() == Acknowledgement.objects.count() == 1
