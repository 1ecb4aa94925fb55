"""What each process may do in PostgreSQL: one row a table, one column a role. A table without a row fails the tests.

    S  read      I  insert      U  change      D  delete      L  lock rows, change none      -  nothing
    a small letter: of the public, only rows of the receipt that the transaction shows (cases.intake.receipts, `portal.locator`);
                    of the CMS, only rows of campaign staff

Nobody may TRUNCATE, nobody owns a table, and nobody but the owner changes or deletes what the audit log holds. Identity columns
need no right on their sequence.
"""
from dataclasses import dataclass

from cases.permissions import ROLES as ROLES_OF_STAFF, Permission

ROLES = ("public", "desk", "cms", "exchange", "worker")

TABLE = """
                                              public  desk    cms     exchange  worker

cases.audit
    cases_audit_entry                         I       SI      I       I         SI
    cases_audit_auditlink                     -       S       -       -         SI
    cases_audit_checkpoint                    -       S       -       -         SI
cases.outbox
    cases_outbox_job                          I       SI      I       I         SIUD
cases.clock
    cases_clock_calendar                      S       SIU     -       -         S
    cases_clock_holiday                       S       SID     -       -         S
    cases_clock_period                        S       SID     -       -         S
    cases_clock_priorityrule                  S       SIU     -       -         S
cases.units
    cases_units_unit                          S       SU      -       -         S
    cases_units_timelimit                     S       SI      -       -         S
    cases_units_shift                         -       SIUD    -       -         S
    cases_units_cover                         S       SIU     -       -         SIU
    cases_units_welfare                       -       SIU     -       -         S
    cases_units_membership                    -       SIUD    -       -         S
cases.vault
    cases_vault_unitkey                       SL      SIU     -       -         SL
    cases_vault_staffkey                      -       SIU     -       -         -
    cases_vault_passkeylock                   -       SIUD    -       -         -
    cases_vault_keygrant                      -       SIUD    -       -         -
    cases_vault_bodykey                       -       SIU     -       -         -
    cases_vault_bodygrant                     -       SIUD    -       -         -
    cases_vault_workerkey                     S       S       -       S         SI
    cases_vault_datakey                       Isu     SIU     -       I         SIU
    cases_vault_datakeywrap                   Isd     SIUD    -       I         SID
cases
    cases_case                                Isu     SIU     -       -         SUD
    cases_clockevent                          -       S       -       -         SID
    cases_taking                              -       SI      -       -         SD
    cases_statuschange                        Is      SI      -       -         SID
    cases_message                             siu     SIU     -       -         SIUD
    cases_consent                             si      SI      -       -         SD
    cases_link                                -       SID     -       -         SID
    cases_trace                               -       SID     -       -         SD
    cases_label                               -       SIU     -       -         S
    cases_labelled                            -       SID     -       -         SID
    cases_exclusion                           -       SIU     -       -         SD
    cases_breakglass                          -       SI      -       -         SD
cases.notifications
    cases_notifications_preference            -       SIU     -       -         S
    cases_notifications_news                  -       SIU     -       -         SID
    cases_notifications_webhook               -       SIUD    -       -         SU
    cases_notifications_delivery              -       SID     -       -         SIUD
    cases_notifications_address               sid     SIUD    -       -         SUD
    cases_notifications_notification          sd      SID     -       -         SIUD
cases.merging
    cases_merging_merging                     -       SIU     -       -         SIUD
    cases_merging_splitting                   -       SIU     -       -         SD
cases.flood
    cases_flood_fold                          -       SIU     -       -         SIUD
    cases_flood_foldrule                      -       SIU     -       -         S
cases.hashing
    cases_hashing_mediahash                   i       SU      -       -         SUD
    cases_hashing_variant                     I       S       -       -         SD
    cases_hashing_frame                       I       S       -       -         SD
    cases_hashing_indexedhash                 -       SI      -       -         SID
    cases_hashing_match                       -       SIU     -       -         SID
    cases_hashing_setaside                    -       SIUD    -       -         SD
    cases_hashing_listentry                   -       SIU     -       S         SU
    cases_hashing_listspan                    -       SIU     -       S         SU
    cases_hashing_listing                     -       SIU     -       -         SUD
    cases_hashing_benign                      -       S       -       -         S
    cases_hashing_listcount                   S       SIU     -       S         SIU
    cases_hashing_foreignhash                 -       S       -       -         SIU
    cases_hashing_foreignmatch                -       SI      -       -         SID
cases.evidence
    cases_evidence_evidence                   Is      SU      -       -         SUD
    cases_evidence_page                       I       SD      -       -         SID
    cases_evidence_exposure                   -       SIU     -       -         SD
cases.escalation
    cases_escalation_platform                 S       SIU     -       -         S
    cases_escalation_platform_bases           -       SID     -       -         S
    cases_escalation_channel                  -       SIU     -       -         S
    cases_escalation_legalbasis               -       SIU     -       -         S
    cases_escalation_authority                S       SIU     -       -         S
    cases_escalation_ladder                   -       SIU     -       -         -
    cases_escalation_deferral                 -       SI      -       -         SD
    cases_escalation_change                   -       SIU     -       -         -
    cases_escalation_twopeople                -       SID     -       -         S
    cases_escalation_approval                 -       SIU     -       -         SUD
    cases_escalation_batch                    -       SI      -       -         SL
    cases_escalation_escalation               -       SIU     -       -         SUD
    cases_escalation_escalation_entries       -       SID     -       -         SD
    cases_escalation_attempt                  -       SI      -       -         SIUD
    cases_escalation_gate                     -       S       -       -         SIU
    cases_escalation_deadletter               -       SU      -       -         SIUD
    cases_escalation_replyaddress             -       SI      -       -         SID
    cases_escalation_answer                   -       SIU     -       -         SIUD
    cases_escalation_arrival                  -       -       -       I         SD
    cases_escalation_stray                    -       S       -       -         SIU
    cases_escalation_sighting                 i       SI      -       -         SID
    cases_escalation_lookingunit              -       SID     -       -         S
    cases_escalation_look                     -       SID     -       -         SUD
    cases_escalation_upload                   -       -       -       -         SIU
cases.referral
    cases_referral_referral                   -       SIU     -       -         SD
    cases_referral_policy                     -       SIU     -       -         -
    cases_referral_demand                     -       SIU     -       -         SU
cases.coordination
    cases_coordination_body                   -       SIU     -       -         S
    cases_coordination_seat                   -       SIUD    -       -         -
    cases_coordination_shown                  -       SIU     -       -         SUD
    cases_coordination_collected              -       SI      -       -         SD
    cases_coordination_post                   -       SI      -       -         SD
cases.conversation
    cases_conversation_ask                    siu     SIU     -       -         SD
    cases_conversation_opinion                siu     S       -       -         SD
    cases_conversation_review                 si      SU      -       -         SUD
    cases_conversation_nudge                  -       -       -       -         SIUD
cases.retention
    cases_retention_schedule                  -       SIU     -       -         S
    cases_retention_hold                      s       SIU     -       -         SD
    cases_retention_proposal                  -       SUD     -       -         SID
    cases_retention_disposal                  si      SI      -       -         SIU
    cases_retention_restoration               S       S       S       S         SU
cases.intake
    cases_intake_receipt                      Is      I       -       -         SD
cases.triage
    cases_triage_note                         -       SI      -       -         SID
    cases_triage_mention                      -       SI      -       -         SD
    cases_triage_task                         -       SIU     -       -         SD
    cases_triage_subject                      -       SIUD    -       -         SD
    cases_triage_draft                        -       SIUD    -       -         SD
    cases_triage_closing                      -       SIU     -       -         SD
    cases_triage_reminder                     -       SID     -       -         SUD
    cases_triage_correction                   -       SIU     -       -         SD
    cases_triage_question                     -       SIU     -       -         SD
    cases_triage_consult                      -       SIU     -       -         SUD
    cases_triage_reply                        -       SIU     -       -         -
    cases_triage_savedview                    -       SIUD    -       -         S
    cases_triage_desk                         -       SIUD    -       -         -
    cases_triage_reveal                       -       SI      -       -         SD
    cases_triage_bulkrun                      -       SIUD    -       -         SUD
    cases_triage_bulkrow                      -       SIUD    -       -         SUD
cases.statistics
    cases_statistics_tally                    -       S       -       -         SIU
    cases_statistics_counted                  -       S       -       -         SIU
    cases_statistics_call                     -       SIU     -       -         S
    cases_statistics_publication              -       SIU     -       -         -
    cases_statistics_edition                  S       SIU     -       -         -
cases.exchange
    cases_exchange_partner                    -       S       -       SU        SU
    cases_exchange_credential                 -       S       -       S         -
    cases_exchange_feedback                   -       S       -       SI        SU
    cases_exchange_submission                 -       -       -       I         SD
    cases_exchange_recall                     -       S       -       -         SIU
    cases_exchange_pull                       -       -       -       SIU       S
    cases_exchange_source                     -       S       -       -         SIU

portal.accounts
    accounts_user                             -       SIU     Su      -         S
    accounts_user_groups                      -       SID     SID     -         -
    accounts_user_user_permissions            -       S       S       -         -
    accounts_secondfactor                     -       SIUD    siud    -         -
    accounts_recoverycode                     -       SIUD    siud    -         -
    accounts_invitation                       -       SIUD    SLD     -         SU
    accounts_passkey                          -       SIUD    siud    -         -
    accounts_identity                         -       SID     -       -         -
    accounts_session                          -       SIUD    siud    -         -
django.contrib
    django_session                            -       -       -       -         -
    django_content_type                       S       S       S       -         -
    auth_group                                -       SI      SI      -         -
    auth_permission                           -       S       S       -         -
    auth_group_permissions                    -       S       S       -         -
    django_migrations                         -       -       -       -         -

awareness
    awareness_articlepage                     S       -       SIUD    -         -
    awareness_helpline                        S       S       SIUD    -         -
    awareness_homepage                        S       -       SIUD    -         -
    awareness_paper                           S       -       SIUD    -         -
    awareness_picture                         S       -       SIUD    -         -
    awareness_rendition                       SI      -       SIUD    -         -
wagtail
    taggit_tag                                -       -       SIUD    -         -
    taggit_taggeditem                         -       -       SIUD    -         -
    wagtailadmin_admin                        -       -       S       -         -
    wagtailadmin_editingsession               -       -       SIUD    -         -
    wagtailadmin_formstate                    -       -       SIUD    -         -
    wagtailcore_collection                    S       -       SIUD    -         -
    wagtailcore_collectionviewrestriction     S       -       SIUD    -         -
    wagtailcore_collectionviewrestriction_groups  -   -       SIUD    -         -
    wagtailcore_comment                       -       -       SIUD    -         -
    wagtailcore_commentreply                  -       -       SIUD    -         -
    wagtailcore_groupapprovaltask             -       -       SIUD    -         -
    wagtailcore_groupapprovaltask_groups      -       -       SIUD    -         -
    wagtailcore_groupcollectionpermission     -       -       S       -         -
    wagtailcore_grouppagepermission           -       -       S       -         -
    wagtailcore_groupsitepermission           -       -       S       -         -
    wagtailcore_locale                        S       -       S       -         -
    wagtailcore_modellogentry                 -       -       SIUD    -         -
    wagtailcore_page                          S       -       SIUD    -         -
    wagtailcore_pagelogentry                  -       -       SIUD    -         -
    wagtailcore_pagesubscription              -       -       SIUD    -         -
    wagtailcore_pageviewrestriction           S       -       SIUD    -         -
    wagtailcore_pageviewrestriction_groups    -       -       SIUD    -         -
    wagtailcore_referenceindex                -       -       SIUD    -         -
    wagtailcore_revision                      S       -       SIUD    -         -
    wagtailcore_site                          S       -       S       -         -
    wagtailcore_task                          -       -       SIUD    -         -
    wagtailcore_taskstate                     -       -       SIUD    -         -
    wagtailcore_uploadedfile                  -       -       SIUD    -         -
    wagtailcore_workflow                      -       -       SIUD    -         -
    wagtailcore_workflowcontenttype           -       -       SIUD    -         -
    wagtailcore_workflowpage                  -       -       SIUD    -         -
    wagtailcore_workflowstate                 -       -       SIUD    -         -
    wagtailcore_workflowtask                  -       -       SIUD    -         -
    wagtaildocs_document                      -       -       -       -         -
    wagtailimages_image                       -       -       -       -         -
    wagtailimages_rendition                   -       -       -       -         -
    wagtailsearch_indexentry                  -       -       SIUD    -         -
    wagtailusers_userprofile                  -       -       SIUD    -         -
"""


