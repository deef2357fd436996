"""Asking for several people with one form: a request for each, and a word about each."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from access_requests import services
from access_requests.models import AccessRequest, Block
from accounts.models import Grant
from audit.verification import verify
from frame.refusals import NotAllowedNow, TooMuch
from notifications.models import Mail
from tests.access_requests.racing import at_once, refused
from tests.cast import INVOICES, WEEK, approve, ask, deny, fresh, member, told
from tests.crowd import many_people
from tests.pages import form_of, soup_of, words_of

PATH = "/contacts/ask/654321/"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def ask_for(people, *, by, account, at, **more):
    """This will ask for these people (memberships) to see the invoices for a week."""
    terms = {
        "permissions": [INVOICES],
        "administrator": False,
        "may_delegate": False,
        "window": services.Window(duration=WEEK),
        "reason": "The yearly check.",
    }
    return services.submit_requests(account=account, memberships=people, by=by, at=at, **(terms | more))


def of_bolt(cast, *names):
    """This will give the memberships of these people in Bolt Partners."""
    return [member(getattr(cast, name), cast.bolt) for name in names]


def waiting():
    """This will give for whom a request waits, by first name."""
    return sorted(AccessRequest.objects.filter(status="pending").values_list("beneficiary__first_name", flat=True))


@pytest.mark.seed("S2-6", "S2-10", "S2-15")
class TestSubmitRequests:
    def test_makes_one_request_for_each_as_if_asked_alone(self, cast, now):
        asked = ask_for(of_bolt(cast, "petra", "dora"), by=cast.pat, account=cast.acme, at=now)

        alike = ask(cast, for_=cast.pat, at=now, reason="The yearly check.")
        assert [one.beneficiary for one in asked.requests] == [cast.petra, cast.dora]
        assert asked.left_out == []
        for one in map(fresh, asked.requests):
            assert (one.asker, one.company, one.permissions) == (cast.pat, cast.bolt, alike.permissions)
            assert (one.duration, one.respond_by, one.reason) == (alike.duration, alike.respond_by, alike.reason)
            assert one.digest == one.compute_digest()
        assert verify() == []

    @pytest.mark.seed("S2-17", "S2-18", "S2-44")
    @pytest.mark.trust("T8")
    def test_tells_of_each_what_one_alone_tells(self, cast, now):
        asked = ask_for(of_bolt(cast, "petra", "dora"), by=cast.pat, account=cast.acme, at=now)

        for one in asked.requests:
            assert told("requested_customer", one) == [cast.carol.email]
            assert told("requested_partner", one) == sorted([cast.pat.email, one.beneficiary.email])

    def test_each_is_answered_by_itself(self, cast, now):
        first, second = ask_for(of_bolt(cast, "petra", "dora"), by=cast.pat, account=cast.acme, at=now).requests
        deny(fresh(first), by=cast.carol, at=now)

        assert approve(fresh(second), by=cast.carol, at=now)

    def test_who_has_access_or_waits_or_is_blocked_is_named_and_left_out(self, cast, now):
        ask(cast, at=now)
        Block.objects.create(
            account=cast.acme,
            person=cast.dora,
            request=AccessRequest.objects.get(beneficiary=cast.petra),
            blocked_at=now,
            blocked_by=cast.carol,
        )
        asked = ask_for(of_bolt(cast, "petra", "piotr", "dora", "pat"), by=cast.pat, account=cast.acme, at=now)

        assert [one.beneficiary for one in asked.requests] == [cast.pat]
        assert asked.left_out == [
            "A request for Petra waits for an answer already.",
            "Piotr has access to this account already.",
            "Acme does not take requests for Dora at present.",
        ]

    @pytest.mark.trust("D2")
    def test_who_was_just_denied_is_left_out_until_the_hour_is_over(self, cast, now):
        deny(ask(cast, at=now), by=cast.carol, at=now)
        people = of_bolt(cast, "petra", "dora")

        asked = ask_for(people, by=cast.pat, account=cast.acme, at=now + MINUTE)

        assert [one.beneficiary for one in asked.requests] == [cast.dora]
        assert "Acme has just denied access for Petra. Come back on" in asked.left_out[0]
        later = ask_for(people, by=cast.pat, account=cast.acme, at=now + HOUR)
        assert [one.beneficiary for one in later.requests] == [cast.petra]

    @pytest.mark.trust("D2")
    def test_where_everybody_was_just_denied_it_says_when_to_come_back(self, cast, now):
        deny(ask(cast, at=now), by=cast.carol, at=now)

        with pytest.raises(TooMuch) as refusal:
            ask_for(of_bolt(cast, "petra"), by=cast.pat, account=cast.acme, at=now + MINUTE)
        assert refusal.value.until == now + HOUR

    def test_where_nobody_is_left_nothing_is_sent(self, cast, now):
        with pytest.raises(NotAllowedNow, match="Piotr has access to this account already"):
            ask_for(of_bolt(cast, "piotr"), by=cast.pat, account=cast.acme, at=now)
        assert waiting() == []

    @pytest.mark.trust("D1")
    def test_more_than_may_wait_is_refused_whole_with_when(self, cast, now, settings):
        settings.PORTAL_PENDING_LINKED = 3
        people = many_people(cast.bolt, 4, at=now)
        first = ask_for(people[:2], by=cast.pat, account=cast.acme, at=now).requests[0]

        with pytest.raises(TooMuch) as refusal:
            ask_for(people[2:], by=cast.pat, account=cast.acme, at=now + MINUTE)

        assert refusal.value.until == first.respond_by
        assert "2 requests of yours wait at Acme, and no more than 3 can. Choose fewer people." in str(refusal.value)
        assert AccessRequest.objects.filter(status="pending").count() == 2
        assert Mail.objects.filter(event="requested_customer").count() == 3  # and that of Piotr, who is in
        assert ask_for(people[2:3], by=cast.pat, account=cast.acme, at=now + MINUTE)

    @pytest.mark.trust("D1")
    def test_more_than_can_ever_wait_is_said_beside_the_form(self, cast, now):
        people = many_people(cast.crow, 6, at=now)

        with pytest.raises(ValidationError, match="No more than 5 people"):
            ask_for(people, by=cast.quinn, account=cast.acme, at=now)
        assert len(ask_for(people[:5], by=cast.quinn, account=cast.acme, at=now).requests) == 5

    @pytest.mark.trust("D1")
    def test_so_many_a_day_at_strangers_counts_each_person(self, cast, now, settings):
        settings.PORTAL_ASKS_PER_DAY = 3
        people = many_people(cast.crow, 4, at=now)
        ask_for(people[:2], by=cast.quinn, account=cast.acme, at=now)

        with pytest.raises(TooMuch) as refusal:
            ask_for(people[2:], by=cast.quinn, account=cast.acme, at=now + HOUR)
        assert refusal.value.until == now + timedelta(days=1)

    @pytest.mark.parametrize("who", ["petra", "piotr", "quinn", "carol", "mallory", "root"])
    def test_only_an_admin_of_their_company_asks(self, cast, now, who):
        with pytest.raises(PermissionDenied):
            ask_for(of_bolt(cast, "petra", "dora"), by=getattr(cast, who), account=cast.acme, at=now)
        assert waiting() == []

    def test_a_wrong_form_sends_nothing_for_anybody(self, cast, now):
        with pytest.raises(ValidationError):
            ask_for(of_bolt(cast, "petra", "dora"), by=cast.pat, account=cast.acme, at=now, permissions=[])
        assert waiting() == []


@pytest.mark.django_db(transaction=True)
def test_the_same_form_twice_at_the_same_moment_asks_once_for_each(cast, now):
    people = of_bolt(cast, "petra", "dora")

    outcomes = at_once(*[lambda: ask_for(people, by=cast.pat, account=cast.acme, at=now)] * 3)

    assert len(refused(outcomes, NotAllowedNow)) == 2
    assert waiting() == ["Dora", "Petra"]
    assert verify() == []


class TestPage:
    def send(self, browser, people, **changes):
        """Open the page as the ticked list leads to it, and send its form, changed here and there."""
        path = f"{PATH}?company=700118&" + "&".join(f"person={one.pk}" for one in people)
        sent = form_of(browser.get(path)) | {"permissions": ["view_invoices"], "reason": "The yearly check."}
        return browser.post(path, sent | changes)

    @pytest.mark.seed("S2-10", "S2-14", "S2-16")
    def test_one_form_and_one_confirmation_that_names_everybody(self, cast, signed_in):
        browser = signed_in(cast.pat)
        people = of_bolt(cast, "petra", "dora", "piotr")

        answer = self.send(browser, people)
        assert answer.headers["Location"] == "/contacts/?company=700118&customer=654321&sent=2"

        AccessRequest.objects.get(beneficiary=cast.dora)
        window = soup_of(browser.get(answer.headers["Location"])).select_one("dialog").get_text(" ")
        assert "Your requests were sent" in window
        assert "Your requests for Dora and Petra were sent to Carol." in window

    def test_whoever_is_left_out_is_named_before_and_after(self, cast, now, signed_in):
        browser = signed_in(cast.pat)
        people = of_bolt(cast, "petra", "dora", "piotr")
        path = f"{PATH}?" + "&".join(f"person={one.pk}" for one in people)
        page = browser.get(path)
        assert "Left out: Piotr has access to this account already." in words_of(page)
        sent = form_of(page) | {"permissions": ["view_invoices"], "reason": "The yearly check."}
        ask(cast, at=now)

        answer = browser.post(path, sent, follow=True)

        window = " ".join(soup_of(answer).select_one("dialog").get_text(" ").split())
        assert "Your request for Dora was sent to Carol." in window
        assert "Left out: A request for Petra waits for an answer already." in window

    def test_the_list_has_a_box_only_beside_whom_one_can_ask_for(self, cast, pending, signed_in):
        page = soup_of(signed_in(cast.pat).get("/contacts/", {"customer": "654321"}))

        ticks = {box.parent.get_text(" ", strip=True) for box in page.select("input[name=person]")}
        assert ticks == {"Dora", "Pat (you)"}
        assert not soup_of(signed_in(cast.piotr).get("/contacts/", {"customer": "654321"})).select("[name=person]")

    def test_nobody_ticked_is_said(self, cast, signed_in):
        browser = signed_in(cast.pat)
        assert "Nobody is ticked" in words_of(browser.get(PATH))

        answer = self.send(browser, of_bolt(cast, "petra"), person=[])
        assert answer.status_code == 400
        assert "Tick at least one person." in words_of(answer)
        assert waiting() == []

    @pytest.mark.parametrize("wrong", [{"reason": ""}, {"permissions": []}, {"permissions": ["decide_access"]}])
    def test_wrong_input_is_said_and_keeps_the_ticks(self, cast, signed_in, wrong):
        people = of_bolt(cast, "petra", "dora")
        answer = self.send(signed_in(cast.pat), people, person=[str(people[0].pk)], **wrong)

        assert answer.status_code == 400
        assert "Nothing was sent." in words_of(answer)
        assert form_of(answer)["person"] == [str(people[0].pk)]
        assert waiting() == []

    @pytest.mark.trust("D1")
    def test_too_many_are_429_with_when(self, cast, now, signed_in, settings):
        settings.PORTAL_PENDING_LINKED = 2
        ask(cast, at=now)
        answer = self.send(signed_in(cast.pat), many_people(cast.bolt, 2, at=now - HOUR))

        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
        assert "Come back on" in words_of(answer)

    def test_everybody_in_or_waiting_is_409(self, cast, signed_in):
        people = of_bolt(cast, "piotr")
        path = f"{PATH}?person={people[0].pk}"
        sent = {"person": [people[0].pk], "permissions": ["view_invoices"], "reason": "x", "length": "86400"}
        answer = signed_in(cast.pat).post(path, sent)

        assert answer.status_code == 409
        assert "Piotr has access to this account already." in words_of(answer)

    @pytest.mark.trust("A2", "A8")
    def test_who_is_nobody_of_theirs_does_not_exist(self, cast, signed_in):
        browser, own = signed_in(cast.pat), member(cast.petra, cast.bolt).pk
        for person in (member(cast.quinn, cast.crow).pk, member(cast.carol, cast.acme).pk, 10**6, 2**70, "x", "-1", ""):
            for query in ({"person": [person]}, {"person": [own, person]}):
                assert browser.get(PATH, query).status_code == 404
                assert browser.post(PATH, {**query, "reason": "x"}).status_code == 404
        assert waiting() == []

    @pytest.mark.trust("A2", "A8")
    @pytest.mark.parametrize("who", ["mallory", "petra", "piotr", "quinn", "carol", "tess", "root"])
    def test_strangers_find_nothing(self, cast, signed_in, who):
        browser, person = signed_in(getattr(cast, who)), member(cast.petra, cast.bolt).pk
        for number in ("654321", "810432", "999999"):
            path = f"/contacts/ask/{number}/?company=700118&person={person}"
            assert browser.get(path).status_code == 404
            assert browser.post(path, {"person": [person], "reason": "x"}).status_code == 404
        assert not Grant.objects.filter(grantee=cast.petra).exists()
        assert waiting() == []
