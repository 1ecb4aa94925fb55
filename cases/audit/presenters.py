"""The log in plain words, in the reader's language."""
import re
from collections.abc import Iterable

from django.contrib.auth import get_user_model
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from cases.audit.models import Entry

SENTENCES: dict[str, Promise | str] = {
    # the case
    "case_opened": gettext_lazy("A report arrived and a case was opened."),
    "case_read": gettext_lazy("The case was opened and read."),
    "answers_read": gettext_lazy("What the reporter answered was read."),
    "links_read": gettext_lazy("Links that the reporter sent later were read."),
    "queue_read": gettext_lazy("A page of the queue was read, with the summaries on it."),
    "status_changed": gettext_lazy("The status was changed."),
    "case_transferred": gettext_lazy("The case was given to another unit."),
    "case_merged": gettext_lazy("The case was merged into another, which is worked for both."),
    "case_leads": gettext_lazy("Another case was merged into this one."),
    "case_unmerged": gettext_lazy("The case was taken out of the case it was merged into."),
    "case_leads_no_more": gettext_lazy("A case that was merged into this one was taken out again."),
    "conversation_read": gettext_lazy("The messages of the case were read on the page of the case it is merged into."),
    "bulk_started": gettext_lazy("A member began one act on many cases."),
    "bulk_stopped": gettext_lazy("A member stopped an act on many cases."),
    "bulk_finished": gettext_lazy("An act on many cases was done."),
    "case_assigned": gettext_lazy("The case was assigned."),
    "message_added": gettext_lazy("A message was written."),
    "messages_marked": gettext_lazy("The reporter's messages were marked as read."),
    "inbox_read": gettext_lazy("The reporter opened the inbox."),
    "note_added": gettext_lazy("A note was written."),
    "reporter_asked": gettext_lazy("The reporter was asked for more, as a form in the inbox."),
    "question_taken_back": gettext_lazy("A question to the reporter was taken back."),
    "reporter_answered": gettext_lazy("The reporter answered such a question, or sent links."),
    "closing_asked": gettext_lazy("A member asked to close a child's case."),
    "closing_agreed": gettext_lazy("A supervisor agreed that a child's case is closed."),
    "closing_refused": gettext_lazy("A supervisor refused to close a child's case."),
    "closing_taken_back": gettext_lazy("A member took back the wish to close a child's case."),
    "closings_read": gettext_lazy("The reasons for closing a child's case were read."),
    "case_reopened": gettext_lazy("A closed case was opened again, with a reason."),
    "task_made": gettext_lazy("A member wrote down a task."),
    "task_given": gettext_lazy("A task was given to another member."),
    "task_done": gettext_lazy("A task was marked as done."),
    "task_undone": gettext_lazy("A task that was done was opened again."),
    "tasks_read": gettext_lazy("A list of tasks was read."),
    "back_online": gettext_lazy("The reporter says that it is online again."),
    "opinion_given": gettext_lazy("The reporter said whether we helped."),
    "opinion_explained": gettext_lazy("The reporter wrote why."),
    "review_asked": gettext_lazy("A reporter asked another unit to look again, or complained."),
    "review_impossible": gettext_lazy("A reporter wanted another unit to look again, and there was none that could."),
    "review_read": gettext_lazy("A supervisor of another unit read what a reporter wrote to them."),
    "review_answered": gettext_lazy("A supervisor of another unit answered a reporter."),
    "consent_given": gettext_lazy("The reporter answered a question of consent."),
    "report_withdrawn": gettext_lazy("The reporter withdrew the report."),
    "cases_linked": gettext_lazy("The case was linked with another."),
    "cases_unlinked": gettext_lazy("What linked the case with another has gone."),
    "priority_raised": gettext_lazy("The case became more urgent, by a rule."),
    "priority_settled": gettext_lazy("The priority was worked out again, because a match was undone."),
    "facts_corrected": gettext_lazy("What is known of the case was put right, and its priority worked out again."),
    "correction_waits": gettext_lazy("A correction would say that the case is no child's: it waits for somebody else."),
    "correction_agreed": gettext_lazy("A second member agreed to a correction."),
    "correction_dropped": gettext_lazy("A correction that waited was dropped."),
    "rule_set": gettext_lazy("A rule of priority was changed."),
    "case_paged": gettext_lazy("Nobody had taken the urgent case: the next person was told."),
    "reminder_set": gettext_lazy("A member asked to be reminded of the case."),
    "reminder_done": gettext_lazy("A member removed a reminder."),
    "reminders_read": gettext_lazy("A member's own reminders of the case were read."),
    "priority_set": gettext_lazy("A member set the priority."),
    "transfer_grounds": gettext_lazy("Why the case may go to another unit was recorded."),
    "member_excluded": gettext_lazy("A member was excluded from the case."),
    "exclusion_lifted": gettext_lazy("A member's exclusion from the case was lifted."),
    "case_restricted": gettext_lazy("The case was kept for the member who has it."),
    "case_unrestricted": gettext_lazy("The case was opened to its unit again."),
    "glass_broken": gettext_lazy("Emergency access to the case was taken, for an hour."),
    "reasons_read": gettext_lazy("The reasons given for access to the case were read."),
    "label_added": gettext_lazy("A label was put on the case."),
    "label_removed": gettext_lazy("A label was taken off the case."),
    "label_made": gettext_lazy("A label was made for a unit."),
    "label_changed": gettext_lazy("A label was renamed."),
    "label_retired": gettext_lazy("A label is given to no more cases."),
    "label_taken_up": gettext_lazy("A label is given to cases again."),
    "language_noted": gettext_lazy("The language that the report is written in was noted."),
    # fingerprints and the published list
    "fingerprints_stored": gettext_lazy("Fingerprints were stored."),
    "fingerprints_matched": gettext_lazy("Fingerprints were compared with earlier ones."),
    "match_undone": gettext_lazy("A member said that two pictures are not the same."),
    "match_undoing_agreed": gettext_lazy("A second member agreed that two pictures are not the same."),
    "report_set_aside": gettext_lazy("A member set the report aside: its pictures count for nothing in other cases."),
    "report_setting_aside_agreed": gettext_lazy("A second member agreed that the report is set aside."),
    "report_taken_up_again": gettext_lazy("The report is set aside no more."),
    "report_took_off": gettext_lazy("The report took listed pictures of several other cases off the list."),
    "hashes_held_for_a_child": gettext_lazy("Fingerprints are off the list: the same picture was reported as a child’s."),
    "hashes_put_back": gettext_lazy("Fingerprints are on the list again: nothing speaks against them any more."),
    "match_restored": gettext_lazy("A member said that two pictures are the same after all."),
    "match_asked": gettext_lazy("Another unit was asked about a match."),
    "match_answered": gettext_lazy("A question of another unit about a match was answered."),
    "question_read": gettext_lazy("A question of another unit was read."),
    "hashes_searched": gettext_lazy("A member searched for fingerprints."),
    "hash_search_met": gettext_lazy("Somebody searched for a fingerprint that the case holds."),
    "hashes_published": gettext_lazy("Fingerprints were put on the list that platforms pull."),
    "hashes_withdrawn": gettext_lazy("Fingerprints were taken off the list."),
    "hashes_proposed": gettext_lazy("A member proposed to put fingerprints on a shared list."),
    "listing_approved": gettext_lazy("A second member agreed that fingerprints go on a shared list."),
    "listing_refused": gettext_lazy("A second member refused to put fingerprints on a shared list."),
    "hash_suspended": gettext_lazy("A platform did not block a fingerprint: it is off the list until somebody has looked."),
    "hashes_submitted": gettext_lazy("A platform sent fingerprints of its own, to be compared with our cases."),
    "known_elsewhere": gettext_lazy("A picture of the case stands on somebody else's list already."),
    "list_pulled": gettext_lazy("Somebody else's list was pulled."),
    "recall_confirmed": gettext_lazy("A platform confirmed that it dropped a withdrawn fingerprint."),
    "upload_taken_back": gettext_lazy("A fingerprint that had been submitted to somebody else was asked back."),
    "partner_keys_changed": gettext_lazy("A platform was given new keys to the list of fingerprints."),
    "partner_added": gettext_lazy("A platform was given keys to pull the list of fingerprints."),
    "partner_retired": gettext_lazy("A platform's keys to the list of fingerprints were withdrawn."),
    "list_fetched": gettext_lazy("A platform pulled the list of fingerprints."),
    # files
    "evidence_arrived": gettext_lazy("The reporter added a file."),
    "evidence_kept": gettext_lazy("A file was looked at by the portal, cleaned and sealed to the unit."),
    "evidence_destroyed": gettext_lazy("A file was destroyed; its fingerprints and the reason stay."),
    "evidence_locked": gettext_lazy("A file that may show a child was locked: nobody in the house opens it any more."),
    "evidence_exported": gettext_lazy("A locked file was handed out, still sealed, to the holders of the recovery key."),
    "evidence_failed": gettext_lazy("A file could not be used and was destroyed."),
    "evidence_read": gettext_lazy("A file was opened and seen."),
    # notices
    "escalation_requested": gettext_lazy("A notice to a platform was requested."),
    "escalation_moved": gettext_lazy("A notice moved on: sent, answered or given up."),
    "notice_read": gettext_lazy("The notice was read."),
    "feedback_taken": gettext_lazy("A platform reported what became of a fingerprint."),
    "feedback_applied": gettext_lazy("A platform's report was entered in the case."),
    # telling people
    "address_kept": gettext_lazy("The reporter left an address to be told at."),
    "address_dropped": gettext_lazy("The reporter's address was deleted."),
    "preferences_changed": gettext_lazy("A member chose how to be told."),
    "notification_sent": gettext_lazy("Somebody was told that something waits."),
    # people and keys
    "calendar_changed": gettext_lazy("Working hours or days off were changed."),
    "roster_changed": gettext_lazy("The roster of the unit was changed."),
    "shift_handed_on": gettext_lazy("A shift was handed on to a colleague."),
    "limit_set": gettext_lazy("A deadline of the unit was changed."),
    "unit_made": gettext_lazy("A unit was set up."),
    "member_joined": gettext_lazy("A member joined the unit or changed duty."),
    "member_left": gettext_lazy("A member left the unit."),
    "unit_key_made": gettext_lazy("The unit got a new key."),
    "staff_key_made": gettext_lazy("A member got a new key of their own."),
    "worker_key_destroyed": gettext_lazy("An old private key of the worker was deleted: nothing is sealed to it any more."),
    "worker_key_made": gettext_lazy("The worker got a new key."),
    "key_signed": gettext_lazy("A key was signed by the ceremony's root: from now on it may be sealed to."),
    "key_sealed_to_recovery": gettext_lazy("The unit's key was sealed for the recovery ceremony too."),
    "key_restored": gettext_lazy("The recovery ceremony handed the unit's key to a member."),
    "key_granted": gettext_lazy("A member was given the unit's key."),
    "key_revoked": gettext_lazy("The unit's key was taken from a member."),
    "keys_rewrapped": gettext_lazy("Keys of cases were sealed to the unit's newest key."),
    "orphan_keys_destroyed": gettext_lazy("Keys that no record pointed to were destroyed."),
    "key_destroyed": gettext_lazy("A key was destroyed; what it sealed can never be read again."),
    "passphrase_changed": gettext_lazy("A member changed the vault passphrase."),
    "member_added": gettext_lazy("A member of staff was added."),
    "member_invited": gettext_lazy("A member of staff was given a link to begin."),
    "invitation_accepted": gettext_lazy("A member used the link to begin and chose a password."),
    "role_changed": gettext_lazy("The role of a member was changed."),
    "member_deactivated": gettext_lazy("A member's account was switched off."),
    "member_reactivated": gettext_lazy("A member's account was switched on again."),
    "identity_bound": gettext_lazy("A member connected the account with single sign-on."),
    "identity_unbound": gettext_lazy("An account was disconnected from single sign-on."),
    "member_reset": gettext_lazy("A member of staff got a new start password."),
    "password_changed": gettext_lazy("A member chose a new password."),
    "member_proved": gettext_lazy("A member proved again who they are."),
    "passkey_added": gettext_lazy("A member added a passkey."),
    "passkey_removed": gettext_lazy("A member removed a passkey."),
    "passkey_copied": gettext_lazy("A passkey was refused: its counter went back, so it may have been copied."),
    "passkey_lock_made": gettext_lazy("A passkey may now open a member's vault."),
    "passkey_lock_dropped": gettext_lazy("A passkey opens a member's vault no more."),
    "recovery_codes_made": gettext_lazy("A member made new recovery codes."),
    "second_factor_set": gettext_lazy("A member set up the second factor."),
    "recovery_code_used": gettext_lazy("A member signed in with a recovery code."),
    "signed_in": gettext_lazy("A member signed in."),
    "signed_out": gettext_lazy("A member signed out."),
    "sign_in_failed": gettext_lazy("Signing in failed."),
    "sessions_ended": gettext_lazy("Sessions of a member were ended."),
    "vault_unlocked": gettext_lazy("A member unlocked the vault."),
    "vault_locked": gettext_lazy("A member locked the vault."),
    "unlock_failed": gettext_lazy("Unlocking the vault failed."),
    "audit_read": gettext_lazy("A page of this log was read."),
    "audit_exported": gettext_lazy("A piece of this log was handed out as a signed file."),
    # templates
    "reply_added": gettext_lazy("A template for writing to reporters was added."),
    "reply_changed": gettext_lazy("A template for writing to reporters was changed."),
    "reply_retired": gettext_lazy("A template for writing to reporters was retired."),
    "reply_brought_back": gettext_lazy("A retired template for writing to reporters is offered again."),
    # the end of a case
    "hold_placed": gettext_lazy("A hold was placed: nothing may be deleted."),
    "hold_for_authority": gettext_lazy("The hold that stood became one for police or another authority."),
    "hold_lifted": gettext_lazy("The hold was lifted."),
    "receipt_expired": gettext_lazy("The receipt code came to its end; the reporter's key was deleted."),
    "schedule_changed": gettext_lazy("How long closed cases are kept was changed."),
    "disposal_proposed": gettext_lazy("The case was put on the list of those whose time is over."),
    "disposal_approved": gettext_lazy("A supervisor approved that the case goes; another must confirm."),
    "disposal_put_back": gettext_lazy("An approval that the case goes was taken back."),
    "disposal_begun": gettext_lazy("It was decided that the case is destroyed."),
    "case_disposed": gettext_lazy("The case was deleted and its keys destroyed."),
}
ABOUT = ("member", "to")        # details that may hold a member's id
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ISOLATE = "\u2068{}\u2069"      # FIRST STRONG ISOLATE … POP DIRECTIONAL ISOLATE: a code may not reorder an Urdu sentence


def sentence(entry: Entry) -> str:
    """One plain sentence; an event that has none yet is named by its code, so that nothing is hidden."""
    known = SENTENCES.get(entry.event)
    return str(known) if known else _("Recorded: %(event)s.") % {"event": ISOLATE.format(entry.event.replace("_", " "))}


def about(entry: Entry) -> str:
    """The id of the member whom an entry is about, besides who did it; empty if nobody."""
    found = next((entry.details[name] for name in ABOUT if isinstance(entry.details.get(name), str)), "")
    return "" if found == entry.actor else found


def people(entries: Iterable[Entry]) -> dict[str, str]:
    """Who acts, and whom it is about → that in words, for one page of entries; one query. A member who is gone stays an id."""
    page = list(entries)
    named = {entry.actor for entry in page} | {one for entry in page if ID.fullmatch(one := about(entry))}
    fixed = {"reporter": _("The reporter"), "system": _("The portal")}
    words = {one: fixed.get(one) or _("A platform") for one in named if one in fixed or one.startswith("partner:")}
    found = get_user_model().objects.in_bulk([one for one in named - set(words) if ID.fullmatch(one)])
    return {one: one for one in named} | words | {str(key): str(person) for key, person in found.items()}
