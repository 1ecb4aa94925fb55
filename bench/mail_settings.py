"""Production's settings with a mail server (EMAIL_HOST and EMAIL_PORT in the environment), and in a hurry: what waits for minutes
in an office waits for seconds here. In what follows on what, nothing differs.
"""
import os
from importlib import import_module

globals().update({name: value for name, value in vars(import_module("portal.settings")).items() if name.isupper()})

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_TIMEOUT = 2
NOTICES_PER_MINUTE: dict[str, int] = {}                 # as quick as the recipients are
WEBHOOK_SECONDS = (2, 3)
NOTICE_PAUSE_SECONDS = (2, 15)
CELERY_TASK_TIME_LIMIT, OUTBOX_LEASE_SECONDS = 10, 12
OUTBOX_WAIT_SECONDS = (1, 20)
OUTBOX_LONGEST_RING_SECONDS = int(os.environ.get("LONGEST_RING_SECONDS", "12"))     # more where thousands wait: each ring is work
