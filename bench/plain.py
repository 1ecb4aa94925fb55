"""The same notices by plain Celery, beside ours: late acknowledgement, retries with back-off, a short visibility time-out, and no
outbox. What is asked for exists in the broker alone.

Run as a worker with CELERY_BROKER_URL, EMAIL_PORT and WEBHOOK_CA_FILE in the environment: celery -A bench.plain worker.
"""
import json
import os
import smtplib
import ssl
import urllib.error
import urllib.request
from email.message import EmailMessage

from celery import Celery, Task

NAME_OF_TASK = "plain.send"
TIMEOUT = 2             # seconds, as ours
# Not Django's settings, nor anybody's current app: it must stay plain, also in a process that knows the portal's.
# Celery takes the broker from the environment, so both share one Redis: its queue has another name, and its keys have a prefix.
app = Celery("plain", set_as_current=False)
app.conf.update(task_default_queue="plain", task_acks_late=True, task_reject_on_worker_lost=True, task_ignore_result=True,
                worker_prefetch_multiplier=1, task_time_limit=10, broker_connection_retry_on_startup=True,
                broker_transport_options={"visibility_timeout": 12, "socket_connect_timeout": 3, "global_keyprefix": "plain:"})


@app.task(name=NAME_OF_TASK, bind=True, max_retries=8, autoretry_for=(OSError, smtplib.SMTPException), retry_backoff=1,
          retry_backoff_max=60)
def send(_task: Task, key: str, reference: str, address: str) -> str:
    """`address`: of a mailbox, or an API's URL. A final no is no error: nobody tries again."""
    return post(key, reference, address) if address.startswith("https:") else mail(key, reference, address)


def mail(key: str, reference: str, address: str) -> str:
    message = EmailMessage()
    message["Message-ID"], message["From"], message["To"] = f"<{key}@plain.example>", "plain@example.org", address
    message["Subject"] = reference
    message.set_content("Please remove this.")
    with smtplib.SMTP("127.0.0.1", int(os.environ["EMAIL_PORT"]), timeout=TIMEOUT) as server:
        try:
            server.send_message(message)
        except smtplib.SMTPDataError as error:
            if error.smtp_code < 500:
                raise
            return "refused"
    return "sent"


def post(key: str, reference: str, address: str) -> str:
    headers = {"Content-Type": "application/json", "Idempotency-Key": f'"{key}"'}
    request = urllib.request.Request(address, json.dumps({"reference": reference}).encode(), headers)  # noqa: S310  loopback
    context = ssl.create_default_context(cafile=os.environ["WEBHOOK_CA_FILE"])
    try:
        urllib.request.urlopen(request, timeout=TIMEOUT, context=context).close()  # noqa: S310  loopback
    except urllib.error.HTTPError as error:
        if error.code >= 500:
            raise
        return "refused"
    return "sent"
