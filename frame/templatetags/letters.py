"""The tags of the text part of a mail: seventy columns, quotes set in, facts with a hanging indent."""

import textwrap

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from frame import wording

register = template.Library()

COLUMNS = 70
LABEL = 20


@register.tag
def letter(parser, token):
    """Set what stands between `letter` and `endletter` as plain text: nothing escaped, 70 columns wide."""
    nodelist = parser.parse(("endletter",))
    parser.delete_first_token()
    return LetterNode(nodelist)


class LetterNode(template.Node):
    """Renders its content without escaping, for text is not HTML, and lays it out."""

    def __init__(self, nodelist):
        self.nodelist = nodelist

    def render(self, context) -> SafeString:
        escaping, context.autoescape = context.autoescape, False
        try:
            written = self.nodelist.render(context)
        finally:
            context.autoescape = escaping
        return mark_safe(lay_out(written))  # noqa: S308 - this is the text part, shown as text


def lay_out(written: str) -> str:
    """Wrap every line at 70 columns, keep the indent of those that have one, join runs of blank lines.

    A line without a blank, an address for instance, is never broken.
    """
    lines: list[str] = []
    for line in map(str.rstrip, written.splitlines()):
        if not line:
            if lines and lines[-1]:
                lines.append("")
        elif len(line) <= COLUMNS:
            lines.append(line)
        else:
            lines += _fold(line, indent=" " * (len(line) - len(line.lstrip())))
    return "\n".join(lines).strip() + "\n"


def _fold(line: str, indent: str) -> list[str]:
    return textwrap.wrap(line, COLUMNS, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


@register.simple_tag
def fact(label, value) -> SafeString:
    """Write one fact: its label in a column of its own, its value beside it with a hanging indent."""
    label = str(label)
    head = f"{label:<{LABEL}}" if len(label) < LABEL else f"{label}\n" + " " * LABEL
    first, *rest = textwrap.wrap(
        " ".join(str(value).split()), COLUMNS - LABEL, break_long_words=False, break_on_hyphens=False
    ) or [""]
    return mark_safe("\n".join([head + first, *(" " * LABEL + line for line in rest)]))  # noqa: S308 - text


@register.filter
def to_the_minute(moment) -> str:
    """Write a moment for a subject line, short and true on whatever day it is read: "Fri 27 Nov 2026, 17:00"."""
    return wording.spell_moment(moment, timezone.get_current_timezone())


@register.simple_tag
def quote(words) -> SafeString:
    """Write what somebody said, set in by four columns and between quotation marks."""
    folded = textwrap.wrap(
        f"“{' '.join(str(words).split())}”", COLUMNS - 4, break_long_words=False, break_on_hyphens=False
    )
    return mark_safe("\n".join("    " + line for line in folded))  # noqa: S308 - text


@register.simple_tag
def quote_lines(words) -> SafeString:
    """Write what somebody said in several lines: each set in by four columns, and quotation marks around them all."""
    folded = []
    for line in f"“{words}”".splitlines():
        folded += textwrap.wrap(line, COLUMNS - 4, break_long_words=False, break_on_hyphens=False) or [""]
    return mark_safe("\n".join("    " + line if line else "" for line in folded))  # noqa: S308 - text
