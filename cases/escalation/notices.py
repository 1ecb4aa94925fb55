"""The canonical notice: the union of what 47 USC 223a (TAKE IT DOWN Act) and Art. 16(2) DSA ask for.

A missing element is a platform's reason to wait, so `missing` is asked before anything leaves. Rendered in the language
of the escalation; the names of affected people stay out, and so does any quotation of what was said against them.
"""
import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum

from django.utils.formats import date_format
from django.utils.translation import gettext as _, ngettext, override

from cases.priority import Harm

MAX_LINKS = 50
PDQ_DIGITS = 64
WRITTEN_IN = ("en", "ur")


class Missing(StrEnum):
    """What a notice lacks, or must not contain."""
    LOCATION = "location"                # neither a link nor a fingerprint
    REASONS = "reasons"
    SIGNATURE = "signature"
    ASKED = "asked"                      # what its way or its ground asks for besides
    ACCUSATION = "accusation"            # quotes an accusation that endangers the reporter
    FINGERPRINT = "fingerprint"          # one that may not leave is written into the words, or one of another case is listed


@dataclass(frozen=True)
class Earlier:
    """An earlier request about the same content: its reference, its day as ISO 8601, to whom it went, and as which step (`Step`)
    this one follows it."""
    reference: str
    on: str
    to: str
    step: str


