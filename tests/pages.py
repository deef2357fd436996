"""Reading pages as people do: the words, the form as it stands there, the sentence beside a field."""

import re

from bs4 import BeautifulSoup

A_MOMENT = r"(today|\w{3} \d+ \w{3} \d{4}), \d\d:\d\d"  # as pages write it: tomorrow begins where the reader lives
NEVER_SENT = {"submit", "button", "image", "reset"}


def soup_of(response):
    """This will give the page as a tree."""
    return BeautifulSoup(response.content, "html.parser")


def words_of(response):
    """This will give everything that can be read in the page's main part, as one line."""
    soup = soup_of(response)
    return re.sub(r"\s+", " ", (soup.find("main") or soup).get_text(" ")).strip()


def form_of(response):
    """This will give what the form in the page's main part would send as it stands: ``{name: [values]}``."""
    form, sent = soup_of(response).select_one("main form[method=post]"), {}
    for field in form.select("input[name], textarea[name], select[name]"):
        kind = field.get("type", field.name)
        if kind in NEVER_SENT or field.has_attr("disabled") or field["name"] == "csrfmiddlewaretoken":
            continue
        if kind in {"checkbox", "radio"} and not field.has_attr("checked"):
            continue
        sent.setdefault(field["name"], []).extend(_values_of(field))
    return sent


def _values_of(field):
    if field.name == "textarea":
        return [field.get_text().removeprefix("\n")]
    if field.name == "select":
        chosen = field.select("option[selected]") or field.select("option")[: 0 if field.has_attr("multiple") else 1]
        return [option["value"] for option in chosen]
    return [field.get("value", "")]


def sentence_beside(response, field):
    """This will give what is said beside a field, or at the top for one that cannot be seen; else nothing."""
    soup = soup_of(response)
    place = soup.find(id=f"id_{field}_error") or soup.select_one("main [role=alert]")
    return re.sub(r"\s+", " ", place.get_text(" ")).strip() if place else ""
