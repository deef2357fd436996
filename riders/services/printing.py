"""The rider as PDF: set with fonts that come along, and compared with the page before anybody is asked to agree to it.

The words are handed to the typesetter as data, so nothing in them can be an instruction to it. The same version gives
the same bytes every time.
"""

import io
import json
import re
import unicodedata
from html.parser import HTMLParser

import typst
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from markdown_it.tree import SyntaxTreeNode
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from frame.markdown import parse

LARGEST = 5 * 1024 * 1024
_UNKNOWN = re.compile(r"the text `\"(.+?)\"`", re.S)
_BREAK = {"p", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "blockquote", "pre", "hr", "br", "article"}

# PDF/A for archives: it refuses a character that no font has. Nothing is hyphenated and no letters are joined, so that
# what is copied out of it is what stands there.
_SHEET = """
#let sheet = json(bytes(sys.inputs.sheet))
#set document(title: sheet.title)
#set page(paper: "a4", margin: (x: 28mm, y: 26mm), numbering: "1 / 1")
#set text(font: ("Libertinus Serif", "New Computer Modern", "DejaVu Sans Mono"), size: 11pt, ligatures: false,
  hyphenate: false)
#set par(justify: false, leading: 0.68em, spacing: 1em)
#set list(marker: box(height: 0.6em, align(horizon, circle(radius: 1.4pt, fill: black))))
#show heading: it => block(above: 1.4em, below: 0.8em, it)
#show link: underline
#show raw: set text(size: 1.1em)

#let line(parts) = {
  for part in parts {
    if part.kind == "text" { part.text }
    else if part.kind == "code" { raw(part.text) }
    else if part.kind == "em" { emph(line(part.parts)) }
    else if part.kind == "strong" { strong(line(part.parts)) }
    else if part.kind == "link" { link(part.href, line(part.parts)) }
    else { linebreak() }
  }
}
#let blocks(those) = {
  for one in those {
    if one.kind == "heading" { heading(level: one.level, line(one.parts)) }
    else if one.kind == "paragraph" { par(line(one.parts)) }
    else if one.kind == "quote" { quote(block: true, blocks(one.blocks)) }
    else if one.kind == "code" { raw(one.text, block: true) }
    else if one.kind == "list" { list(tight: one.tight, ..one.items.map(blocks)) }
    else if one.kind == "numbers" {
      enum(tight: one.tight, start: one.start, numbering: "1.", ..one.items.map(blocks))
    }
    else { std.line(length: 100%, stroke: 0.5pt) }
  }
}

#heading(level: 1, text(size: 1.3em, sheet.title))
#par(sheet.dated)
#blocks(sheet.blocks)
"""


def typeset(rider):
    """The bytes of a version's PDF, with the words of its page and no others.

    :raises ValidationError: the fonts lack a character, or what a reader finds in the PDF is not what the page says
    """
    tree = SyntaxTreeNode(parse(rider.text, home=settings.PORTAL_BASE_URL))
    sheet = {"title": rider.title, "dated": rider.dated, "blocks": [_block(node) for node in tree.children]}
    try:
        made = typst.compile(
            _SHEET.encode(),
            sys_inputs={"sheet": json.dumps(sheet)},
            ignore_system_fonts=True,
            pdf_standards=["a-2u"],
            timestamp=int(rider.published_at.timestamp()) if rider.published_at else 0,
        )
        found = _words_of_pdf(made)
    except typst.TypstError as error:
        raise ValidationError(_what_failed(error), code="text") from error
    except PyPdfError as error:
        raise ValidationError(_("No PDF can be made of this text."), code="text") from error
    if len(made) > LARGEST:
        raise ValidationError(_("The PDF would be larger than 5 MB. Shorten the text."), code="text")
    if not _same(words_of_page(rider), found):
        words = _(
            "What a reader finds in the PDF is not what the page says. Write the unusual parts of it differently."
        )
        raise ValidationError(words, code="text")
    return made


def words_of_page(rider):
    """What somebody reads on the page of a version, word by word; the items of a numbered list with their numbers."""
    reader = _Words()
    reader.feed(render_to_string("riders/rider_sheet.html", {"rider": rider}))
    reader.close()
    return _normal("".join(reader.said))


def _words_of_pdf(made):
    pages = PdfReader(io.BytesIO(made)).pages
    said = []
    for number, page in enumerate(pages, 1):
        said.append(page.extract_text().rstrip().removesuffix(f"{number} / {len(pages)}"))
    return _normal("\n".join(said))


def _normal(text):
    return unicodedata.normalize("NFC", text).split()


def _same(page, pdf):
    """Whether these are the same words. A line of the PDF may break inside a long one; never do two run together."""
    rest = iter(pdf)
    for word in page:
        found = ""
        while found != word:
            piece = next(rest, None)
            if piece is None or not word.startswith(found + piece):
                return False
            found += piece
    return next(rest, None) is None


def _what_failed(error):
    unknown = _UNKNOWN.search(error.message)
    if unknown is None:
        return _("No PDF can be made of this text.")
    names = ", ".join(f"{char} (U+{ord(char):04X})" for char in dict.fromkeys(unknown[1]))
    return _("The PDF cannot show this character: %(characters)s. Write it differently.") % {"characters": names}


class _Words(HTMLParser):
    """Reads a page as people do."""

    def __init__(self):
        super().__init__()
        self.said: list[str] = []
        self.numbers: list[int | None] = []

    def handle_starttag(self, tag, attrs):
        if tag in _BREAK:
            self.said.append("\n")
        if tag == "ol":
            self.numbers.append(int(dict(attrs).get("start") or 1))
        elif tag == "ul":
            self.numbers.append(None)
        elif tag == "li" and self.numbers and (number := self.numbers[-1]) is not None:
            self.said.append(f"{number}. ")
            self.numbers[-1] = number + 1

    def handle_endtag(self, tag):
        if tag in _BREAK:
            self.said.append("\n")
        if tag in ("ol", "ul"):
            self.numbers.pop()

    def handle_data(self, data):
        self.said.append(data)


def _block(node):
    match node.type:
        case "heading":
            return {"kind": "heading", "level": int(node.tag[1]) + 1, "parts": _line(node)}
        case "blockquote":
            return {"kind": "quote", "blocks": [_block(child) for child in node.children]}
        case "fence" | "code_block":
            return {"kind": "code", "text": node.content}
        case "bullet_list" | "ordered_list":
            items = [[_block(child) for child in item.children] for item in node.children]
            tight = all(child.hidden for item in node.children for child in item.children if child.type == "paragraph")
            if node.type == "bullet_list":
                return {"kind": "list", "tight": tight, "items": items}
            return {"kind": "numbers", "tight": tight, "items": items, "start": int(node.attrs.get("start", 1))}
        case "hr":
            return {"kind": "rule"}
    return {"kind": "paragraph", "parts": _line(node)}


def _line(node):
    return [part for inline in node.children for part in map(_part, inline.children)]


def _part(node):
    match node.type:
        case "text":
            return {"kind": "text", "text": node.content}
        case "code_inline":
            return {"kind": "code", "text": node.content}
        case "softbreak":
            return {"kind": "text", "text": " "}
        case "hardbreak":
            return {"kind": "break"}
    parts = [_part(child) for child in node.children]
    if node.type == "link":
        return {"kind": "link", "href": _whole(str(node.attrs["href"])), "parts": parts}
    return {"kind": node.type, "parts": parts}


def _whole(href):
    return settings.PORTAL_BASE_URL + href if href.startswith("/") else href
