import sys

from install import node, python
from issuer import free_port
from run import expect

MORE = """
c.JupyterHub.bind_url = "{url}"
c.JupyterHub.hub_port = {hub}
c.ConfigurableHTTPProxy.command = ["node", "{proxy}"]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api}"
c.ConfigurableHTTPProxy.auth_token = "fedcba9876543210fedcba9876543210"
c.JupyterHub.spawner_class = "simple"
c.JupyterHub.services = [{{"name": "reader", "api_token": "0123456789abcdef0123456789abcdef"}}]
c.JupyterHub.load_roles = [{{"name": "reader", "services": ["reader"], "scopes": ["admin:users", "admin:groups"]}}]
"""


def install(home):
    found = python(home, "jupyterhub", "oauthenticator")
    node(home / "proxy", "configurable-http-proxy")
    return f"{found['jupyterhub']}, oauthenticator {found['oauthenticator']}"


def check(run):
    run.register("jupyterhub")
    proxy = run.home / "proxy/node_modules/configurable-http-proxy/bin/configurable-http-proxy"
    config = run.app / "jupyterhub_config.py"
    config.write_text(config.read_text() + MORE.format(url=run.url, hub=free_port(), api=free_port(), proxy=proxy))
    run.start([sys.executable, "-m", "jupyterhub", "-f", config], says="JupyterHub is now running",
              PYTHONPATH=str(run.home), JUPYTERHUB_CRYPT_KEY="00" * 32)
    alice = run.person()
    page = alice.open(run.url + "/hub/oauth_login?next=%2Fhub%2Fhome")
    run.signed_in(page, "alice")
    bob = run.person("bob")
    page = bob.open(run.url + "/hub/oauth_login?next=%2Fhub%2Fhome")
    expect(page.status == 403, f"bob is let in: {page}")
    headers = {"Authorization": "token 0123456789abcdef0123456789abcdef"}
    people = {user["name"]: user for user in run.person().send("GET", run.url + "/hub/api/users", headers=headers).json()}
    run.groups(people["alice"]["groups"])
    expect(people["alice"]["admin"], "an administrator is none")
    page = alice.follow(run.url + "/hub/logout")
    expect(page.url.startswith(run.issuer.url), f"not at the issuer: {page}")
    alice.follow(*alice.answer(page))
    run.signed_out(alice, run.url + "/hub/oauth_login?next=%2Fhub%2Fhome")
