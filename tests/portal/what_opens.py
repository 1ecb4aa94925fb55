"""`python -m tests.portal.what_opens PASSPHRASE`: what a supervisor of all units of the demonstration can read, as one JSON
object: case → SHA-256 of every word of it. A case that does not open is an error."""
import hashlib
import json
import sys

import django


def main(passphrase: str) -> dict[str, str]:
    from cases.selectors import cases_for  # these need the applications loaded
    from cases.triage.reading import State, read_case
    from cases.vault import unseal
    from portal.accounts.models import User
    from portal.demonstration.people import DOMAIN

    nadia = User.objects.get(email=f"nadia@{DOMAIN}")
    keyring = unseal.keyring(nadia, unseal.unlock_staff(nadia, passphrase))
    found = {}
    for case in cases_for(nadia):
        opened = read_case(case, keyring=keyring, by=nadia)
        texts = sorted(text.words for part in (opened.messages, opened.notes, opened.assents) for text in part.values())
        assert opened.state == State.OPEN, opened.state
        assert not opened.broken
        assert opened.answers.story
        found[str(case.pk)] = hashlib.sha256(repr((opened.answers, texts, opened.answers.story)).encode()).hexdigest()
    return found


if __name__ == "__main__":
    django.setup()
    json.dump(main(sys.argv[1]), sys.stdout)
