"""Articles: staff write them, whoever may read them finds them, and nobody else."""

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.permissions import AccountPermission as P
from accounts.services import set_member_rights
from audit.models import TrailLine
from frame.refusals import NotAllowedNow
from riders import selectors, services
from riders.models import Article
from tests.cast import approve, ask, member
from tests.pages import soup_of, words_of
from tests.riders.written import published_article

HERE, OTHERS = "/accounts/654321/articles/", "/accounts/810432/articles/"
WINDOW = "/admin/riders/article/"
DEEP = "*a " * 1600 + "a* " * 1600
NEW = {"title": "Žižek’s Ångström", "text": "# Łódź\n\nSee [the manual](https://docs.example/a). ÉTÉ"}


@pytest.fixture
def article(cast, now):
    """One that customers can read."""
    return published_article(cast, at=now)


def titles(page):
    """This will give the titles of the list, in its order."""
    return [link.get_text() for link in soup_of(page).select("main .waits h3 a")]


class TestKeeping:
    def test_one_is_written_published_changed_and_taken_back_and_each_step_is_written_down(self, cast, now):
        article = services.add_article(**NEW, by=cast.stan, at=now)
        assert (article.slug, article.published_at) == ("zizeks-angstrom", None)
        assert selectors.find_article(article.slug) is None

        services.publish_article(article=article, by=cast.stan, at=now)
        assert selectors.find_article(article.slug) == article
        services.change_article(article=article, title="Other", text="Words", by=cast.root, at=now)
        services.withdraw_article(article=article, by=cast.stan, at=now)

        assert selectors.find_article(article.slug) is None
        told = TrailLine.objects.filter(subject="article-zizeks-angstrom").order_by("pk")
        assert [(line.event, line.actor_name) for line in told] == [
            ("article.added", "Stan"),
            ("article.published", "Stan"),
            ("article.changed", "Root"),
            ("article.withdrawn", "Stan"),
        ]
        assert (told[2].details["before"]["title"], told[2].details["after"]["title"]) == (NEW["title"], "Other")

    def test_two_of_the_same_title_have_two_addresses_and_none_is_one_of_ours(self, cast, now):
        wanted = ["Same", "Same", "Suggested", "中文"]
        made = [services.add_article(title=title, text="x", by=cast.stan, at=now).slug for title in wanted]

        assert made == ["same", "same-2", "suggested-2", "article"]

    @pytest.mark.parametrize("step", ["publish_article", "withdraw_article"])
    def test_no_step_is_taken_twice(self, cast, now, article, step):
        if step == "withdraw_article":
            services.withdraw_article(article=article, by=cast.stan, at=now)
        before = TrailLine.objects.count()

        with pytest.raises(NotAllowedNow):
            getattr(services, step)(article=article, by=cast.stan, at=now)
        assert TrailLine.objects.count() == before

    @pytest.mark.parametrize(
        "wrong",
        [{"title": " "}, {"title": "x" * 201}, {"text": " \n"}, {"text": "x" * 50_001}, {"text": DEEP}],
        ids=range(5),
    )
    def test_what_cannot_be_one_is_refused(self, cast, now, wrong):
        with pytest.raises(ValidationError):
            services.add_article(**NEW | wrong, by=cast.stan, at=now)

        assert not Article.objects.exists()


