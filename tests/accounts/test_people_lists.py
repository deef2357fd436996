"""The people of an account as a list that is sorted, searched and taken along as a file."""

import csv
from io import StringIO

import pytest

from audit.models import TrailLine
from tests.cast import approve, ask

PATH = "/accounts/654321/contacts/"
EVERYBODY = ["Adam", "Carol", "Connie", "Dora", "Mike", "Ursula"]


def file_of(client, query=""):
    """This will give the lines of the file, its headings first."""
    response = client.get(f"{PATH}?format=csv&{query}")
    assert response.headers["Content-Disposition"] == 'attachment; filename="contacts-654321.csv"'
    return list(csv.reader(StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


class TestInside:
    def test_is_sorted_both_ways(self, cast, signed_in):
        carol = signed_in(cast.carol)
        names = [line[0] for line in file_of(carol, "sort=name")[1:]]

        assert names == EVERYBODY
        assert [line[0] for line in file_of(carol, "sort=-name")[1:]] == EVERYBODY[::-1]
        assert carol.get(PATH, {"sort": "password"}).status_code == 404

    @pytest.mark.trust("F6")
    def test_takes_along_what_the_search_leaves_and_no_formula(self, cast, signed_in):
        cast.mike.first_name = "=1+1"
        cast.mike.save()

        lines = file_of(signed_in(cast.carol), "search=mike")

        assert lines[0] == ["Name", "E-mail", "Role", "Joined", "Authorized contact", "Locked out"]
        assert [line[:3] for line in lines[1:]] == [["'=1+1", "mike@acme.example", "Member"]]

    @pytest.mark.trust("A2")
    @pytest.mark.parametrize("who", ["mallory", "quinn", "petra", "tess"])
    def test_is_nobody_elses(self, cast, signed_in, who):
        assert signed_in(getattr(cast, who)).get(PATH, {"format": "csv"}).status_code == 404


def test_from_outside_it_holds_names_addresses_and_roles_and_leaves_a_line(cast, now, signed_in):
    approve(ask(cast, permissions=["view_contacts"], at=now), by=cast.carol, at=now)
    cast.mike.is_active = False
    cast.mike.save()

    lines = file_of(signed_in(cast.petra))

    assert lines[0] == ["Name", "E-mail", "Role"]
    assert [line[0] for line in lines[1:]] == [name for name in EVERYBODY if name != "Mike"]
    assert TrailLine.objects.get(event="account.viewed").details["page"] == "contacts.csv"
