"""What the desk serves of this room; the public's own role has `cases.intake.urls`."""
from django.urls import path

from cases.intake.desk import import_views, views

app_name = "taking"
urlpatterns = [
    path("intake/", views.take, name="take"),
    path("intake/receipt.pdf", views.receipt_file, name="receipt_file"),
    path("intake/not-ours/", views.not_ours, name="not_ours"),
    path("import/", import_views.reports, name="import"),
    path("import/receipts.pdf", import_views.receipts_file, name="receipts_file"),
    path("import/empty.csv", import_views.empty_file, name="empty_file"),
]
