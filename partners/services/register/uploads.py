"""The same through the admin site: files from a browser are kept for an hour, tried, and imported on the button."""

import io
import zipfile
import zlib
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from frame.refusals import NotAllowedNow

from ...models import RegisterUpload
from .cells import shown
from .importing import Report, check_register, import_register
from .sheets import FILES
from .sources import Source

UNPACKED_MAX = 8 * 1024 * 1024  # bytes of all files together; larger registers are for the operators' command
ENTRIES_MAX = 50
PIECE = 65_536
LIFE = timedelta(hours=1)


@transaction.atomic
def keep_upload(*, files, by, at) -> RegisterUpload:
    """Keep the files of a register until their sender has read what they come to, and forget older ones.

    The caller has let ``by`` in. Nothing is ever unpacked to a path: what has the name of a register's file is copied,
    under that name, up to a limit, and nothing else is.

    :param files: what the browser sent: the files themselves, or archives (ZIP) of them
    :raises ValidationError: with a sentence for each file that is not wanted
    """
    RegisterUpload.objects.filter(uploaded_at__lte=at - LIFE).delete()
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as into:
        refusals = _copy(files, into)
        names = into.namelist()
    if not (names or refusals):
        refusals.append(_("Choose the files of a register, or an archive (ZIP) of them."))
    if refusals:
        raise ValidationError(refusals)
    return RegisterUpload.objects.create(
        content=kept.getvalue(), file_names=", ".join(names), uploaded_by=by, uploaded_at=at
    )


@transaction.atomic
def import_upload(*, upload, by, at) -> Report:
    """Import the files of an upload, and forget them.

    :param upload: one of ``by``'s own
    :raises NotAllowedNow: it was imported or forgotten meanwhile
    :raises Faulty: it is not in order; it is kept
    """
    with _sources_of(upload) as sources:
        if not RegisterUpload.objects.filter(pk=upload.pk, uploaded_by=by, uploaded_at__gt=at - LIFE).delete()[0]:
            raise NotAllowedNow(_("These files were imported or forgotten meanwhile. Choose them again."))
        return import_register(sources=sources, by=by, at=at)


def check_upload(*, upload, at) -> Report:
    """Try the files of an upload without writing anything.

    :raises Faulty: it is not in order
    """
    with _sources_of(upload) as sources:
        return check_register(sources=sources, at=at)


@contextmanager
def _sources_of(upload):
    """The files of an upload."""
    with zipfile.ZipFile(io.BytesIO(upload.content)) as archive:
        yield [Source(name, partial(_opened, archive, name)) for name in archive.namelist()]


def _opened(archive, name):
    return archive.open(name)


def _copy(files, into):
    """Copy what is wanted.

    :returns: what is not, in sentences
    """
    refusals: list[str] = []
    for file in files:
        try:
            for name, stream in _files_in(file):
                with stream:
                    _add(into, name, stream)
        except ValueError as refusal:
            refusals.append(str(refusal))
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError):  # the last: a password, a way of packing
            words = _("%(file)s is no archive (ZIP) that can be opened here without a password.")
            refusals.append(words % {"file": shown(file.name)})
    return refusals


def _files_in(file):
    """The files of a register that one upload brings: its name, and a stream of its bytes."""
    if file.name in FILES:
        yield file.name, file
    elif file.name.lower().endswith(".zip"):
        yield from _entries(file)
    else:
        words = _("%(file)s is no file of a register. These are: %(names)s.")
        raise ValueError(words % {"file": shown(file.name), "names": ", ".join(FILES)})


def _entries(file):
    with zipfile.ZipFile(file) as archive:
        if len(archive.infolist()) > ENTRIES_MAX:
            words = _("%(file)s holds more than %(count)d files.")
            raise ValueError(words % {"file": shown(file.name), "count": ENTRIES_MAX})
        wanted = [entry for entry in archive.infolist() if PurePosixPath(entry.filename).name in FILES]
        if not wanted:
            words = _("%(file)s holds no file of a register. These are: %(names)s.")
            raise ValueError(words % {"file": shown(file.name), "names": ", ".join(FILES)})
        for entry in wanted:
            yield PurePosixPath(entry.filename).name, archive.open(entry)


def _add(into, name, stream):
    """Copy one file, counting what comes out and believing no header.

    :raises ValueError: there is one of this name already, or it is too much
    """
    if name in into.namelist():
        raise ValueError(_("%(file)s was sent more than once.") % {"file": name})
    taken = sum(entry.file_size for entry in into.infolist())
    with into.open(name, "w") as copy:
        while piece := stream.read(PIECE):
            taken += len(piece)
            if taken > UNPACKED_MAX:
                words = _("These files are larger than %(size)d MB. Operators import them with portal_import.")
                raise ValueError(words % {"size": UNPACKED_MAX // 1024 // 1024})
            copy.write(piece)
