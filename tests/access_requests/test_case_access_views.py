"""Access for a case on its pages: turned on at the desk, colleagues brought in, read and ended by those concerned."""

from datetime import timedelta

import pytest
from django.urls import reverse

from access_requests import services
from accounts.models import Grant
from accounts.services import deactivate_person
from accounts.states import RequestKind
from audit.models import TrailLine
from config import world
from frame import clock, tables
from riders.services import solve_case, withdraw_case_access
from tests.access_requests.case_access import FOLLOW_UP, a_case, activate, bring_in, let_in
from tests.cast import READ_RECORDS, approve, ask_for_support
from tests.pages import form_of, soup_of, words_of

HOUR = timedelta(hours=1)


@pytest.fixture
def case(cast, now):
    """A case that Connie has opened at Acme."""
    return a_case(cast, at=now)


@pytest.fixture
def tess(cast, signed_in):
    """Tess's browser; Tom and Stan are associates too."""
    signed_in(cast.tom), signed_in(cast.stan)
    return signed_in(cast.tess)


@pytest.fixture
def approval(cast, case, now):
    """Connie lets support read the records for it."""
    return let_in(case, by=cast.connie, at=now)


@pytest.fixture
def grant(cast, tess, case, approval, now):
    """Tess has turned her access on."""
    return activate(case, by=cast.tess, of=cast.connie, at=now)


def activate_path(case):
    return reverse("desk_case_activate", args=[case.number])


def bring_in_path(case):
    return reverse("desk_case_bring_in", args=[case.number])