class TestSearching:
    @pytest.mark.seed("S2-1")
    @pytest.mark.parametrize(
        "search",
        ["ÅNGSTRÖM", "ångström", "žIŽEK", "łódź", "été", "ŁÓDŹ Žižek manual", "a\u030angstro\u0308m", "MANUAL"],
    )
    def test_finds_words_of_title_and_text_however_they_are_written(self, cast, now, article, search):
        wanted = services.add_article(**NEW, by=cast.stan, at=now)
        services.publish_article(article=wanted, by=cast.stan, at=now)

        assert list(selectors.articles(search)) == [wanted]

    @pytest.mark.parametrize("search", ["žižek absent", "100%", "_", "\\", "'"])
    def test_finds_nothing_where_a_word_is_missing(self, cast, now, article, search):
        assert list(selectors.articles(search)) == []

    def test_finds_what_was_written_anew_and_not_what_was_there(self, cast, now, article):
        services.change_article(article=article, title="Printers", text="Toner", by=cast.stan, at=now)

        assert list(selectors.articles("toner")) == [article]
        assert list(selectors.articles("backups")) == []

    def test_suggests_what_has_most_in_common_with_a_subject(self, cast, now, article):
        for title in ("Printers that stop", "Every night", "Times", "Nothing of it"):
            published_article(cast, at=now, title=title, text="-")

        about = selectors.articles_about("My Backup has STOPPED every time")
        assert [one.title for one in about] == ["Backups that stop", "Every night", "Printers that stop"]
        about = selectors.articles_about("Backups stop, and stop every time, and the printers")
        assert [one.title for one in about] == ["Printers that stop", "Backups that stop"]
        assert selectors.articles_about("a of it %") == []


class TestReading:
    @pytest.mark.seed("S2-1")
    @pytest.mark.parametrize("who", ["carol", "adam", "ursula", "piotr"])
    def test_whoever_may_see_articles_does(self, cast, article, signed_in, who):
        browser = signed_in(getattr(cast, who))

        assert titles(browser.get(HERE)) == ["Backups that stop"]
        page = browser.get(f"{HERE}backups-that-stop/")
        assert "Look at the disk first." in words_of(page)
        assert soup_of(page).select_one(".prose strong").get_text() == "disk"

    @pytest.mark.parametrize("who", ["connie", "mike", "petra", "mallory", "quinn", "tess", "root"])
    @pytest.mark.parametrize("path", ["", "backups-that-stop/", "absent/", "suggested/?subject=backups"])
    def test_nobody_else_does(self, cast, article, signed_in, who, path):
        inside = who in ("connie", "mike")

        assert signed_in(getattr(cast, who)).get(HERE + path).status_code == (403 if inside else 404)

    def test_who_was_lent_exactly_this_reads_them_and_each_look_is_written_down(self, cast, now, article, signed_in):
        approve(ask(cast, permissions=[P.VIEW_ARTICLES], at=now), by=cast.carol, at=now)
        browser = signed_in(cast.petra)

        assert titles(browser.get(HERE)) == ["Backups that stop"]
        assert browser.get(f"{HERE}backups-that-stop/").status_code == 200
        assert browser.get(f"{HERE}absent/").status_code == 404
        looks = TrailLine.objects.filter(event="account.viewed", actor=cast.petra.email)
        assert [line.details["page"] for line in looks.order_by("pk")] == ["articles", "article"]

    def test_what_is_not_published_is_like_what_is_not_there(self, cast, now, signed_in):
        services.add_article(**NEW, by=cast.stan, at=now)
        browser = signed_in(cast.carol)

        assert titles(browser.get(HERE)) == []
        hidden, absent = browser.get(f"{HERE}zizeks-angstrom/"), browser.get(f"{HERE}absent/")
        assert (hidden.status_code, absent.status_code) == (404, 404)
        assert words_of(hidden) == words_of(absent)

    @pytest.mark.parametrize("number", ["700118", "100001"])
    def test_accounts_of_partners_and_of_the_vendor_have_none(self, cast, article, signed_in, number):
        who = cast.pat if number == "700118" else cast.root

        assert signed_in(who).get(f"/accounts/{number}/articles/").status_code == 404

    def test_the_list_is_searched_and_says_where_nothing_is_found(self, cast, now, article, signed_in):
        published_article(cast, at=now, title="Printers")
        browser = signed_in(cast.carol)

        assert titles(browser.get(HERE)) == ["Backups that stop", "Printers"]
        assert titles(browser.get(HERE, {"search": "PRINT"})) == ["Printers"]
        assert "No article has all of these words." in words_of(browser.get(HERE, {"search": "absent"}))
        assert browser.get(HERE, {"search": "x" * 60_000}).status_code in (200, 400)
        assert browser.get(HERE, {"format": "csv"}).status_code == 404

    def test_three_hundred_are_paged_and_asked_for_as_often_as_three(self, cast, now, signed_in):
        browser = signed_in(cast.carol)

        def asked(number):
            some = {"text": "x", "sought": "x", "changed_at": now, "changed_by": cast.stan}
            some |= {"published_at": now, "published_by": cast.stan}
            have = Article.objects.count()
            Article.objects.bulk_create(Article(slug=f"a{n}", title=f"A {n}", **some) for n in range(have, number))
            with CaptureQueriesContext(connection) as queries:
                page = browser.get(HERE)
            return len(titles(page)), len(queries)

        browser.get(HERE)
        few, many = asked(3), asked(300)
        assert (few[0], many[0]) == (3, 20)
        assert few[1] == many[1]

    def test_support_reads_them_at_its_desk_and_nobody_else_there(self, cast, article, signed_in):
        desk = "/admin/internal/articles/"
        browser = signed_in(cast.tess)

        assert titles(browser.get(desk)) == ["Backups that stop"]
        assert "Look at the disk first." in words_of(browser.get(f"{desk}backups-that-stop/"))
        for who in (cast.carol, cast.piotr, cast.mallory):
            assert {signed_in(who).get(desk + path).status_code for path in ("", "backups-that-stop/")} == {404}


