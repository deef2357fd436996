"""The register from a folder, as operators bring it."""

import os
import pty
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from tests.partners import registers
from tests.partners.registers import everything


@pytest.fixture
def folder(tmp_path):
    """The small register in a folder."""
    for name, text in registers.SMALL.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def bring(*arguments):
    """This will give what the command prints, what it complains of, and the status it ends with."""
    out, err = StringIO(), StringIO()
    try:
        call_command("portal_import", *map(str, arguments), stdout=out, stderr=err)
    except SystemExit as ended:
        return out.getvalue(), err.getvalue(), ended.code
    return out.getvalue(), err.getvalue(), 0


def test_says_what_was_new_and_the_second_time_that_nothing_was(cast, folder):
    first, complaints, status = bring(folder)
    before = everything()
    second = bring(folder)[0]

    assert (complaints, status) == ("", 0)
    assert [line.split() for line in first.splitlines()][1:3] == [
        ["accounts", "2", "0", "0", "0"],
        ["people", "3", "0", "0", "0"],
    ]
    assert first.splitlines()[-1] == "Imported."
    assert second.splitlines()[-1] == "Nothing was new."
    assert everything() == before


def test_check_writes_nothing(cast, folder):
    before = everything()
    said = bring(folder, "--check")[0]

    assert everything() == before
    assert said.splitlines()[-1] == "Nothing was written: this was only tried."


def test_each_fault_is_a_line_and_the_status_is_1(cast, folder):
    (folder / "usage.csv").write_text(registers.USAGE.replace("12.5", "NaN"))
    (folder / "orders.csv").unlink()
    (folder / "orders.csv").mkdir()
    before = everything()
    said, complaints, status = bring(folder)

    assert complaints.splitlines() == [
        "orders.csv: This file cannot be read: not an ordinary file.",
        "usage.csv, line 2, column amount: “NaN” is no amount such as 1234.50, with a point and at most 3 places.",
    ]
    assert (said, status) == ("Nothing was imported: 2 faults.\n", 1)
    assert everything() == before


def test_a_pipe_keeps_nobody_waiting(cast, folder):
    (folder / "usage.csv").unlink()
    os.mkfifo(folder / "usage.csv")

    assert bring(folder)[1] == "usage.csv: This file cannot be read: not an ordinary file.\n"


def test_a_file_of_another_name_is_mentioned(cast, folder):
    (folder / "invoice.csv").write_text("")

    assert bring(folder)[0].splitlines()[0] == "invoice.csv was not read: no file of a register has this name."


@pytest.mark.parametrize("place", ["nowhere", "accounts.csv"])
def test_a_folder_that_is_none_is_named(cast, folder, place):
    with pytest.raises(CommandError, match=place):
        call_command("portal_import", str(folder / place))


@pytest.mark.once
def test_the_bar_is_drawn_on_a_terminal_only(tmp_path):
    """In a process of its own: what a terminal shows, and what a file gets."""
    (tmp_path / "accounts.csv").write_text("")
    command = [sys.executable, "manage.py", "portal_import", str(tmp_path)]
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'portal.sqlite3'}"}
    place = {"cwd": Path(settings.BASE_DIR), "env": environment}
    subprocess.run([*command[:2], "migrate", "--verbosity", "0"], check=True, **place)
    ours, theirs = pty.openpty()
    shown = subprocess.run(command, stderr=theirs, stdout=subprocess.PIPE, **place)
    os.close(theirs)
    on_terminal = os.read(ours, 65_536).decode()
    os.close(ours)
    in_file = subprocess.run(command, capture_output=True, text=True, **place)

    assert (shown.returncode, in_file.returncode) == (1, 1)
    assert "░" in on_terminal
    assert in_file.stderr.startswith("accounts.csv, line 1: The file is empty")
    assert "\r" not in in_file.stderr
