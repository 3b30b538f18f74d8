import os
from urllib.parse import quote

from install import debian
from run import expect

# less than what the module wants a token to have left, so that every request refreshes it
ISSUER = '[tokens]\naccess_token_lifetime = "30s"\n'

CONFIGURATION = """\
ServerName 127.0.0.1
ServerRoot {directory}
DefaultRuntimeDir {directory}
PidFile {directory}/apache.pid
Listen 127.0.0.1:{port}
ErrorLog {directory}/error.log
LogLevel auth_openidc:info
LoadModule mpm_event_module {modules}/mod_mpm_event.so
LoadModule authn_core_module {modules}/mod_authn_core.so
LoadModule authz_core_module {modules}/mod_authz_core.so
LoadModule authz_user_module {modules}/mod_authz_user.so
LoadModule proxy_module {modules}/mod_proxy.so
LoadModule proxy_http_module {modules}/mod_proxy_http.so
LoadModule auth_openidc_module {modules}/mod_auth_openidc.so
{more}
ProxyPass /oidc/ !
ProxyPass / http://{upstream}/
Include {part}
"""


def install(_home):
    return debian("libapache2-mod-auth-openidc", "apache2-bin")["libapache2-mod-auth-openidc"]


def start(run, part, more=""):
    if os.geteuid() == 0:
        more += "\nUser www-data\nGroup www-data"
        run.app.chmod(0o777)
    site = run.write("httpd.conf", CONFIGURATION.format(
        directory=run.app, port=run.port, modules="/usr/lib/apache2/modules", more=more, upstream=run.upstream(),
        part=part))
    run.start(["apache2", "-f", site, "-DFOREGROUND"])


def check(run):
    run.register("apache")
    start(run, run.app / "oidc.conf")
    alice = run.person()
    page = alice.open(run.url + "/some/page")
    run.signed_in(page, '"/some/page"')
    headers = {name.lower().replace("-", "_"): value for name, value in page.json()["headers"].items()}
    expect(headers["oidc_claim_preferred_username"] == "alice", headers)
    run.groups(headers["oidc_claim_groups"], roles=headers["oidc_claim_roles"])
    expect(alice.open(run.url + "/admin").status == 200, "an administrator is refused")
    bob = run.person("bob")
    expect(bob.open(run.url + "/").status == 200, "bob is refused")
    expect(bob.open(run.url + "/admin").status in (401, 403), "bob is an administrator")
    before = run.issuer.refreshes()
    alice.open(run.url + "/again")
    run.refreshed(before)
    denying = run.person()
    denying.decision = "deny"
    page = denying.open(run.url + "/some/page")
    expect(not page.url.startswith(run.issuer.url), f"the consent page came back: {page}")
    page = alice.open(f"{run.url}/oidc/callback?logout={quote(run.url + '/signed-out', safe='')}")
    expect(page.url == run.url + "/signed-out", page)
    run.signed_out(alice, run.url + "/some/page")
