"""What several pages of the browser's tests are given."""
import random
from pathlib import Path

import pytest
from PIL import Image


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A picture made here, busy enough to have a fingerprint."""
    noise = random.Random(7)        # noqa: S311 (noise, not a secret)
    small = Image.new("RGB", (12, 12))
    small.putdata([(noise.randrange(256), noise.randrange(256), noise.randrange(256)) for _ in range(144)])
    path = tmp_path / "holiday-at-the-lake.png"
    small.resize((480, 480), Image.Resampling.BICUBIC).save(path)
    return path
