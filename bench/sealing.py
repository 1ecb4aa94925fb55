"""What a report costs beside its cryptography, on PostgreSQL: the path without JavaScript, where the server does all of it."""
import itertools
import statistics
import time
from collections.abc import Callable
from uuid import uuid4

from bench import Figure
from bench.stage import prepare

# isort: split
from django.conf import settings

from cases.intake import receipts
from cases.intake.services import Agreement, ReportDraft, route, submit_report
from cases.models import Consent
from cases.priority import AgeBand, Facts, Harm
from cases.vault import custody, envelope, hpke, receipt as codes

NAME = "sealing"
FIGURES = ("argon2_ms", "submissions_vs_crypto_ratio", "submissions_s")
TIMES = 40
STORY = "وہ میری تصویریں پھیلانے کی دھمکی دے رہا ہے۔ " * 8
FACTS = Facts(Harm.SEXTORTION, AgeBand.ADULT, AgeBand.UNKNOWN, frozenset())


def run() -> dict[str, Figure]:
    prepare()
    public = bytes(custody.current_unit_key(route(FACTS, None)).public)
    for warm in (submitted, lambda: sealed_only(public)):
        warm()
    whole, crypto = taking_turns(submitted, lambda: sealed_only(public))
    argon2 = statistics.median(seconds(derived) for _ in range(TIMES))
    return {"argon2_ms": Figure(round(argon2 * 1000, 1), "ms", f"64 MiB, t=3, p=1, one at a time, median of {TIMES}"),
            "submissions_s": Figure(round(1 / whole, 2), "/s", "one process, one at a time, code to commit"),
            "submissions_vs_crypto_ratio": Figure(round(crypto / whole, 3), "", f"Argon2id and HPKE alone, {TIMES} turns")}


def taking_turns(*ways: Callable[[], object]) -> list[float]:
    """Median seconds of each way; in turns, so that what else the machine does meets all alike."""
    took: list[list[float]] = [[] for _ in ways]
    for _, (way, times) in itertools.product(range(TIMES), zip(ways, took, strict=True)):
        times.append(seconds(way))
    return [statistics.median(times) for times in took]


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def derived() -> object:
    return codes.derive(codes.new_code(), settings.RECEIPT_SALTS[max(settings.RECEIPT_SALTS)])


def submitted() -> object:
    """A report of sextortion: receipt code, three wraps, answers, summary, an assent, all rows, audit and jobs, committed."""
    lock = receipts.make_lock(codes.new_code())
    return submit_report(draft=ReportDraft(
        case=uuid4(), submission=uuid4(), lock=lock, language="ur", facts=FACTS, answers={"story": STORY},
        agreements=[Agreement(Consent.Act.ASK_PLATFORM, Consent.Answer.YES, "I agree")]))


def sealed_only(public: bytes) -> object:
    """The same work without a database."""
    lock, case = receipts.make_lock(codes.new_code()), uuid4()
    key, conversation = envelope.new_key(), envelope.new_key()
    wraps = [hpke.seal(to, secret, info=b"data-key") for to, secret in ((public, key), (public, conversation),
                                                                      (lock.public, conversation))]
    texts = ((key, STORY, "answers"), (key, STORY[:120], "summary"), (conversation, "I agree", "assent"))
    fields = [envelope.seal(secret, text.encode(), case=case, field=name, record=case) for secret, text, name in texts]
    return wraps, fields
