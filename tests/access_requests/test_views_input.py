"""What is typed, sent or crafted into the pages of requests: a sentence, or nothing at all; never a half."""

from datetime import timedelta

import pytest
from django.urls import reverse

from access_requests.models import AccessRequest
from accounts.models import Grant, User
from frame import clock
from tests import nasty
from tests.cast import approve, ask, fresh, member
from tests.pages import form_of, sentence_beside

CHOICES = nasty.encoded([*nasty.NUMBERS, "<b>", "no-such-thing"])
MOMENTS = nasty.encoded(nasty.MOMENTS)

FIELDS = [
    *(("ask", field) for field in ("length", "starts_at", "ends_at", "permissions", "reason")),
    *(("edit", field) for field in ("length", "starts_at", "ends_at", "permissions", "reason", "version")),
    *(("decide", field) for field in ("status", "version", "digest", "permissions", "until", "other_end", "answer")),
    ("decide", "note"),
    *(("less", field) for field in ("permissions", "until", "other_end")),
    *(("add", field) for field in ("permissions", "reason")),
]
KINDS = {"starts_at": "moment", "ends_at": "moment", "other_end": "moment", "reason": "text", "note": "text"}


@pytest.fixture
def desk(cast, signed_in, now):
    """``desk(form)`` is whoever may use the form, its address and what it would send as it stands, all in order."""

    def sit_down(form):
        if form == "ask":
            client = signed_in(cast.pat)
            path = reverse("ask", args=["654321", member(cast.petra, cast.bolt).pk])
            more = {"permissions": ["view_invoices"], "reason": "To see why"}
        elif form == "add":
            client = signed_in(cast.piotr)
            path = reverse("add_colleague", args=["654321", member(cast.petra, cast.bolt).pk])
            more = {"permissions": ["view_invoices"], "reason": "Holidays"}
        else:
            asked = ask(cast, at=now)
            if form == "less":
                approve(asked, by=cast.carol, at=now)
            client = signed_in(cast.pat if form == "edit" else cast.carol)
            name = {"edit": "request_edit", "decide": "decide", "less": "access_less"}[form]
            path = reverse(name, args=[asked.public_id])
            more = {"edit": {}, "decide": {"answer": ["approve"]}, "less": {"until": ["day"]}}[form]
        return client, path, form_of(client.get(path)) | more

    return sit_down


def noon(ahead):
    """This will give noon of the day so many days from now, as it is typed: a time that every day has."""
    return f"{clock.now() + timedelta(days=ahead):%Y-%m-%d}T12:00"


def fixed(sent, field):
    """This will give the form with the choice made that lets a moment be typed."""
    if field in {"starts_at", "ends_at"}:
        return sent | {"length": "fixed", "starts_at": noon(2), "ends_at": noon(3)}
    return sent | {"until": "other"} if field == "other_end" else sent


@pytest.mark.trust("F1", "F2", "F3")
@pytest.mark.parametrize(("form", "field"), FIELDS)
class TestNastyValues:
    def test_broken_text_is_refused(self, desk, form, field):
        client, path, sent = desk(form)

        found = [nasty.send(client, path, fixed(sent, field), **{field: value}) for value in nasty.BROKEN_TEXT]

        assert [(response.status_code, changed) for response, changed, _landed in found] == [(400, False)] * len(found)

    def test_what_cannot_be_meant_gets_a_sentence(self, desk, form, field):
        client, path, sent = desk(form)
        kind = KINDS.get(field, "choice")
        if kind == "text":
            for value in nasty.encoded(nasty.HARMLESS_TEXT):
                response, changed, landed = nasty.send(client, path, sent, **{field: value})
                assert (response.status_code, changed, landed) == (302, True, 200), value
            return
        for value in MOMENTS if kind == "moment" else CHOICES:
            response, changed, _landed = nasty.send(client, path, fixed(sent, field), **{field: value})
            assert response.status_code in ({400, 409} if field == "version" else {400}), value
            assert not changed, value
            assert response.status_code == 409 or sentence_beside(response, field), value


@pytest.mark.parametrize("form", ["ask", "edit", "add"])
def test_a_reason_without_a_word_gets_a_sentence(desk, form):
    client, path, sent = desk(form)

    for value in nasty.encoded(nasty.NOT_A_WORD):
        response, changed, _landed = nasty.send(client, path, sent, reason=value)
        assert (response.status_code, changed) == (400, False), value
        assert sentence_beside(response, "reason"), value


