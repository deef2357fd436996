"""The catalogue of role bundles, kept by staff. Every change leaves a line in the vendor's trail."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record
from frame.wording import one_paragraph

from ..models import AccessRole
from ..permissions import FIRST_ROLES, lendable, ordered


@transaction.atomic
def add_access_role(*, name, description, permissions, by, at):
    """Put a new bundle on offer. The admin site has asked whether ``by`` may; ``None`` is the system.

    :raises ValidationError: no name, description or right, a right that cannot be lent, or the name is taken
    """
    role = AccessRole(**_checked(name, description, permissions))
    role.full_clean()
    role.save(force_insert=True)
    record("role.added", by=by, subject=role.name, at=at, **_facts(role))
    return role


@transaction.atomic
def change_access_role(*, role, name, description, permissions, active, by, at):
    """Change what a bundle is called or gives from now on, or take it off offer. No request changes by it.

    :raises ValidationError: as :func:`add_access_role`, or nothing would change
    """
    role = AccessRole.objects.select_for_update(no_key=True).get(pk=role.pk)
    before = _facts(role)
    for field, value in {**_checked(name, description, permissions), "active": active}.items():
        setattr(role, field, value)
    role.full_clean()
    if _facts(role) == before:
        raise ValidationError(_("Nothing was changed: it was like that already."), code="unchanged")
    role.save(force_update=True)
    record("role.changed", by=by, subject=role.name, at=at, before=before, after=_facts(role))
    return role


@transaction.atomic
def lay_down_roles(*, at):
    """Put the bundles every portal begins with on offer, where nothing of that name is there; answers those added.

    Running it again changes nothing, and nothing that staff have changed.
    """
    known = set(AccessRole.objects.values_list("name", flat=True))
    return [
        add_access_role(name=name, description=description, permissions=permissions, by=None, at=at)
        for name, description, permissions in FIRST_ROLES
        if name not in known
    ]


def _checked(name, description, permissions):
    values = [str(right) for right in permissions]
    if not values or set(values) != lendable(values):
        raise ValidationError(_("Choose at least one right that can be lent."), code="permissions")
    return {
        "name": one_paragraph(name),
        "description": one_paragraph(description),
        "permissions": [right.value for right in ordered(values)],
    }


def _facts(role):
    return {field: getattr(role, field) for field in ("name", "description", "permissions", "active")}
