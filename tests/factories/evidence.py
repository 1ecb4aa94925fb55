"""Files that have come to rest, as the worker leaves them: real keys and pages, no sandbox."""
import io
import uuid
from typing import Any

from django.utils import timezone
from PIL import Image

from cases.evidence.models import Evidence, Page
from cases.models import Case
from cases.vault import custody, envelope, pages
from tests.cases.evidence.screenshots import Shot, draw


def picture(seed: int = 7) -> Image.Image:
    return draw(Shot(seed, size=(540, 1200)))


def kept(case: Case, number: int = 1, **fields: Any) -> Evidence:
    """A screenshot of the case, sealed to its unit. `fields` are the row's."""
    out = io.BytesIO()
    picture().save(out, "WEBP", quality=80)
    row, secret = uuid.uuid4(), envelope.new_key()
    facts: dict[str, Any] = {"width": 540, "height": 1200, "sha256": uuid.uuid4().hex * 2, "pdq": "0f" * 32, "quality": 90,
                             "phash": "0f" * 8, "dhash": "0f" * 8}
    found = Evidence.objects.create(
        id=row, case=case, ticket=uuid.uuid4(), number=number, kind="png", state=Evidence.State.KEPT, arrived_at=timezone.now(),
        settled_at=timezone.now(), key=custody.keep(secret, case=case.pk, unit=case.unit), **facts | fields)
    sealed = pages.split(secret, out.getvalue(), case=case.pk, record=row)
    Page.objects.bulk_create(Page(evidence=found, number=n, blob=blob) for n, blob in enumerate(sealed))
    return found
