"""Which lines of the acceptance list and the trust catalogue no test names yet.

``python -m tests.ids`` prints them; it fails when a test names a line that does not exist. The lines are kept
in ``tests/ids.txt``. Tests are read, not run: ``@pytest.mark.seed("S2-17")``, ``@pytest.mark.trust("R2")``.
"""

import ast
import sys
from pathlib import Path

HERE = Path(__file__).parent
MARKERS = {"seed", "trust"}


def known():
    """This will give every id, in the order of the list."""
    return (HERE / "ids.txt").read_text().split()


def named(folder=HERE):
    """This will give each id that a test below ``folder`` names, with the files that do."""
    found = {}
    for path in sorted(folder.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(), filename=str(path))):
            if _is_marker(node):
                for argument in node.args:
                    found.setdefault(ast.literal_eval(argument), set()).add(path.relative_to(folder).as_posix())
    return found


def _is_marker(node):
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="mark"), attr=name)):
            return name in MARKERS
    return False


def main():
    """This will print the ids without a test, and the names that are no ids."""
    ids, tested = known(), named()
    strangers = sorted(set(tested) - set(ids))
    missing = [name for name in ids if name not in tested]
    for name in strangers:
        print(f"{name} is no id, but named in {', '.join(sorted(tested[name]))}", file=sys.stderr)
    print(f"{len(ids) - len(missing)} of {len(ids)} lines have a test. Without one:")
    print("\n".join(missing))
    return 1 if strangers else 0


if __name__ == "__main__":
    sys.exit(main())
