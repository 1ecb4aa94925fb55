"""How a picture comes to the desk's pages. What is hidden is not sent: a style sheet that comes late would show it."""
import base64


def inline(content: bytes, media_type: str) -> str:
    """As an address that holds the picture itself: there is no other one, to open, to keep or to come back to."""
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"
