"""People, companies, and who belongs where."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth import get_backends
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ..permissions import CONTACT_RIGHTS, MEMBER_SWITCHES, ROLE_RIGHTS, STAND_IN_RIGHTS, AccountPermission, Role
from ..states import AccountKind, Deciders

_zones = cache(available_timezones)  # reading them off the disk each time is slow


def validate_zone(value):
    """Refuse what is not the name of a time zone."""
    if value not in _zones():
        raise ValidationError(_("“%(zone)s” is not the name of a time zone."), params={"zone": value})


class UserManager(BaseUserManager["User"]):
    """Makes people who sign in by mail address."""

    use_in_migrations = True

    def create_user(self, email, password=None, **extra):
        """Make a person; without a password they set one by a code sent to their address."""
        user = self.model(email=self.normalize_email(email).lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **extra):
        """Make the break-glass superuser of the admin site. It opens no customer's account."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)


class User(AbstractUser):
    """A person. Signs in by mail address; language and zone are the account's where left blank."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("mail address"), unique=True, error_messages={"unique": _("This address is taken.")})
    language = models.CharField(_("language"), max_length=10, blank=True, choices=settings.LANGUAGES)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True, validators=[validate_zone])

    session_series = models.PositiveIntegerField(_("series of sessions"), default=0, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []
    objects = UserManager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["email"]

    def __str__(self):
        return self.get_full_name() or self.email

    def has_perm(self, perm, obj=None):
        """On the admin site Django's own answer; on an account the door's, superuser or not."""
        if obj is not None:
            return any(one.has_perm(self, perm, obj) for one in get_backends() if hasattr(one, "has_perm"))
        return super().has_perm(perm)

    def get_session_auth_hash(self):
        """What every session of this person must carry: those of an earlier series are dead on their next request."""
        return super().get_session_auth_hash() + self._series_mark

    def get_session_auth_fallback_hash(self):
        """The same under the secret keys of before."""
        return (found + self._series_mark for found in super().get_session_auth_fallback_hash())

    @property
    def _series_mark(self):
        return f".{self.session_series}" if self.session_series else ""


class AccountQuerySet(models.QuerySet):
    def open(self, at):
        """Accounts that are not closed."""
        return self.filter(Q(closed_at=None) | Q(closed_at__gt=at))


class Account(models.Model):
    """A company on the portal."""

    kind = models.CharField(_("kind"), max_length=10, choices=AccountKind)
    number = models.CharField(
        _("account number"), max_length=12, unique=True, validators=[RegexValidator(r"^[0-9]{3,12}\Z")]
    )
    org_id = models.CharField(
        _("organization ID"), max_length=12, unique=True, validators=[RegexValidator(r"^[0-9]{3,12}\Z")]
    )
    name = models.CharField(_("name"), max_length=120)
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC", validators=[validate_zone])
    language = models.CharField(_("language"), max_length=10, default="en", choices=settings.LANGUAGES)
    seats = models.PositiveIntegerField(_("seats"), default=5)
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    partner_deciders = models.CharField(
        _("who decides requests of partners"), max_length=30, choices=Deciders, default=Deciders.PRIMARY
    )
    support_deciders = models.CharField(
        _("who decides requests of support"),
        max_length=30,
        choices=Deciders,
        default=Deciders.PRIMARY_AND_ADMINISTRATORS,
    )
    partners_may_add_colleagues = models.BooleanField(_("partners may add colleagues"), default=True)
    support_read_only = models.BooleanField(_("Allow support read-only access to your organization"), default=False)
    support_changes_need_agreement = models.BooleanField(_("support changes need our agreement"), default=True)
    settings_version = models.PositiveIntegerField(_("version of the settings"), default=1)

    objects = AccountQuerySet.as_manager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["name", "number"]
        default_permissions = ("add", "change", "delete", "view")
        permissions = [(right.value, "Can " + right.value.replace("_", " ")) for right in AccountPermission]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at")),
                name="an_account_closes_after_it_opens",
            ),
        ]

    def __str__(self):
        return f"{self.name} {self.number}"

    @property
    def zone(self):
        """The account's time zone as :class:`zoneinfo.ZoneInfo`."""
        return ZoneInfo(self.time_zone)


