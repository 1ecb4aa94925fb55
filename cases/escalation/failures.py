"""Why a notice did not arrive, in kinds that a person can act on. Pure but for the words.

A code is kept as "<failure> <detail>", such as "mailbox_full 452-4.2.2": the first word is one of Failure, the rest a number.
"""
import re
import smtplib
import ssl

from django.db import models
from django.utils.translation import gettext_lazy as _


class Failure(models.TextChoices):
    REFUSED_ADDRESS = "refused_address", _("The address does not exist or takes no mail")
    MAILBOX_FULL = "mailbox_full", _("The mailbox is full")
    GREYLISTED = "greylisted", _("Their server asked us to come back later")
    POLICY = "policy", _("Their server does not take this notice: its rules or its filter refuse it")
    TOO_LARGE = "too_large", _("The notice is larger than they take")
    BUSY = "busy", _("They take no more for now")
    TIMEOUT = "timeout", _("They did not answer in time")
    UNREACHABLE = "unreachable", _("No connection came about")
    TLS = "tls", _("No safe connection came about: a certificate does not hold")
    KEY = "key", _("Nothing can be encrypted to their PGP key: it has expired, was revoked or is no such key")
    LOGIN = "login", _("Our name or key was not taken")
    OUR_SIDE = "our_side", _("The portal is not set up for this way")
    WITHDRAWN = "withdrawn", _("The reporter no longer agrees, or the fingerprints may not leave any more")
    SECOND = "second_person", _("No second person has agreed that the fingerprints leave")
    PAUSED = "paused", _("This way has been broken for a day")
    INTERRUPTED = "interrupted", _("The portal stopped in the middle: it may have arrived")
    OTHER = "other", _("It failed for a reason that we do not know")


# A way that fails so is broken for every notice. The others are about this one notice, or settled by coming back.
OF_THE_WAY = frozenset({Failure.REFUSED_ADDRESS, Failure.MAILBOX_FULL, Failure.TIMEOUT, Failure.UNREACHABLE, Failure.TLS,
                        Failure.LOGIN, Failure.KEY, Failure.OUR_SIDE, Failure.BUSY, Failure.OTHER})
ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")          # RFC 3463
MAIL = {                                                             # RFC 3463, by subject and detail
    "1.0": Failure.REFUSED_ADDRESS, "1.1": Failure.REFUSED_ADDRESS, "1.2": Failure.REFUSED_ADDRESS,
    "1.3": Failure.REFUSED_ADDRESS, "1.6": Failure.REFUSED_ADDRESS, "1.10": Failure.REFUSED_ADDRESS,
    "2.0": Failure.REFUSED_ADDRESS, "2.1": Failure.REFUSED_ADDRESS, "2.2": Failure.MAILBOX_FULL, "2.3": Failure.TOO_LARGE,
    "3.1": Failure.MAILBOX_FULL, "3.2": Failure.BUSY, "3.4": Failure.TOO_LARGE,
    "4.1": Failure.UNREACHABLE, "4.2": Failure.UNREACHABLE, "4.3": Failure.UNREACHABLE, "4.4": Failure.UNREACHABLE,
    "4.5": Failure.BUSY, "4.7": Failure.TIMEOUT, "7.4": Failure.TLS, "7.5": Failure.TLS, "7.8": Failure.LOGIN,
    "7.9": Failure.LOGIN,
}
SMTP = {421: Failure.BUSY, 450: Failure.GREYLISTED, 451: Failure.GREYLISTED, 452: Failure.MAILBOX_FULL, 454: Failure.TLS,
        530: Failure.LOGIN, 534: Failure.LOGIN, 535: Failure.LOGIN, 550: Failure.REFUSED_ADDRESS,
        551: Failure.REFUSED_ADDRESS, 552: Failure.MAILBOX_FULL, 553: Failure.REFUSED_ADDRESS, 554: Failure.POLICY}
HTTP = {401: Failure.LOGIN, 403: Failure.LOGIN, 404: Failure.REFUSED_ADDRESS, 408: Failure.TIMEOUT,
        410: Failure.REFUSED_ADDRESS, 413: Failure.TOO_LARGE, 429: Failure.BUSY}
NAMES = {"timeout": Failure.TIMEOUT, "ssl": Failure.TLS, "certificate": Failure.TLS, "tls": Failure.TLS,
         "connect": Failure.UNREACHABLE, "gaierror": Failure.UNREACHABLE, "name": Failure.UNREACHABLE,
         "not_configured": Failure.OUR_SIDE, "private_address": Failure.OUR_SIDE}


def of_code(code: str) -> Failure:
    """What an error's code says: one of ours, a status of HTTP, or the name of an exception."""
    word, _space, _rest = code.lower().partition(" ")
    if word in Failure.values:
        return Failure(word)
    if word.isdecimal():
        return HTTP.get(int(word)) or (Failure.UNREACHABLE if int(word) >= 500 else Failure.POLICY)
    return next((failure for part, failure in NAMES.items() if part in word), Failure.OTHER)


def of_status(status: str) -> Failure:
    """What an enhanced status says ("5.1.1", RFC 3463), as mail servers and their reports give it."""
    _class, _dot, detail = status.partition(".")
    if detail in MAIL:
        return MAIL[detail]
    return Failure.POLICY if detail.startswith(("6.", "7.")) else Failure.OTHER


def of_reply(number: int, text: bytes | str) -> tuple[Failure, str]:
    """What a mail server's reply says (RFC 5321), and the code that is kept: never its words, which may quote anything."""
    words = text.decode("ascii", "replace") if isinstance(text, bytes) else text
    found = ENHANCED.search(words)
    code = f"{number}-{found[0]}" if found else str(number)
    if "greylist" in words.lower() or "graylist" in words.lower():
        return Failure.GREYLISTED, code
    if found and (failure := of_status(found[0])) != Failure.OTHER:
        return (Failure.GREYLISTED if failure == Failure.POLICY and number < 500 else failure), code
    return SMTP.get(number) or (Failure.GREYLISTED if number < 500 else Failure.POLICY), code


def of_exception(error: Exception) -> Failure:
    """What went wrong on the way to a mail server."""
    if isinstance(error, ssl.SSLError) or "STARTTLS" in str(error):
        return Failure.TLS
    if isinstance(error, TimeoutError):
        return Failure.TIMEOUT
    if isinstance(error, smtplib.SMTPServerDisconnected) and "timed out" in str(error):
        return Failure.TIMEOUT
    return Failure.UNREACHABLE
