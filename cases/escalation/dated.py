"""What all data about others has in common: it grows old."""
from django.db import models
from django.utils.translation import gettext_lazy as _


class Whom(models.TextChoices):
    """Whom the content concerns."""
    ANY = "any", _("Anybody")
    CHILD = "child", _("Under 18")
    ADULT = "adult", _("Adults")


class Dated(models.Model):
    """Data about others: where it comes from, and when somebody last looked whether it is so."""
    source = models.CharField(max_length=300, blank=True)
    last_verified_at = models.DateField(null=True, blank=True)       # None: nobody has looked yet
    retired_at = models.DateField(null=True, blank=True)             # not offered any more; what was sent still points here

    class Meta:
        abstract = True