def _role_gives(permission):
    return [role for role, rights in ROLE_RIGHTS.items() if permission in rights]


class MembershipQuerySet(models.QuerySet):
    def active(self, at):
        """Memberships of active people that have begun and not ended."""
        return self.filter(joined_at__lte=at, user__is_active=True).filter(Q(ended_at=None) | Q(ended_at__gt=at))

    def living(self):
        """Memberships nobody has ended, those of people who are locked out among them."""
        return self.filter(ended_at=None)

    def giving(self, permission, at):
        """Active memberships that give this right by role, by the person's own switch, by the contact flag, or as
        a stand-in.
        """
        return self.active(at).filter(self.gives(permission, at))

    def gives(self, permission, at):
        """Whether a membership gives this right while it is active: a Q, for conditions."""
        gives = Q(role__in=_role_gives(permission))
        if permission in MEMBER_SWITCHES:
            switched = MembershipRight.objects.filter(permission=permission).values("membership_id")
            gives |= Q(role=Role.MEMBER, pk__in=switched)
        if permission in CONTACT_RIGHTS:
            gives |= Q(authorized_contact=True)
        if permission in STAND_IN_RIGHTS:
            gives |= Q(stands_in_from__lte=at, stands_in_until__gt=at)
        if permission == AccountPermission.DECIDE_ACCESS:
            both = Deciders.PRIMARY_AND_ADMINISTRATORS
            by_the_settings = Q(account__partner_deciders=both) | Q(account__support_deciders=both)
            gives |= Q(role=Role.ADMINISTRATOR) & by_the_settings
        return gives


class Membership(models.Model):
    """A person in an account. An ended membership is never reactivated; joining again is a new one."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name=_("person"))
    account = models.ForeignKey(Account, models.PROTECT, related_name="memberships", verbose_name=_("account"))
    role = models.CharField(_("role"), max_length=30, choices=Role, default=Role.MEMBER)
    authorized_contact = models.BooleanField(_("authorized contact"), default=False)
    stands_in_from = models.DateTimeField(_("stands in from"), null=True, blank=True)
    stands_in_until = models.DateTimeField(_("stands in until"), null=True, blank=True)
    joined_at = models.DateTimeField(_("joined"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["account__name", "user__email"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(role=Role.PRIMARY, ended_at=None),
                name="one_primary_user_per_account",
            ),
            models.UniqueConstraint(
                fields=["user", "account"],
                condition=Q(ended_at=None),
                name="one_living_membership_per_person_and_account",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("joined_at")),
                name="a_membership_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(ended_by=None) | Q(ended_at__isnull=False),
                name="who_ended_a_membership_says_when",
            ),
            models.CheckConstraint(
                condition=Q(stands_in_from=None, stands_in_until=None)
                | Q(
                    stands_in_from__isnull=False,
                    stands_in_until__isnull=False,
                    stands_in_until__gt=F("stands_in_from"),
                ),
                name="a_stand_in_has_both_dates_in_order",
            ),
        ]

    def __str__(self):
        return f"{self.user}, {self.get_role_display()}, {self.account}"

    def stands_in_at(self, at):
        """Whether the person stands in for the primary user at this moment (half-open)."""
        return self.stands_in_from is not None and self.stands_in_from <= at < self.stands_in_until

    def active_at(self, at):
        """Whether it has begun and not ended, and the person is active."""
        return self.user.is_active and self.joined_at <= at and not (self.ended_at and self.ended_at <= at)


class MembershipRight(models.Model):
    """One switch of a plain member, set by the account's administrators."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="rights")
    permission = models.CharField(_("right"), max_length=40, choices=AccountPermission)

    class Meta:
        verbose_name = _("right of a member")
        verbose_name_plural = _("rights of members")
        constraints = [
            models.UniqueConstraint(fields=["membership", "permission"], name="a_member_holds_a_right_once"),
        ]

    def __str__(self):
        return self.get_permission_display()
