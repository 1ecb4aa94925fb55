"""What is read to a person before anything of theirs is typed, word for word. A case keeps the version that was read.

A text that was in use is never changed: a new one is added, and the last counts.
"""
import json
from dataclasses import dataclass
from pathlib import Path

TEXTS = json.loads((Path(__file__).parent / "aloud.json").read_text("utf-8"))


@dataclass(frozen=True)
class Aloud:
    version: str
    language: str
    lines: tuple[str, ...]


def newest(language: str) -> Aloud:
    """In English for a language that it does not speak."""
    text = TEXTS[-1]
    spoken = language if language in text else "en"
    return Aloud(text["version"], spoken, tuple(text[spoken]))
