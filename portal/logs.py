"""What Django's own loggers write besides ids and events is the path of a request; one of ours is a secret."""
import logging
import re

LINK = re.compile(r"(/invitation/)[^/\s]+")


class WithoutLinks(logging.Filter):
    """A link to begin (portal.accounts.invitations) makes whoever has it the member; it may still be valid when it is logged."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = LINK.sub(r"\1…", record.getMessage()), ()
        return True
