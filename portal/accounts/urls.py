from django.urls import path

from portal.accounts.pages import vault_is_here
from portal.accounts.views import (
    account,
    entrance,
    invitations,
    keys,
    passkeys,
    passphrase,
    people,
    proof,
    safety,
    sessions,
    vault,
)

app_name = "accounts"
urlpatterns = [
    path("sign-in/", entrance.sign_in, name="sign_in"),
    path("sign-in/code/", entrance.code, name="code"),
    path("sign-in/second-factor/", entrance.enrol, name="enrol"),
    path("sign-in/begin/", entrance.begin, name="begin"),
    path("sign-in/passkey/", passkeys.sign_in, name="sign_in_passkey"),
    path("sign-in/passkey/challenge/", passkeys.arriving_challenge, name="arriving_challenge"),
    path("sign-in/code/passkey/", passkeys.factor, name="code_passkey"),
    path("sign-in/second-factor/passkey/", passkeys.enrol, name="enrol_passkey"),
    path("prove/", proof.prove, name="prove"),
    path("password/", safety.password, name="password"),
    path("recovery-codes/", safety.recovery_codes, name="recovery_codes"),
    path("passkeys/", passkeys.show, name="passkeys"),
    path("passkeys/challenge/", passkeys.challenge, name="challenge"),
    path("passkeys/add/", passkeys.add, name="add_passkey"),
    path("passkeys/remove/", passkeys.remove, name="remove_passkey"),
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
        path("vault/state/", vault.state, name="vault_state"),
        path("lock/", vault.lock, name="lock"),
        path("passkeys/vault/", passkeys.attach, name="attach_passkey"),
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
        path("keys/recovery/", keys.recovery, name="recovery"),
        path("keys/rewrap/", keys.rewrap, name="rewrap"),
        path("account/passphrase/", passphrase.change, name="passphrase"),
        path("account/passphrase/lost/", passphrase.lost, name="passphrase_lost"),
    ]
