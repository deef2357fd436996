"""Where the files of a register come from."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from .sheets import FILES


@dataclass(frozen=True)
class Source:
    """One file: its name, and how to open it for reading bytes, which may raise :class:`OSError`."""

    name: str
    open: Callable[[], BinaryIO]


def from_folder(*, folder, at):
    """The files of a register in a folder, and the names of what else ends in ``.csv`` there and is not read.

    :param at: when it is read
    :raises OSError: there is no such folder, or it cannot be read
    """
    here = sorted(Path(folder).iterdir())
    sources = [Source(path.name, partial(_opened, path)) for path in here if path.name in FILES]
    strange = [path.name for path in here if path.name not in FILES and path.suffix.lower() == ".csv"]
    return sources, strange


def _opened(path):
    if not path.is_file():
        raise OSError("not an ordinary file")  # a pipe would keep us waiting for ever
    return path.open("rb")