@dataclass(frozen=True)
class Columns:
    """The columns a right is about: only these, or all but these."""
    only: tuple[str, ...] = ()
    but: tuple[str, ...] = ()


MOVES = ("status", "outcome", "closed_at", "due_at", "clock_started_at", "clock_seconds", "alarm_at", "warned_at", "breached_at",
         "reminders", "version", "unread")
ARRIVES = ("last_login", "password", "must_change_password", "language")        # of a member: never the role
COLUMNS: dict[tuple[str, str, str], Columns] = {
    ("public", "cases_case", "s"): Columns(but=("key_id", "answers", "summary")),        # no receipt code opens the report itself
    ("public", "cases_case", "u"): Columns(only=MOVES),
    ("desk", "cases_case", "U"): Columns(but=("source", "split_of_id")),      # or it could say what a reporter agreed to
    ("worker", "cases_message", "U"): Columns(only=("read_at",)),
    ("public", "cases_message", "u"): Columns(only=("read_at",)),
    ("public", "cases_conversation_ask", "u"): Columns(only=("answer", "answered_at", "declined")),
    ("public", "cases_conversation_opinion", "u"): Columns(only=("choice", "words", "at")),
    ("desk", "cases_conversation_ask", "U"): Columns(only=("taken_back_at", "tagged_at")),
    ("worker", "cases_conversation_ask", "S"): Columns(but=("answer",)),
    ("desk", "cases_conversation_review", "U"): Columns(only=("answer", "answered_by_id", "answered_at")),
    ("worker", "cases_conversation_review", "S"): Columns(but=("body", "answer")),
    ("worker", "cases_conversation_review", "U"): Columns(only=("nobody",)),
    ("public", "cases_escalation_authority", "S"): Columns(only=("id", "slug", "name", "name_en", "name_ur")),
    ("worker", "cases_referral_referral", "S"): Columns(but=("why", "untold", "passphrase", "their_reference")),
    ("desk", "cases_coordination_shown", "U"): Columns(only=("content", "ended_at", "end")),      # and so it may lock the row
    ("worker", "cases_coordination_shown", "S"): Columns(but=("content",)),              # ends what is shown and reads none
    ("worker", "cases_coordination_shown", "U"): Columns(only=("content", "ended_at", "end")),
    ("worker", "cases_referral_demand", "S"): Columns(but=("words", "reason")),
    ("worker", "cases_referral_demand", "U"): Columns(only=("case_id",)),        # when its case is destroyed
    ("public", "cases_vault_datakey", "u"): Columns(only=("destroyed_at",)),
    ("public", "cases_evidence_evidence", "s"): Columns(only=(         # what becomes of it, and nothing that could be compared
        "id", "case_id", "ticket", "number", "state", "why", "kind", "arrived_at", "settled_at", "looked_at",
        "exported_at")),
    ("desk", "cases_evidence_evidence", "U"): Columns(only=(
        "state", "why", "settled_at", "looked_at", "key_id", "preserved", "letter")),
    ("public", "cases_retention_hold", "s"): Columns(only=("id", "case_id", "at", "lifted_at")),     # not who, not why
    ("desk", "cases_exchange_credential", "S"): Columns(but=("first", "second")),        # sees that there are keys
    ("exchange", "cases_exchange_partner", "U"): Columns(only=("submitted",)),
    ("worker", "cases_exchange_partner", "U"): Columns(only=("submitted",)),
    ("desk", "cases_hashing_mediahash", "U"): Columns(only=("matched_at", "case_id")),   # it stays what the phone said
    ("worker", "cases_hashing_mediahash", "U"): Columns(only=("matched_at",)),
    ("desk", "cases_hashing_match", "U"): Columns(only=("undone_at", "undone_by_id", "undone_why", "agreed_at", "agreed_by_id")),
    ("desk", "cases_merging_merging", "U"): Columns(only=("undone_at", "undone_by_id", "undo_reason")),
    ("desk", "cases_merging_splitting", "U"): Columns(only=("undone_at", "undone_by_id")),
    ("worker", "cases_merging_merging", "U"): Columns(only=("undone_at", "undone_by_id", "undo_reason")),
    ("worker", "cases_triage_question", "S"): Columns(but=("reason",)),
    ("desk", "cases_triage_question", "U"): Columns(only=("answer", "answered_by_id", "answered_at")),
    ("worker", "cases_triage_reminder", "S"): Columns(but=("reason",)),
    ("worker", "cases_triage_reminder", "U"): Columns(only=("told_at",)),
    ("desk", "cases_units_unit", "U"): Columns(only=("calendar_id",)),                   # and so it may lock the row
    ("worker", "cases_triage_consult", "S"): Columns(but=("question", "report", "own", "answer")),
    ("worker", "cases_triage_consult", "U"): Columns(only=("ended_at", "question", "report")),
    ("worker", "cases_escalation_approval", "S"): Columns(but=("reason",)),
    ("worker", "cases_escalation_approval", "U"): Columns(only=("reminded_at",)),
    ("worker", "cases_escalation_answer", "S"): Columns(but=("body",)),                  # writes answers down and reads none
    ("desk", "cases_escalation_answer", "U"): Columns(only=("outcome", "reason", "by_id", "sorted_at")),
    ("desk", "cases_escalation_deadletter", "U"): Columns(only=("settled_at", "settled_by_id", "how")),
    ("worker", "cases_triage_reveal", "S"): Columns(but=("reason",)),
    ("worker", "cases_triage_note", "S"): Columns(but=("body",)),                        # deletes notes and reads none
    ("worker", "cases_triage_subject", "S"): Columns(but=("words",)),
    ("desk", "cases_triage_subject", "U"): Columns(only=("case_id", "kind", "words", "changed_at")),
    ("worker", "cases_triage_draft", "S"): Columns(but=("words",)),
    ("desk", "cases_triage_draft", "U"): Columns(only=("words", "number", "at")),
    ("worker", "cases_triage_closing", "S"): Columns(but=("reason", "answer")),
    ("desk", "cases_triage_closing", "U"): Columns(only=("state", "decided_by_id", "decided_at", "answer")),
    ("worker", "cases_triage_task", "S"): Columns(but=("words",)),
    ("desk", "cases_triage_task", "U"): Columns(only=("to_id", "done_at", "done_by_id")),
    ("desk", "cases_notifications_news", "U"): Columns(only=("read_at",)),
    ("desk", "cases_notifications_preference", "U"): Columns(only=("ways",)),
    ("desk", "cases_vault_unitkey", "U"): Columns(only=("sealed_to_next", "sealed_to_recovery", "rotate_since")),
    ("desk", "cases_vault_datakey", "U"): Columns(only=("destroyed_at",)),
    ("worker", "cases_vault_datakey", "U"): Columns(only=("destroyed_at",)),
    ("desk", "accounts_user", "U"): Columns(but=("id", "email", "is_superuser", "date_joined")),
    ("cms", "accounts_user", "u"): Columns(only=ARRIVES),
    ("worker", "accounts_user", "S"): Columns(but=("password",)),
}

