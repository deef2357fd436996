"""What support would change needs a yes in writing: proposed, answered, applied exactly as it was read, or lapsed."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from access_requests import services as requests
from access_requests.selectors import as_deeds, done_with, receipt
from access_requests.services import sweep
from accounts import authorization, selectors, services
from accounts.authorization import AgreementNeeded
from accounts.models import Account, Configuration, Membership, ProposedChange
from accounts.permissions import AccountPermission as P
from accounts.permissions import Role
from accounts.selectors import configuration_of
from accounts.states import ChangeState, EndReason
from audit.models import TrailLine
from audit.verification import verify
from frame.refusals import NotAllowedNow, TooMuch
from notifications.models import Mail
from tests.accounts.proposals import METADATA, SETTING, agree, anew, lend_for_case, lend_repair, propose
from tests.cast import WEEK, ask_for_hour, grant_hour, member

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ANSWER = ["carol", "adam", "connie", "dora"]


@pytest.fixture
def lent(cast, now):
    """Tess may see and change Acme's configuration for a case, for a week."""
    return lend_for_case(cast, at=now)


@pytest.fixture
def change(cast, lent, now):
    """Tess proposes to allow the domain acme.example."""
    return propose(cast, at=now)


def lines(*events):
    return list(TrailLine.objects.filter(event__in=events).order_by("id"))


def told(event):
    return sorted(Mail.objects.filter(event=event).values_list("to", flat=True))


def addresses(cast, *names):
    return sorted(getattr(cast, name).email for name in names)


def let_support(cast, *, at):
    services.change_settings(account=cast.acme, seen=1, by=cast.adam, at=at, support_changes_need_agreement=False)
    cast.acme.refresh_from_db()


@pytest.mark.seed("S3-13")
class TestTheGate:
    @pytest.mark.parametrize("lend", [lend_repair, lend_for_case])
    def test_nobody_of_support_changes_anything_whatever_they_hold(self, cast, now, lend):
        lend(cast, at=now)

        assert authorization.allows(cast.tess, P.CHANGE_CONFIGURATION, cast.acme, at=now)
        with pytest.raises(AgreementNeeded, match="Propose the change"):
            services.change_configuration(account=cast.acme, seen=0, by=cast.tess, at=now, **SETTING)
        assert not Configuration.objects.exists()

    def test_an_hour_is_the_exception_while_it_lasts(self, cast, lent, now):
        hour = grant_hour(ask_for_hour(cast, at=now), by=cast.carol, at=now)
        services.change_configuration(account=cast.acme, seen=0, by=cast.tess, at=now, **SETTING)

        with pytest.raises(AgreementNeeded):
            services.change_configuration(
                account=cast.acme, seen=1, by=cast.tess, at=hour.ends_at, metadata_url=METADATA
            )
        assert configuration_of(cast.acme).version == 1

    def test_so_is_the_setting_switched_off_at_once_and_only_until_it_is_on_again(self, cast, lent, now):
        let_support(cast, at=now)
        services.change_configuration(account=cast.acme, seen=0, by=cast.tess, at=now, **SETTING)
        services.change_settings(account=cast.acme, seen=2, by=cast.carol, at=now, support_changes_need_agreement=True)

        with pytest.raises(AgreementNeeded):
            services.change_configuration(account=cast.acme, seen=1, by=cast.tess, at=now, metadata_url=METADATA)

    def test_partners_and_the_accounts_own_people_are_free(self, cast, now):
        services.change_configuration(account=cast.acme, seen=0, by=cast.piotr, at=now, **SETTING)
        services.change_configuration(account=cast.acme, seen=1, by=cast.adam, at=now, metadata_url=METADATA)

        assert configuration_of(cast.acme).version == 2

    def test_whoever_works_for_a_partner_and_for_the_vendor_proposes(self, cast, now):
        Membership.objects.create(user=cast.piotr, account=cast.vendor, role=Role.MEMBER, joined_at=now)

        with pytest.raises(AgreementNeeded):
            services.change_configuration(account=cast.acme, seen=0, by=cast.piotr, at=now, **SETTING)
        assert propose(cast, by=cast.piotr, at=now).state == ChangeState.WAITING

    def test_an_administrator_of_the_account_who_joins_the_vendor_still_acts_for_the_account(self, cast, lent, now):
        """The right is their own. What they could not do by themself, they can only propose."""
        for person in (cast.adam, cast.mike):
            Membership.objects.create(user=person, account=cast.vendor, role=Role.MEMBER, joined_at=now)
        lend_for_case(cast, to=cast.mike, at=now)
        services.change_configuration(account=cast.acme, seen=0, by=cast.adam, at=now, **SETTING)

        with pytest.raises(AgreementNeeded):
            services.change_configuration(account=cast.acme, seen=1, by=cast.mike, at=now, metadata_url=METADATA)

    @pytest.mark.trust("A6")
    def test_access_that_ended_after_the_clock_was_read_changes_nothing(self, cast, now):
        grant = lend_for_case(cast, at=now)
        let_support(cast, at=now)
        authorization.end_grant(grant=grant, reason=EndReason.ENDED, by=cast.carol, at=now + HOUR)

        with pytest.raises(PermissionDenied):
            services.change_configuration(account=cast.acme, seen=0, by=cast.tess, at=now, **SETTING)


