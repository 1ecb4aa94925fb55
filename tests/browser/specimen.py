"""Pages that exist only in tests: a form with every kind of field, and a staff page with every kind of part."""
from django import forms
from django.conf.urls.i18n import i18n_patterns
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt

from portal.urls import everything

FORM = """{% extends "public_base.html" %}{% load i18n crispy_forms_tags %}
{% block language %}{% switch_language form="report" %}{% endblock %}
{% block content %}<div class="read">{% include "portal/error_summary.html" %}
<ol class="steps" aria-hidden="true"><li class="done"></li><li class="now"></li><li></li></ol><h1>{{ title }}</h1>
<form id="report" method="post" novalidate><button class="back" name="act" value="back">{% icon "back" %}{{ back }}</button>
{{ form|crispy }}<div class="actions"><button class="btn">{{ next }}</button></div></form>
<p id="done">{{ done }}</p></div>{% endblock %}"""
DESK = """{% extends "desk_base.html" %}{% block heading %}{{ title }}{% endblock %}{% block content %}
<div class="bar"><h1>{{ title }}</h1><p class="meta">{% ago now %}</p></div>
<ul class="tabs"><li><a href="/desk/specimen" aria-current="page">{{ what }} <b>47</b></a></li><li><a href="/desk/specimen">{{ what }}</a></li></ul>
<form class="filters panel"><div class="q"><label for="q">{{ what }}</label><input id="q" type="search" name="q"></div><button class="btn line">{{ next }}</button></form>
<table class="grid" role="table" data-queue><caption class="vh">{{ title }}</caption><thead><tr>
<th scope="col"><input type="checkbox" aria-label="{{ title }}"></th><th scope="col">{{ what }}</th><th scope="col">{{ title }}</th><th scope="col">{{ harm }}</th></tr></thead><tbody>
{% for ref in refs %}<tr role="row"><td role="cell" class="c-box"><input type="checkbox" aria-label="{{ what }} {{ forloop.counter }}"></td>
<td role="cell" class="c-pri"><span class="pri {% cycle "u" "h" "n" %}">{{ harm }}</span></td>
<td role="cell" class="c-case"><a class="ref" href="/desk/specimen">{% ltr ref %}</a><span class="sum">{{ title }}</span></td>
<td role="cell" class="c-due"><span class="due late nb">{% ago now %}<i><svg viewBox="0 0 72 4" preserveAspectRatio="none" aria-hidden="true"><rect width="50" height="4"/></svg></i></span></td></tr>{% endfor %}
</tbody></table><p class="keys"><button class="linkish" type="button" data-keys hidden data-on="on" data-off="off"></button></p>
<div class="bulk dark" role="region" aria-label="{{ what }}" hidden><strong><span data-count>0</span></strong><button class="btn" type="button" data-assign>{{ next }}</button></div>
<div class="pair"><section class="panel flat"><h2>{{ harm }}</h2><ol class="tl"><li class="in"><p class="who">{{ what }}</p><p class="msg" dir="rtl" lang="ur">کیا وہ لوگ جان جائیں گے؟</p></li>
<li class="out"><p class="who">{{ what }}</p><p class="msg">{{ title }}</p></li><li class="priv"><p class="who">{{ what }}</p><p class="msg">{{ title }} {% ltr "26-10917" %}</p></li></ol></section>
<section class="panel flat"><h2>{{ harm }}</h2><dl class="facts"><dt>{{ what }}</dt><dd>{{ harm }} <span class="tag m">{{ harm }}</span> <span class="tag g">{{ what }}</span></dd></dl></section></div>{% endblock %}"""
WORDS = {
    "en": {"title": "What has happened?", "back": "Back", "next": "Continue", "what": "Report", "harm": "Urgent"},
    "ur": {"title": "کیا ہوا ہے؟", "back": "پیچھے", "next": "آگے بڑھیں", "what": "رپورٹ", "harm": "فوری"},
}


class Report(forms.Form):
    harm = forms.ChoiceField(choices=[("a", "Pictures · تصاویر"), ("b", "Blackmail · بلیک میلنگ")], widget=forms.RadioSelect)
    link = forms.URLField(assume_scheme="https", help_text="https · لنک", widget=forms.URLInput(attrs={"dir": "ltr"}))
    where = forms.ChoiceField(choices=[("", "–"), ("w", "WhatsApp · واٹس ایپ")])
    words = forms.CharField(required=False, widget=forms.Textarea(attrs={"dir": "auto", "rows": 4}))
    agreed = forms.BooleanField(label="Yes · جی ہاں")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = field.label or f"{name} · {WORDS['ur']['what']}"


@login_not_required
@csrf_exempt
def report(request: HttpRequest) -> HttpResponse:
    words = WORDS[translation.get_language()]
    if request.method == "POST" and request.POST.get("act") == "language":
        form = Report(initial=request.POST.dict())      # as typed, not judged
    else:
        form = Report(request.POST or None)
    done = f"act={request.POST.get('act', 'next')}" if request.method == "POST" else ""
    return HttpResponse(engines["django"].from_string(FORM).render({"form": form, "done": done, **words}, request))


@login_not_required
def desk(request: HttpRequest) -> HttpResponse:
    words = WORDS[translation.get_language()]
    context = {"now": timezone.now(), "refs": ["26-11843", "26-11861", "26-11850"], **words}
    return HttpResponse(engines["django"].from_string(DESK).render(context, request))


urlpatterns = [path("desk/specimen", desk), *i18n_patterns(path("specimen/", report)), *everything.urlpatterns]
