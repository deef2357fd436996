"""Rules every part of the house keeps, found by looking through it, so that no new room forgets them."""

import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import CheckConstraint, F, Q

OURS = ["access_requests", "riders", "accounts", "partners", "notifications", "audit"]
TEMPLATES = Path(settings.BASE_DIR) / "templates"
MAIL_PARTS = {"subject.txt", "message.txt", "message.html"}
# These write nothing: one answers yes or no, the others refuse who or what may not
QUESTIONS = {"may_end", "check_window", "find_customer", "require_ender"}


def services():
    """This will give every public function of every app's services, by its full name."""
    found = {}
    for app in OURS:
        if not any((Path(settings.BASE_DIR) / app / name).exists() for name in ("services", "services.py")):
            continue
        module = import_module(f"{app}.services")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if not name.startswith("_") and function.__module__.startswith(f"{app}.services"):
                found[f"{app}.{name}"] = function
    return found


SERVICES = services()


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_takes_named_arguments_only_and_the_moment_it_happens_at(name):
    arguments = inspect.signature(SERVICES[name]).parameters

    assert "at" in arguments
    if name.partition(".")[2] not in QUESTIONS:
        assert {argument.kind for argument in arguments.values()} <= {
            inspect.Parameter.KEYWORD_ONLY,
            inspect.Parameter.VAR_KEYWORD,
        }


def test_the_services_were_found():
    assert {"access_requests.approve_request", "accounts.add_member", "partners.link"} <= set(SERVICES)


def mails():
    """This will give every mail of ours, as app and name, with the parts it has. What mails share is no mail."""
    found = {}
    for path in TEMPLATES.glob("*/email/*"):
        mail, _underscore, part = path.name.rpartition("_")
        if path.parent.parent.name in OURS and mail and part in MAIL_PARTS:
            found.setdefault((path.parent.parent.name, mail), set()).add(part)
    return found


MAILS = mails()


@pytest.mark.trust("T8")
@pytest.mark.parametrize(("app", "mail"), sorted(MAILS), ids=str)
def test_a_mail_has_a_subject_a_text_and_html_and_is_sent_from_the_file_that_sends_them_all(app, mail):
    assert MAILS[app, mail] == MAIL_PARTS
    files = (Path(settings.BASE_DIR) / app).glob("emails/*.py"), (Path(settings.BASE_DIR) / app).glob("emails.py")
    assert re.search(rf'["/]{mail}"', "".join(path.read_text() for found in files for path in found))


def test_the_mails_were_found():
    assert {("access_requests", "requested_customer"), ("access_requests", "ended")} <= set(MAILS)


def pairs():
    """This will give each ``…_by`` of our tables that has an ``…_at``, unless the moment is always there."""
    for app in OURS:
        for model in apps.get_app_config(app).get_models():
            names = {field.name: field for field in model._meta.get_fields() if hasattr(field, "null")}
            for name in names:
                moment = names.get(f"{name.removesuffix('_by')}_at")
                if name.endswith("_by") and moment is not None and moment.null:
                    yield pytest.param(model, name, moment.name, id=f"{model.__name__}.{name}")


def fields_in(condition):
    """This will give the names of the fields a constraint's condition speaks of."""
    if isinstance(condition, Q):
        return set().union(*(fields_in(child) for child in condition.children))
    lookup, value = condition
    return {lookup.partition("__")[0]} | ({value.name} if isinstance(value, F) else set())


PAIRS = list(pairs())


@pytest.mark.parametrize(("model", "by", "at"), PAIRS)
def test_who_and_when_are_tied_together_by_the_database(model, by, at):
    conditions = [one.condition for one in model._meta.constraints if isinstance(one, CheckConstraint)]

    assert any({by, at} <= fields_in(condition) for condition in conditions)


def test_the_pairs_were_found():
    assert {"Grant.ended_by", "AccessRequest.decided_by", "Partnership.linked_by"} <= {pair.id for pair in PAIRS}


def test_the_name_of_every_constraint_is_a_sentence():
    for app in OURS:
        for model in apps.get_app_config(app).get_models():
            for one in model._meta.constraints:
                assert re.fullmatch(r"[a-z]+(_[a-z]+){2,}", one.name), one.name


def pages_of_an_answer():
    """This will give the templates of whole pages on which somebody answers, by name, with their text."""
    found = {str(path.relative_to(TEMPLATES)): path.read_text() for path in TEMPLATES.rglob("*.html")}
    return {name: text for name, text in found.items() if "{% extends" in text and 'name="answer"' in text}


def test_nothing_pops_up_over_an_answer():
    pages = pages_of_an_answer()

    assert {"access_requests/decide.html", "access_requests/hour.html", "accounts/change.html"} <= set(pages)
    assert [name for name, text in pages.items() if "{% block news %}{% comment %}" not in text] == []


def test_only_the_edges_read_the_clock():
    """Time comes in as ``at``; services that loop for long read it again for each item."""
    edges = {
        "views",
        "tasks",
        "admin",
        "commands",
        "middleware",
        "backends",
        "adapter",
        "context_processors",
        "receivers",
    }
    readers = set()
    for app in [*OURS, "frame", "config"]:
        for path in (Path(settings.BASE_DIR) / app).rglob("*.py"):
            if re.search(r"\b(clock\.now|timezone\.now|datetime\.now|datetime\.utcnow)\(", path.read_text()):
                readers.add(path.relative_to(settings.BASE_DIR).as_posix())
    inside = {path for path in readers if path.partition("/")[0] in OURS and not edges & set(re.split(r"[/.]", path))}

    assert inside <= {"notifications/services.py"}
