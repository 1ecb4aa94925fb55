"""How a question is put to the reporter, and what staff call it."""
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from cases.conversation.models import Ask
from cases.models import Consent

Kind, About, Act = Ask.Kind, Ask.About, Consent.Act
PASSING = frozenset({Act.PASS_POLICE, Act.PASS_PTA, Act.PASS_CHILD, Act.PASS_HOTLINE, Act.PASS_OTHER})     # to an authority
IN_YEARS = gettext_lazy("In years. Roughly is enough.")


@dataclass(frozen=True)
class Question:
    """`name`: for staff; `words` and `hint`: what the reporter reads."""
    name: Promise | str
    words: Promise | str
    hint: Promise | str = ""


QUESTIONS: dict[tuple[Kind, str], Question] = {
    (Kind.LINKS, ""): Question(
        gettext_lazy("Links to it"), gettext_lazy("Please send us the links."),
        gettext_lazy("One on each line. Copy them as they stand; you need not open them again.")),
    (Kind.LINKS, About.BACK): Question(
        gettext_lazy("Where it is online again"), gettext_lazy("Where is it online again?"),
        gettext_lazy("One link on each line. Copy them as they stand; you need not open them again.")),
    (Kind.PLATFORM, ""): Question(gettext_lazy("The platform"), gettext_lazy("On which platform is it?")),
    (Kind.DATE, About.BEGAN): Question(gettext_lazy("The day when it began"), gettext_lazy("When did it begin?"),
                                       gettext_lazy("If you do not know the day, choose one that is near.")),
    (Kind.DATE, About.SEEN): Question(gettext_lazy("The day when it was last seen online"),
                                      gettext_lazy("When did you last see it online?"),
                                      gettext_lazy("If you do not know the day, choose one that is near.")),
    (Kind.DATE, About.DEADLINE): Question(gettext_lazy("The day by which something is demanded"),
                                          gettext_lazy("By which day do they demand something?")),
    (Kind.AGE, About.NOW): Question(gettext_lazy("The age of the affected person now"),
                                    gettext_lazy("How old is the person to whom it happened?"), IN_YEARS),
    (Kind.AGE, About.THEN): Question(gettext_lazy("Their age in the pictures"),
                                     gettext_lazy("How old was that person in the pictures?"), IN_YEARS),
    (Kind.CONTACT, ""): Question(
        gettext_lazy("A number or address where they can be reached"),
        gettext_lazy("At which mobile number or e-mail address may we reach you?"),
        gettext_lazy("Only if that is safe for you. Staff open it only for a reason, which is written down.")),
}


def name_of(ask: Ask, platform: str = "") -> str:
    """For staff, with the platform's name if one was asked about."""
    if ask.kind == Kind.CONSENT:
        act = str(Consent.Act(ask.about).label)
        return f"{act} ({platform})" if platform else act
    return str(QUESTIONS[Kind(ask.kind), ask.about].name)


def asks_for(ask: Ask | None, name: str) -> str:
    """Above the form of consent, when staff said which platform they would ask, or to which authority it would go."""
    if ask is not None and ask.about in PASSING:
        return _("It would go to %(authority)s, and to nobody else. Whatever they then ask of you, you are free to refuse.") % {
            "authority": f"\u2068{name}\u2069"}
    return _("We would like to ask %(platform)s to remove it.") % {"platform": f"\u2068{name}\u2069"}
