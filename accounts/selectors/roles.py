"""Role bundles as they are read."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from frame.wording import spell_list

from ..permissions import ordered


@dataclass(frozen=True)
class RoleInWords:
    """A bundle as it was when it was asked for, in the language of the reader."""

    name: str
    description: str
    rights: list[str]

    @classmethod
    def of(cls, role):
        """The words of what a request keeps of a bundle. Those every portal begins with are translated."""
        rights = [str(right.label) for right in ordered(role["permissions"])]
        return cls(_(role["name"]), _(role["description"]), rights)

    @property
    def in_full(self):
        """Name and rights in one line."""
        return _("%(role)s (%(rights)s)") % {"role": self.name, "rights": spell_list(self.rights)}