@dataclass(frozen=True)
class Notice:
    reference: str
    links: tuple[str, ...]               # exact addresses or account names
    hashes: tuple[str, ...]              # PDQ of pictures, 64 hex digits; MD5 of videos, 32; never of a child
    reasons: str                         # what it shows and why it must go, in words
    policy: str                          # the platform's own clause comes first
    law: str
    child: bool                          # shows or concerns a person under 18
    signature: str                       # who signs for the office
    harm: str = ""                       # what kind it is, for those who take reports by machine; "": frozen before that was kept
    hours: int = 48                      # how soon we ask for an answer
    earlier: Earlier | None = None       # what it reminds of or follows

    def as_json(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @classmethod
    def from_json(cls, data: bytes) -> "Notice":
        fields = json.loads(data)
        earlier = Earlier(**fields["earlier"]) if fields.get("earlier") else None
        return replace(cls(**fields), links=tuple(fields["links"]), hashes=tuple(fields["hashes"]), earlier=earlier)


# What the content is, per harm: neutral words that quote nothing. Functions, so that they are translated when used.
REASONS: dict[Harm, Callable[[], str]] = {
    Harm.SEXTORTION: lambda: _("The account threatens to publish intimate pictures of the affected person in order to extort "
                               "money or further pictures."),
    Harm.INTIMATE_IMAGES: lambda: _("The content shows intimate pictures of the affected person and was published without "
                                    "consent."),
    Harm.DEEPFAKE: lambda: _("The content shows intimate pictures of the affected person that were made or altered by software, "
                             "and was published without consent."),
    Harm.PRIVATE_IMAGES: lambda: _("The content shows private pictures of the affected person, published without consent. In the "
                                   "affected person's society their publication causes serious harm, whether or not they "
                                   "are nude."),
    Harm.GROOMING: lambda: _("The account approaches a person under 18 with a sexual purpose."),
    Harm.CHILD_IMAGERY: lambda: _("The content shows or concerns the sexual abuse of a person under 18."),
    Harm.OUTING: lambda: _("The content makes the private life of the affected person public without consent and puts that "
                           "person at risk."),
    Harm.HONOUR_THREAT: lambda: _("The content threatens the affected person with violence."),
    Harm.BLASPHEMY_ACCUSATION: lambda: _("The content singles out the affected person, spreads a false claim and puts that "
                                         "person's life in danger."),
    Harm.IMPERSONATION: lambda: _("The account pretends to be the affected person and was made without consent."),
    Harm.DOXXING: lambda: _("The content publishes the address, telephone number or identity papers of the affected person "
                            "without consent."),
    Harm.STALKING: lambda: _("The account follows, watches or contacts the affected person persistently and against that "
                             "person's will."),
    Harm.BULLYING: lambda: _("The content harasses and degrades the affected person."),
    Harm.ACCOUNT_TAKEN: lambda: _("The account of the affected person was taken over by somebody else."),
    Harm.OTHER: lambda: _("The content harms the affected person and was published without consent."),
}
# PECA 2016; the Act's sections come after the platform's own policy. Harms without a clear section cite none.
LAW: dict[Harm, str] = {
    Harm.SEXTORTION: "PECA 2016 s. 21, 24", Harm.INTIMATE_IMAGES: "PECA 2016 s. 21", Harm.DEEPFAKE: "PECA 2016 s. 21",
    Harm.PRIVATE_IMAGES: "PECA 2016 s. 20, 21", Harm.GROOMING: "PECA 2016 s. 22-A", Harm.CHILD_IMAGERY: "PECA 2016 s. 22",
    Harm.IMPERSONATION: "PECA 2016 s. 16", Harm.STALKING: "PECA 2016 s. 24", Harm.BULLYING: "PECA 2016 s. 24-A",
    Harm.DOXXING: "PECA 2016 s. 16, 20",
}
# How a notice names what it follows, by its step; to somebody else than before, the last.
FOLLOWS: dict[str, Callable[[], str]] = {
    "reminder": lambda: _("This is a reminder. Our earlier request {reference} of {day} has not been answered."),
    "second": lambda: _("This is our second notice. Our earlier request {reference} of {day} has not led to the removal of the "
                        "content. Please have it looked at by somebody else than before."),
    "copies": lambda: _("Our earlier request {reference} of {day} to {to} was about the same content. Identical copies of it are "
                        "at the places named here. Please remove these too, and make reasonable efforts to find others."),
    "": lambda: _("Our earlier request {reference} of {day} to {to} has not led to the removal of the content. We therefore ask "
                  "you as well."),
}
ACCUSATION = re.compile(r"blasphem|sacrileg|desecrat|\b295\W{0,3}([abc]\b|سی|بی|اے)|t[ao]u?h[ei]+n|gustakh|gustaakh|namo+s|namus"
                        r"|توہین|گستاخ|ناموس", re.IGNORECASE)
ONE_LETTER = str.maketrans("يىكهۃ", "ییکہہ")      # how other keyboards write ours


def draft(*, reference: str, harm: Harm, child: bool, links: list[str], hashes: list[str], policy: str, signature: str,
          language: str) -> Notice:
    """A first version for the caseworker to read and change."""
    with override(language):
        reasons = REASONS[harm]()
    return Notice(reference=reference, links=tuple(links[:MAX_LINKS]), hashes=() if child else tuple(hashes), reasons=reasons,
                  policy=policy, law=LAW.get(harm, ""), child=child, signature=signature, harm=harm.value)


def in_language(notice: Notice, language: str) -> Notice:
    """The same for a reader of `language`: the drafted words are ours in both, what staff wrote in their place stays as it is."""
    if not notice.harm:
        return notice
    words = REASONS[Harm(notice.harm)]
    for each in WRITTEN_IN:
        with override(each):
            drafted = words()
        if plain(drafted).split() == plain(notice.reasons).split():
            with override(language):
                return replace(notice, reasons=words())
    return notice


def missing(notice: Notice, harm: Harm) -> list[Missing]:
    """Why this notice must not leave yet."""
    lacks = []
    if not notice.links and not notice.hashes:
        lacks.append(Missing.LOCATION)
    if not notice.reasons.strip():
        lacks.append(Missing.REASONS)
    if not notice.signature.strip():
        lacks.append(Missing.SIGNATURE)
    if harm == Harm.BLASPHEMY_ACCUSATION and ACCUSATION.search(plain("\n".join(wording(notice)))):
        lacks.append(Missing.ACCUSATION)
    return lacks


def wording(notice: Notice) -> list[str]:
    """What staff put in words. A link is not theirs to word: it has to be exact."""
    return [notice.reasons, notice.policy, notice.law, notice.signature]


def plain(text: str) -> str:
    """Without vowel signs and invisible characters, and each letter and digit written one way."""
    letters = (char for char in unicodedata.normalize("NFKD", text) if unicodedata.category(char) not in {"Cf", "Mn"})
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in letters).translate(ONE_LETTER)


