"""The commands the README tells operators to type, so that tests type the same."""

import re
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"


def commands_under(heading):
    """This will give the blocks of commands that stand under a heading, in their order."""
    chapter = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", README.read_text(), re.MULTILINE | re.DOTALL)[1]
    return re.findall(r"^```sh\n(.*?)^```$", chapter, re.MULTILINE | re.DOTALL)
