"""The pages of the question and the answer: who may open and send them, and what they do."""

from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.urls import reverse

from access_requests import services
from access_requests.models import AccessRequest
from accounts.authorization import held
from accounts.models import Grant, Membership
from accounts.permissions import LENDABLE, Role
from accounts.permissions import AccountPermission as P
from audit.models import TrailLine
from config.world import secret_of
from frame import clock
from tests.cast import INVOICES, ask, fresh
from tests.doorbell import age_session
from tests.pages import form_of, soup_of, words_of

NOBODY = "0123456789abcdef" * 2
OF_A_REQUEST = ("request", "decide", "request_edit", "request_cancel", "access_end", "access_less", "unblock")


def address(name, request):
    """This will give the address of a page of a request."""
    return reverse(name, args=[getattr(request, "public_id", request)])


def answer(client, request, **changes):
    """This will open the decision page as a browser does and send its form, changed here and there."""
    sent = form_of(client.get(address("decide", request))) | changes
    return client.post(address("decide", request), sent)


def refusals():
    """This will give who was refused what, as the trail has it."""
    return list(TrailLine.objects.filter(event="access.refused").values_list("actor", "account"))


class TestWhoMayOpen:
    @pytest.mark.parametrize(
        ("name", "statuses"),
        [
            ("request", {"carol": 200, "adam": 200, "ursula": 200, "dora": 200, "pat": 200, "petra": 200}),
            (
                "decide",
                {"carol": 200} | dict.fromkeys(["adam", "ursula", "connie", "mike", "dora", "pat", "petra"], 403),
            ),
            ("request_edit", {"pat": 200} | dict.fromkeys(["carol", "adam", "ursula", "dora", "petra"], 302)),
            ("request_cancel", {"pat": 200} | dict.fromkeys(["carol", "adam", "ursula", "dora", "petra"], 302)),
            ("access_end", {}),
            ("access_less", {}),
        ],
    )
    def test_a_page_of_a_waiting_request(self, cast, pending, signed_in, name, statuses):
        living = {who: person for who, person in cast.people.items() if person.is_active}

        found = {who: signed_in(person).get(address(name, pending)).status_code for who, person in living.items()}

        assert found == dict.fromkeys(living, 404) | statuses

    @pytest.mark.parametrize("name", ["access_end", "access_less"])
    def test_the_pages_that_end_access(self, cast, pending, granted, signed_in, name):
        living = {who: person for who, person in cast.people.items() if person.is_active}

        found = {who: signed_in(person).get(address(name, pending)).status_code for who, person in living.items()}

        may = ["carol", "adam", "ursula", "dora", "pat", "petra"]
        assert found == dict.fromkeys(living, 404) | dict.fromkeys(may, 200)

    @pytest.mark.seed("S2-6", "S2-7")
    def test_contacts_are_the_admins_of_partners(self, cast, signed_in):
        found = {
            name: signed_in(getattr(cast, name)).get(reverse("contacts"), {"customer": number}).status_code
            for name, number in [("pat", "654321"), ("quinn", "654321"), ("petra", "654321"), ("carol", "654321")]
        }

        assert found == {"pat": 200, "quinn": 200, "petra": 404, "carol": 404}
        assert signed_in(cast.quinn).get(reverse("contacts"), {"customer": "810432"}).status_code == 404

    @pytest.mark.trust("A8")
    @pytest.mark.parametrize("name", OF_A_REQUEST)
    @pytest.mark.parametrize("method", ["get", "post"])
    @pytest.mark.parametrize("who", ["mallory", "quinn", "root"])
    def test_a_foreign_request_answers_like_none(self, cast, pending, granted, signed_in, name, method, who):
        client = signed_in(getattr(cast, who))

        foreign = getattr(client, method)(address(name, pending))
        nothing = getattr(client, method)(address(name, NOBODY))

        assert foreign.status_code == nothing.status_code
        assert foreign.status_code == (405 if (name, method) in {("unblock", "get"), ("request", "post")} else 404)
        assert soup_of(foreign).get_text() == soup_of(nothing).get_text()
        assert len(foreign.content) == len(nothing.content)

    def test_the_list_shows_only_ones_own(self, cast, pending, signed_in):
        of_crow = ask(cast, by=cast.quinn, for_=cast.quinn, at=pending.submitted_at)

        def ids(who):
            page = signed_in(who).get(reverse("requests"))
            return {request.public_id for request in page.context["page"].object_list}

        piotrs = AccessRequest.objects.get(beneficiary=cast.piotr).public_id
        assert ids(cast.mallory) == ids(cast.mike) == ids(cast.root) == set()
        assert ids(cast.quinn) == {of_crow.public_id}
        assert ids(cast.petra) == {pending.public_id}
        assert ids(cast.pat) == {pending.public_id, piotrs}
        assert ids(cast.carol) == {of_crow.public_id, pending.public_id, piotrs}


