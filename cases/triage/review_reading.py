"""Opening what a reporter wrote to this unit about another one, and sealing the answer. The key is the review's own."""
from cases.audit.services import actor, record_read
from cases.conversation.models import Review
from cases.conversation.reviewing import NoReporter
from cases.permissions import Staff
from cases.triage.reading import State, Text, opened_text
from cases.vault import custody, envelope, unseal
from cases.vault.parking import Locked
from cases.vault.unseal import Keyring, NotHeld, OpenFailed


def read_review(review: Review, *, keyring: Keyring | None, by: Staff) -> tuple[Text, Text | None]:
    """What a reporter wrote to this member's unit about another one, and the answer if there is one; of reviews_for."""
    key, state = _key(review, keyring)
    words = opened_text(review.case, key, state, review.body, "review", review.pk)
    if words.state == State.OPEN:
        record_read("review_read", subject=review.pk, actor=actor(by))
    if review.answer is None:
        return words, None
    return words, opened_text(review.case, key, state, review.answer, "review_answer", review.pk)


def _key(review: Review, keyring: Keyring | None) -> tuple[bytes | None, State]:
    if keyring is None:
        return None, State.LOCKED
    if review.reader_id not in keyring.units:
        return None, State.NO_KEY
    try:
        return unseal.key_for_unit(review.key, case=review.case_id, keyring=keyring), State.OPEN
    except OpenFailed:
        return None, State.BROKEN


def seal_review_answer(review: Review, text: str, *, keyring: Keyring | None) -> bytes:
    """For the reporter, who can open the review's key from now on. Raises Locked, NotHeld, NoReporter."""
    key, state = _key(review, keyring)
    if key is None:
        raise Locked if state == State.LOCKED else NotHeld
    if not review.case.conversation_key.wraps.filter(recipient="reporter").exists():
        raise NoReporter
    custody.let_reporter_read(review.key, key, case=review.case_id, reporter=review.case.reporter_public)
    return envelope.seal(key, text.encode(), case=review.case_id, field="review_answer", record=review.pk)