@pytest.mark.seed("S3-13")
class TestProposing:
    def test_it_keeps_before_after_case_person_and_why_and_changes_nothing(self, cast, lent, change, now):
        assert change.changes == [{"field": "domains", "before": [], "after": ["acme.example"]}]
        assert (change.case_number, change.grant, change.proposed_by) == ("10042", lent, cast.tess)
        assert (change.reason, change.version, change.respond_by) == ("The old domain is gone.", 0, now + WEEK)
        assert change.digest == anew(change).compute_digest()
        assert not Configuration.objects.exists()
        assert not lines("configuration.changed")

    def test_it_is_put_before_whoever_may_answer_and_nobody_else(self, cast, change):
        assert told("change_proposed") == addresses(cast, *ANSWER)
        mail = Mail.objects.get(event="change_proposed", to=cast.connie.email)
        assert mail.subject == "A change to your account is proposed in case 10042"
        assert "acme.example; before: none" in " ".join(mail.text.split())
        assert change.get_absolute_url() in mail.text

    @pytest.mark.trust("T4")
    def test_whoever_may_answer_it_only_later_is_told_then_and_nobody_twice(self, cast, change, now):
        services.set_authorized_contact(
            membership=member(cast.mike, cast.acme), authorized_contact=True, by=cast.carol, at=now
        )
        assert told("change_proposed") == addresses(cast, *ANSWER, "mike")

        services.name_successor(account=cast.acme, successor=cast.ursula, by=cast.carol, at=now)
        assert told("change_proposed") == addresses(cast, *ANSWER, "mike", "ursula")

    def test_of_what_was_answered_nobody_is_told_anew(self, cast, change, now):
        services.refuse_change(change=change, by=cast.carol, at=now)
        services.set_authorized_contact(
            membership=member(cast.mike, cast.acme), authorized_contact=True, by=cast.carol, at=now
        )
        assert told("change_proposed") == addresses(cast, *ANSWER)

    @pytest.mark.trust("L4")
    def test_it_stands_in_the_trail_and_counts_as_use_of_the_access(self, cast, lent, change, now):
        (line,) = lines("change.proposed")
        lent.refresh_from_db()

        assert (line.actor, line.subject, line.grants) == (cast.tess.email, lent.public_id, [lent.public_id])
        assert (line.case, line.digest, line.details["change"]) == ("10042", change.digest, change.public_id)
        assert lent.last_used_at == now
        assert [one.words for one in receipt(lent)] == ["Configuration, 1 change proposed"]
        assert [deed.words for deed in as_deeds(done_with(lent))] == [
            "Tess proposed a change of the configuration: The old domain is gone."
        ]

    def test_it_waits_no_longer_than_the_access(self, cast, now):
        grant = lend_for_case(cast, ends_at=now + DAY, at=now)

        assert propose(cast, at=now).respond_by == grant.ends_at

    @pytest.mark.parametrize("who", ["mallory", "tom", "stan", "root", "petra", "quinn", "mike", "connie"])
    def test_nobody_proposes_without_the_right(self, cast, lent, now, who):
        with pytest.raises(PermissionDenied):
            propose(cast, by=getattr(cast, who), at=now)

    @pytest.mark.parametrize("who", ["carol", "piotr"])
    def test_whoever_has_a_free_hand_proposes_nothing(self, cast, lent, now, who):
        with pytest.raises(NotAllowedNow, match="no need to propose"):
            propose(cast, by=getattr(cast, who), at=now)

    @pytest.mark.parametrize(
        "values",
        [
            {"metadata_url": "http://idp.acme.example"},
            {"domains": ["acme"]},
            {"certificate": "none"},
            {"domains": []},
        ],
    )
    def test_what_could_not_be_saved_cannot_be_proposed(self, cast, lent, now, values):
        with pytest.raises(ValidationError):
            propose(cast, at=now, **values)
        assert not ProposedChange.objects.exists()

    @pytest.mark.parametrize("reason", ["", "  ", "…", "\u202e"])
    def test_it_says_why(self, cast, lent, now, reason):
        with pytest.raises(ValidationError) as refusal:
            propose(cast, at=now, reason=reason)
        assert refusal.value.code == "reason"

    def test_over_a_configuration_that_was_changed_since_it_is_refused(self, cast, lent, now):
        services.change_configuration(account=cast.acme, seen=0, by=cast.carol, at=now, metadata_url=METADATA)

        with pytest.raises(NotAllowedNow, match="after you opened"):
            propose(cast, at=now, seen=0)

    @pytest.mark.trust("D1")
    def test_only_so_many_wait_and_are_made_in_a_day(self, cast, lent, settings, now):
        made = [propose(cast, at=now, domains=[f"d{one}.example"]) for one in range(5)]
        with pytest.raises(TooMuch, match="5 proposals of yours wait at Acme"):
            propose(cast, at=now)

        settings.PORTAL_ASKS_PER_DAY = 5
        services.withdraw_change(change=made[0], by=cast.tess, at=now)
        with pytest.raises(TooMuch, match="5 times within a day"):
            propose(cast, at=now + HOUR)
        assert propose(cast, at=now + DAY).state == ChangeState.WAITING

    def test_of_several_accesses_it_is_for_the_case_that_was_chosen(self, cast, lent, now):
        longer = lend_for_case(cast, case="10077", ends_at=now + 2 * WEEK, at=now)

        assert propose(cast, at=now).case_number == "10077"
        chosen = {"grant": lent, "domains": ["b.example"]}
        assert propose(cast, at=now, **chosen).case_number == "10042"
        authorization.end_grant(grant=longer, reason=EndReason.ENDED, by=cast.carol, at=now)
        with pytest.raises(NotAllowedNow, match="ended already"):
            propose(cast, at=now, grant=longer, domains=["c.example"])


