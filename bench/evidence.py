"""What it costs to look at a file safely: the real job against the same decoding, hashing and painting in a plain loop.

The job claims its row of the outbox, opens the pages with the worker's key, hands the bytes to the sandbox, compares, seals the
picture to the unit, commits, and writes that it is done. The loop has the bytes in its hand and its libraries warm. File by file
in turns, so that what else the machine does meets both alike.
"""
import statistics
import time
import uuid
from collections.abc import Callable
from hashlib import sha256

from bench import Figure
from bench.stage import prepare

# isort: split
from celery import current_app

from cases.evidence import picture, sandbox
from cases.evidence.models import Evidence
from cases.evidence.services import receive
from cases.outbox.models import Job
from cases.units.models import Unit
from tests.cases.evidence.screenshots import as_bytes, draw, some
from tests.factories.cases import make_case

NAME = "evidence"
FIGURES = ("evidence_jobs_ratio", "evidence_jobs_s")
FILES = 32
FORMS = (("PNG", {}), ("JPEG", {"quality": 85}), ("WEBP", {"quality": 80}))        # as phones and messengers save them


def run() -> dict[str, Figure]:
    prepare()
    Job.objects.all().delete()
    current_app.loader.import_default_modules()
    contents = [as_bytes(draw(shot), form, **options)
                for n, shot in enumerate(some(FILES)) for form, options in [FORMS[n % len(FORMS)]]]
    case, ticket = make_case(Unit.objects.get(code="adults")), uuid.uuid4()
    jobs = [job_of(case.pk, uuid.uuid5(ticket, str(n // 5)), n % 5 + 1, content) for n, content in enumerate(contents)]
    plain(contents[0])
    sandbox.develop(contents[0])
    ours, theirs = list[float](), list[float]()
    for content, job in zip(contents, jobs, strict=True):
        theirs.append(seconds(lambda content=content: plain(content)))
        ours.append(seconds(lambda job=job: current_app.tasks["evidence.process"](str(job.pk), job.attempts)))
    sandbox.close()
    states = set(Evidence.objects.filter(case=case).values_list("state", flat=True))
    if states != {Evidence.State.KEPT}:
        raise RuntimeError(f"not all files were kept: {states}")
    ratio = sum(theirs) / sum(ours)
    slowest = statistics.median(mine - other for mine, other in zip(ours, theirs, strict=True)) * 1000
    return {"evidence_jobs_ratio": Figure(round(ratio, 3), "", f"a plain loop, {FILES} screenshots in turns"),
            "evidence_jobs_s": Figure(round(len(ours) / sum(ours), 2), "/s", f"one process; {slowest:.0f} ms beside the loop's")}


def job_of(case_id: uuid.UUID, ticket: uuid.UUID, number: int, content: bytes) -> Job:
    evidence = receive(case_id=case_id, ticket=ticket, number=number, content=content)
    return Job.objects.get(payload__evidence_id=str(evidence.pk))


def plain(content: bytes) -> object:
    return picture.develop(content), sha256(content).hexdigest()


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
