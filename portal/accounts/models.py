import uuid
from importlib import import_module
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.permissions import Permission, Role, may

ROLE_NAMES = {
    Role.CASEWORKER: _("Caseworker"),
    Role.SUPERVISOR: _("Supervisor"),
    Role.INTAKE_OPERATOR: _("Intake operator"),
    Role.CAMPAIGN_EDITOR: _("Campaign editor"),
    Role.CAMPAIGN_PUBLISHER: _("Campaign publisher"),
    Role.ANALYST: _("Analyst"),
    Role.AUDITOR: _("Auditor"),
    Role.ADMINISTRATOR: _("Administrator"),
    Role.LIAISON: _("Liaison of a partner body"),
}


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """For `manage.py createsuperuser`: an administrator of people; reads no case."""
        return self.create_user(email, password, role=Role.ADMINISTRATOR.value, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A member of staff. The public never has an account."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=20, choices=[(role.value, name) for role, name in ROLE_NAMES.items()])
    language = models.CharField(_("language"), max_length=5, default="ur")
    phone = models.CharField(_("mobile number for alerts"), max_length=20, blank=True)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)       # it was printed by a command, for one use
    must_change_passphrase = models.BooleanField(default=False)     # it is lost: the next sign-in makes a new pair of keys
    date_joined = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("member of staff")
        verbose_name_plural = _("members of staff")

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """Wagtail and Django ask for it; nobody enters Django's own admin."""
        return False

    def may(self, permission: Permission) -> bool:
        return may(self, permission)

    @property
    def reads_cases(self) -> bool:
        return self.may(Permission.READ_CASES)

    @property
    def searches_hashes(self) -> bool:
        return self.may(Permission.SEARCH_HASHES)

    @property
    def sends_notices(self) -> bool:
        return self.may(Permission.ESCALATE)

    @property
    def reads_audit(self) -> bool:
        return self.may(Permission.READ_AUDIT)

    @property
    def takes_reports(self) -> bool:
        return self.may(Permission.TAKE_REPORTS)

    @property
    def manages_people(self) -> bool:
        return self.may(Permission.MANAGE_PEOPLE)

    @property
    def reads_figures(self) -> bool:
        return self.may(Permission.READ_FIGURES)

    @property
    def publishes_figures(self) -> bool:
        return self.may(Permission.PUBLISH_FIGURES)

    @property
    def supervises(self) -> bool:
        return self.may(Permission.SUPERVISE)

    @property
    def edits_campaigns(self) -> bool:
        return self.may(Permission.EDIT_CAMPAIGNS)

    @property
    def coordinates(self) -> bool:
        return self.may(Permission.COORDINATE)

    @property
    def speaks_for_body(self) -> bool:
        return self.may(Permission.SPEAK_FOR_BODY)

    @property
    def has_vault(self) -> bool:
        """Whether there is anything sealed that this member may open."""
        return self.reads_cases or self.speaks_for_body

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]


class SecondFactor(models.Model):
    """A member's authenticator app (TOTP, RFC 6238), from the first right code on."""
    member = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="second_factor")
    secret = models.BinaryField()                           # sealed: portal.accounts.second_factor
    last_counter = models.BigIntegerField(default=0)        # 30-second steps since 1970; a code of this step or before is used up
    confirmed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.member_id)


class Passkey(models.Model):
    """A key pair in a member's device (WebAuthn). Its private half never leaves the device."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="passkeys")
    name = models.CharField(max_length=60)                  # the member's own word for it
    credential = models.BinaryField(max_length=1023, unique=True)       # the credential id, as the device calls it
    public = models.BinaryField()                           # COSE key
    counter = models.BigIntegerField(default=0)             # how often it signed, where the device counts; else 0 for good
    transports = models.JSONField(default=list)             # "internal", "usb", …: a hint for the browser
    can_unlock = models.BooleanField(default=False)         # the device offers the PRF extension
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]

    def __str__(self) -> str:
        return self.name


class RecoveryCode(models.Model):
    """For the day the telephone is lost. The digest is keyed: who has the database cannot try codes."""
    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "digest"], name="recovery_code_once")]

    def __str__(self) -> str:
        return str(self.member_id)


class Session(AbstractBaseSession):
    """A browser in which a member is signed in, or about to be. Its contents are written by portal.accounts.sessions.

    The key is a digest of what the cookie holds, so the table opens no session. Nothing says from where it is used.
    """
    session_key = models.CharField(max_length=64, primary_key=True)     # SHA-256 of the cookie's value, hex
    member = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    entered = models.BooleanField(default=False)                        # password and second factor were right
    label = models.CharField(max_length=40, blank=True)                 # what the member calls this browser
    started_at = models.DateTimeField()
    last_used_at = models.DateTimeField()                               # to the quarter of an hour

    class Meta(AbstractBaseSession.Meta):
        abstract = False

    @classmethod
    def get_session_store_class(cls) -> type[Any]:
        return import_module(settings.SESSION_ENGINE).SessionStore


class Invitation(models.Model):
    """A link that lets a member choose a password, once. The link's secret is here as a digest; for a mail that has yet to leave,
    also sealed to the worker."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.OneToOneField(User, on_delete=models.CASCADE, related_name="invitation")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    key = models.OneToOneField("cases_vault.DataKey", on_delete=models.PROTECT, null=True, related_name="+")
    sealed = models.BinaryField(null=True)

    def __str__(self) -> str:
        return str(self.member_id)


class Identity(models.Model):
    """Who a member is at the ministry's single sign-on: bound once, by the member, signed in by our own means (oidc.py)."""
    member = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="identity")
    issuer = models.CharField(max_length=200)
    subject = models.CharField(max_length=255)
    bound_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="identity_once")]

    def __str__(self) -> str:
        return str(self.member_id)