# Which rows a small letter means. `portal_case()` is the case of the receipt that the transaction shows, else NULL.
# Of the rows that the role sees, so of this case only.
ADDRESS_KEY, CONVERSATION_KEY = "SELECT key_id FROM cases_notifications_address", "SELECT conversation_key_id FROM cases_case"
REVIEW_KEY = "SELECT key_id FROM cases_conversation_review"
CAMPAIGNS = ", ".join(f"'{role}'" for role, permissions in ROLES_OF_STAFF.items() if Permission.EDIT_CAMPAIGNS in permissions)
THEIRS = f"member_id IN (SELECT id FROM accounts_user WHERE role IN ({CAMPAIGNS}))"  # noqa: S608  roles of our own enum
OWN: dict[str, str] = {
    "accounts_user": f"role IN ({CAMPAIGNS})",
    "accounts_secondfactor": THEIRS,
    "accounts_recoverycode": THEIRS,
    "accounts_passkey": THEIRS,
    "accounts_session": f"member_id IS NULL OR {THEIRS}",      # nobody's: a challenge for a passkey
    "cases_intake_receipt": "locator = (SELECT portal_locator())",
    "cases_case": "id = (SELECT portal_case())",
    "cases_statuschange": "case_id = (SELECT portal_case()) AND said <> ''",
    "cases_message": "case_id = (SELECT portal_case())",
    "cases_consent": "case_id = (SELECT portal_case())",
    "cases_conversation_ask": "case_id = (SELECT portal_case())",
    "cases_conversation_opinion": "case_id = (SELECT portal_case())",
    "cases_conversation_review": "case_id = (SELECT portal_case())",
    "cases_retention_hold": "case_id = (SELECT portal_case())",
    "cases_retention_disposal": "\"case\" = (SELECT portal_case())",
    "cases_hashing_mediahash": "case_id = (SELECT portal_case()) AND matched_at IS NULL",
    "cases_evidence_evidence": "case_id = (SELECT portal_case())",
    "cases_notifications_address": "case_id = (SELECT portal_case())",
    "cases_notifications_notification": "address_id IN (SELECT id FROM cases_notifications_address)",
    "cases_vault_datakey": f"id IN ({CONVERSATION_KEY}) OR id IN ({ADDRESS_KEY}) OR id IN ({REVIEW_KEY})",
    "cases_vault_datakeywrap": "recipient = 'reporter' AND recipient_id = (SELECT portal_case())::text"
                               f" OR key_id IN ({ADDRESS_KEY})",
}
# Narrower than OWN for one verb: only the key of an address is the reporter's to destroy.
NARROWER: dict[tuple[str, str], str] = {
    ("cases_message", "i"): "case_id = (SELECT portal_case()) AND author = 'reporter' AND by_id IS NULL",
    ("cases_escalation_sighting", "i"): "case_id = (SELECT portal_case()) AND how = 'reporter'",
    ("cases_conversation_review", "i"): "case_id = (SELECT portal_case()) AND answer IS NULL",
    ("cases_conversation_ask", "i"): "case_id = (SELECT portal_case()) AND by_id IS NULL",
    ("cases_retention_disposal", "i"): "\"case\" = (SELECT portal_case()) AND why = 'reporter'",
    ("cases_vault_datakey", "u"): f"id IN ({ADDRESS_KEY})",
    ("cases_vault_datakeywrap", "d"): f"key_id IN ({ADDRESS_KEY})",
}
# What an inserted row must be like. A captured public process can neither write the log in another's name nor ask for other jobs.
PUBLIC_JOBS = ("hashing.match", "evidence.process", "escalation.withdraw", "notifications.urgent", "notifications.responsible",
               "conversation.review", "conversation.unreadable", "retention.carry_out", "merging.reach", "merging.release")
