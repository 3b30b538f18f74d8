import base64
import json
import shutil
import zipfile

from install import fetch
from issuer import free_port
from product.fastmcp import CHALLENGE, VERIFIER
from run import expect

VERSION = "26.7.3"
REDIRECT = "http://127.0.0.1:9/callback"
# a program that signs people in at Keycloak
PROBE = {"clientId": "probe", "publicClient": True, "redirectUris": [REDIRECT, "http://127.0.0.1:9/*"],
         "attributes": {"post.logout.redirect.uris": "http://127.0.0.1:9/*"}}


def install(home):
    if not (home / "bin").exists():
        home.mkdir(parents=True, exist_ok=True)
        fetch(["mvn", "-q", "-B", "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy",
               f"-Dartifact=org.keycloak:keycloak-quarkus-dist:{VERSION}:zip", f"-DoutputDirectory={home}"])
        archive = home / f"keycloak-quarkus-dist-{VERSION}.zip"
        with zipfile.ZipFile(archive) as files:
            files.extractall(home)
        archive.unlink()
        (home / f"keycloak-{VERSION}").rename(home / "bin")
    return VERSION


def check(run):
    realm_url = run.url + "/realms/example"
    run.register("keycloak", url=realm_url)
    realm = json.loads((run.app / "realm.json").read_text())
    (run.app / "realm.json").write_text(json.dumps(realm | {"clients": [PROBE]}))
    server = run.app / "server"
    shutil.copytree(run.home / "bin", server, symlinks=True)
    (server / "data/import").mkdir(parents=True)
    shutil.copy(run.app / "realm.json", server / "data/import")
    for program in (server / "bin").glob("*.sh"):
        program.chmod(0o755)
    java = {"JAVA_OPTS": "-Xms128m -Xmx700m -XX:TieredStopAtLevel=1"}
    run.start([server / "bin/kc.sh", "start-dev", "--import-realm", "--http-host=127.0.0.1", f"--http-port={run.port}",
               f"--http-management-port={free_port()}", "--http-management-host=127.0.0.1", "--cache=local"], **java)
    alice = run.person()
    tokens = sign_in(run, realm_url, alice)
    claims = json.loads(base64.urlsafe_b64decode(tokens["access_token"].split(".")[1] + "=="))
    expect(claims["preferred_username"] == "alice", claims)
    run.results["sign-in"] = "yes"
    expect("admin" in claims["realm_access"]["roles"], claims)
    bob = sign_in(run, realm_url, run.person("bob"))
    claims = json.loads(base64.urlsafe_b64decode(bob["access_token"].split(".")[1] + "=="))
    expect("admin" not in claims.get("realm_access", {}).get("roles", []), "bob is an administrator")
    run.results["groups"] = "yes"
    leave = (f"{realm_url}/protocol/openid-connect/logout?id_token_hint={tokens['id_token']}"
             "&post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fcallback")
    alice.stop_at = REDIRECT
    alice.open(leave)
    run.signed_out(alice, lambda: sign_in(run, realm_url, alice))


def sign_in(run, realm_url, person):
    url = f"{realm_url}/protocol/openid-connect"
    query = (f"client_id=probe&response_type=code&scope=openid&redirect_uri={REDIRECT}&kc_idp_hint=airside"
             f"&code_challenge={CHALLENGE}&code_challenge_method=S256")
    code = person.code(f"{url}/auth?{query}", REDIRECT)
    page = person.send("POST", f"{url}/token", {"grant_type": "authorization_code", "client_id": "probe", "code": code,
                                                "redirect_uri": REDIRECT, "code_verifier": VERIFIER})
    expect(page.status == 200, page)
    return page.json()
