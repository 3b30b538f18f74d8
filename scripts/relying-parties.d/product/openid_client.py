from install import node
from run import expect


def install(home):
    return node(home, "express", "express-session", "openid-client")["openid-client"]


def check(run):
    run.register("openid-client")
    run.node()
    alice = run.person()
    page = alice.open(run.url + "/")
    run.signed_in(page, '"alice"')
    run.groups(page.json()["groups"], roles=page.json()["roles"])
    before = run.issuer.refreshes()
    expect("expires_in" in alice.open(run.url + "/refresh").text, "no refresh")
    run.refreshed(before)
    alice.follow(run.url + "/logout")
    run.signed_out(alice, run.url + "/")
