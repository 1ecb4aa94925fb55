from django.urls import path

from cases.exchange import views

app_name = "exchange"
urlpatterns = [
    path("stopncii/v1/FetchHashes", views.fetch_hashes, name="fetch_hashes"),
    path("stopncii/v1/SubmitFeedback", views.submit_feedback, name="submit_feedback"),
]
