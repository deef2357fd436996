"""Tests name lines that exist, and the reader of those names sees every spelling."""

from tests import ids


def test_every_id_a_test_names_is_on_the_list():
    assert set(ids.named()) - set(ids.known()) == set()


def test_ids_are_read_from_decorators_module_marks_and_parameters(tmp_path):
    (tmp_path / "test_example.py").write_text(
        "import pytest\n"
        "pytestmark = [pytest.mark.seed('S2-1')]\n"
        "@pytest.mark.trust('A1', 'A6')\n"
        "@pytest.mark.parametrize('x', [pytest.param(1, marks=pytest.mark.seed('S2-2'))])\n"
        "def test_x(x): pass\n"
    )

    assert set(ids.named(tmp_path)) == {"S2-1", "S2-2", "A1", "A6"}
