"""A browser without a window: keeps cookies, follows redirects, and comes through a proxy that speaks TLS."""

import http.client
import time
from dataclasses import dataclass
from http.cookies import SimpleCookie
from itertools import cycle
from urllib.parse import urlencode, urljoin, urlsplit

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from config.world import addresses, password_of, secret_of
from tests.pages import form_of, soup_of

LONGEST_WAY = 5


@dataclass
class Answer:
    """What came back, in the words the tests' other readers of pages use."""

    status_code: int
    headers: http.client.HTTPMessage
    content: bytes
    path: str


class Browser:
    """One person's browser, at a portal that listens on ``ports`` and believes to be ``base_url``.

    The proxy hands each request to the next of the portal's processes. ``half_way`` is called with the port when half
    of a form has been sent, and forgotten.
    """

    def __init__(self, ports, base_url):
        self.ports, self.base_url, self.cookies = cycle(ports), base_url, {}
        self.half_way = None

    def get(self, path):
        """Open an address and follow where it leads."""
        return self._follow("GET", path, None)

    def send(self, page, path=None, **changes):
        """Send the form that stands on a page, changed here and there, and follow where it leads."""
        return self._follow("POST", path or page.path, self._filled_in(page, changes))

    def hand_in(self, page, **changes):
        """Send the form as :meth:`send` does, and read the answer to it alone."""
        return self._ask("POST", page.path, self._filled_in(page, changes))

    def sign_in(self, name, path="/"):
        """Go in as one of the cast, with password and second factor, to the page that was asked for."""
        asked = self.get(path)
        assert urlsplit(asked.path).path == "/auth/login/", asked.path
        second = self.send(asked, login=addresses()[name], password=password_of(name))
        assert urlsplit(second.path).path == "/auth/2fa/authenticate/", second.path
        code = format_hotp_value(hotp_value(secret_of(name), int(time.time()) // 30))
        return self.send(second, code=code)

    @staticmethod
    def _filled_in(page, changes):
        token = soup_of(page).select_one("input[name=csrfmiddlewaretoken]")["value"]
        return urlencode(form_of(page) | changes | {"csrfmiddlewaretoken": token}, doseq=True)

    def _follow(self, method, path, body):
        for _step in range(LONGEST_WAY):
            answer = self._ask(method, path, body)
            if answer.status_code not in {301, 302, 303}:
                return answer
            path, method, body = urljoin(path, answer.headers["Location"]), "GET", None
            assert path.startswith("/"), path
        raise AssertionError(f"sent in circles, last to {path}")

    def _ask(self, method, path, body):
        headers = {
            "Host": urlsplit(self.base_url).netloc,
            "Origin": self.base_url,
            "X-Forwarded-For": "192.0.2.7",
            "X-Forwarded-Proto": "https",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        port = next(self.ports)
        link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            link.request(method, path, self._in_pieces(body, port, headers), headers)
            response = link.getresponse()
            self._keep(response.headers.get_all("Set-Cookie", []))
            return Answer(response.status, response.headers, response.read(), path)
        finally:
            link.close()

    def _in_pieces(self, body, port, headers):
        """This will give what to send, in two halves where somebody wants to know when the first is out."""
        if body is None or self.half_way is None:
            return body
        headers["Content-Length"] = str(len(body))
        told, self.half_way = self.half_way, None

        def pieces():
            yield body[: len(body) // 2].encode()
            told(port)
            yield body[len(body) // 2 :].encode()

        return pieces()

    def _keep(self, cookies):
        for line in cookies:
            assert line.startswith("__Host-"), line
            assert "; Secure" in line, line
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
