"""The portal in Swedish: every word of it, none left over, and the compiled catalogue it runs with."""

import ast
import gettext
import re
import struct
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.translation.template import templatize

from frame import wording
from notifications.models import Mail
from tests.cast import ask
from tests.pages import soup_of, words_of

ROOT = Path(__file__).parent.parent
CATALOGUE = ROOT / "locale/sv/LC_MESSAGES/django.po"

LITERAL = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
SAID_IN_A_TEMPLATE = re.compile(rf"\b(_|p?gettext|n?gettext|npgettext)\({LITERAL}(?:, {LITERAL})?(?:, {LITERAL})?")
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[a-z%]|\{\w*\}|<[^>]*>")


@dataclass
class Entry:
    """A text and its translations; two of each where it has a plural."""

    texts: list[str] = field(default_factory=list)
    translations: list[str] = field(default_factory=list)
    context: str | None = None
    guessed: bool = False


def entries():
    """This will read the catalogue: ``{(context, text): entry}``, without its head."""
    found = {}
    for block in CATALOGUE.read_text(encoding="utf-8").split("\n\n"):
        entry, parts = Entry(), None
        for line in block.splitlines():
            entry.guessed |= line.startswith("#,") and "fuzzy" in line
            keyword, _blank, words = line.partition(" ")
            if line.startswith('"'):
                parts[-1] += ast.literal_eval(line)
            elif keyword == "msgctxt":
                entry.context = ast.literal_eval(words)
            elif keyword.startswith("msg"):
                parts = entry.texts if keyword.startswith("msgid") else entry.translations
                parts.append(ast.literal_eval(words))
        if entry.texts != [""]:
            found[entry.context, entry.texts[0]] = entry
    return found


def said_in_code():
    """This will give every text that templates and modules hand to gettext, as ``(context, text)``."""
    found = set()
    for template in (ROOT / "templates").rglob("*.*"):
        for call in SAID_IN_A_TEMPLATE.finditer(templatize(template.read_text(encoding="utf-8"))):
            found.add(_told_apart(call[1], [ast.literal_eval(words) for words in call.groups()[1:] if words]))
    for room in sorted(ROOT.glob("*/__init__.py")):
        if room.parent.name == "tests":
            continue
        for module in room.parent.rglob("*.py"):
            for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                    name = node.func.id.removesuffix("_lazy").removesuffix("_noop")
                    words = [one.value for one in node.args if isinstance(one, ast.Constant)]
                    # Words kept in a table are marked where they are first said, and translated without being named
                    if words and name in {"_", "gettext", "ngettext", "pgettext", "npgettext"}:
                        found.add(_told_apart(name, words))
    return found


def _told_apart(name, words):
    return (words[0], words[1]) if "pgettext" in name else (None, words[0])


@pytest.fixture(autouse=True)
def others_are_spoken_to_as_before():
    """A page leaves its reader's language active; the next test must not hear it."""
    yield
    translation.deactivate()


@pytest.fixture(scope="module")
def swedish():
    """The catalogue people work on."""
    return entries()


class TestTheCatalogue:
    def test_has_every_text_of_the_portal_and_no_other(self, swedish):
        assert set(swedish) == said_in_code(), "make messages, and translate what is new"

    def test_leaves_nothing_untranslated_and_nothing_to_a_guess(self, swedish):
        assert [key for key, one in swedish.items() if one.guessed or not all(one.translations)] == []
        assert [key for key, one in swedish.items() if len(one.texts) != len(one.translations)] == []

    def test_keeps_every_placeholder_and_every_tag(self, swedish):
        def held(words):
            return sorted(PLACEHOLDER.findall(words))

        assert [
            text
            for one in swedish.values()
            for text, translated in zip(one.texts, one.translations, strict=True)
            if held(text) != held(translated)
        ] == []

    def test_is_compiled_as_it_stands(self, swedish):
        compiled = CATALOGUE.with_suffix(".mo").read_bytes()
        with CATALOGUE.with_suffix(".mo").open("rb") as file:
            catalogue = gettext.GNUTranslations(file)

        def compiled_words(one):
            if len(one.texts) == 2:
                return [catalogue.ngettext(*one.texts, count) for count in (1, 2)]
            if one.context is not None:
                return [catalogue.pgettext(one.context, *one.texts)]
            return [catalogue.gettext(*one.texts)]

        head = 1
        assert struct.unpack_from("<I", compiled, offset=8) == (len(swedish) + head,)
        assert [one.texts for one in swedish.values() if compiled_words(one) != one.translations] == []


