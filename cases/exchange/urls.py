from django.urls import path

from cases.exchange.views import mail, ncmec, numbers, stopncii

app_name = "exchange"
urlpatterns = [
    path("mail", mail.mail, name="mail"),
    path("numbers", numbers.numbers, name="numbers"),
    path("stopncii/v1/FetchHashes", stopncii.fetch_hashes, name="fetch_hashes"),
    path("stopncii/v1/SubmitHashes", stopncii.submit_hashes, name="submit_hashes"),
    path("stopncii/v1/SubmitFeedback", stopncii.submit_feedback, name="submit_feedback"),
    path("ncmec/v2/status", ncmec.status, name="ncmec_status"),
    path("ncmec/v2/members", ncmec.members, name="ncmec_members"),
    path("ncmec/v2/entries", ncmec.entries, name="ncmec_entries"),
    path("ncmec/v2/deletions", ncmec.deletions, name="ncmec_deletions"),
    path("ncmec/v2/feedback/<slug:fingerprint>/reasons", ncmec.reasons, name="ncmec_reasons"),
    path("ncmec/v2/entries/<int:member>/<uuid:entry>/<slug:fingerprint>/feedback", ncmec.feedback, name="ncmec_feedback"),
]
