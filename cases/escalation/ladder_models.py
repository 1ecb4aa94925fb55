"""What chasing keeps: the steps that can be taken after a notice."""
from django.db import models
from django.utils.translation import gettext_lazy as _


class Step(models.TextChoices):
    """What can follow a notice that did not help: the same platform again, or somebody else."""
    REMINDER = "reminder", _("Reminder")
    SECOND = "second", _("Second notice")
    COPIES = "copies", _("Identical copies at other places")
    SEARCH = "search", _("Search engines: take it out of the results")
    HOST = "host", _("Whoever hosts the site")
    REGISTRAR = "registrar", _("The registrar of the domain")
    REGULATOR = "regulator", _("Regulator")
