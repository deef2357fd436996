"""The pages on which an account looks through who is in."""

from datetime import timedelta

import pytest
from django.utils import timezone

from access_requests import selectors, services
from access_requests.models import Review, ReviewLine
from accounts import services as accounts
from accounts.models import Account, Grant, Membership
from audit.models import TrailLine
from tests import days, nasty
from tests.access_requests.test_views_lists import grants_for
from tests.cast import member
from tests.crowd import many_people
from tests.pages import form_of, soup_of, words_of

DAY = timedelta(days=1)
PAGE, ACCESS, PAST = "/accounts/654321/access/review/", "/accounts/654321/access/", "/accounts/654321/access/reviews/"
STRANGERS = ["mallory", "pat", "quinn", "tess", "root"]
pytestmark = pytest.mark.seed("S3-15")


@pytest.fixture
def piotrs(cast):
    """Piotr's access to Acme."""
    return Grant.objects.get(grantee=cast.piotr)


@pytest.fixture
def due(cast, now):
    """Acme came to the portal so long ago that it is time to look through who is in."""
    Account.objects.filter(pk=cast.acme.pk).update(opened_at=now - 91 * DAY)


def rows(page):
    """This will give the rows of the page's table, in words, by who they are about."""
    return {row.find("b").get_text(): " ".join(row.get_text(" ").split()) for row in soup_of(page).select("tbody tr")}


def keys(page):
    """This will give what stands for the lines that the button under the list keeps."""
    return [field["value"] for field in soup_of(page).select(".section > form input[name=line]")]


def buttons(page):
    """This will give the words of every button and of every link that looks like one, in the page's main part."""
    return [" ".join(one.get_text().split()) for one in soup_of(page).select("main .btn")]


def line_of(grant):
    return f"{PAGE}access/{grant.public_id}/"


def line_of_member(membership):
    return f"{PAGE}member/{membership.pk}/"


def key_of(membership):
    """This will give what stands for a member's line in a form that was drawn now."""
    return selectors.Line(None, membership).key


