"""Somebody at their own browser, and everything the browser had to complain about while they were there."""

import re
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from axe_playwright_python.sync_playwright import Axe

from .hands import Mouse

GRAVE = {"serious", "critical"}
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
AXE = Axe(f"if (!window.axe) {{{AXE_SCRIPT}}}")  # a page that is looked at twice reads it once
# Its own copy of the style sheets would be put into the page, which the content policy forbids
AXE_OPTIONS = {"resultTypes": ["violations"], "preload": False}
AXE_COLOURS = AXE_OPTIONS | {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
SCHEMES = {"light": AXE_OPTIONS, "dark": AXE_COLOURS}  # the dark theme gives other colours, and nothing else
LONGEST_WAIT = 60_000  # milliseconds: longer than a pop-up stays in the way, and than a busy machine needs
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


class Visitor:
    """One person, one browser window of their own, one way of working it."""

    def __init__(self, browser, base_url, *, hands=Mouse, script=True, **window):
        self.base_url, self.script, self.complaints = base_url, script, []
        self._refused, self._told = set(), []
        self.context = browser.new_context(
            base_url=base_url, java_script_enabled=script, locale="en-GB", reduced_motion="reduce", **window
        )
        self.context.set_default_timeout(LONGEST_WAIT)
        self.context.on("request", self._asked)
        self.context.on("requestfailed", self._failed)
        self.context.on("console", self._said)
        self.context.on("weberror", lambda error: self.complaints.append(f"script failed: {error.error}"))
        self.page = self.context.new_page()
        self.hands = hands(self.page)

    def open(self, path):
        """Type an address."""
        return self.page.goto(path)

    def press(self, name, *, role=None):
        """Use the link or the button that is called so; with ``role`` only the one or the other."""
        links, buttons = (self.page.get_by_role(kind, name=name) for kind in ("link", "button"))
        target = {"link": links, "button": buttons}.get(role) or links.or_(buttons)
        self.hands.press(target.first)

    def sees(self, words):
        """Wait until the words stand on the page where they can be read."""
        self.page.get_by_text(words).filter(visible=True).first.wait_for()

    def reads(self, heading):
        """Wait until this is what the page, or the window in it, is headed by; then look around on it."""
        self.page.get_by_role("heading", name=heading).first.wait_for()
        self.look_around()

    def look_around(self):
        """Note what keeps people from using this page, in light and dark."""
        if self.page.evaluate(TOO_WIDE):
            self.complaints.append(f"{self.page.url} has to be moved sideways")
        if not self.script:
            return
        for scheme, options in SCHEMES.items():
            self.page.emulate_media(color_scheme=scheme)
            for finding in AXE.run(self.page, options=options).response["violations"]:
                if finding["impact"] in GRAVE:
                    where = [node["html"][:200] for node in finding["nodes"]]
                    self.complaints.append(f"{self.page.url}, {scheme}: {finding['id']} {where}")
        self.page.emulate_media(color_scheme="light")

    def is_refused(self, press, *, status):
        """Do something that is answered with a refusal, and give the answer."""
        with self.page.expect_response(lambda answer: answer.request.is_navigation_request()) as answered:
            press()
        self._refused.add(answered.value.url)
        assert answered.value.status == status
        return answered.value

    def leave(self):
        """Close the window. Nothing may have been complained about.

        :raises AssertionError: something was
        """
        self.context.close()
        self.complaints += [f"console: {text} ({url})" for text, url in self._told if not self._excused(text, url)]
        assert not self.complaints, "\n".join(self.complaints)

    def _asked(self, request):
        address = urlsplit(request.url)
        if address.scheme != "data" and address.netloc != urlsplit(self.base_url).netloc:
            self.complaints.append(f"asked another host: {request.url}")
        if address.path == "/csp":
            self.complaints.append(f"content policy broken: {request.post_data}")

    def _failed(self, request):
        if request.failure != "net::ERR_ABORTED":  # leaving a page ends its look for news
            self.complaints.append(f"failed: {request.url} {request.failure}")

    def _said(self, message):
        if message.type in {"error", "warning"}:
            self._told.append((message.text, message.location["url"]))

    def _excused(self, text, url):
        # The browser repeats a refusal in its console, sooner or later
        return url in self._refused and "the server responded with a status of" in text


def sign_in(visitor, email):
    """This will come to the front door and go in as one of the cast, with one click."""
    visitor.open("/")
    visitor.reads("Sign in")
    visitor.press(email, role="button")


def has_words(place, *words):
    """Whether each of them stands there, as a word of its own."""
    return all(re.search(rf"\b{word}\b", place.inner_text()) for word in words)
