import json
import re
import time

from install import environment
from run import expect

HOME = "http://127.0.0.1:9/"
MORE = """
listeners:
  - {{port: {port}, type: http, bind_addresses: ["127.0.0.1"], resources: [{{names: [client]}}]}}
trusted_key_servers: []
"""


def install(home):
    return environment(home, "matrix-synapse[oidc]")["matrix-synapse"]


def check(run):
    run.register("matrix-synapse")
    run.write("more.yaml", MORE.format(port=run.port))
    python = run.home / "bin/python"
    server = [python, "-m", "synapse.app.homeserver", "-c", "homeserver.yaml", "--server-name=example.com"]
    run.command([*server, "--generate-config", "--report-stats=no"])
    run.start([python, "-m", "synapse.app.homeserver", "-c", "homeserver.yaml", "-c", "oidc.yaml", "-c", "more.yaml"])
    alice = run.person()
    token = sign_in(run, alice)
    page = who(run, token)
    run.signed_in(page, "@alice:example.com")
    page = sign_in_page(run, run.person("bob"))
    expect("not allowed to log in here" in page.text, f"bob is let in: {page}")
    run.results["groups"] = "yes"
    before, other = alice.sign_ins, sign_in(run, alice)
    expect(ask(run, other, "logout", "POST").status == 200, "no sign-out")
    expect(who(run, other).status == 401 and alice.sign_ins == before, "the sign-out is not there alone")
    page = alice.follow(run.issuer.url + "/sign-out")
    alice.follow(*alice.answer(page))
    until = time.monotonic() + 20
    while who(run, token).status == 200:
        expect(time.monotonic() < until, "still signed in after a sign-out at the issuer")
        time.sleep(0.05)
    run.results["sign-out"] = "there alone; that at the issuer ends it too"


def sign_in_page(run, person):
    return person.open(f"{run.url}/_matrix/client/v3/login/sso/redirect/oidc-airside?redirectUrl={HOME}")


def sign_in(run, person):
    """Signs in as a Matrix client does, which gets a token of the homeserver."""
    page = sign_in_page(run, person)
    found = re.search(r"loginToken=([^\"&]+)", page.text)
    expect(found, f"no token to sign in with: {page}")
    body = json.dumps({"type": "m.login.token", "token": found[1]})
    return run.person().send("POST", run.url + "/_matrix/client/v3/login", body).json()["access_token"]


def who(run, token):
    return ask(run, token, "account/whoami")


def ask(run, token, path, method="GET"):
    headers = {"Authorization": f"Bearer {token}"}
    return run.person().send(method, f"{run.url}/_matrix/client/v3/{path}", headers=headers)