class TestTheList:
    def test_names_everybody_who_is_in_with_what_they_may_and_did(self, cast, signed_in, piotrs):
        signed_in(cast.piotr).get("/accounts/654321/orders/")

        found = rows(signed_in(cast.carol).get(PAGE))

        assert set(found) == {"Piotr", "Carol", "Adam", "Ursula", "Connie", "Mike", "Dora"}
        for words in ("Bolt Partners", "Administrator , may add colleagues", "on the word of Carol", "in 11 months"):
            assert words in found["Piotr"]
        assert "Piotr opened the page: Orders" in found["Piotr"]
        assert "Member Authorized contact" in found["Connie"]
        assert "never signed in" in found["Mike"]
        assert next(iter(found)) == "Piotr"

    def test_offers_of_each_what_this_reader_may(self, cast, signed_in):
        offered = buttons(signed_in(cast.ursula).get(PAGE))

        assert [one for one in offered if one.startswith(("End", "Shorten"))] == [
            "Shorten: Piotr",
            "End: Piotr",
            "End: Mike",
        ]
        assert "Keep all 7 that are left on this page" in offered

    def test_a_look_changes_nothing(self, cast, signed_in, piotrs):
        carol, before = signed_in(cast.carol), nasty.what_stands()

        for path in (PAGE, line_of(piotrs), line_of_member(member(cast.mike, cast.acme)), PAST, ACCESS, "/"):
            assert {carol.get(path).status_code, carol.head(path).status_code} == {200}

        assert nasty.what_stands() == before

    def test_is_paged_and_keeps_what_is_left_on_the_page(self, cast, signed_in, piotrs, now):
        grants_for(many_people(cast.bolt, 30, at=now), like=piotrs)
        carol = signed_in(cast.carol)
        second = carol.get(PAGE, {"page": "2", "size": "20"})
        assert (len(rows(second)), len(keys(second))) == (17, 17)

        answer = carol.post(f"{PAGE}?page=2&size=20", {"do": "keep", "after": "0", "line": keys(second)}, follow=True)

        assert answer.redirect_chain == [(f"{PAGE}?page=2&size=20", 302)]
        assert "17 are kept." in soup_of(answer).get_text()
        assert all("Kept Carol" in words for words in rows(answer).values())
        assert (ReviewLine.objects.count(), Review.objects.get().finished_at) == (17, None)
        assert len(keys(carol.get(PAGE))) == 20

    def test_the_last_answer_leads_to_what_was_said(self, cast, signed_in):
        carol = signed_in(cast.carol)
        page = carol.get(PAGE)

        answer = carol.post(PAGE, {"do": "keep", "after": "0", "line": keys(page)}, follow=True)

        review = Review.objects.get()
        assert answer.redirect_chain == [(f"{PAST}{review.pk}/", 302)]
        assert "Finished by Carol" in words_of(answer)
        assert "Kept Carol" in rows(answer)["Piotr"]
        assert "Last done by Carol" in words_of(carol.get(PAGE))
        assert "Last looked through by Carol" in words_of(carol.get(ACCESS))

    def test_what_was_answered_meanwhile_is_said_and_nothing_is_lost(self, cast, signed_in, piotrs, now):
        carol = signed_in(cast.carol)
        line = {"do": "keep", "after": "0", "line": f"access-{piotrs.public_id}"}
        services.end_in_review(grant=piotrs, by=cast.adam, at=now)

        again = carol.post(PAGE, line)

        assert again.status_code == 409
        assert "Nothing was kept: all of it was answered or changed meanwhile, or has ended." in words_of(again)
        assert "Ended Adam" in rows(again)["Piotr"]
        assert soup_of(again).select_one("main [role=alert]")

    def test_the_buttons_send_what_is_understood_from_the_first_time_on(self, cast, signed_in, piotrs):
        carol = signed_in(cast.carol)
        for _review in range(2):
            assert carol.post(PAGE, form_of(carol.get(line_of(piotrs)))).headers["Location"] == PAGE
            for _one in range(6):
                sent = form_of(carol.get(PAGE))
                assert carol.post(PAGE, sent).status_code == 302, sent

        assert Review.objects.filter(finished_at__isnull=False).count() == 2

    def test_whoever_became_more_since_the_page_was_drawn_is_not_kept_by_it(self, cast, signed_in, now):
        carol = signed_in(cast.carol)
        page = carol.get(PAGE)
        mikes = member(cast.mike, cast.acme)
        accounts.set_member_rights(membership=mikes, permissions=["view_invoices"], by=cast.adam, at=now)

        answer = carol.post(PAGE, {"do": "keep", "after": "0", "line": keys(page)}, follow=True)

        assert "6 are kept. One was answered, changed or ended meanwhile" in soup_of(answer).get_text()
        assert "Member: See invoices" in rows(answer)["Mike"]
        assert "Kept" not in rows(answer)["Mike"]
        assert carol.post(PAGE, {"do": "keep", "after": "0", "line": key_of(mikes)}).status_code == 302
        assert Review.objects.get().finished_by == cast.carol

    def test_what_somebody_finished_meanwhile_is_not_begun_anew_from_an_old_page(self, cast, signed_in):
        carol, adam = signed_in(cast.carol), signed_in(cast.adam)
        page = carol.get(PAGE)
        adam.post(PAGE, {"do": "keep", "after": "0", "line": keys(adam.get(PAGE))})

        answer = carol.post(PAGE, {"do": "keep", "after": "0", "line": keys(page)})

        assert (answer.status_code, Review.objects.count()) == (409, 1)
        assert "Adam has finished this meanwhile." in words_of(answer)
        assert "Kept" not in words_of(answer)

    def test_finishing_is_refused_while_somebody_is_left_and_offered_once_nobody_is(self, cast, signed_in, piotrs, now):
        carol = signed_in(cast.carol)
        members = [key_of(one) for one in Membership.objects.living().filter(account=cast.acme)]
        carol.post(PAGE, {"do": "keep", "after": "0", "line": members})
        assert carol.post(PAGE, {"do": "finish"}).status_code == 409
        assert "Finish" not in buttons(carol.get(PAGE))

        services.end_access(grant=piotrs, by=cast.adam, at=timezone.now())
        assert "Finish" in buttons(carol.get(PAGE))
        answer = carol.post(PAGE, {"do": "finish"}, follow=True)

        assert Review.objects.get().finished_by == cast.carol
        assert "Looked through: something was said of everybody who is in." in soup_of(answer).get_text()
        assert answer.redirect_chain[-1][0].startswith(PAST)