@pytest.mark.parametrize(
    ("say", "words"),
    [
        (lambda: wording.spell_day(date(2026, 11, 27)), "fre 27 nov 2026"),
        (lambda: wording.spell_duration(timedelta(minutes=61)), "1 timme 1 minut"),
        (lambda: wording.spell_duration(timedelta(hours=2, minutes=18)), "2 timmar 18 minuter"),
        (lambda: wording.spell_duration(timedelta(days=1)), "1 dag"),
        (lambda: wording.spell_list(["Ada", "Bo", "Cy"]), "Ada, Bo och Cy"),
        (lambda: wording.spell_money(Decimal("4812.6"), "EUR"), "4\xa0812,60\xa0€"),
        (lambda: wording.spell_money(Decimal("-120"), "EUR"), "− 120,00\xa0€"),
    ],
)
def test_moments_lengths_and_amounts_are_swedish(say, words):
    with translation.override("sv"):
        assert say() == words


class TestASwedishReader:
    @pytest.fixture
    def cast(self, cast):
        """The cast, with Acme reading Swedish, and Adam, who wants English."""
        cast.acme.language = "sv"
        cast.acme.save(update_fields=["language"])
        cast.adam.language = "en"
        cast.adam.save(update_fields=["language"])
        return cast

    def test_reads_nothing_but_swedish(self, cast, pending, signed_in, swedish):
        english = {text for one in swedish.values() for text in one.texts}
        english -= {text for one in swedish.values() for text in one.translations}
        browser = signed_in(cast.carol)
        pages = [reverse(name) for name in ("home", "requests", "notices", "mfa_index", "usersessions_list")]
        pages += [reverse(name, args=[pending.public_id]) for name in ("request", "decide")]
        pages += [reverse(name, args=[cast.acme.number]) for name in ("account", "account_invoices")]

        found = {page: soup_of(browser.get(page)) for page in pages}

        assert {page: soup.html["lang"] for page, soup in found.items()} == dict.fromkeys(pages, "sv")
        assert [
            (page, words) for page, soup in found.items() for words in soup.stripped_strings if words in english
        ] == []
        assert "Pat från Bolt Partners ber om åtkomst till Acme för Petra" in found[reverse("home")].get_text()

    def test_has_mail_in_swedish_and_the_others_in_theirs(self, cast, now):
        request = ask(cast, at=now)

        subjects = dict(Mail.objects.filter(about__startswith=request.public_id).values_list("to", "subject"))

        assert subjects == {
            "carol@acme.example": "IT-partneråtkomst till ditt konto har begärts på vår portal Latchkey",
            "pat@bolt.example": "IT partner access has been requested to customer Account on our Latchkey portal",
            "petra@bolt.example": "IT partner access has been requested to customer Account on our Latchkey portal",
        }
        text = Mail.objects.get(to="carol@acme.example", about__startswith=request.public_id).text
        assert "Du beslutar om det här för Acme." in text
        assert "Neka åtkomst:" in text

    def test_may_choose_another_language_than_the_account(self, cast, signed_in):
        page = signed_in(cast.adam).get(reverse("home"))

        assert soup_of(page).html["lang"] == "en"
        assert "Nothing waits for you, Adam" in words_of(page)

    def test_is_addressed_in_swedish_before_signing_in(self, client, db):
        page = client.get(reverse("account_login"), headers={"accept-language": "sv-SE, en;q=0.5"})

        assert soup_of(page).h1.get_text() == "Logga in"
