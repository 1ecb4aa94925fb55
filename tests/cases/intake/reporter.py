"""A reporter at the inbox: a case with a receipt, and a browser that posts as forms do (no cookie, urlencoded)."""
import re
import uuid
from html import unescape
from urllib.parse import urlencode

from django.http import HttpResponse
from django.test import Client

from cases.intake import receipts, visit
from cases.intake.models import Receipt
from cases.models import Case, Message
from cases.services import add_message
from cases.vault import envelope, receipt as codes
from portal.accounts.models import User
from tests.factories.cases import secrets_of

URLENCODED = "application/x-www-form-urlencoded"
LOCATORS: dict[uuid.UUID, bytes] = {}         # case → what its code finds it with, which the database does not hold


def give_receipt(case: Case, derived: codes.Derived) -> None:
    """The receipt that intake issues, for a case of the factories. `derived` is of the code, made once: it is slow on purpose."""
    private = secrets_of(case).reporter
    LOCATORS[case.pk] = derived.locator
    receipts.issue(case=case, lock=receipts.Lock(derived.locator, bytes(case.reporter_public),
                                                 codes.lock(derived.unlock, private)))


def visiting(receipt: Receipt, private: bytes | None = None) -> str:
    """The token of an opened inbox: with the reporter's private key the server opens the messages, without it the browser."""
    return visit.seal(visit.Visit(receipt, LOCATORS[receipt.case_id], private))


def staff_writes(case: Case, text: str, by: User) -> Message:
    row = uuid.uuid4()
    body = envelope.seal(secrets_of(case).conversation, text.encode(), case=case.pk, field="message", record=row)
    return add_message(case=case, message_id=row, author=Message.Author.STAFF, body=body, by=by)


class Reporter:
    """Holds nothing but the page that was answered last."""

    def __init__(self, language: str = "en") -> None:
        self.client, self.url = Client(), f"/{language}/inbox/"
        self.response = HttpResponse()

    def post(self, **fields: str) -> str:
        """The page that answers, as text."""
        self.response = self.client.post(self.url, urlencode(fields), content_type=URLENCODED)
        return self.html

    def press(self, act: str, **fields: str) -> str:
        """A button of the page that is open."""
        return self.post(visit=self.visit, act=act, **fields)

    @property
    def html(self) -> str:
        return self.response.content.decode()

    @property
    def visit(self) -> str:
        found = re.search(r'name="visit" value="([^"]+)"', self.html)
        assert found, "no inbox is open"
        return unescape(found[1])
