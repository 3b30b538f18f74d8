from install import node
from run import expect


def install(home):
    return node(home, "express", "express-openid-connect")["express-openid-connect"]


def check(run):
    run.register("express-openid-connect")
    run.node()
    alice = run.person()
    page = alice.open(run.url + "/")
    run.signed_in(page, "alice")
    run.groups(page.json()["groups"], roles=page.json()["roles"])
    expect(alice.open(run.url + "/admin").text == "for administrators", "an administrator is refused")
    expect(run.person("bob").open(run.url + "/admin").status == 403, "bob is an administrator")
    before = run.issuer.refreshes()
    expect("expires_in" in alice.open(run.url + "/refresh").text, "no refresh")
    run.refreshed(before)
    alice.follow(run.url + "/logout")
    run.signed_out(alice, run.url + "/")
