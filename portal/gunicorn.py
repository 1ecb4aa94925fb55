"""Gunicorn's settings in production: `gunicorn --config python:portal.gunicorn portal.wsgi`. One role a service (deploy/)."""
from typing import Any

from portal.env import env, envint

bind = env("BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = envint("WEB_WORKERS", 2)
threads = envint("WEB_THREADS", 4)
timeout = 60
graceful_timeout = 20
max_requests = 5000
max_requests_jitter = 500
worker_tmp_dir = "/dev/shm"  # noqa: S108  a heartbeat file that never waits for a disk
accesslog = None                        # nobody's address is written down (docs/threat-model.md)
loglevel = "error"                      # its warnings quote a bent request and name the address it came from
control_socket_disable = True
forwarded_allow_ips = env("PROXY_ADDRESS", "127.0.0.1")


def post_worker_init(worker: Any) -> None:
    """A database out of a backup is not served before it has forgotten what was erased; the portal halts and says so."""
    from portal.restored import refuse  # here: Gunicorn reads this file before Django is set up
    refuse()
