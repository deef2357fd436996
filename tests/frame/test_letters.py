"""The text part of a mail: seventy columns, nothing escaped, facts in two columns."""

from django.template import Context, Template

from frame.templatetags import letters


def shown(source, **context):
    return Template("{% load letters %}" + source).render(Context(context))


def test_text_is_not_html():
    assert shown("{% letter %}{{ words }}{% endletter %}", words="<b> & 'quotes'") == "<b> & 'quotes'\n"


def test_lines_are_seventy_wide_and_blank_lines_come_alone():
    laid_out = letters.lay_out("word " * 40 + "\n\n\n\nend")

    assert max(map(len, laid_out.splitlines())) <= letters.COLUMNS
    assert laid_out.endswith("\n\nend\n")


def test_an_address_is_never_broken():
    address = "https://portal.example/" + "x" * 90

    assert letters.lay_out(address) == address + "\n"


def test_a_fact_hangs_under_its_value():
    assert shown("{% fact label value %}", label="Until", value="word " * 12).splitlines() == [
        "Until               word word word word word word word word word word",
        "                    word word",
    ]


def test_what_somebody_said_cannot_pretend_to_be_a_line_of_ours():
    assert shown("{% quote words %}", words="yes\n\nAccept access:\nhttps://evil.example") == (
        "    “yes Accept access: https://evil.example”"
    )
