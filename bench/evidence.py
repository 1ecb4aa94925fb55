"""What it costs to look at a file safely: the real job against the same decoding, hashing and painting in a plain loop.

The job claims its row of the outbox, opens the pages with the worker's key, hands the bytes to the sandbox, compares, seals the
picture to the unit, commits, and writes that it is done. The loop has the bytes in its hand and its libraries warm. They take
turns, and of each file the quickest turn of each counts, so that what else the machine does weighs little.
"""
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
FILES, TURNS = 9, 5
FORMS = (("PNG", {}), ("JPEG", {"quality": 85}), ("WEBP", {"quality": 80}))        # as phones and messengers save them


def run() -> dict[str, Figure]:
    prepare()
    Job.objects.all().delete()
    current_app.loader.import_default_modules()
    contents = [as_bytes(draw(shot), form, **options)
                for n, shot in enumerate(some(FILES)) for form, options in [FORMS[n % len(FORMS)]]]
    case, ticket = make_case(Unit.objects.get(code="adults")), uuid.uuid4()
    plain(contents[0])
    sandbox.develop(contents[0])
    ours, theirs = list[float](), list[float]()
    for place, content in enumerate(contents):
        jobs = [job_of(case.pk, uuid.uuid5(ticket, str(place)), turn + 1, content) for turn in range(TURNS)]
        turns = [(seconds(lambda job=job: current_app.tasks["evidence.process"](str(job.pk), job.attempts)),
                  seconds(lambda content=content: plain(content))) for job in jobs]
        ours.append(min(mine for mine, _ in turns))
        theirs.append(min(other for _, other in turns))
    sandbox.close()
    states = set(Evidence.objects.filter(case=case).values_list("state", flat=True))
    if states != {Evidence.State.KEPT}:
        raise RuntimeError(f"not all files were kept: {states}")
    ratio = sum(theirs) / sum(ours)
    against = f"a plain loop, {FILES} screenshots, quickest of {TURNS} turns each"
    return {"evidence_jobs_ratio": Figure(round(ratio, 3), "", against),
            "evidence_jobs_s": Figure(round(FILES / sum(ours), 2), "/s", f"one process; the loop: {FILES / sum(theirs):.2f}")}


def job_of(case_id: uuid.UUID, ticket: uuid.UUID, number: int, content: bytes) -> Job:
    evidence = receive(case_id=case_id, ticket=ticket, number=number, content=content)
    return Job.objects.get(payload__evidence_id=str(evidence.pk))


def plain(content: bytes) -> object:
    return picture.develop(content), sha256(content).hexdigest()


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began
