from django.urls import path

from cases.triage.views import acts, audit, case, escalate, hashes, lists, matches, queue, transfer, walls

app_name = "triage"
urlpatterns = [
    path("", queue.cases, name="queue"),
    path("audit/", audit.log, name="audit"),
    path("audit/export/", audit.export, name="audit_export"),
    path("take/", acts.take_many, name="take_many"),
    path("case/<slug:ref>/", case.case, name="case"),
    path("case/<slug:ref>/hand/", acts.hand, name="hand"),
    path("case/<slug:ref>/priority/", acts.priority, name="priority"),
    path("case/<slug:ref>/match/<int:number>/<slug:other>/<int:their>/", matches.match, name="match"),
    path("case/<slug:ref>/ask/", matches.ask, name="ask"),
    path("hashes/", hashes.search, name="hashes"),
    path("questions/", matches.questions, name="questions"),
    path("questions/<uuid:pk>/", matches.question, name="question"),
    path("case/<slug:ref>/move/", acts.move, name="move"),
    path("case/<slug:ref>/write/", acts.write, name="write"),
    path("case/<slug:ref>/note/", acts.note, name="note"),
    path("case/<slug:ref>/read/", acts.read, name="read"),
    path("case/<slug:ref>/access/", walls.access, name="access"),
    path("case/<slug:ref>/access/aside/", walls.step_aside, name="step_aside"),
    path("case/<slug:ref>/access/exclude/", walls.exclude, name="exclude"),
    path("case/<slug:ref>/access/lift/<uuid:wall>/", walls.lift, name="lift"),
    path("case/<slug:ref>/access/restrict/", walls.restrict, name="restrict"),
    path("case/<slug:ref>/access/glass/", walls.break_glass, name="glass"),
    path("case/<slug:ref>/transfer/", transfer.transfer, name="transfer"),
    path("lists/", lists.waiting, name="lists"),
    path("case/<slug:ref>/list/", lists.case_list, name="case_list"),
    path("case/<slug:ref>/escalate/", escalate.escalate, name="escalate"),
    path("case/<slug:ref>/escalate/<int:channel>/", escalate.compose, name="compose"),
    path("case/<slug:ref>/notice/<slug:reference>/", escalate.escalation, name="escalation"),
    path("case/<slug:ref>/notice/<slug:reference>/filled/", escalate.form_filled, name="form_filled"),
    path("case/<slug:ref>/notice/<slug:reference>/answer/", escalate.answer, name="answer"),
]
