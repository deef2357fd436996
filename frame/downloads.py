"""Files that are handed out: saved by the browser, never opened in the portal's own place."""

from django.http import HttpResponse
from django.utils.text import slugify

LONGEST = 60


def pdf_to_save(made, *, title, ending=""):
    """A PDF as an answer. Its name is made of letters we know, whatever the title: no path, no line, no turned writing.

    :param ending: what follows the title in the name, of letters, digits and hyphens
    """
    name = slugify(title)[:LONGEST].strip("-_") or "file"
    response = HttpResponse(made, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}{ending}.pdf"'
    response.headers["Content-Security-Policy"] = "sandbox"
    return response