@pytest.mark.trust("A6")
class TestAnsweringWithoutTheRight:
    @pytest.mark.parametrize(
        ("who", "status"), [("ursula", 403), ("mike", 403), ("pat", 403), ("petra", 403), ("mallory", 404)]
    )
    @pytest.mark.parametrize("word", ["approve", "deny", "unexpected"])
    def test_is_refused_and_written_down_once(self, cast, pending, signed_in, who, status, word):
        person, seen = getattr(cast, who), pending.as_seen()

        response = signed_in(person).post(
            address("decide", pending),
            {"answer": word, "status": seen.status, "version": seen.version, "digest": seen.digest},
        )

        assert response.status_code == status
        assert fresh(pending).as_seen() == seen
        assert refusals() == [(person.email, "654321")]
        assert not Grant.objects.filter(grantee=cast.petra).exists()

    @pytest.mark.trust("A7")
    @pytest.mark.parametrize("who", ["dora", "piotr"])
    def test_is_refused_to_whoever_shares_a_company_with_the_asker(self, several_deciders, pending, signed_in, who):
        seen = pending.as_seen()

        response = signed_in(getattr(several_deciders, who)).post(
            address("decide", pending),
            {"answer": "approve", "status": seen.status, "version": seen.version, "digest": seen.digest},
        )

        assert response.status_code == {"dora": 403, "piotr": 404}[who]
        assert fresh(pending).as_seen() == seen

    @pytest.mark.trust("A7")
    def test_is_refused_to_whoever_asked_or_would_benefit(self, several_deciders, now, signed_in):
        cast = several_deciders
        Membership.objects.filter(user=cast.dora, account=cast.bolt).update(role=Role.ADMINISTRATOR)
        for asked in (
            ask(cast, by=cast.dora, for_=cast.petra, at=now),
            ask(cast, by=cast.pat, for_=cast.dora, at=now),
        ):
            seen = asked.as_seen()
            response = signed_in(cast.dora).post(
                address("decide", asked),
                {"answer": "approve", "status": seen.status, "version": seen.version, "digest": seen.digest},
            )
            assert response.status_code == 403
            assert fresh(asked).as_seen() == seen

    @pytest.mark.trust("T7")
    def test_a_fellow_member_is_told_who_decides(self, cast, pending, signed_in):
        response = signed_in(cast.adam).get(address("decide", pending), {"answer": "approve"})

        assert response.status_code == 403
        assert "You are signed in as adam@acme.example. This request is answered by Carol." in words_of(response)
        assert fresh(pending).as_seen() == pending.as_seen()


