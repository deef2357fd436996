"""What people write in Markdown, made safe to show: as HTML, and as plain text with the same words.

What is written is what is shown: no HTML of the writer's own, no images, no addresses defined elsewhere. A link that
does not say where it goes says so behind it, and marks that turn the direction of writing become visible.
"""

import re
import unicodedata
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

TAGS = {"p", "h2", "h3", "h4", "h5", "h6", "em", "strong", "a", "code", "pre", "blockquote", "ul", "ol", "li"}
VOID = {"hr", "br"}
SCHEMES = {"http", "https", "mailto"}
LOWEST = 6
DEEPEST = 20  # nobody sees what is stressed within more than that, and what walks through it must come back

_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_JOINERS = frozenset("\u200c\u200d")  # some scripts need them
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.?(?::\d{1,5})?", re.I)
_SIX = re.compile(r"\[[0-9a-f:.]+\](?::\d{1,5})?", re.I)
_MAIL = re.compile(r"[a-z0-9.!#$*+=^_{|}~-]+@[a-z0-9.-]+", re.I)
_BARE = re.compile(r"(?<![^\s(“‘\"'])https?://[^\s<>\"'`|{}\\^\[\]]+", re.I)
_LIKE_AN_ADDRESS = re.compile(r"://|@|[\w-]\.[^\W\d_]{2,}")
_ENDS_NO_ADDRESS = ".,;:!?*_~'"


def to_html(text, *, top=3, home=""):
    """The words as HTML that may stand on a page as it is.

    :param top: the level of the writer's highest heading, two to six: a page keeps its one ``h1``
    :param home: where the portal itself is, such as ``https://portal.example``; its own links need not say so
    """
    tokens = parse(text, home=home)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(LOWEST, top - 1 + int(token.tag[1]))}"
    written = _reader().renderer.render(tokens, _reader().options, {})
    return nh3.clean(
        written,
        tags=TAGS | VOID,
        attributes={"*": set(), "a": {"href"}, "ol": {"start"}},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
    )


def to_text(text, *, home=""):
    """The words as plain text, for mails: the same facts as :func:`to_html`, every link with its whole address."""
    return _blocks(SyntaxTreeNode(parse(text, home=home)).children, home.rstrip("/"))


def parse(text, *, home=""):
    """The words as markdown-it's tokens, harmless ones: what every form of them is made of."""
    return _reader().parse(text, {"home": home})


def nested_too_deeply(text):
    """Whether more is set into each other than is shown: stress beyond the deepest is left out, as are quotations and
    lists with what is in them.
    """
    env: dict[str, Any] = {}
    _reader().parse(text, env)
    return "too_deep" in env


@cache
def _reader():
    reader = MarkdownIt("commonmark", {"html": False})
    reader.disable(["image", "html_block", "html_inline", "reference"])
    reader.validateLink = _may_be_followed  # type: ignore[method-assign]
    reader.normalizeLinkText = str  # type: ignore[method-assign, assignment]  # an address is shown as it is followed
    reader.options["maxNesting"] = DEEPEST
    reader.core.ruler.push("shallow", _keep_shallow)
    reader.core.ruler.push("harmless", _make_harmless)
    reader.core.ruler.push("addresses", _say_where_links_go)
    return reader


def _may_be_followed(url):
    """Whether an address is one a reader may be sent to: no script, no data, nothing read differently by browsers."""
    if not (url.isascii() and url.isprintable()) or " " in url or "\\" in url:
        return False
    if url.startswith("/"):
        return not url.startswith("//")
    scheme, _colon, rest = url.partition(":")
    if scheme.lower() == "mailto":
        return bool(_MAIL.fullmatch(rest))
    if scheme.lower() not in ("http", "https") or not rest.startswith("//"):
        return False
    host = re.split(r"[/?#]", rest[2:], maxsplit=1)[0]
    return bool(_HOST.fullmatch(host) or _SIX.fullmatch(host))


def _keep_shallow(state):
    for token in state.tokens:
        if token.type in ("blockquote_open", "list_item_open") and token.level >= DEEPEST - 1:
            state.env["too_deep"] = True
        if token.children:
            token.children = list(_shallow(token.children, state.env))


def _shallow(tokens, env):
    """The tokens of a line without the marks of stress that are set too deeply; the words in them stay."""
    depth = 0
    for token in tokens:
        if token.type in ("em_open", "strong_open"):
            depth += 1
        kept = depth <= DEEPEST or token.type not in ("em_open", "strong_open", "em_close", "strong_close")
        if token.type in ("em_close", "strong_close"):
            depth -= 1
        if kept:
            yield token
        else:
            env["too_deep"] = True


