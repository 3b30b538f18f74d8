from install import python
from product import flask_oidc
from run import expect


def install(home):
    return python(home, "Flask-pyoidc")["flask-pyoidc"]


def check(run):
    run.register("flask-pyoidc")
    flask_oidc.start(run)
    alice = run.person()
    page = alice.open(run.url + "/")
    run.signed_in(page, "alice")
    run.groups(page.json()["groups"], roles=page.json()["roles"])
    before = run.issuer.refreshes()
    expect(alice.open(run.url + "/refresh").json()["valid"], "no refresh")
    run.refreshed(before)
    alice.follow(run.url + "/logout")
    run.signed_out(alice, run.url + "/")