class TestSuggesting:
    @pytest.fixture
    def browser(self, cast, article, signed_in):
        """Carol's, who may open cases and read articles."""
        return signed_in(cast.carol)

    def test_answers_with_a_piece_of_a_page(self, browser):
        answer = browser.get(f"{HERE}suggested/", {"subject": "Our backups stop"})

        assert [link["href"] for link in soup_of(answer).select("a")] == [f"{HERE}backups-that-stop/"]
        assert soup_of(answer).find("html") is None
        assert browser.get(f"{HERE}suggested/", {"subject": "Printer"}).content == b""

    def test_the_page_where_a_case_is_opened_asks_for_it_and_has_it_after_a_mistake(self, browser):
        path = "/accounts/654321/cases/open/"
        place = soup_of(browser.get(path)).select_one("#suggested")
        assert place["hx-get"] == f"{HERE}suggested/"
        assert soup_of(browser.get(path)).select_one(f'main .suggesting a[href="{HERE}"]')

        refused = browser.post(path, {"subject": "backup " * 40})
        assert refused.status_code == 400
        assert soup_of(refused).select_one("#suggested a").get_text() == "Backups that stop"

    def test_who_reads_articles_but_opens_no_cases_gets_none(self, cast, now, article, signed_in):
        set_member_rights(membership=member(cast.mike, cast.acme), permissions=[P.VIEW_ARTICLES], by=cast.adam, at=now)

        assert signed_in(cast.mike).get(f"{HERE}suggested/", {"subject": "backups"}).status_code == 404

    def test_who_opens_cases_but_reads_no_articles_is_told_of_none(self, cast, article, signed_in):
        page = signed_in(cast.connie).get("/accounts/654321/cases/open/")

        assert page.status_code == 200
        assert not soup_of(page).select(".suggesting")

    def test_what_somebody_from_outside_is_shown_is_written_down_and_nothing_else(self, cast, now, article, signed_in):
        lent = [P.VIEW_ARTICLES, P.WRITE_CASES]
        approve(ask(cast, permissions=lent, at=now), by=cast.carol, at=now)
        browser = signed_in(cast.petra)
        looks = TrailLine.objects.filter(event="account.viewed", actor=cast.petra.email)

        browser.get(f"{HERE}suggested/", {"subject": "printers"})
        assert looks.count() == 0
        browser.get(f"{HERE}suggested/", {"subject": "backups"})
        assert [line.details["page"] for line in looks] == ["articles.suggested"]

    def test_typing_very_much_changes_nothing_on_the_page(self, browser, settings):
        settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "suggest": "1/60s/user"}
        path = f"{HERE}suggested/?subject=backups"

        assert [browser.get(path).status_code for _time in range(2)] == [200, 204]


