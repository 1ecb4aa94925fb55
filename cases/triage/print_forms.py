"""What of a case is printed, and in which language."""
from django import forms
from django.conf import settings
from django.utils.translation import get_language, gettext_lazy as _

from cases.triage.printing import SECTION_NAMES, USUAL, Section


class PrintForm(forms.Form):
    sections = forms.MultipleChoiceField(
        label=_("What to print"), choices=[(section.value, name) for section, name in SECTION_NAMES.items()],
        widget=forms.CheckboxSelectMultiple, initial=[section.value for section in USUAL],
        error_messages={"required": _("Choose at least one part.")})
    language = forms.ChoiceField(label=_("Language of the paper"), choices=settings.LANGUAGES, widget=forms.RadioSelect,
                                 initial=get_language, help_text=_("What people wrote stays in the language they wrote it in."),
                                 error_messages={"required": _("Choose a language.")})
    use_required_attribute = False

    def clean_sections(self) -> list[Section]:
        return [Section(value) for value in self.cleaned_data["sections"]]
