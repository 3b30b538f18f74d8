from product import go_oidc


def install(home):
    return go_oidc.modules(home, "github.com/zitadel/oidc/v3")


def check(run):
    run.register("zitadel-oidc")
    go_oidc.start(run)
    alice = run.person()
    before = run.issuer.refreshes()
    page = alice.open(run.url + "/")
    run.signed_in(page, '"alice"')
    run.groups(page.json()["groups"], roles=page.json()["roles"])
    run.refreshed(before)
