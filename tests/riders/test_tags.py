"""The filters for Markdown, as templates use them."""

from django.template import Context, Template

WORDS = "# <b>Hi</b>\n\nSee [the case](/accounts/654321/) & [more](https://docs.example/a)."


def written(template):
    """This will give what a template writes about the words."""
    return Template("{% load riders %}" + template).render(Context({"words": WORDS}))


def test_markdown_is_written_as_safe_html_below_the_headings_of_the_page():
    page = written("{{ words|markdown:4 }}")

    assert page.startswith("<h4>&lt;b&gt;Hi&lt;/b&gt;</h4>")
    assert '<a href="/accounts/654321/" rel="noopener noreferrer nofollow">the case</a> &amp;' in page
    assert "more</a> (docs.example)." in page
    assert "<h3>" in written("{{ words|markdown }}")


def test_mails_of_both_kinds_say_the_same(settings):
    settings.PORTAL_BASE_URL = "https://portal.example"
    words = "See the case <https://portal.example/accounts/654321/> & more <https://docs.example/a>."

    assert written("{% autoescape off %}{{ words|plain }}{% endautoescape %}") == f"<b>Hi</b>\n\n{words}"
    escaped = words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert written("{{ words|plain|linebreaks }}") == f"<p>&lt;b&gt;Hi&lt;/b&gt;</p>\n\n<p>{escaped}</p>"