class TestWindow:
    @pytest.fixture
    def stan(self, cast, signed_in):
        """The browser of staff who may write articles."""
        return signed_in(cast.stan)

    def test_staff_write_one_and_see_it_as_customers_will(self, cast, stan):
        answer = stan.post(f"{WINDOW}add/", NEW)

        article = Article.objects.get()
        assert (answer.status_code, answer.headers["Location"]) == (302, f"{WINDOW}{article.pk}/change/")
        page = soup_of(stan.get(answer.headers["Location"]))
        assert page.select_one(".written h4").get_text() == "Łódź"
        assert page.select_one(".written a")["rel"] == ["noopener", "noreferrer", "nofollow"]
        assert "article.added" in words_of(stan.get(f"{WINDOW}{article.pk}/history/"))

    def test_how_it_would_look_is_shown_without_saving(self, stan):
        page = stan.post(f"{WINDOW}add/", {**NEW, "_preview": "yes"})

        assert soup_of(page).select_one(".written h4").get_text() == "Łódź"
        assert soup_of(page).select_one("textarea").get_text().strip() == NEW["text"]
        assert not Article.objects.exists()

    def test_staff_change_publish_and_take_back(self, cast, now, stan):
        article = services.add_article(**NEW, by=cast.stan, at=now)
        assert (
            soup_of(stan.get(f"{WINDOW}{article.pk}/write/")).select_one("textarea").get_text().strip() == NEW["text"]
        )

        stan.post(f"{WINDOW}{article.pk}/write/", {"title": "Other", "text": "Words"})
        stan.post(WINDOW, {"action": "publish", "_selected_action": [article.pk]})
        article.refresh_from_db()
        assert (article.title, article.published_by) == ("Other", cast.stan)
        stan.post(WINDOW, {"action": "withdraw", "_selected_action": [article.pk]})
        article.refresh_from_db()
        assert article.published_at is None

    def test_saving_it_as_it_was_is_refused(self, cast, now, stan):
        article = services.add_article(**NEW, by=cast.stan, at=now)

        page = stan.post(f"{WINDOW}{article.pk}/write/", NEW)
        assert (page.status_code, "Nothing was changed" in words_of(page)) == (400, True)
        assert TrailLine.objects.filter(event="article.changed").count() == 0

    def test_what_is_wrong_stands_beside_its_field(self, stan):
        page = stan.post(f"{WINDOW}add/", {"title": "", "text": " \n"})

        assert page.status_code == 400
        assert len(soup_of(page).select(".errorlist")) == 2

    def test_who_may_only_look_writes_and_publishes_nothing(self, cast, article, stan):
        cast.stan.user_permissions.set(Permission.objects.filter(codename="view_article"))

        assert stan.get(f"{WINDOW}{article.pk}/change/").status_code == 200
        for path in ("add/", f"{article.pk}/write/"):
            assert {stan.get(WINDOW + path).status_code, stan.post(WINDOW + path, NEW).status_code} == {403}
        assert stan.post(WINDOW, {"action": "withdraw", "_selected_action": [article.pk]}).status_code == 403
        assert stan.post(f"{WINDOW}{article.pk}/delete/", {"post": "yes"}).status_code == 404
        article.refresh_from_db()
        assert article.published_at

    def test_nobody_of_a_customer_finds_the_window(self, cast, article, signed_in):
        for who in (cast.carol, cast.tess, cast.mallory):
            assert signed_in(who).get(WINDOW).status_code in (302, 403, 404)
