import sys

from install import python
from run import expect

ISSUER = '[tokens]\naccess_token_lifetime = "30s"\n'


def install(home):
    return python(home, "flask-oidc", "requests")["flask-oidc"]


def start(run, app="app", **environment):
    run.start([sys.executable, "-m", "flask", "--app", app, "run", "--port", run.port, "--no-reload"],
              PYTHONPATH=str(run.home), PYTHONDONTWRITEBYTECODE="1", **environment)


def check(run):
    run.register("flask-oidc")
    start(run)
    alice = run.person()
    page = alice.open(run.url + "/")
    run.signed_in(page, "alice")
    run.groups(page.json()["groups"], roles=page.json()["roles"])
    expect(alice.open(run.url + "/admin").text == "for administrators", "an administrator is refused")
    bob = run.person("bob")
    expect(bob.open(run.url + "/admin").status == 403, "bob is an administrator")
    before = run.issuer.refreshes()
    alice.open(run.url + "/")
    run.refreshed(before)
    run.signed_out_there(alice, run.url + "/logout", run.url + "/")