class TestOneLine:
    def test_shortens_on_its_button_and_goes_back_to_the_list(self, cast, now, signed_in, piotrs):
        Account.objects.filter(pk=cast.acme.pk).update(time_zone=days.where_it_is_noon(now))  # today goes on for hours
        carol = signed_in(cast.carol)
        page = carol.get(line_of(piotrs))
        assert [one["value"] for one in soup_of(page).select("[name=until]")] == ["today", "day", "other"]

        answer = carol.post(line_of(piotrs), {"answer": "shorten", "until": "day", "other_end": ""}, follow=True)

        piotrs.refresh_from_db()
        assert piotrs.ends_at < timezone.now() + 2 * DAY
        assert answer.redirect_chain == [(PAGE, 302)]
        assert "Shortened Carol" in rows(answer)["Piotr"]

    @pytest.mark.parametrize("typed", ["", "2020-01-01T00:00", "2190-01-01T00:00", "tomorrow"])
    def test_an_end_that_is_none_is_refused_and_what_was_typed_stays(self, cast, signed_in, piotrs, typed):
        answer = signed_in(cast.carol).post(
            line_of(piotrs), {"answer": "shorten", "until": "other", "other_end": typed}
        )

        assert answer.status_code == 400
        assert soup_of(answer).select_one("[name=other_end]").get("value", "") == typed
        assert soup_of(answer).select_one("[name=until][value=other]").has_attr("checked")
        assert not Review.objects.exists()

    def test_ends_access_and_says_what_goes_with_it(self, cast, signed_in, piotrs, now):
        services.add_colleague(
            account=cast.acme,
            membership=member(cast.petra, cast.bolt),
            by=cast.piotr,
            permissions=["view_invoices"],
            administrator=False,
            reason="Holidays",
            at=now,
        )
        carol = signed_in(cast.carol)
        assert "With it ends the access of those whom Piotr added: Petra" in words_of(carol.get(line_of(piotrs)))

        answer = carol.post(line_of(piotrs), {"answer": "end"}, follow=True)

        assert "Ended Carol" in rows(answer)["Piotr"]
        assert signed_in(cast.piotr).get("/accounts/654321/").status_code == 403

    def test_ends_a_member(self, cast, signed_in):
        mikes = member(cast.mike, cast.acme)

        answer = signed_in(cast.adam).post(line_of_member(mikes), {"answer": "end"}, follow=True)

        assert "Ended Adam" in rows(answer)["Mike"]
        assert not Membership.objects.living().filter(pk=mikes.pk).exists()

    @pytest.mark.parametrize(
        ("who", "whom", "words"),
        [
            ("carol", "carol", "The primary user cannot be ended here"),
            ("adam", "adam", "Nobody ends their own membership here"),
            ("adam", "carol", "The primary user cannot be ended here"),
            ("ursula", "adam", "You may not end this membership."),
            ("adam", "connie", "You may not end this membership."),
        ],
    )
    def test_says_whose_membership_cannot_be_ended_here_and_refuses_it(self, cast, signed_in, who, whom, words):
        browser, path = signed_in(getattr(cast, who)), line_of_member(member(getattr(cast, whom), cast.acme))
        page = browser.get(path)
        assert words in words_of(page)
        assert "End the membership now" not in buttons(page)

        answer = browser.post(path, {"answer": "end"})

        assert answer.status_code in (403, 409)
        assert Membership.objects.living().filter(account=cast.acme).count() == 6
        assert not Review.objects.exists()

    def test_what_ended_meanwhile_is_said(self, cast, signed_in, piotrs, now):
        carol = signed_in(cast.carol)
        services.end_in_review(grant=piotrs, by=cast.adam, at=now)

        for sent in ({"answer": "end"}, {"answer": "shorten", "until": "day", "other_end": ""}):
            answer = carol.post(line_of(piotrs), sent)
            assert answer.status_code in (400, 409)
        assert "This access has ended already." in words_of(carol.post(line_of(piotrs), {"answer": "end"}))
        assert (ReviewLine.objects.get().answered_by, ReviewLine.objects.count()) == (cast.adam, 1)

    def test_closing_a_door_asks_for_no_code(self, cast, signed_in, piotrs):
        carol = signed_in(cast.carol)
        session = carol.session
        session["account_authentication_methods"] = [
            {**one, "at": one["at"] - 3600} for one in session["account_authentication_methods"]
        ]
        session.save()

        assert carol.post(line_of(piotrs), {"answer": "end"}).headers["Location"] == PAGE


