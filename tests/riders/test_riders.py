"""The rider: versions that staff write, that stay as they are once published, and whose PDF says what the page says."""

import hashlib
import io
import unicodedata

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from pypdf import PdfReader

from accounts.permissions import AccountPermission as P
from audit.models import TrailLine
from frame.refusals import NotAllowedNow
from riders import selectors, services
from riders.models import Rider
from riders.services.printing import typeset, words_of_page
from riders.services.terms import seen_of
from tests import doorbell
from tests.cast import approve, ask
from tests.pages import soup_of, words_of
from tests.riders.written import published_rider

TITLE = "Žižek & O'Brien — Łódź"
TEXT = """# What you *allow*

Whoever of support, **with your word**, looks at your screen keeps to the [rules](https://rules.example/a) and `/tmp`.

1. You see what they see.
2. You end it whenever you like:
   - by the button,
   - or by closing the window.

> Quoted, from "Žižek & O'Brien — Łódź": efficient office waffle, ½ € § № “so” ‘it’ is…

```
a  line of code, with <b> & #let x = 1
```

---

4) Привет Ελλάδα Åse Łódź İstanbul
"""
WINDOW = "/admin/riders/rider/"


@pytest.fixture
def rider(cast, now):
    """The first version, published."""
    return published_rider(cast, at=now, title=TITLE, text=TEXT)


def address(rider, number="654321"):
    """This will give where somebody of an account reads a version."""
    return f"/accounts/{number}/cases/riders/{rider.digest}/"


