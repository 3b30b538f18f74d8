from urllib.parse import quote

from install import go
from run import expect

# the proxy counts whole seconds, so that the refresh comes after two
SOON = 'cookie_refresh = "1s"'


def install(home):
    # exactly this one, since scripts/test installs it
    return go(home, "github.com/oauth2-proxy/oauth2-proxy/v7@v7.15.6")[1]


def check(run):
    created = run.register("oauth2-proxy")
    upstream = run.upstream()
    config = run.change("oauth2-proxy.cfg", {"127.0.0.1:4180": f"127.0.0.1:{run.port}", "127.0.0.1:9000": upstream,
                                             'cookie_refresh = "10m"': SOON})
    run.start([go(run.home, "")[0], "--config", config])
    journey(run, created)
    administrators(run, config)


def journey(run, created, user="X-Forwarded-Preferred-Username", groups="X-Forwarded-Groups"):
    alice = run.person()
    page = alice.open(run.url + "/some/page?a=1&b=2")
    run.signed_in(page, '"/some/page?a=1&b=2"')
    headers = {name.lower(): value for name, value in page.json()["headers"].items()}
    expect(headers[user.lower()] == "alice", headers)
    run.groups(headers[groups.lower()])
    before = run.issuer.refreshes()
    run.later(2.2)
    expect(alice.open(run.url + "/again").status == 200, "signed out by a refresh")
    run.refreshed(before)
    to = f"{run.issuer.url}/sign-out?client_id={created['client_id']}&post_logout_redirect_uri={quote(run.url + '/', safe='')}"
    page = alice.follow(f"{run.url}/oauth2/sign_out?rd={quote(to, safe='')}")
    expect(page.url.startswith(run.issuer.url), f"not at the issuer: {page}")
    alice.follow(*alice.answer(page))
    run.signed_out(alice, run.url + "/some/page")


def administrators(run, config):
    """Checks that `allowed_groups` lets in the people of that group alone."""
    run.end()
    config.write_text(config.read_text() + 'allowed_groups = ["app-admins"]\n')
    run.start([go(run.home, "")[0], "--config", config])
    page = run.person().open(run.url + "/some/page")
    expect(page.status == 200 and '"/some/page"' in page.text, f"an administrator is refused: {page}")
    page = run.person("bob").open(run.url + "/some/page")
    expect(page.status == 403, f"bob is let in: {page}")
