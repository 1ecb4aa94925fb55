"""Every periodic job, in one table. Times are Pakistan's (settings.CELERY_TIMEZONE)."""
from dataclasses import dataclass
from typing import Any

from celery.schedules import crontab


@dataclass(frozen=True)
class Periodic:
    """`task` is an outbox job ("room.job"), asked for at most once a minute however many beats tick.

    `direct=True` names a plain Celery task instead, for what runs every few seconds and heals itself at the next tick.
    """

    task: str
    when: crontab | float      # a crontab, or seconds
    direct: bool = False


PERIODIC = [
    Periodic("audit.link", 5.0, direct=True),                       # how long an entry may stand outside the chain
    Periodic("audit.checkpoint", crontab(minute="0"), direct=True),
    Periodic("notifications.witness", crontab(minute="5")),          # the signed heads, to somebody outside
    Periodic("escalation.chase", crontab(minute="*/10")),            # platforms that let their clock run out
    Periodic("escalation.fetch_mail", crontab()),                    # answers of platforms, from the office's mailbox
    Periodic("escalation.plan_looks", crontab(minute="35")),         # links that the worker may look at, and copies that end
    Periodic("exchange.pull", crontab(minute="20")),                 # lists of others
    Periodic("exchange.recalls", crontab(minute="*/5")),             # which partners may hold what was withdrawn
    Periodic("notifications.clocks", crontab()),                     # deadlines that run out, or have
    Periodic("flood.watch", crontab()),                              # reports that are many and alike
    Periodic("units.cover", crontab(minute="*/10")),                 # when reports are read again, for the public's pages
    Periodic("notifications.forget", crontab()),                     # reporters' addresses of closed cases
    Periodic("hashing.count_listed", crontab(minute="45")),          # for the public numbers
    Periodic("hashing.snapshots", crontab()),                        # without what was deleted, and with what came
    Periodic("evidence.sweep", crontab(minute="*/10")),              # files whose job was lost or given up
    Periodic("triage.remind", crontab(minute="*/10")),               # what members asked to be reminded of
    Periodic("coordination.settle", crontab(minute="*/5")),          # what is before a body and over: its key goes
    Periodic("coordination.forget_posts", crontab(hour="3", minute="45")),   # threads about policy, after three years
    Periodic("conversation.remind", crontab(hour="10", minute="0")),  # reporters for whom a case waits
    Periodic("triage.end_consults", crontab(minute="25")),           # what other units may read no longer
    Periodic("triage.digest", crontab(hour="8", minute="30")),       # each unit's morning counts
    Periodic("triage.forget_bulk", crontab(hour="1", minute="20")),  # what was done to many at once, after 90 days
    Periodic("statistics.count", crontab(hour="0", minute="40")),    # the figures of every month, anew
    Periodic("intake.expire", crontab(hour="1", minute="50")),       # receipts, 180 days after closing
    Periodic("retention.write_down", crontab()),                     # tombstones of single keys, outside the database
    Periodic("retention.propose", crontab(hour="2", minute="10")),   # cases whose time is over: two people decide
    Periodic("retention.resume", crontab(minute="*/15")),            # disposals that a crash left unfinished
    Periodic("retention.destroy_orphans", crontab(hour="2", minute="40")),   # keys that no record points to
    Periodic("notifications.renew_webhooks", crontab(hour="3", minute="20")),    # their secrets, to the worker's newest key
    Periodic("vault.renew_worker_key", crontab(hour="3", minute="10")),  # weekly; looked at daily
    Periodic("triage.forget_drafts", crontab(hour="3", minute="35")),        # what nobody has touched for 14 days
    Periodic("notifications.forget_news", crontab(hour="3", minute="30")),   # what members were told of 90 days ago
    Periodic("outbox.prune", crontab(hour="3", minute="40")),       # finished jobs are no archive
]


def beat() -> dict[str, dict[str, Any]]:
    """The table in the shape Celery's beat reads."""
    return {p.task: {"task": p.task, "schedule": p.when, "options": {"expires": 300}} if p.direct
            else {"task": "outbox.ask", "args": [p.task], "schedule": p.when} for p in PERIODIC}
