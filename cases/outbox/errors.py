"""What a job may raise. The class says what the outbox should do next (docs/adr/0005-outbox-is-the-truth.md)."""


class Retry(Exception):
    """Try again: after `after` seconds, or after the usual back-off. `code` (a status, never content) is kept for people."""

    def __init__(self, after: float | None = None, *, code: str | int = "") -> None:
        super().__init__(code)
        self.after = after
        self.code = str(code)


class Stop(Exception):
    """Trying again cannot help: a person has to look. `code` (a status, never content) is kept for people."""

    def __init__(self, code: str | int = "") -> None:
        super().__init__(code)
        self.code = str(code)
