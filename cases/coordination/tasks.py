from cases.coordination import services, threads
from cases.outbox.services import job


@job("coordination.settle", atomic=False)
def settle() -> None:
    services.settle()


@job("coordination.forget_posts")
def forget_posts() -> None:
    threads.forget()