class TestDeciding:
    @pytest.mark.seed("S2-23")
    def test_yes_opens_what_was_asked(self, cast, pending, signed_in):
        response = answer(signed_in(cast.carol), pending, answer="approve")

        assert response.status_code == 302
        assert held(cast.petra, cast.acme, at=clock.now()) == {P.VIEW_INVOICES}
        assert signed_in(cast.petra).get("/accounts/654321/invoices/").status_code == 200

    @pytest.mark.seed("S2-30")
    def test_no_opens_nothing(self, cast, pending, signed_in):
        response = answer(signed_in(cast.carol), pending, answer="deny")

        assert response.status_code == 302
        assert held(cast.petra, cast.acme, at=clock.now()) == set()
        assert signed_in(cast.petra).get("/accounts/654321/invoices/").status_code == 404

    @pytest.mark.seed("S2-12")
    def test_administrator_gives_every_right_whatever_the_switches_say(self, cast, now, signed_in):
        asked = ask(cast, administrator=True, permissions=(INVOICES,), at=now)

        answer(signed_in(cast.carol), asked, answer="approve", permissions=["view_orders"])

        assert held(cast.petra, cast.acme, at=clock.now()) == set(LENDABLE)

    @pytest.mark.seed("S2-13")
    def test_without_administrator_the_switches_decide(self, cast, now, signed_in):
        asked = ask(cast, administrator=True, permissions=(INVOICES,), at=now)
        client = signed_in(cast.carol)
        sent = form_of(client.get(address("decide", asked)))
        del sent["administrator"]

        client.post(address("decide", asked), sent | {"answer": "approve", "permissions": ["view_orders"]})

        assert held(cast.petra, cast.acme, at=clock.now()) == {P.VIEW_ORDERS}

    @pytest.mark.trust("R1")
    def test_the_same_form_twice_decides_once(self, cast, pending, signed_in):
        client = signed_in(cast.carol)
        sent = form_of(client.get(address("decide", pending))) | {"answer": "approve"}

        statuses = [client.post(address("decide", pending), sent).status_code for _time in range(3)]

        assert statuses == [302, 409, 409]
        assert Grant.objects.filter(grantee=cast.petra).count() == 1

    @pytest.mark.trust("R2")
    def test_whoever_comes_second_learns_who_was_first(self, several_deciders, pending, signed_in):
        cast = several_deciders
        adam = signed_in(cast.adam)
        sent = form_of(adam.get(address("decide", pending))) | {"answer": "deny"}
        answer(signed_in(cast.carol), pending, answer="approve")

        late = adam.post(address("decide", pending), sent)

        assert late.status_code == 409
        assert "Carol approved this on" in words_of(late)
        assert "Nothing you chose was saved." in words_of(late)
        assert fresh(pending).status == "approved"

    @pytest.mark.trust("R5")
    def test_a_request_changed_meanwhile_is_not_approved_unread(self, cast, pending, signed_in, now):
        client = signed_in(cast.carol)
        sent = form_of(client.get(address("decide", pending))) | {"answer": "approve"}
        services.edit_request(
            request=pending,
            seen=pending.as_seen(),
            by=cast.pat,
            permissions=[P.VIEW_ORDERS, P.VIEW_INVOICES],
            administrator=False,
            may_delegate=False,
            window=services.Window(duration=timedelta(days=30)),
            reason="And the orders.",
            at=now,
        )

        response = client.post(address("decide", pending), sent)

        rows = [[cell.get_text() for cell in row.select("th, td")] for row in soup_of(response).select(".changes tr")]
        assert response.status_code == 409
        assert ["Rights", "See invoices", "See orders and See invoices"] in rows
        assert ["Length from approval", "7 days", "30 days"] in rows
        assert held(cast.petra, cast.acme, at=clock.now()) == set()

    @pytest.mark.trust("K6")
    def test_the_form_carries_what_was_shown(self, cast, pending, signed_in):
        sent = form_of(signed_in(cast.carol).get(address("decide", pending)))

        seen = pending.as_seen()
        assert (sent["status"], sent["version"], sent["digest"]) == ([seen.status], [str(seen.version)], [seen.digest])


@pytest.mark.trust("H4")
class TestProvingOneselfAgain:
    def test_yes_asks_after_a_while_and_loses_nothing_that_was_typed(self, cast, pending, signed_in):
        client = signed_in(cast.carol)
        sent = form_of(client.get(address("decide", pending))) | {"answer": "approve", "note": "Until Friday, please."}
        age_session(client, seconds=660)

        asked = client.post(address("decide", pending), sent)

        assert asked.status_code == 302
        assert asked.headers["Location"].startswith("/auth/2fa/reauthenticate/")
        assert fresh(pending).status == "pending"

        code = format_hotp_value(hotp_value(secret_of("carol"), int(clock.now().timestamp()) // 30))
        response = client.post(asked.headers["Location"], {"code": code}, follow=True)

        assert response.status_code == 200
        assert (fresh(pending).status, fresh(pending).note) == ("approved", "Until Friday, please.")

    @pytest.mark.parametrize("word", ["deny", "unexpected"])
    def test_no_never_asks(self, cast, pending, signed_in, word):
        client = signed_in(cast.carol)
        age_session(client, seconds=660)

        assert answer(client, pending, answer=word).headers["Location"] == address("request", pending)
        assert fresh(pending).status == "denied"

    def test_ending_never_asks(self, cast, pending, granted, signed_in):
        client = signed_in(cast.carol)
        age_session(client, seconds=660)

        client.post(address("access_end", pending))

        assert held(cast.petra, cast.acme, at=clock.now()) == set()