@pytest.mark.seed("S3-7", "S3-8")
class TestTurningItOn:
    def test_at_the_desk_and_then_the_account_is_open(self, cast, tess, case, approval):
        desk = soup_of(tess.get(reverse("desk_case", args=[case.number])))
        assert desk.find("a", href=activate_path(case)).get_text() == "Turn your access on"
        page = tess.get(activate_path(case))
        assert "Connie" in words_of(page)
        assert READ_RECORDS in words_of(page)
        assert "connie@acme.example" not in words_of(page)  # that is for the associate to know

        sent = form_of(page) | {"email": "connie@acme.example", "reason": "The log has to be read."}
        inside = tess.post(activate_path(case), sent, follow=True)

        assert inside.redirect_chain == [("/accounts/654321/", 302)]
        assert "Viewing as account 654321" in inside.content.decode()
        assert "Connie has been told" in words_of(inside)
        [grant] = Grant.objects.filter(kind=RequestKind.CASE)
        assert (grant.grantee, grant.ends_at) == (cast.tess, approval.ends_at)
        assert tess.get("/accounts/654321/invoices/").status_code == 200
        assert tess.get("/accounts/654321/configuration/").status_code == 403

    def test_for_an_hour(self, tess, case, approval):
        page = tess.get(activate_path(case))
        tess.post(
            activate_path(case), form_of(page) | {"email": "connie@acme.example", "reason": "Log", "length": "3600"}
        )
        [grant] = Grant.objects.filter(kind=RequestKind.CASE)
        assert grant.ends_at - grant.starts_at == HOUR

    @pytest.mark.trust("E5")
    @pytest.mark.parametrize("length", ["0", "-1", "1", "99999999", "NaN", "x"])
    def test_no_other_length(self, tess, case, approval, length):
        sent = {"email": "connie@acme.example", "reason": "Log", "length": length}
        assert tess.post(activate_path(case), sent).status_code == 400
        assert not Grant.objects.filter(kind=RequestKind.CASE).exists()

    def test_a_wrong_address_is_said_beside_it_and_nothing_typed_is_lost(self, tess, case, approval):
        page = tess.post(activate_path(case), {"email": "carol@acme.example", "reason": "The log.", "length": ""})
        assert page.status_code == 400
        assert "Nobody with this address has approved access for this case." in words_of(page)
        assert soup_of(page).find("textarea").get_text().strip() == "The log."
        assert soup_of(page).find("input", {"name": "email"})["value"] == "carol@acme.example"

    @pytest.mark.trust("D1")
    def test_after_several_it_says_when_to_come_back(self, tess, case, approval):
        sent = {"email": "carol@acme.example", "reason": "The log.", "length": ""}
        for _time in range(5):
            tess.post(activate_path(case), sent)
        page = tess.post(activate_path(case), sent | {"email": "connie@acme.example"})
        assert page.status_code == 429
        assert 0 < int(page.headers["Retry-After"]) <= 900
        assert not Grant.objects.filter(kind=RequestKind.CASE).exists()

    def test_where_nobody_has_approved_there_is_nothing_to_type(self, tess, case, now):
        page = tess.get(activate_path(case))
        assert "Nobody lets support in for this case" in words_of(page)
        assert not soup_of(page).select("main form")
        sent = {"email": "connie@acme.example", "reason": "Log", "length": ""}
        assert tess.post(activate_path(case), sent).status_code == 409
        assert not soup_of(tess.get(reverse("desk_case", args=[case.number]))).find("a", href=activate_path(case))

    @pytest.mark.trust("R1")
    def test_whatever_happened_while_the_page_was_open(self, cast, tess, case, approval, now):
        sent = form_of(tess.get(activate_path(case))) | {"email": "connie@acme.example", "reason": "Log"}
        withdraw_case_access(case=case, by=cast.connie, at=now)
        page = tess.post(activate_path(case), sent)
        assert (page.status_code, "Nobody of Acme lets support in" in words_of(page)) == (409, True)
        solve_case(case=case, by=cast.connie, at=now)
        assert tess.post(activate_path(case), sent).status_code == 409

    def test_twice_says_that_one_has_it(self, tess, case, grant):
        page = tess.get(activate_path(case))
        assert "You have access for this case" in words_of(page)
        sent = {"email": "connie@acme.example", "reason": "Log", "length": ""}
        assert tess.post(activate_path(case), sent).status_code == 409

    @pytest.mark.trust("A1", "A5", "H7")
    @pytest.mark.parametrize("who", ["carol", "connie", "petra", "pat", "mallory", "mike"])
    def test_for_nobody_else_it_is_not_there(self, cast, tess, case, grant, signed_in, who):
        browser = signed_in(getattr(cast, who))
        sent = {"email": "connie@acme.example", "reason": "Log", "length": "", "permissions": ["view_orders"]}
        for path in (activate_path(case), bring_in_path(case)):
            assert {browser.get(path).status_code, browser.post(path, sent).status_code} == {404}
        assert tess.get(reverse("desk_case_activate", args=["00000000"])).status_code == 404
        assert Grant.objects.filter(kind=RequestKind.CASE).count() == 1

    @pytest.mark.trust("L4")
    def test_what_is_refused_stands_in_the_trail_of_the_customer(self, cast, tess, case, approval, now):
        asked = ask_for_support(cast, at=now)
        services.report_unexpected(request=asked, seen=asked.as_seen(), by=cast.carol, at=now)
        sent = {"email": "connie@acme.example", "reason": "Log", "length": ""}
        assert tess.post(activate_path(case), sent).status_code == 403
        assert TrailLine.objects.filter(event="access.refused", account="654321", actor=cast.tess.email).exists()


