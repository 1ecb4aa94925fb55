"""The same notice and package as the engine's tests have."""
from tests.cases.coordination.conftest import ayesha, case, hina, left, notice, omar, police, shown, tiktok

__all__ = ["ayesha", "case", "hina", "left", "notice", "omar", "police", "shown", "tiktok"]
