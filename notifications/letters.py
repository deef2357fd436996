"""Showing a mail's HTML on a page of ours: in a frame without any power, under the page's own strict policy."""

import base64
import hashlib
import re

from csp.decorators import csp_update

_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def hashes_of_styles(html):
    """The style blocks of a mail as a content policy names them (CSP Level 3, section 2.3.1)."""
    return [
        f"'sha256-{base64.b64encode(hashlib.sha256(block.encode()).digest()).decode()}'"
        for block in _STYLE.findall(html)
    ]


def allow_styles(request, response, letters):
    """Let the style blocks of these mails into the page of ``response``, for a frame's document keeps to the
    policy of the page around it. Nothing else of the policy changes.
    """
    found = sorted({one for html in letters for one in hashes_of_styles(html)})
    allowing = csp_update({"style-src": found})
    return allowing(lambda _request: response)(request) if found else response