def statements(notice: Notice) -> list[str]:
    """What the office declares, in the current language: authority, no consent, good faith, what is asked, by when."""
    said = [
        _("The affected person has authorised this office to make this request, and the authorisation is on record."),
        _("We state in good faith that the content was published without the consent of the affected person."),
        _("We believe in good faith that what this notice says is accurate and complete."),
    ]
    if notice.child:
        said.append(_("The content shows or concerns a person under 18. Please preserve what the law requires and report it to "
                      "the competent hotline."))
    asked = ngettext("Please remove the content, and make reasonable efforts to remove identical copies, within %(n)d hour of "
                     "receiving this notice, and tell us the outcome under our reference.",
                     "Please remove the content, and make reasonable efforts to remove identical copies, within %(n)d hours of "
                     "receiving this notice, and tell us the outcome under our reference.", notice.hours) % {"n": notice.hours}
    return [*said, asked]


def follows(notice: Notice, alone: Callable[[str], str] = str) -> str:
    """What it follows, in the current language; empty for a first one. `alone`: sets what is not of that language apart."""
    earlier = notice.earlier
    if earlier is None:
        return ""
    words = FOLLOWS.get(earlier.step, FOLLOWS[""])()
    return words.format(reference=alone(earlier.reference), day=date_format(date.fromisoformat(earlier.on), "j F Y"),
                        to=alone(earlier.to))


def subject(notice: Notice) -> str:
    title = _("[{reference}] Request to remove content")
    if notice.earlier and notice.earlier.step == "reminder":
        title = _("[{reference}] Reminder: request to remove content")
    elif notice.earlier and notice.earlier.step == "second":
        title = _("[{reference}] Second notice: request to remove content")
    return title.format(reference=notice.reference)


def render(notice: Notice, *, office: str, contact: str, language: str) -> tuple[str, str]:
    """Subject and plain text, complete in themselves. In Urdu, what is written from left to right stands in isolates."""
    def apart(value: str) -> str:
        return f"\u2068{value}\u2069" if language == "ur" else value

    def alone(values: Iterable[str]) -> list[str]:
        return [apart(value) for value in values]

    with override(language):
        [reference], [address] = alone([notice.reference]), alone([contact])
        parts = [
            _("Our reference: {reference}").format(reference=reference),
            _("From: {office}").format(office=office) + "\n" + _("Contact: {contact}").format(contact=address),
            *filter(None, [follows(notice, apart)]),
            *section(_("Where the content is"), alone(notice.links)),
            *section(_("Fingerprints of the pictures (PDQ)"), alone(value for value in notice.hashes if is_pdq(value))),
            *section(_("Fingerprints of the videos (MD5)"), alone(value for value in notice.hashes if not is_pdq(value))),
            *section(_("What it is and why it must go"), [notice.reasons]),
            *section(_("Your rules"), [notice.policy]),
            *section(_("Law"), [notice.law]),
            *section(_("What we declare and ask"), statements(notice)),
            _("Signed electronically for the office:") + "\n" + notice.signature,
        ]
        return subject(notice), "\n\n".join(parts) + "\n"


def is_pdq(value: str) -> bool:
    """A picture's; a video's is an MD5."""
    return len(value) == PDQ_DIGITS


def section(title: str, lines: tuple[str, ...] | list[str]) -> list[str]:
    kept = [line for line in lines if line]
    return ["\n".join([f"{title}:", *kept])] if kept else []


def whole_reasons(notice: Notice) -> str:
    """For whoever has one field for all words."""
    return "\n\n".join(filter(None, [follows(notice), notice.reasons]))


def form_texts(notice: Notice, fields: list[dict[str, object]], *, contact: str, language: str) -> list[dict[str, object]]:
    """Copy-ready text for each field of a platform's web form: {"label", "text", "limit", "over"}.

    `content` of a field names what goes in: links, reasons, statements, signature, reference, contact, law, policy.
    """
    with override(language):
        content = {
            "links": "\n".join(notice.links), "reasons": whole_reasons(notice), "statements": "\n".join(statements(notice)),
            "signature": notice.signature, "reference": notice.reference, "contact": contact, "law": notice.law,
            "policy": notice.policy,
        }
    texts = []
    for field in fields:
        text, limit = content[str(field["content"])], field.get("limit")
        texts.append({"label": field["label"], "text": text, "limit": limit,
                      "over": isinstance(limit, int) and len(text) > limit})
    return texts
