from django.urls import path

from portal.accounts.pages import vault_is_here
from portal.accounts.views import account, entrance, invitations, keys, passphrase, people, proof, sessions, vault

app_name = "accounts"
urlpatterns = [
    path("sign-in/", entrance.sign_in, name="sign_in"),
    path("sign-in/code/", entrance.code, name="code"),
    path("sign-in/second-factor/", entrance.enrol, name="enrol"),
    path("sign-in/begin/", entrance.begin, name="begin"),
    path("prove/", proof.prove, name="prove"),
    path("sign-out/", entrance.sign_out, name="sign_out"),
    path("language/", account.language, name="language"),
    path("invitation/<str:token>/", invitations.accept, name="invitation"),
    path("account/", account.home, name="home"),
    path("account/sessions/", sessions.show, name="sessions"),
    path("account/sessions/name/", sessions.name, name="name_session"),
    path("account/sessions/end/", sessions.end, name="end_session"),
    path("account/sessions/end-others/", sessions.end_others, name="end_other_sessions"),
]
if vault_is_here():
    urlpatterns += [
        path("unlock/", vault.unlock, name="unlock"),
        path("lock/", vault.lock, name="lock"),
        path("keys/", keys.keys, name="keys"),
        path("keys/grant/", keys.grant, name="grant"),
        path("people/", people.everybody, name="people"),
        path("people/invite/", people.invite, name="invite"),
        path("people/<uuid:member>/", people.person, name="person"),
        path("people/<uuid:member>/change/", people.change, name="change_person"),
        path("people/<uuid:member>/begin-again/", people.begin_again, name="begin_again"),
        path("people/<uuid:member>/switch/", people.switch, name="switch_person"),
        path("people/<uuid:member>/end-sessions/", people.end_sessions, name="end_sessions"),
        path("keys/rotate/", keys.rotate, name="rotate"),
        path("keys/rewrap/", keys.rewrap, name="rewrap"),
        path("account/passphrase/", passphrase.change, name="passphrase"),
        path("account/passphrase/lost/", passphrase.lost, name="passphrase_lost"),
    ]
