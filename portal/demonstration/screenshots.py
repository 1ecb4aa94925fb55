"""A screenshot that nobody took: a chat of drawn bubbles, so that the desk has files to open."""
import io
import random

from PIL import Image, ImageDraw, ImageFont

SIZE = (540, 1140)
LINES = ("You know what I have.", "Answer me.", "Please stop writing to me.", "Then pay, until tonight.", "I will tell somebody.",
         "Nobody will believe you.", "I know where you study.", "Last chance.")
PAPER, BAR, THEIRS, OURS, INK = "#ece5dd", "#0d4d43", "#ffffff", "#dcf8c6", "#17231f"


def chat(seed: int) -> bytes:
    """PNG. The same seed draws the same chat."""
    chance = random.Random(seed)  # noqa: S311  not a secret
    picture = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, SIZE[0], 96), fill=BAR)
    pen.text((28, 30), f"Unknown {seed}", fill="white", font=ImageFont.load_default(30))
    top = 130
    for line in chance.sample(LINES, k=len(LINES)):
        top = _bubble(pen, line, top, mine=line.startswith(("Please", "I will tell")))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _bubble(pen: ImageDraw.ImageDraw, line: str, top: int, *, mine: bool) -> int:
    """Where the next one begins."""
    font = ImageFont.load_default(26)
    width = round(pen.textlength(line, font=font)) + 44
    left = SIZE[0] - width - 24 if mine else 24
    pen.rounded_rectangle((left, top, left + width, top + 72), 18, fill=OURS if mine else THEIRS)
    pen.text((left + 22, top + 20), line, fill=INK, font=font)
    return top + 112