class TestWhoOpensIt:
    @pytest.mark.trust("A1", "A2")
    @pytest.mark.parametrize("who", STRANGERS)
    def test_a_stranger_gets_what_an_unknown_number_gets(self, cast, signed_in, piotrs, who):
        browser, mikes = signed_in(getattr(cast, who)), member(cast.mike, cast.acme)
        for path in (PAGE, line_of(piotrs), line_of_member(mikes), PAST, f"{PAST}1/"):
            here, nowhere = browser.get(path), browser.get(path.replace("654321", "999999"))
            assert (here.status_code, nowhere.status_code) == (404, 404)
            assert words_of(here) == words_of(nowhere)
        for path, sent in (
            (PAGE, {"do": "keep", "after": "0", "line": key_of(mikes)}),
            (line_of(piotrs), {"answer": "end"}),
            (line_of_member(mikes), {"answer": "end"}),
        ):
            assert browser.post(path, sent).status_code == 404
        assert not Review.objects.exists()
        assert piotrs.unended_at(timezone.now())

    @pytest.mark.parametrize("who", ["mike", "connie", "piotr"])
    def test_whoever_may_not_see_who_is_in_is_refused(self, cast, signed_in, piotrs, who):
        browser = signed_in(getattr(cast, who))

        assert {browser.get(path).status_code for path in (PAGE, line_of(piotrs), PAST)} == {403}
        assert browser.post(PAGE, {"do": "finish"}).status_code == 403
        refused = TrailLine.objects.filter(event="access.refused", account="654321")
        assert refused.count() == 1

    def test_mallory_has_her_own_and_finds_nobody_of_acme_in_it(self, cast, signed_in, piotrs):
        mallory, own = signed_in(cast.mallory), PAGE.replace("654321", "810432")

        assert set(rows(mallory.get(own))) == {"Mallory"}
        for key in (f"access-{piotrs.public_id}", key_of(member(cast.mike, cast.acme))):
            assert mallory.post(own, {"do": "keep", "after": "0", "line": key}).status_code == 409
        assert mallory.get(line_of(piotrs).replace("654321", "810432")).status_code == 404
        assert mallory.post(line_of(piotrs).replace("654321", "810432"), {"answer": "end"}).status_code == 404
        assert not ReviewLine.objects.exists()

    def test_a_partner_has_no_such_page(self, cast, signed_in):
        assert signed_in(cast.pat).get("/accounts/700118/access/review/").status_code == 404
        assert "Look through who is in" not in words_of(signed_in(cast.pat).get("/accounts/700118/access/"))

    @pytest.mark.trust("F1", "F4")
    @pytest.mark.parametrize(
        "sent",
        [
            {},
            {"do": "keep"},
            {"do": "keep", "line": "member-1-0"},
            {"do": "keep", "after": "x", "line": "member-1-0"},
            {"do": "end", "after": "0", "line": "member-1-0"},
            {"do": "keep", "after": "0", "line": "member"},
            {"do": "keep", "after": "0", "line": "member-1"},
            {"do": "keep", "after": "0", "line": "access-1-0"},
            {"do": "keep", "after": "0", "line": "case-1"},
            {"do": "keep", "after": "0", "line": "member-\u0663-0"},
            {"do": "keep", "after": "0", "line": f"access-{'0' * 33}"},
        ],
        ids=str,
    )
    def test_what_no_page_sends_does_not_exist(self, cast, signed_in, sent):
        assert signed_in(cast.carol).post(PAGE, sent).status_code == 404
        assert not Review.objects.exists()

    def test_numbers_that_no_table_holds(self, cast, signed_in):
        carol, huge = signed_in(cast.carol), 2**70

        assert carol.get(f"{PAGE}member/{huge}/").status_code == 404
        assert carol.get(f"{PAST}{huge}/").status_code == 404
        assert carol.post(PAGE, {"do": "keep", "after": "0", "line": f"member-{huge}-0"}).status_code == 409


class TestWhereItStands:
    def test_what_is_due_waits_at_home_and_on_the_page_of_who_has_access(self, cast, due, signed_in):
        for who in ("carol", "adam", "ursula"):
            browser = signed_in(getattr(cast, who))
            home = browser.get("/")
            assert "To look through Who has access to Acme 654321" in words_of(home)
            assert "One thing waits for you" in words_of(home)
            assert soup_of(home).select(f'main a[href="{PAGE}"]')
            assert "It is time to look through who is in." in words_of(browser.get(ACCESS))
        for who in ("mike", "connie", "piotr", "mallory"):
            assert "To look through" not in words_of(signed_in(getattr(cast, who)).get("/"))

    def test_before_it_is_due_it_is_offered_and_waits_nowhere(self, cast, signed_in):
        carol = signed_in(cast.carol)

        assert "To look through" not in words_of(carol.get("/"))
        page = carol.get(ACCESS)
        assert "It is time" not in words_of(page)
        assert soup_of(page).select(f'main a[href="{PAGE}"]')

    def test_what_was_said_can_be_taken_along_as_a_file(self, cast, signed_in, now):
        carol = signed_in(cast.carol)
        carol.post(PAGE, {"do": "keep", "after": "0", "line": keys(carol.get(PAGE))})
        review = Review.objects.get()

        answer = carol.get(f"{PAST}{review.pk}/", {"format": "csv"})

        assert answer.headers["Content-Disposition"] == f'attachment; filename="review-654321-{review.pk}.csv"'
        lines = b"".join(answer.streaming_content).decode().splitlines()
        assert len(lines) == 8
        assert '"Piotr","piotr@bolt.example","Bolt Partners","Keep","Carol"' in lines[1]

    def test_the_access_says_that_it_was_looked_at(self, cast, signed_in, piotrs):
        carol = signed_in(cast.carol)
        carol.post(PAGE, {"do": "keep", "after": "0", "line": f"access-{piotrs.public_id}"})

        assert "Carol looked through who is in, and kept it." in words_of(carol.get(piotrs.get_absolute_url()))