def words_in(pdf):
    """This will give what a reader finds in a PDF, without the numbers of its pages."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    said = [page.extract_text().strip().removesuffix(f"{n} / {len(pages)}") for n, page in enumerate(pages, 1)]
    return unicodedata.normalize("NFC", " ".join(said)).split()


class TestPublishing:
    @pytest.mark.trust("I13")
    def test_the_bytes_are_kept_and_found_by_their_sha_256(self, cast, now, rider):
        kept = selectors.rider_bytes(rider)

        assert kept.startswith(b"%PDF-")
        assert hashlib.sha256(kept).hexdigest() == rider.digest
        assert selectors.rider_by_digest(rider.digest) == rider
        assert selectors.current_rider() == rider
        line = TrailLine.objects.get(event="rider.published")
        assert (line.subject, line.digest, line.actor_name, line.details["title"]) == (
            "rider-1",
            rider.digest,
            "Stan",
            TITLE,
        )

    @pytest.mark.trust("C4")
    def test_a_second_version_is_asked_for_and_the_first_is_still_served_byte_for_byte(self, cast, now, rider):
        first = selectors.rider_bytes(rider)
        second = published_rider(cast, at=now, title=TITLE, text=TEXT + "\nAnd more.")

        assert (second.version, selectors.current_rider()) == (2, second)
        assert second.digest != rider.digest
        assert selectors.rider_bytes(selectors.rider_by_digest(rider.digest)) == first
        assert hashlib.sha256(first).hexdigest() == rider.digest

    def test_a_draft_is_asked_of_nobody_and_found_by_nothing(self, cast, now):
        services.draft_rider(title=TITLE, text=TEXT, by=cast.stan, at=now)

        assert selectors.current_rider() is None
        assert selectors.rider_by_digest("") is None

    @pytest.mark.trust("C4")
    def test_nobody_changes_or_publishes_it_again(self, cast, now, rider):
        with pytest.raises(NotAllowedNow):
            services.change_rider(rider=rider, title="Other", text="Words", by=cast.root, at=now)
        with pytest.raises(NotAllowedNow):
            services.publish_rider(rider=rider, seen=seen_of(rider), by=cast.root, at=now)

        rider.refresh_from_db()
        assert (rider.title, rider.text) == (TITLE, TEXT.strip("\n"))

    def test_one_version_is_written_at_a_time(self, cast, now):
        draft = services.draft_rider(title=TITLE, text=TEXT, by=cast.stan, at=now)

        with pytest.raises(NotAllowedNow, match="Version 1 is not published yet"):
            services.draft_rider(title="Other", text="Words", by=cast.root, at=now)
        services.change_rider(rider=draft, title="Other", text="Words", by=cast.root, at=now)
        with pytest.raises(ValidationError, match="Nothing was changed"):
            services.change_rider(rider=draft, title="Other", text="Words", by=cast.root, at=now)
        assert [line.event for line in TrailLine.objects.filter(subject="rider-1").order_by("pk")] == [
            "rider.drafted",
            "rider.changed",
        ]

    def test_what_was_not_read_is_not_published(self, cast, now):
        draft = services.draft_rider(title=TITLE, text=TEXT, by=cast.stan, at=now)
        read = seen_of(draft)
        services.change_rider(rider=draft, title=TITLE, text="Something else", by=cast.root, at=now)

        with pytest.raises(NotAllowedNow, match="changed since you read it"):
            services.publish_rider(rider=draft, seen=read, by=cast.stan, at=now)
        assert selectors.current_rider() is None

    @pytest.mark.parametrize(
        ("wrong", "why"),
        [
            ({"text": "You agree 中"}, "中 (U+4E2D)"),
            ({"title": "Terms \N{GRINNING FACE}"}, "(U+1F600)"),
            ({"title": " "}, "blank"),
            ({"text": "\n \n"}, "Write a text"),
            ({"text": "x" * 50_001}, "50000"),
            ({"text": ">" * 18 + " deep"}, "No PDF"),
            ({"text": ">" * 20 + " deep"}, "set into each other"),
            ({"text": "*a " * 1600 + "a* " * 1600}, "set into each other"),
        ],
        ids=range(8),
    )
    def test_what_cannot_be_a_pdf_is_refused_with_the_reason(self, cast, now, wrong, why):
        with pytest.raises(ValidationError) as refusal:
            services.draft_rider(**{"title": TITLE, "text": TEXT} | wrong, by=cast.stan, at=now)

        assert why in " ".join(refusal.value.messages)
        assert not Rider.objects.exists()


class TestTheDatabaseItself:
    @pytest.mark.trust("C4")
    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE riders_rider SET text = 'other'",
            "UPDATE riders_rider SET pdf = NULL",
            "UPDATE riders_rider SET published_at = NULL, published_by_id = NULL, digest = ''",
            "UPDATE riders_rider SET version = 7",
            "DELETE FROM riders_rider",
        ],
    )
    def test_refuses_to_change_or_forget_a_published_version(self, rider, sql):
        kept = selectors.rider_bytes(rider)
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)

        rider.refresh_from_db()
        assert (rider.version, rider.text, selectors.rider_bytes(rider)) == (1, TEXT.strip("\n"), kept)

    @pytest.mark.trust("C4")
    def test_refuses_to_replace_it(self, rider):
        if connection.vendor == "sqlite":
            sql = (
                "INSERT OR REPLACE INTO riders_rider (id, version, title, text, pdf, digest) "
                f"VALUES ({rider.pk}, 1, 'x', 'x', x'00', '')"
            )
        else:
            sql = "SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE riders_rider CASCADE"
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)

        assert selectors.current_rider() == rider

    def test_lets_a_draft_be_written_anew(self, cast, now, rider):
        draft = services.draft_rider(title=TITLE, text=TEXT, by=cast.stan, at=now)

        assert services.change_rider(rider=draft, title="Other", text="Words", by=cast.stan, at=now).title == "Other"


class TestThePdf:
    def test_says_what_the_page_says_word_by_word(self, cast, rider, signed_in):
        page = soup_of(signed_in(cast.carol).get(address(rider))).select_one("article")
        for place, item in enumerate(page.select("ol")[0].find_all("li", recursive=False), 1):
            item.insert(0, f"{place}. ")
        page.select("ol")[1].li.insert(0, "4. ")
        for tag in page.find_all(["h2", "h3", "p", "li", "pre", "ul", "ol"]):
            tag.append("\n")
        seen = page.get_text().split()

        assert words_in(selectors.rider_bytes(rider)) == seen == words_of_page(rider)
        assert " ".join(seen).startswith(f"{TITLE} Version 1, {rider.published_at:%Y-%m-%d} What you allow")

    def test_names_come_out_right_and_instructions_to_the_typesetter_are_words(self, cast, now):
        text = TITLE + ' #read("/etc/passwd") #import "x" $ x^2 $ @ref <label> *[a]* \\#x // no /* yes */ #[b] `#let`'
        rider = published_rider(cast, at=now, title='#panic("x") ' + TITLE, text=text)

        said = " ".join(words_in(selectors.rider_bytes(rider)))
        assert said.startswith(f'#panic("x") {TITLE} Version 1')
        assert '#read("/etc/passwd") #import "x" $ x^2 $ @ref <label> [a] #x // no /* yes */ #[b] #let' in said

    def test_is_the_same_every_time(self, rider):
        assert typeset(rider) == typeset(rider) == selectors.rider_bytes(rider)

    def test_asks_no_font_of_this_machine_and_has_numbered_pages(self, cast, now):
        rider = published_rider(cast, at=now, text="A word and another. " * 1_500)
        pages = PdfReader(io.BytesIO(selectors.rider_bytes(rider))).pages

        assert len(pages) > 3
        assert pages[1].extract_text().rstrip().endswith(f"2 / {len(pages)}")
        fonts = {str(font.get_object()["/BaseFont"]) for page in pages for font in page["/Resources"]["/Font"].values()}
        assert {name.partition("+")[2].partition("-")[0] for name in fonts} == {"LibertinusSerif"}

    @pytest.mark.parametrize(
        "text",
        [
            "https://portal.example/" + "a/very/long-address" * 40,
            "x" * 3_000,
            "**a**b*c*`d`**e**,*f*. (**g**)",
            "- " * 9 + "x",
            "1. \n2. x\n\n-\n- a",
            "e\u0301 a\u030a a\u00a0b\u2009c Soft\u00adhyphen \u202eturned",
            "[x](/accounts/) and [a](mailto:a@b.example) <https://x.example/y>",
            "hard\\\nbreak\nsoft  \nhard",
            "```\n" + "long line of code " * 30 + "\n```",
            "0. zero\n1. one",
        ],
        ids=range(10),
    )
    def test_says_the_same_of_all_that_can_be_written(self, cast, now, text):
        rider = published_rider(cast, at=now, text=text)

        assert "".join(words_in(selectors.rider_bytes(rider))) == "".join(words_of_page(rider))

    def test_one_that_would_say_something_else_is_not_published(self, cast, now, monkeypatch):
        monkeypatch.setattr("riders.services.printing._SHEET", _without_quotations())

        with pytest.raises(ValidationError, match="not what the page says"):
            published_rider(cast, at=now, text="You agree.\n\n> But not to this.")
        assert selectors.current_rider() is None


def _without_quotations():
    from riders.services.printing import _SHEET

    return _SHEET.replace("quote(block: true, blocks(one.blocks))", "[]")


class TestReading:
    @pytest.mark.seed("S1-10")
    @pytest.mark.parametrize("who", ["carol", "adam", "ursula", "connie"])
    def test_whoever_may_see_cases_reads_and_downloads_it(self, cast, rider, signed_in, who):
        browser = signed_in(getattr(cast, who))

        page = browser.get(address(rider))
        assert "What you allow" in words_of(page)
        link = soup_of(page).find("a", string="Download")["href"]
        answer = browser.get(link)
        assert hashlib.sha256(answer.content).hexdigest() == rider.digest
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Content-Security-Policy"] == "sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="zizek-obrien-odz-v1.pdf"'

    @pytest.mark.trust("L6")
    def test_that_somebody_took_it_along_is_written_down_in_their_account(self, cast, rider, signed_in):
        signed_in(cast.connie).get(f"{address(rider)}download/")

        line = TrailLine.objects.get(event="rider.downloaded")
        assert (line.account, line.actor, line.subject, line.digest) == (
            "654321",
            cast.connie.email,
            "rider-1",
            rider.digest,
        )

    def test_who_was_lent_the_cases_leaves_one_line_for_each(self, cast, now, rider, signed_in):
        grant = approve(ask(cast, permissions=[P.VIEW_CASES], at=now), by=cast.carol, at=now)
        browser = signed_in(cast.petra)
        browser.get(address(rider))
        browser.get(f"{address(rider)}download/")
        browser.get(f"/accounts/654321/cases/riders/{'0' * 64}/download/")

        mine = TrailLine.objects.filter(
            account="654321", actor=cast.petra.email, event__in=("account.viewed", "rider.downloaded")
        )
        assert [(line.event, line.details["page"], line.grants) for line in mine.order_by("pk")] == [
            ("account.viewed", "rider", [grant.public_id]),
            ("rider.downloaded", "rider.pdf", [grant.public_id]),
        ]

    @pytest.mark.parametrize("who", ["mike", "petra", "mallory", "quinn", "tess", "root"])
    @pytest.mark.parametrize("more", ["", "download/"])
    def test_nobody_else_does_at_this_account(self, cast, rider, signed_in, who, more):
        answer = signed_in(getattr(cast, who)).get(address(rider) + more)

        assert answer.status_code == (403 if who == "mike" else 404)
        assert not TrailLine.objects.filter(event="rider.downloaded").exists()

    def test_the_service_asks_the_door_itself(self, cast, now, rider):
        with pytest.raises(PermissionDenied):
            services.download_rider(account=cast.acme, rider=rider, by=cast.mallory, at=now)

    def test_mallory_reads_the_same_terms_at_her_own_account_and_leaves_her_line_there(self, cast, rider, signed_in):
        assert signed_in(cast.mallory).get(f"{address(rider, '810432')}download/").status_code == 200
        assert TrailLine.objects.get(event="rider.downloaded").account == "810432"

    @pytest.mark.parametrize("digest", ["0" * 64, "x", "1", "%00"])
    def test_what_was_never_published_is_not_there(self, cast, now, rider, signed_in, digest):
        services.draft_rider(title=TITLE, text=TEXT, by=cast.stan, at=now)
        browser = signed_in(cast.carol)

        assert browser.get(f"/accounts/654321/cases/riders/{digest}/").status_code in (400, 404)
        assert browser.get(f"/accounts/654321/cases/riders/{digest}/download/").status_code in (400, 404)

    def test_associates_read_it_at_their_desk_and_nobody_else_there(self, cast, rider, signed_in):
        desk = f"/admin/internal/riders/{rider.digest}/"
        browser = signed_in(cast.tess)

        assert "What you allow" in words_of(browser.get(desk))
        assert hashlib.sha256(browser.get(f"{desk}download/").content).hexdigest() == rider.digest
        assert browser.get(f"/admin/internal/riders/{'0' * 64}/").status_code == 404
        for who in (cast.carol, cast.piotr, cast.mallory):
            assert {signed_in(who).get(desk + more).status_code for more in ("", "download/")} == {404}

    @pytest.mark.trust("F6")
    @pytest.mark.parametrize(
        ("title", "name"),
        [
            ("../../etc/passwd", "etcpasswd-v1.pdf"),
            ("..\\..\\boot.ini", "bootini-v1.pdf"),
            ("a\r\nSet-Cookie: x=1", "a-set-cookie-x1-v1.pdf"),
            ("\N{RIGHT-TO-LEFT OVERRIDE}fdp.exe", "fdpexe-v1.pdf"),
            ('a"; filename="b.exe', "a-filenamebexe-v1.pdf"),
            ("Привет", "file-v1.pdf"),
            ("x" * 200, f"{'x' * 60}-v1.pdf"),
        ],
    )
    def test_the_file_has_a_safe_name_whatever_the_title(self, cast, now, signed_in, title, name):
        rider = published_rider(cast, at=now, title=title)
        answer = signed_in(cast.carol).get(f"{address(rider)}download/")

        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert "Set-Cookie" not in answer.headers


class TestWindow:
    @pytest.fixture
    def stan(self, cast, signed_in):
        """The browser of staff who may write riders."""
        return signed_in(cast.stan)

    def test_staff_write_a_version_look_at_page_and_pdf_and_publish_it_for_good(self, cast, stan):
        stan.post(f"{WINDOW}add/", {"title": TITLE, "text": TEXT})
        draft = Rider.objects.get()
        page = soup_of(stan.get(f"{WINDOW}{draft.pk}/change/"))
        assert page.select_one(".written h3").get_text() == "What you allow"
        assert stan.get(f"{WINDOW}{draft.pk}/pdf/").content.startswith(b"%PDF-")

        step = {"action": "publish", "_selected_action": [draft.pk]}
        asked = stan.post(WINDOW, step)
        assert "It can never be changed again" in words_of(asked)
        assert selectors.current_rider() is None
        sent = {field["name"]: field["value"] for field in soup_of(asked).select("form.confirm input[name]")}
        stan.post(WINDOW, step | sent)

        rider = selectors.current_rider()
        assert (rider.version, rider.published_by) == (1, cast.stan)
        assert stan.get(f"{WINDOW}{rider.pk}/pdf/").content == selectors.rider_bytes(rider)
        history = words_of(stan.get(f"{WINDOW}{rider.pk}/history/"))
        assert "rider.drafted" in history
        assert "rider.published" in history

    def test_what_was_changed_after_it_was_shown_is_not_published(self, cast, now, stan):
        draft = services.draft_rider(title=TITLE, text=TEXT, by=cast.stan, at=now)
        sent = {"action": "publish", "_selected_action": [draft.pk], "confirmed": "yes", "seen": seen_of(draft)}
        services.change_rider(rider=draft, title=TITLE, text="Other", by=cast.root, at=now)

        answer = stan.post(WINDOW, sent, follow=True)
        assert "changed since you read it" in soup_of(answer).get_text()
        assert selectors.current_rider() is None

    def test_a_character_the_pdf_cannot_show_is_named_on_the_form(self, stan):
        page = stan.post(f"{WINDOW}add/", {"title": TITLE, "text": "中"})

        assert (page.status_code, "U+4E2D" in words_of(page)) == (400, True)
        assert not Rider.objects.exists()

    def test_a_draft_is_thrown_away_and_the_next_one_gets_its_number(self, cast, now, stan):
        draft = services.draft_rider(title=TITLE, text=TEXT, by=cast.root, at=now)
        assert "Throw away" in words_of(stan.get(f"{WINDOW}{draft.pk}/change/"))
        asked = stan.post(WINDOW, {"action": "discard", "_selected_action": [draft.pk]})
        sent = {"action": "discard", "_selected_action": [draft.pk], "confirmed": "yes", "seen": seen_of(draft)}
        assert "It was never published" in words_of(asked)
        assert Rider.objects.get() == draft

        services.change_rider(rider=draft, title=TITLE, text="Other", by=cast.root, at=now)
        assert "Nothing was thrown away" in soup_of(stan.post(WINDOW, sent, follow=True)).get_text()
        assert Rider.objects.get() == draft

        sent["seen"] = seen_of(Rider.objects.get())
        answer = stan.post(WINDOW, sent)

        assert (answer.status_code, answer.headers["Location"]) == (302, WINDOW)
        assert not Rider.objects.exists()
        line = TrailLine.objects.get(event="rider.discarded")
        assert (line.actor_name, line.subject, line.details["title"]) == ("Stan", "rider-1", TITLE)
        for service, more in (
            (services.change_rider, {"title": TITLE, "text": TEXT}),
            (services.publish_rider, {"seen": sent["seen"]}),
            (services.discard_rider, {"seen": sent["seen"]}),
        ):
            with pytest.raises(NotAllowedNow, match="thrown away"):
                service(rider=draft, by=cast.root, at=now, **more)
        assert services.draft_rider(title=TITLE, text=TEXT, by=cast.root, at=now).version == 1

    @pytest.mark.trust("C4")
    def test_a_published_one_is_not_thrown_away(self, cast, rider, now, stan):
        sent = {"action": "discard", "_selected_action": [rider.pk], "confirmed": "yes", "seen": seen_of(rider)}

        assert "can never be changed" in soup_of(stan.post(WINDOW, sent, follow=True)).get_text()
        with pytest.raises(NotAllowedNow, match="can never be changed"):
            services.discard_rider(rider=rider, seen=seen_of(rider), by=cast.root, at=now)
        assert "Throw away" not in words_of(stan.get(f"{WINDOW}{rider.pk}/change/"))
        assert Rider.objects.get() == rider

    @pytest.mark.parametrize("window", [WINDOW, "/admin/riders/article/"])
    def test_what_is_set_into_each_other_too_deeply_is_said_on_the_form(self, stan, window):
        text = "*a " * 1600 + "a* " * 1600

        page = stan.post(f"{window}add/", {"title": TITLE, "text": text})
        seen = stan.post(f"{window}add/", {"title": TITLE, "text": text, "_preview": "yes"})

        assert (page.status_code, "set into each other" in words_of(page), seen.status_code) == (400, True, 200)

    def test_a_published_one_has_no_form(self, cast, rider, stan):
        assert stan.get(f"{WINDOW}{rider.pk}/write/").status_code == 403
        assert stan.post(f"{WINDOW}{rider.pk}/write/", {"title": "Other", "text": "Words"}).status_code == 403
        stan.post(WINDOW, {"action": "publish", "_selected_action": [rider.pk], "confirmed": "yes", "seen": ""})
        assert Rider.objects.get().text == TEXT.strip("\n")

    def test_who_may_only_look_writes_and_publishes_nothing(self, cast, now, stan):
        draft = services.draft_rider(title=TITLE, text=TEXT, by=cast.root, at=now)
        cast.stan.user_permissions.set(Permission.objects.filter(codename="view_rider"))

        assert stan.get(f"{WINDOW}{draft.pk}/change/").status_code == 200
        typed = {"title": "Other", "text": "Words"}
        for path in ("add/", f"{draft.pk}/write/"):
            assert {stan.get(WINDOW + path).status_code, stan.post(WINDOW + path, typed).status_code} == {403}
        for action in ("publish", "discard"):
            sent = {"action": action, "_selected_action": [draft.pk], "confirmed": "yes", "seen": seen_of(draft)}
            assert stan.post(WINDOW, sent).status_code == 403
        assert Rider.objects.get() == draft
        assert stan.post(f"{WINDOW}{draft.pk}/delete/", {"post": "yes"}).status_code == 404
        assert selectors.current_rider() is None

    def test_nobody_of_a_customer_finds_the_window_or_a_draft(self, cast, now, signed_in):
        draft = services.draft_rider(title=TITLE, text=TEXT, by=cast.stan, at=now)

        for who in (cast.carol, cast.tess, cast.mallory):
            for path in ("", f"{draft.pk}/change/", f"{draft.pk}/pdf/"):
                assert signed_in(who).get(WINDOW + path).status_code in (302, 403, 404)


@pytest.mark.trust("H4")
@pytest.mark.parametrize("what", ["article", "rider"])
def test_nothing_is_written_or_published_on_a_second_factor_shown_long_ago(cast, now, signed_in, what):
    stan, window = signed_in(cast.stan), f"/admin/riders/{what}/"
    make = services.add_article if what == "article" else services.draft_rider
    row = make(title=TITLE, text=TEXT, by=cast.stan, at=now)
    doorbell.age_session(stan, seconds=700)
    publish = {"action": "publish", "_selected_action": [row.pk], "confirmed": "yes"}
    publish |= {"seen": seen_of(row)} if what == "rider" else {}
    discard = publish | {"action": "discard"}
    typed = {"title": "Other", "text": "Words"}

    acts = [(window, publish), (window, discard)] if what == "rider" else [(window, publish)]
    for path, sent in (*acts, (f"{window}{row.pk}/write/", typed), (f"{window}add/", typed)):
        assert "/reauthenticate/" in stan.post(path, sent).headers["Location"], path
    row.refresh_from_db()
    assert (row.title, row.published_at) == (TITLE, None)
