"""What staff write, articles and riders: a title and a text."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from frame.markdown import nested_too_deeply
from frame.wording import one_paragraph


def write(row, title, text):
    """Put what was typed into the fields of an article or a rider, unsaved.

    :param text: Markdown
    :raises ValidationError: it says nothing, too much, or sets more into each other than can be shown; its ``code``
        is ``text``
    """
    row.title, row.text = one_paragraph(title), text.replace("\r\n", "\n").strip("\n")
    most = row._meta.get_field("text").max_length or 0
    if not row.text.strip() or len(row.text) > most:
        raise ValidationError(_("Write a text of %(most)s characters at most.") % {"most": most}, code="text")
    if nested_too_deeply(row.text):
        words = _("Too much is set into each other here: stress, quotations or lists. Write it more plainly.")
        raise ValidationError(words, code="text")
