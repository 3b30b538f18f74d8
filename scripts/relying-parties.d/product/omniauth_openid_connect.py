from install import debian
from run import expect


def install(_home):
    return debian("ruby-omniauth-openid-connect", "puma")["ruby-omniauth-openid-connect"]


def check(run):
    run.register("omniauth-openid-connect")
    run.start(["puma", "-b", f"tcp://127.0.0.1:{run.port}", "config.ru"])
    alice = run.person()
    page = alice.submit(alice.open(run.url + "/"))
    run.signed_in(page, '"alice"')
    run.groups(page.json()["groups"], roles=page.json()["roles"])
    alice.open(run.url + "/logout")
    page = alice.open(run.url + "/")
    before = alice.sign_ins
    alice.submit(page)
    expect(alice.sign_ins == before + 1, "no sign-in was asked for")
    run.results["sign-out"] = "there and at the issuer"
