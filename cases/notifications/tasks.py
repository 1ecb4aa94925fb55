from uuid import UUID

from django.utils import timezone

from cases.models import Case
from cases.notifications import clocks, news, paging, services, webhook_delivery, webhooks
from cases.notifications.models import Occasion
from cases.outbox.services import job


@job("notifications.send", atomic=False)
def send(notification_id: str) -> None:
    services.send(notification_id=UUID(notification_id))


@job("notifications.urgent")
def urgent(case_id: str) -> None:
    services.tell_urgent(Case.objects.select_related("unit").get(pk=case_id))


@job("notifications.responsible")
def responsible(case_id: str, occasion: str) -> None:
    services.tell_responsible(case=Case.objects.select_related("unit").get(pk=case_id), occasion=Occasion(occasion))


@job("notifications.clocks", atomic=False)
def sound_clocks() -> None:
    clocks.sound(timezone.now())


@job("notifications.alarms")
def alarms(events: list[str]) -> None:
    clocks.tell([UUID(event) for event in events])


@job("notifications.page")
def page(case_id: str, told: list[str], round_: int) -> None:
    paging.page(case_id=case_id, told=told, round_=round_)


@job("notifications.recount", atomic=False)
def recount(calendar: int) -> None:
    clocks.recount(calendar)


@job("notifications.witness", atomic=False)
def witness() -> None:
    services.tell_witness()


@job("notifications.forget")
def forget() -> None:
    services.drop_addresses_of_closed()


@job("notifications.forget_news")
def forget_news() -> None:
    news.forget(timezone.now())
    webhooks.forget(timezone.now())


@job("notifications.webhook", max_attempts=webhook_delivery.MOST_TRIES, atomic=False)
def webhook(delivery_id: str) -> None:
    webhook_delivery.deliver(delivery_id=UUID(delivery_id))


@job("notifications.renew_webhooks")
def renew_webhooks() -> None:
    webhook_delivery.renew(timezone.now())
