from django.urls import path

from portal.accounts import views
from portal.accounts.pages import vault_is_here

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-in/code/", views.code, name="code"),
    path("sign-in/second-factor/", views.enrol, name="enrol"),
    path("sign-in/begin/", views.begin, name="begin"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("language/", views.language, name="language"),
    path("account/", views.home, name="home"),
]
if vault_is_here():
    urlpatterns += [
        path("unlock/", views.unlock, name="unlock"),
        path("lock/", views.lock, name="lock"),
        path("keys/", views.keys, name="keys"),
        path("keys/grant/", views.grant, name="grant"),
    ]
