"""The paper of a package: all of it in one language, then all of it in the other."""
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _, override, pgettext

from cases.paper.sheet import Sheet

LANGUAGES = ("en", "ur")
MOST_STEPS = 60             # of the chain of custody on paper; custody.json has them all


@dataclass(frozen=True)
class Version:
    """What the paper says in one language. `ground` and `steps` are sentences; `facts` names and values."""
    language: str
    to: str
    office: str
    unit: str
    made: str
    ground: str
    facts: Sequence[tuple[str, str]] = field(repr=False)
    steps: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Content:
    """What is the same in both. `story` None: it does not go along. `pictures`: SHA-256 of each; `files`: their names."""
    reference: str
    contact: str
    story: str | None = field(default=None, repr=False)
    links: Sequence[str] = field(default=(), repr=False)
    handles: Sequence[str] = field(default=(), repr=False)
    pictures: Sequence[str] = ()
    files: Sequence[str] = ()


def pdf(content: Content, versions: Sequence[Version]) -> bytes:
    first = versions[0]
    with override(first.language):
        sheet = Sheet(language=first.language, title=title(content), foot=content.reference,
                      page=lambda number, count: f"{number} / {count}")
    for version in versions:
        with override(version.language):
            if version is not first:
                sheet.turn(language=version.language, title=title(content))
            write(sheet, content, version)
    return sheet.pdf()


def title(content: Content) -> str:
    return _("Referral %(reference)s") % {"reference": content.reference}


def write(sheet: Sheet, content: Content, version: Version) -> None:
    sheet.facts([(pgettext("letter", "To"), version.to), (pgettext("letter", "From"), f"{version.office}: {version.unit}"),
                 (_("Made"), version.made), (_("Write to us at"), content.contact)])
    sheet.paragraph(version.ground)
    sheet.paragraph(_("The reporter wrote to us without a name, and we know none. Whatever you need of them, ask us, under this "
                      "reference: we ask the reporter, and pass on what they agree to. Do not try to find out who they are, "
                      "and do not speak with their family about it."))
    sheet.heading(_("What was reported"), 2)
    sheet.facts(version.facts)
    if content.story is not None:
        sheet.heading(_("In the reporter’s own words"), 2)
        sheet.paragraph(content.story or _("Nothing was written."))
    listed(sheet, _("Links and accounts"), [*content.links, *content.handles])
    listed(sheet, _("Fingerprints of the pictures (SHA-256); more of them in fingerprints.csv"), content.pictures)
    listed(sheet, _("Screenshots in this package"), content.files)
    custody(sheet, version)
    sheet.remark(_("manifest.json names each file of the package with its SHA-256, and signature.json signs it. How both are "
                   "checked, without our help, our page on evidence packages says. Pictures that the report is about are "
                   "never with us: they stay on the reporter’s telephone."))


def listed(sheet: Sheet, name: str, lines: Sequence[str]) -> None:
    if lines:
        sheet.heading(name, 2)
        for line in lines:
            sheet.literal(line)


def custody(sheet: Sheet, version: Version) -> None:
    sheet.heading(_("Who had it, and when"), 2)
    if len(version.steps) > MOST_STEPS:
        sheet.remark(_("The oldest and the newest; all of them are in custody.json."))
    half = MOST_STEPS // 2
    steps = version.steps if len(version.steps) <= MOST_STEPS else [*version.steps[:half], *version.steps[-half:]]
    sheet.table([_("When"), _("What")], [list(step) for step in steps], shares=(1, 2.6))
