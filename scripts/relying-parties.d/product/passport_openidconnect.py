from install import node


def install(home):
    return node(home, "express", "express-session", "passport", "passport-openidconnect")["passport-openidconnect"]


def check(run):
    run.register("passport-openidconnect")
    run.node()
    alice = run.person()
    page = alice.open(run.url + "/")
    run.signed_in(page, '"alice"')
    run.groups(page.json()["groups"], roles=page.json()["roles"])
    run.signed_out_there(alice, run.url + "/logout", run.url + "/")
