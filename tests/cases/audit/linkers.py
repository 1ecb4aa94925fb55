"""Three linkers that start at the same instant, as three workers may."""
from threading import Barrier, Thread

from django.db import DatabaseError, connection

from cases.audit.services import link


def three_at_once() -> list[DatabaseError]:
    """What they raised; nothing, if they take turns."""
    start, faults = Barrier(3), list[DatabaseError]()

    def run() -> None:
        start.wait()
        try:
            link()
        except DatabaseError as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return faults