@pytest.mark.seed("S3-10")
class TestColleagues:
    def test_are_brought_in_at_the_desk(self, cast, tess, case, grant):
        desk = soup_of(tess.get(reverse("desk_case", args=[case.number])))
        assert desk.find("a", href=bring_in_path(case))
        page = tess.get(bring_in_path(case))
        assert "Connie is told who it is and why" in words_of(page)
        sent = form_of(page) | {"email": "tom@latchkey.example", "reason": "Knows the backups."}
        sent["permissions"] = ["view_usage"]

        answer = tess.post(bring_in_path(case), sent, follow=True)

        assert "Tom can open the account now. Connie and Tom have been told." in words_of(answer)
        tom = Grant.objects.get(grantee=cast.tom)
        assert (tom.parent, [row.permission.codename for row in tom.permissions.all()]) == (grant, ["view_usage"])
        assert "You have brought in one colleague" in words_of(answer)

    @pytest.mark.parametrize(
        ("wrong", "status", "words"),
        [
            ({"email": "petra@bolt.example"}, 400, "No colleague with this address"),
            ({"email": "tess@latchkey.example"}, 400, "No colleague with this address"),
            ({"reason": "…"}, 400, "Say why"),
            ({"permissions": []}, 400, "Leave at least one right switched on"),
            ({"permissions": ["change_configuration"]}, 400, ""),
            ({"length": "1"}, 400, ""),
        ],
    )
    def test_what_is_wrong_is_said_and_nobody_is_in(self, cast, tess, case, grant, wrong, status, words):
        sent = {"email": "tom@latchkey.example", "reason": "Help", "permissions": ["view_usage"], "length": ""}
        page = tess.post(bring_in_path(case), sent | wrong)
        assert (page.status_code, words in words_of(page)) == (status, True)
        assert Grant.objects.filter(kind=RequestKind.CASE).count() == 1

    @pytest.mark.trust("A5")
    def test_have_no_page_to_bring_in_others_and_see_only_their_own(self, cast, tess, case, grant, signed_in, now):
        mine = bring_in(grant, who=cast.tom, at=now)
        other = bring_in(grant, who=cast.stan, at=now)
        tom = signed_in(cast.tom)
        assert tom.get(bring_in_path(case)).status_code == 404
        assert tom.get(mine.get_absolute_url()).status_code == 200
        for path in (grant.get_absolute_url(), other.get_absolute_url(), f"{grant.get_absolute_url()}end/"):
            assert tom.get(path).status_code == 404
        desk = words_of(tom.get(reverse("desk_case", args=[case.number])))
        assert "brought in by Tess, on what Connie approved" in desk
        assert "Stan" not in words_of(tom.get(mine.get_absolute_url()))

    def test_none_before_it_is_ones_own(self, tess, case, approval):
        assert tess.get(bring_in_path(case)).status_code == 404


@pytest.mark.seed("S3-15")
@pytest.mark.usefixtures("tess")
class TestBesideAccessOnARequest:
    """Support may also have been let in for a case on a request of its own, which no approval on the case carries."""

    def test_the_case_names_it_to_who_sees_access_and_not_to_a_guest(self, cast, case, signed_in, now):
        one = approve(ask_for_support(cast, case_number=case.number, no_case="", at=now), by=cast.carol, at=now)
        pages = {who: signed_in(getattr(cast, who)).get(case.get_absolute_url()) for who in ("carol", "connie")}
        for page in pages.values():
            assert "given access for this case on a request of its own." in words_of(page)
            assert "Nobody of support may enter your account for this case." not in words_of(page)
        assert "on a request of its own. Tess" in words_of(pages["carol"])
        assert "Tess" not in words_of(pages["connie"])

        let_in(case, by=cast.carol, at=now, roles=[FOLLOW_UP])
        activate(case, by=cast.tom, of=cast.carol, at=now)
        toms = signed_in(cast.tom).get(case.get_absolute_url())
        assert one.public_id not in toms.content.decode()
        assert "request of its own" not in words_of(toms)

    def test_taking_an_approval_back_does_not_say_that_nobody_is_in(self, cast, case, approval, signed_in, now):
        one = approve(ask_for_support(cast, case_number=case.number, no_case="", at=now), by=cast.carol, at=now)
        carol = signed_in(cast.carol)
        path = reverse("account_case_withdraw", args=[case.account.number, case.number])
        page = words_of(carol.get(path))
        assert "on a request of its own goes on" in page
        assert "Nobody of support is in at present." not in page
        after = words_of(carol.post(path, follow=True))
        assert "on a request of its own goes on" in after
        assert "Nobody of support has access" not in after
        assert Grant.objects.get(pk=one.pk).unended_at(now)