def _make_harmless(state):
    for token in state.tokens:
        for one in (token, *(token.children or ())):
            if one.type in ("text", "code_inline", "fence", "code_block"):
                one.content = _visible(one.content)


def _visible(text):
    if text.isascii() and text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(_shown(char) for char in text)


def _shown(char):
    if char in _TURNS:
        return f"[U+{ord(char):04X}]"
    if char in _JOINERS or char in "\n\t":
        return char
    return "" if unicodedata.category(char) in ("Cf", "Cc") else char


def _say_where_links_go(state):
    for token in state.tokens:
        if token.type == "inline":
            token.children = list(_with_addresses(token.children or [], state.env.get("home", "")))


def _with_addresses(tokens, home):
    """The tokens of a line with bare addresses made links, and behind each link where it goes, if it hides that."""
    link: Token | None = None
    words: list[str] = []
    for token in tokens:
        if token.type == "link_open":
            link, words = token, []
        elif token.type == "link_close" and link is not None:
            href, said = str(link.attrGet("href")), "".join(words).strip()
            if not said:
                yield _text(href)
            yield token
            if said and _hides(said, href, home):
                yield _text(f" ({_where(href, home)})", meta={"where": True})
            link = None
            continue
        elif link is not None:
            words.append(token.content or " ")
        elif token.type == "text":
            yield from _linked(token.content, home)
            continue
        yield token


def _linked(text, home):
    """Words, with the addresses in them made links."""
    done = 0
    for found in _BARE.finditer(text):
        url = found.group().rstrip(_ENDS_NO_ADDRESS)
        while url.endswith(")") and url.count(")") > url.count("("):
            url = url[:-1].rstrip(_ENDS_NO_ADDRESS)
        href = _reader().normalizeLink(url)
        if not _may_be_followed(href):
            continue
        yield _text(text[done : found.start()])
        opening, closing = Token("link_open", "a", 1, attrs={"href": href}), Token("link_close", "a", -1)
        yield from (opening, _text(url), closing)
        if _hides(url, href, home):
            yield _text(f" ({_where(href, home)})", meta={"where": True})
        done = found.start() + len(url)
    yield _text(text[done:])


def _text(words, **more):
    return Token("text", "", 0, content=words, **more)


def _hides(words, href, home):
    """Whether the words of a link say something else than where it goes."""
    bare = href.partition(":")[2].lstrip("/") if not href.startswith("/") else href
    if words.rstrip("/") in (href.rstrip("/"), bare.rstrip("/")):
        return False
    at_home = href.startswith("/") or (bool(home) and _where(href, home) == urlsplit(home).netloc)
    return not at_home or bool(_LIKE_AN_ADDRESS.search(unicodedata.normalize("NFKC", words)))


def _where(href, home):
    """The host an address leads to; the whole of a mail address."""
    if href.startswith("/"):
        return urlsplit(home).netloc or href
    return urlsplit(href).netloc.lower() or href.partition(":")[2]


# Plain text


def _blocks(nodes, home):
    return "\n\n".join(_block(node, home) for node in nodes)


def _block(node, home):
    match node.type:
        case "bullet_list" | "ordered_list":
            return _items(node, home)
        case "blockquote":
            return _set_in(_blocks(node.children, home), "> ", "> ")
        case "fence" | "code_block":
            return _set_in(node.content.rstrip("\n"), "    ", "    ")
        case "hr":
            return "* * *"
    return "".join(_words(child, home) for child in node.children)


def _items(node, home):
    first, numbered = int(node.attrs.get("start", 1)), node.type == "ordered_list"
    written, close = [], True
    for number, item in enumerate(node.children, first):
        mark = f"{number}. " if numbered else "- "
        close = close and all(child.hidden for child in item.children if child.type == "paragraph")
        body = "\n".join if close else "\n\n".join
        written.append(_set_in(body(_block(child, home) for child in item.children), mark, " " * len(mark)))
    return ("\n" if close else "\n\n").join(written)


def _set_in(text, first, others):
    """``text`` with something before its first line and before each of the others."""
    lines = text.split("\n")
    return "\n".join(f"{first if place == 0 else others}{line}".rstrip() for place, line in enumerate(lines))


def _words(node, home):
    match node.type:
        case "softbreak" | "hardbreak":
            return "\n"
        case "text" | "code_inline":
            return "" if node.meta.get("where") else node.content
    inside = "".join(_words(child, home) for child in node.children)
    if node.type != "link":
        return inside
    href = str(node.attrs["href"])
    address = home + href if href.startswith("/") else href.removeprefix("mailto:")
    return inside if inside in (address, href) else f"{inside} <{address}>"
