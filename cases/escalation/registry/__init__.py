"""Whom we ask and refer to: platforms, authorities and legal bases as dated data in two languages."""
from cases.escalation.registry.seeding import VERIFY_EVERY, bases_for, count_due, due, is_stale, seed, stale, verify_by

__all__ = ["VERIFY_EVERY", "bases_for", "count_due", "due", "is_stale", "seed", "stale", "verify_by"]
