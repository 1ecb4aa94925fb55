from django.urls import include, path

from cases.liaison import urls as liaison
from cases.statistics import urls as statistics
from cases.triage import urls as triage
from portal import pages
from portal.accounts import fresh, unlocking

# These rooms lie below the accounts: they can ask neither for a proof nor for the vault's passphrase.
# A webhook tells another system what happens here, for as long as it stands; who agrees to an address says where notices go.
DANGEROUS = {"glass", "exclude", "lift", "transfer", "audit_export", "webhooks", "webhook", "webhook_act", "registry_change"}
for pattern in triage.urlpatterns:
    if pattern.name in DANGEROUS:
        pattern.callback = fresh.required(pattern.callback)
    pattern.callback = unlocking.keeps_typed(pattern.callback)

for pattern in liaison.urlpatterns:
    if pattern.name == "keys":
        pattern.callback = fresh.required(pattern.callback)
    pattern.callback = unlocking.keeps_typed(pattern.callback)

for pattern in statistics.urlpatterns:
    if pattern.name == "publish":               # everybody reads it then
        pattern.callback = fresh.required(pattern.callback)

urlpatterns = [
    path("", include("portal.urls.shared")),
    path("desk/language", pages.language, name="language"),
    path("desk/", include("portal.accounts.urls")),
    path("desk/", include("portal.urls.retention")),
    path("desk/", include(statistics)),
    path("desk/", include("cases.exchange.desk_urls")),
    path("desk/", include(liaison)),
    path("desk/", include("cases.intake.desk.urls")),
    path("desk/", include(triage)),
]