# Only of such a report may the desk say what its reporter agreed to; and how a report came, it cannot change.
TYPED_BY_STAFF = "case_id IN (SELECT id FROM cases_case WHERE source NOT IN ('web', 'split'))"
CHECKS: dict[tuple[str, str], str] = {
    ("public", "cases_audit_entry"): "actor IN ('reporter', 'system')",
    ("desk", "cases_audit_entry"): "actor <> 'reporter' AND actor NOT LIKE 'partner:%'",
    ("cms", "cases_audit_entry"): "actor NOT IN ('reporter', 'system') AND actor NOT LIKE 'partner:%'",
    ("exchange", "cases_audit_entry"): "actor LIKE 'partner:%'",
    ("public", "cases_outbox_job"): "task IN ({})".format(", ".join(f"'{job}'" for job in PUBLIC_JOBS)),
    ("cms", "cases_outbox_job"): "task = 'accounts.alert'",
    ("exchange", "cases_outbox_job"): "task IN ('exchange.feedback', 'exchange.submitted', 'escalation.take_mail')",
    ("public", "cases_hashing_mediahash"): "origin = 'device'",
    ("desk", "cases_consent"): TYPED_BY_STAFF,
    # What a split says is believed where a fingerprint goes, and whose yes it stands on (cases.hashing.triggers).
    ("desk", "cases_merging_splitting"): "EXISTS (SELECT 1 FROM cases_case c WHERE c.id = case_id AND c.split_of_id = of_id)",
    ("desk", "cases_notifications_address"): TYPED_BY_STAFF,
    ("desk", "cases_intake_receipt"): TYPED_BY_STAFF,
    ("worker", "cases_message"): "author = 'staff'",            # of a bulk run: sealed by its member, in whose name it is
    ("desk", "accounts_user"): "NOT is_superuser",
    ("exchange", "cases_vault_datakeywrap"): "recipient = 'worker'",
    ("public", "cases_case"): "status = 'new' AND outcome = '' AND assignee_id IS NULL AND split_of_id IS NULL",
    ("public", "cases_statuschange"): "by_id IS NULL",
    ("public", "cases_evidence_evidence"): "state = 'arrived'",
    ("worker", "cases_escalation_sighting"): "how = 'machine'",
    ("desk", "cases_escalation_sighting"): "how = 'staff'",
}


def grants() -> dict[str, dict[str, str]]:
    """Table → role → letters, each letter once; a role without rights has the empty string."""
    rows = [line.split() for line in TABLE.splitlines() if line.startswith("    ") and line.strip().split()[0] not in ROLES]
    return {table: dict(zip(ROLES, (letters.strip("-") for letters in rights), strict=True)) for table, *rights in rows}
