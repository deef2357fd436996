"""The world is acted out once; between two tests it stands as it was, or nothing does."""

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from audit.models import TrailLine
from riders.models import Rider
from tests.cast import approve, ask
from tests.standing import standing, tables

pytestmark = pytest.mark.django_db(transaction=True)


def everything():
    """This will give every row there is, as text, by table; in what order a database keeps rows is its own affair."""
    found = {table: serializers.serialize("json", table._base_manager.order_by("pk")) for table in tables()}
    return {table: rows for table, rows in found.items() if rows != "[]"}


def test_stands_again_as_it_was_whatever_a_test_left_behind(cast, now):
    standing.empty()
    standing.arrange(wanted=True)
    before = everything()
    rights = list(Permission.objects.order_by("pk").values_list("pk", "content_type", "codename"))
    kinds = list(ContentType.objects.order_by("pk").values_list("pk", "app_label", "model"))
    approve(ask(cast, at=now), by=cast.carol, at=now)
    Rider.objects.update(published_at=now)
    User.objects.filter(pk=cast.mike.pk).update(first_name="Michael")
    assert everything() != before

    standing.empty()
    assert everything() == {}
    standing.arrange(wanted=True)

    assert everything() == before
    assert list(Permission.objects.order_by("pk").values_list("pk", "content_type", "codename")) == rights
    assert list(ContentType.objects.order_by("pk").values_list("pk", "app_label", "model")) == kinds


def test_new_rows_get_numbers_of_their_own(cast, now):
    standing.empty()
    standing.arrange(wanted=True)
    last = User.objects.order_by("pk").last()

    assert User.objects.create(email="new@acme.example", first_name="New").pk > last.pk


def test_who_is_changed_in_one_test_is_as_ever_in_the_next(cast):
    standing.empty()
    standing.arrange(wanted=True)
    standing.again().carol.first_name = "Caroline"

    assert standing.again().carol.first_name == "Carol"


def test_the_trail_cannot_be_emptied_by_anybody_else_afterwards(cast):
    standing.empty()
    standing.arrange(wanted=True)

    for forbidden in (TrailLine.objects.all()._raw_delete, lambda using: TrailLine.objects.update(event="nothing")):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            forbidden(connection.alias)