class TestReadingAndEnding:
    @pytest.mark.seed("S3-9", "S3-15")
    @pytest.mark.parametrize("who", ["connie", "carol", "ursula"])
    def test_whoever_approved_or_ends_access_reads_all_of_it_and_ends_it(self, cast, case, grant, signed_in, now, who):
        tom = bring_in(grant, who=cast.tom, at=now)
        browser = signed_in(getattr(cast, who))
        page = words_of(browser.get(grant.get_absolute_url()))
        for words in (case.number, "Approved by Connie", "turned on by Tess", "The log has to be read."):
            assert words in page
        under = words_of(browser.get(tom.get_absolute_url()))
        assert "Brought in by Tess, on what Connie approved" in under

        ending = browser.get(reverse("grant_end", args=[grant.public_id]))
        assert "What Connie approved for case" in words_of(ending)
        assert "Tom" in words_of(ending)
        assert browser.post(reverse("grant_end", args=[grant.public_id])).status_code == 302

        assert set(Grant.objects.filter(kind=RequestKind.CASE).values_list("end_reason", flat=True)) == {
            "ended",
            "lender",
        }

    @pytest.mark.trust("A1", "I13")
    @pytest.mark.parametrize("who", ["mike", "petra", "pat", "mallory", "tom", "stan", "root"])
    def test_for_everybody_else_it_is_like_one_that_never_was(self, cast, case, grant, signed_in, who):
        browser = signed_in(getattr(cast, who))
        found = browser.get(grant.get_absolute_url())
        never = browser.get(reverse("grant", args=["f" * 32]))
        assert (found.status_code, never.status_code) == (404, 404)
        assert words_of(found) == words_of(never)
        for path in ("end", "less"):
            for one in (grant.public_id, "f" * 32):
                assert browser.post(f"/access/{one}/{path}/").status_code == 404

    def test_the_first_page_of_whoever_approved_leads_there(self, cast, grant, signed_in):
        home = soup_of(signed_in(cast.connie).get("/"))
        assert home.find("a", href=grant.get_absolute_url())

    def test_handing_it_back_at_the_desk_is_no_asking(self, cast, tess, case, grant):
        desk = soup_of(tess.get(reverse("desk_case", args=[case.number])))
        back = reverse("grant_end", args=[grant.public_id])
        assert desk.find("a", href=back).get_text() == "Hand it back"
        assert "While that approval stands you can turn access on again" in words_of(tess.get(back))
        assert tess.post(back).status_code == 302
        assert Grant.objects.get(pk=grant.pk).end_reason == "handed_back"

    @pytest.mark.seed("S3-16")
    @pytest.mark.trust("E3", "E8")
    def test_after_the_case_is_solved_the_next_click_is_refused_and_nobody_needed_a_job(
        self, cast, tess, case, grant, now
    ):
        assert tess.get("/accounts/654321/invoices/").status_code == 200
        solve_case(case=case, by=cast.connie, at=clock.now())
        page = tess.get("/accounts/654321/invoices/")
        assert (page.status_code, "Your access has ended" in words_of(page)) == (403, True)
        assert "The case was solved" in words_of(tess.get(grant.get_absolute_url()))
        desk = words_of(tess.get(reverse("desk_case", args=[case.number])))
        assert "nobody enters the account for it" in desk

    @pytest.mark.trust("E8")
    def test_a_list_that_is_being_taken_along_stops_with_the_case(self, cast, tess, case, grant, monkeypatch):
        world.add_records(cast, today=clock.now().date())
        monkeypatch.setattr(tables, "CHUNK", 10)
        stream = iter(tess.get("/accounts/654321/invoices/?format=csv").streaming_content)
        began = [next(stream) for _row in range(5)]
        solve_case(case=case, by=cast.connie, at=clock.now())
        rest = b"".join(stream).decode()

        assert (len(began), rest.count("I-654")) == (5, 6)  # what was read before the end, and not a row more
        assert "This list is not complete" in rest

    @pytest.mark.trust("C1")
    def test_the_pages_still_name_who_was_locked_out(self, cast, case, grant, signed_in, now):
        tom = bring_in(grant, who=cast.tom, at=now)
        for person in (cast.connie, cast.tess, cast.tom):
            deactivate_person(user=person, by=cast.root, at=now)
        carol = signed_in(cast.carol)
        for path in (grant.get_absolute_url(), tom.get_absolute_url(), "/accounts/654321/access/"):
            page = carol.get(path)
            assert page.status_code == 200
            assert "Tess" in words_of(page)
        assert "Approved by Connie" in words_of(carol.get(tom.get_absolute_url()))

    @pytest.mark.seed("S0-10")
    def test_staff_read_no_more_than_that_it_is(self, cast, case, grant, signed_in, now):
        bring_in(grant, who=cast.tom, at=now)
        for who in (cast.stan, cast.root):
            browser = signed_in(who)
            for path in ("/admin/accounts/grant/", f"/admin/accounts/grant/{grant.pk}/change/"):
                page = browser.get(path)
                text = words_of(page) if page.status_code == 200 else ""
                for words in ("tess@latchkey.example", "The log has to be read.", "connie@acme.example", case.number):
                    assert words not in text, (path, words)
