"""The tags of pages: what stands on the page, escaped, and with the page's own moment."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

MONDAY = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def shown(source, **context):
    return Template("{% load frame %}" + source).render(Context({"at": MONDAY, **context}))


def test_a_moment_carries_its_distance_and_a_machine_readable_time():
    assert shown("{% when end %}", end=MONDAY + timedelta(days=4)) == (
        '<time datetime="2026-11-27T09:12:00+00:00">Fri 27 Nov 2026, 09:12 '
        '<span class="nowrap">(in 4 days)</span></time>'
    )


def test_no_moment_is_nothing():
    assert shown("{% when end %}{% moment end %}", end=None) == ""


def test_a_name_is_escaped_where_an_account_is_shown():
    assert shown("{% account_tag account %}", account=SimpleNamespace(number="<1>")) == (
        '<span class="tag">&lt;1&gt;</span>'
    )


def test_a_key_that_is_out_is_brass():
    assert shown("{% account_tag '654321' True %}") == '<span class="tag tag-out">654321</span>'


def test_a_state_is_word_glyph_and_colour():
    html = shown("{% pill 'denied' %}")

    assert ("pill-denied" in html, "#i-cross" in html, html.endswith("Denied</span>")) == (True, True, True)


def test_an_unknown_state_is_a_mistake_of_ours_and_not_a_grey_pill():
    with pytest.raises(KeyError):
        shown("{% pill 'misspelt' %}")


@pytest.mark.parametrize(
    ("left", "words"),
    [(timedelta(days=3), "Pending"), (timedelta(minutes=49), "49 minutes left")],
)
def test_what_waits_says_how_long_still_on_its_last_day(left, words):
    assert f">{words}</span>".replace(">", "") in shown("{% waiting_pill until %}", until=MONDAY + left).replace(
        ">", ""
    )


def test_pages_keep_the_query():
    request = RequestFactory().get("/requests/?status=pending&page=2")
    page = Paginator(range(60), 20).page(2)

    html = shown("{% pages page 'Pages' %}", request=request, page=page)

    assert ("?status=pending&amp;page=3" in html, "21 to 40 of 60" in html) == (True, True)


class TestSwitch:
    class Form(forms.Form):
        delegate = forms.BooleanField(label="May <add>", help_text="Said below", required=False)

    def test_a_yes_or_no_field_is_one_line_with_its_help(self):
        html = shown("{% switch form.delegate %}", form=self.Form(initial={"delegate": True}))

        assert ('name="delegate"' in html, " checked" in html, "May &lt;add&gt;" in html, "Said below" in html) == (
            True,
            True,
            True,
            True,
        )


class TestFields:
    class Form(forms.Form):
        reason = forms.CharField(help_text="Read first")

    def test_a_mistake_stands_beside_its_field_and_is_tied_to_it(self):
        html = str(self.Form({}))

        assert 'aria-describedby="id_reason_helptext id_reason_error"' in html
        assert ('id="id_reason_helptext"' in html, 'id="id_reason_error"' in html) == (True, True)
