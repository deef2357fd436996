"""What staff write: articles and riders."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class WritingForm(forms.Form):
    """A title and a text in Markdown."""

    title = forms.CharField(
        max_length=200, label=gettext_lazy("Title"), widget=forms.TextInput(attrs={"class": "vTextField"})
    )
    text = forms.CharField(
        max_length=50_000,
        strip=False,
        label=gettext_lazy("Text"),
        help_text=gettext_lazy(
            "In Markdown: # a heading, **strong**, *stressed*, - a list, 1. a numbered list, > a quotation, "
            "[words](https://an.address). HTML and pictures are shown as they are typed, as words."
        ),
        widget=forms.Textarea(attrs={"class": "vLargeTextField", "rows": 24}),
    )

    def clean_text(self):
        """A text has words in it."""
        text = self.cleaned_data["text"]
        if not text.strip():
            raise ValidationError(_("Write the text."), code="required")
        return text