@pytest.mark.trust("F4")
@pytest.mark.parametrize("form", ["ask", "edit", "decide", "less", "add"])
class TestFieldsThatDoNotBelong:
    def test_a_missing_field_never_breaks_the_page(self, desk, form):
        client, path, sent = desk(form)

        for field in sent:
            less = {name: value for name, value in sent.items() if name != field}
            response, changed, landed = nasty.send(client, path, less)
            assert (response.status_code, changed, landed) in {
                (302, True, 200),
                (400, False, None),
                (409, False, None),  # an edit of nobody knows which version
            }, field

    def test_a_field_sent_twice_or_as_an_array_never_breaks_the_page(self, desk, form):
        client, path, sent = desk(form)

        for field, values in sent.items():
            for changes in ({field: [*values, *values]}, {f"{field}[]": values}, {f"{field}[0][x]": values}):
                response, changed, landed = nasty.send(client, path, sent | changes)
                assert (response.status_code, changed, landed) == (302, True, 200), changes

    def test_extra_fields_have_no_effect(self, desk, cast, form):
        client, path, sent = desk(form)
        strange = {
            "approved_by": cast.carol.pk,
            "account": cast.globex.pk,
            "beneficiary": cast.mallory.pk,
            "membership": member(cast.mallory, cast.globex).pk,
            "grantee": cast.mallory.pk,
            "is_staff": "1",
            "respond_by": "2100-01-01T00:00",
            "public_id": "f" * 32,
        } | ({} if form == "decide" else {"status": "approved"})

        client.post(path, sent | strange)

        asked = AccessRequest.objects.exclude(beneficiary=cast.piotr).values_list(
            "account__number", "company__number", "beneficiary__email", "status"
        )
        status = "approved" if form in {"decide", "less"} else "pending"
        assert list(asked) == ([] if form == "add" else [("654321", "700118", "petra@bolt.example", status)])
        assert not Grant.objects.exclude(account=cast.acme, membership__account=cast.bolt).exists()
        assert not User.objects.filter(is_staff=True).exclude(pk__in=[cast.stan.pk, cast.root.pk]).exists()


@pytest.mark.trust("E5")
class TestWindowsThatMayNotBeAskedFor:
    @pytest.mark.parametrize("length", ["0", "-3600", "60", str(366 * 86400), "1e3", ""])
    def test_lengths(self, desk, length):
        client, path, sent = desk("ask")

        response = client.post(path, sent | {"length": length})

        assert response.status_code == 400
        assert sentence_beside(response, "length")

    @pytest.mark.parametrize(
        ("start", "end", "field", "words"),
        [
            (-1, 3, "starts_at", "The start is in the past."),
            (61, 70, "starts_at", "Access can start at most"),
            (3, 2, "ends_at", "The end is not after the start."),
            (3, 3, "ends_at", "The end is not after the start."),
            (3, 3 + 367, "ends_at", "Access lasts one year at most."),
        ],
    )
    def test_fixed_days(self, desk, start, end, field, words):
        client, path, sent = desk("ask")

        response = client.post(path, sent | {"length": "fixed", "starts_at": noon(start), "ends_at": noon(end)})

        assert response.status_code == 400
        assert words in sentence_beside(response, field)

    def test_nobody_raises_the_maximum_by_a_field_of_their_own(self, desk):
        client, path, sent = desk("ask")
        too_long = str(400 * 86400)

        response = client.post(
            path, sent | {"length": too_long, "duration_max": too_long, "PORTAL_DURATION_MAX": too_long}
        )

        assert response.status_code == 400

    def test_a_decider_cannot_give_longer_than_was_asked(self, desk):
        client, path, sent = desk("decide")

        response = client.post(path, sent | {"until": "other", "other_end": noon(8)})

        assert response.status_code == 400
        assert "not later than was asked" in sentence_beside(response, "other_end")


@pytest.mark.trust("A9")
class TestCraftedIds:
    def test_nobody_is_asked_for_at_a_customer_one_does_not_serve(self, cast, signed_in):
        quinn = signed_in(cast.quinn)
        own = member(cast.quinn, cast.crow).pk
        before = nasty.what_stands()

        sent = {"permissions": "view_invoices", "reason": "Let me in.", "length": "3600"}
        found = [quinn.post(reverse("ask", args=[number, own]), sent).status_code for number in ("810432", "999999")]

        assert found == [404, 404]
        assert nasty.what_stands() == before

    @pytest.mark.parametrize("name", ["ask", "add_colleague"])
    @pytest.mark.parametrize("whose", ["quinn", "mallory", "carol", "greta"])
    def test_nobody_asks_for_somebody_of_another_company(self, cast, signed_in, name, whose):
        company = {"quinn": cast.crow, "mallory": cast.globex, "carol": cast.acme, "greta": cast.bolt}[whose]
        client = signed_in(cast.pat if name == "ask" else cast.piotr)
        before = nasty.what_stands()

        path = reverse(name, args=["654321", member(getattr(cast, whose), company).pk])
        response = client.post(path, {"permissions": "view_invoices", "reason": "Let them in.", "length": "3600"})

        assert response.status_code == 404
        assert nasty.what_stands() == before

    @pytest.mark.parametrize("right", ["view_access", "manage_people", "decide_access", "end_access", "view_orders"])
    def test_a_decider_cannot_switch_on_what_was_not_asked_or_cannot_be_lent(self, desk, right):
        client, path, sent = desk("decide")

        response = client.post(path, sent | {"permissions": ["view_invoices", right]})

        assert response.status_code == 400
        assert sentence_beside(response, "permissions")
        assert not Grant.objects.filter(grantee__email="petra@bolt.example").exists()

    def test_the_numbers_of_one_request_do_not_answer_another(self, cast, signed_in, now):
        first, second = ask(cast, at=now), ask(cast, by=cast.quinn, for_=cast.quinn, at=now)
        client = signed_in(cast.carol)
        sent = form_of(client.get(reverse("decide", args=[first.public_id]))) | {"answer": "approve"}

        response = client.post(reverse("decide", args=[second.public_id]), sent)

        assert response.status_code == 409
        assert [fresh(one).status for one in (first, second)] == ["pending", "pending"]
