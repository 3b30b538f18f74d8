from install import node
from run import expect


def install(home):
    return f"@auth/express {node(home, 'express', '@auth/express')['@auth/express']}"


def check(run):
    run.register("authjs")
    run.node(AUTH_URL=run.url + "/auth")
    alice = run.person()
    page = sign_in(run, alice)
    run.signed_in(page, "alice")
    run.groups(page.json()["groups"], roles=page.json()["roles"])
    leave = alice.open(run.url + "/auth/signout")
    run.signed_out_there(alice, lambda: alice.submit(leave), lambda: sign_in(run, alice))


def sign_in(run, person):
    page = person.open(run.url + "/")
    form = next(form for form in page.forms() if form["action"].endswith("/signin/airside"))
    person.submit(page, form)
    return person.open(run.url + "/")
