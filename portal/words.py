"""Django's own messages that people here may read. Its Urdu catalogue is thin and misspells; naming them here puts them into
ours, which Django asks first."""
from django.utils.translation import gettext_noop, ngettext_lazy

MESSAGES = (
    gettext_noop("This field is required."), gettext_noop("Enter a valid value."), gettext_noop("Enter a valid URL."),
    gettext_noop("Enter a valid email address."), gettext_noop("Enter a whole number."), gettext_noop("Enter a number."),
    gettext_noop("Enter a valid date."), gettext_noop("Enter a valid time."), gettext_noop("Enter a valid date/time."),
    gettext_noop("Select a valid choice. %(value)s is not one of the available choices."),
    gettext_noop("Select a valid choice. That choice is not one of the available choices."),
    gettext_noop("Enter a list of values."), gettext_noop("Null characters are not allowed."),
    gettext_noop("Ensure this value is less than or equal to %(limit_value)s."),
    gettext_noop("Ensure this value is greater than or equal to %(limit_value)s."),
    gettext_noop("This password is too common."), gettext_noop("Yes"), gettext_noop("No"),
    ngettext_lazy("Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
                  "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).", "limit_value"),
    ngettext_lazy("Ensure this value has at least %(limit_value)d character (it has %(show_value)d).",
                  "Ensure this value has at least %(limit_value)d characters (it has %(show_value)d).", "limit_value"),
)