@pytest.mark.seed("S3-13")
class TestAgreeing:
    @pytest.mark.parametrize("who", ANSWER)
    def test_a_written_yes_applies_exactly_what_was_read(self, cast, lent, change, now, who):
        by = getattr(cast, who)
        agree(change, by=by, at=now + HOUR, words="Yes.\nGo ahead, Tess.")
        change = anew(change)
        here = configuration_of(cast.acme)

        assert (here.version, here.domains, here.metadata_url, here.certificate) == (1, ["acme.example"], "", "")
        assert (change.state, change.answered_by, change.answered_at) == (ChangeState.AGREED, by, now + HOUR)
        assert change.answer == "Yes.\nGo ahead, Tess."

    @pytest.mark.trust("L4", "I14")
    def test_both_names_stand_in_the_trail(self, cast, lent, change, now):
        agree(change, by=cast.connie, at=now)
        made, said = lines("configuration.changed", "change.agreed")

        assert (made.actor, made.grants, made.case) == (cast.connie.email, [lent.public_id], "10042")
        assert made.details["proposed_by"] == cast.tess.email
        assert made.details["change"] == change.public_id
        assert (said.actor, said.subject, said.digest) == (cast.connie.email, change.public_id, change.digest)
        assert said.details["words"] == "Yes, do it."
        assert "Connie agreed to what Tess proposed: Allowed mail domains, from none to acme.example" in [
            deed.words for deed in as_deeds(done_with(lent))
        ]
        assert verify() == []

    def test_both_sides_are_told(self, cast, change, now):
        agree(change, by=cast.connie, at=now)

        assert told("change_closed") == addresses(cast, *ANSWER, "tess")
        mail = Mail.objects.get(event="change_closed", to=cast.tess.email)
        assert mail.subject == "Agreed and made: the change to Acme proposed in case 10042"
        assert "“Yes, do it.”" in mail.text

    @pytest.mark.parametrize("words", ["", "  ", "…!", "y", "12345", "\u200b\u200b"])
    def test_without_words_it_is_no_yes(self, cast, change, now, words):
        with pytest.raises(ValidationError) as refusal:
            agree(change, by=cast.carol, at=now, words=words)

        assert refusal.value.code == "words"
        assert anew(change).state == ChangeState.WAITING
        assert not Configuration.objects.exists()

    @pytest.mark.trust("A7", "I5")
    @pytest.mark.parametrize(
        "who", ["tess", "tom", "stan", "root", "ursula", "mike", "pat", "petra", "piotr", "quinn", "mallory"]
    )
    def test_nobody_else_agrees_or_refuses(self, cast, change, now, who):
        by = getattr(cast, who)
        with pytest.raises(PermissionDenied):
            agree(change, by=by, at=now)
        with pytest.raises(PermissionDenied):
            services.refuse_change(change=change, by=by, at=now)

        assert anew(change).state == ChangeState.WAITING

    @pytest.mark.trust("A7")
    def test_no_colleague_of_whoever_proposed_it_either_though_they_run_the_account(self, cast, change, now):
        Membership.objects.create(user=cast.adam, account=cast.vendor, role=Role.MEMBER, joined_at=now)
        with pytest.raises(PermissionDenied):
            agree(change, by=cast.adam, at=now)
        with pytest.raises(IntegrityError), transaction.atomic():
            ProposedChange.objects.filter(pk=change.pk).update(
                state=ChangeState.AGREED, answered_by=cast.tess, answered_at=now, answer="Yes"
            )

    def test_an_access_administrator_who_is_a_contact_speaks_for_cases_only(self, cast, change, now):
        Membership.objects.filter(user=cast.ursula).update(authorized_contact=True)

        with pytest.raises(PermissionDenied):
            agree(change, by=cast.ursula, at=now)

    def test_a_stand_in_answers_while_named(self, cast, change, now):
        mike = {"membership": member(cast.mike, cast.acme), "by": cast.carol, "at": now}
        services.name_stand_in(**mike, starts_at=now + HOUR, ends_at=now + DAY)

        with pytest.raises(PermissionDenied):
            agree(change, by=cast.mike, at=now)
        agree(change, by=cast.mike, at=now + HOUR)

    @pytest.mark.trust("I4")
    def test_it_binds_to_what_was_read(self, cast, change, now):
        with pytest.raises(NotAllowedNow, match="not the proposal that stands here"):
            agree(change, by=cast.carol, at=now, digest="0" * 64)
        other = [{"field": "domains", "before": [], "after": ["evil.example"]}]
        ProposedChange.objects.filter(pk=change.pk).update(changes=other)
        with pytest.raises(NotAllowedNow, match="not the proposal that stands here"):
            agree(change, by=cast.carol, at=now)

        assert not Configuration.objects.exists()

    @pytest.mark.trust("R8")
    def test_once_only(self, cast, change, now):
        agree(change, by=cast.carol, at=now)
        with pytest.raises(NotAllowedNow, match="Carol agreed to this change"):
            agree(change, by=cast.adam, at=now)
        with pytest.raises(NotAllowedNow, match="Carol agreed to this change"):
            services.refuse_change(change=change, by=cast.adam, at=now)

        assert configuration_of(cast.acme).version == 1

    def test_what_was_changed_in_between_overtakes_it(self, cast, change, now):
        services.change_configuration(account=cast.acme, seen=0, by=cast.carol, at=now, metadata_url=METADATA)

        assert anew(change).state == ChangeState.OUTDATED
        assert told("change_closed") == addresses(cast, *ANSWER, "tess")
        with pytest.raises(NotAllowedNow, match="changed in between"):
            agree(change, by=cast.carol, at=now)
        assert configuration_of(cast.acme).domains == []

    def test_of_two_that_wait_the_yes_to_one_overtakes_the_other(self, cast, change, now):
        other = propose(cast, at=now, metadata_url=METADATA)
        agree(other, by=cast.adam, at=now)

        assert [anew(one).state for one in (change, other)] == [ChangeState.OUTDATED, ChangeState.AGREED]
        assert (configuration_of(cast.acme).version, configuration_of(cast.acme).domains) == (1, [])

    def test_it_is_applied_though_the_setting_is_off_by_now(self, cast, change, now):
        let_support(cast, at=now)
        agree(change, by=cast.carol, at=now)

        assert configuration_of(cast.acme).domains == ["acme.example"]


@pytest.mark.seed("S3-13")
class TestTheOtherEnds:
    def test_a_no_changes_nothing_and_needs_no_words(self, cast, change, now):
        services.refuse_change(change=change, by=cast.connie, at=now)

        assert anew(change).state == ChangeState.REFUSED
        assert not Configuration.objects.exists()
        assert told("change_closed") == addresses(cast, *ANSWER, "tess")
        with pytest.raises(NotAllowedNow, match="Connie refused this change"):
            agree(change, by=cast.carol, at=now)

    def test_it_is_withdrawn_by_whoever_proposed_it(self, cast, lent, change, now):
        for other in (cast.tom, cast.carol, cast.mallory):
            with pytest.raises(PermissionDenied):
                services.withdraw_change(change=change, by=other, at=now)
        services.withdraw_change(change=change, by=cast.tess, at=now)

        assert anew(change).state == ChangeState.WITHDRAWN
        assert [line.subject for line in lines("change.withdrawn")] == [lent.public_id]
        with pytest.raises(NotAllowedNow, match="Tess withdrew"):
            agree(change, by=cast.carol, at=now)
        with pytest.raises(NotAllowedNow):
            services.withdraw_change(change=change, by=cast.tess, at=now)

    @pytest.mark.trust("B1", "E3")
    def test_it_lapses_to_the_second_with_every_job_stopped(self, cast, change, now):
        assert change.state_at(change.respond_by - timedelta(microseconds=1)) == ChangeState.WAITING
        assert change.state_at(change.respond_by) == ChangeState.LAPSED
        with pytest.raises(NotAllowedNow, match="lapsed"):
            agree(change, by=cast.carol, at=change.respond_by)
        assert anew(change).state == ChangeState.WAITING

    @pytest.mark.trust("C2", "C3")
    @pytest.mark.parametrize("how", ["ended", "less", "left", "locked out", "closed"])
    def test_it_lapses_with_what_it_stands_on(self, cast, lent, change, now, how):
        {
            "ended": lambda: requests.end_access(grant=lent, by=cast.carol, at=now),
            "less": lambda: authorization.shrink_grant(
                grant=lent,
                by=cast.carol,
                ends_at=lent.ends_at,
                permissions=[P.VIEW_CONFIGURATION],
                may_delegate=False,
                at=now,
            ),
            "left": lambda: services.end_membership(membership=member(cast.tess, cast.vendor), by=cast.root, at=now),
            "locked out": lambda: services.deactivate_person(user=cast.tess, by=cast.root, at=now),
            "closed": lambda: Account.objects.filter(pk=cast.acme.pk).update(closed_at=now),
        }[how]()

        assert anew(change).state_at(now) == ChangeState.LAPSED
        with pytest.raises((NotAllowedNow, PermissionDenied)):
            agree(change, by=cast.carol, at=now)
        assert not Configuration.objects.exists()
        assert services.lapse_due_changes(at=now) == 1
        assert services.lapse_due_changes(at=now) == 0
        assert (anew(change).state, anew(change).answered_by) == (ChangeState.LAPSED, None)

    def test_access_that_ended_after_the_clock_was_read_agrees_to_nothing(self, cast, lent, change, now):
        requests.end_access(grant=lent, by=cast.adam, at=now + HOUR)

        with pytest.raises(NotAllowedNow):
            agree(change, by=cast.carol, at=now)

    def test_the_sweep_reminds_once_halfway_and_tells_both_sides_of_the_end(self, cast, change, now):
        halfway = now + (change.respond_by - now) / 2
        for moment in (halfway - HOUR, halfway, halfway + HOUR):
            sweep(at=moment)
        assert told("change_reminder") == addresses(cast, *ANSWER)

        sweep(at=change.respond_by)
        assert anew(change).state == ChangeState.LAPSED
        assert told("change_closed") == addresses(cast, *ANSWER, "tess")
        assert [line.actor for line in lines("change.lapsed")] == [""]


@pytest.mark.trust("A1", "A2")
class TestWhoReads:
    @pytest.mark.parametrize(
        ("who", "reads"),
        [
            *[(who, True) for who in (*ANSWER, "ursula", "tess")],
            *[(who, False) for who in ("mike", "tom", "stan", "root", "petra", "piotr", "pat", "quinn", "mallory")],
        ],
    )
    def test_those_who_answer_those_inside_who_see_the_configuration_and_its_own_person(
        self, cast, change, now, who, reads
    ):
        found = selectors.changes_read_by(getattr(cast, who), cast.acme, at=now)

        assert found.filter(pk=change.pk).exists() is reads

    @pytest.mark.parametrize("who", ["carol", "adam", "connie", "dora", "ursula", "tess", "tom", "mallory", "piotr"])
    def test_it_waits_for_those_who_may_answer_it(self, cast, change, now, who):
        waiting = selectors.changes_waiting_for(getattr(cast, who), at=now)

        assert waiting.exists() is (who in ANSWER)
        assert waiting.exists() is selectors.may_answer(getattr(cast, who), change, at=now)
