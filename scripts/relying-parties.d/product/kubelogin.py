import json
import os
from pathlib import Path
from urllib.parse import urlencode

from product import go_oidc
from product.fastmcp import CHALLENGE, VERIFIER
from run import expect

# kube-apiserver takes tokens of an https issuer alone
IS_TLS = True
REDIRECT = "http://localhost:8000"
SCOPES = "openid profile groups"


def install(home):
    """kube-apiserver's own authenticator; kubelogin is in no registry, so its requests are made here."""
    return f"k8s.io/apiserver {go_oidc.modules(home, 'k8s.io/apiserver')}"


def check(run):
    created = run.register("kubelogin", url="")
    for name in ("go.mod", "go.sum"):
        run.write(name, (run.home / name).read_text())
    run.write("main.go", Path(__file__).parent.with_name("kube_authenticator.go").read_text())
    go = {"HOME": os.environ.get("HOME", "/"), "GOFLAGS": "-mod=mod -buildvcs=false"}
    run.command(["go", "build", "-o", "authenticator", "."], timeout=600, **go)
    authority = run.issuer.certificate.read_text().replace("\n", "\n        ")
    config = run.change("authentication.yaml", {
        f"audiences: [\"{created['client_id']}\"]":
            f"audiences: [\"{created['client_id']}\"]\n      certificateAuthority: |\n        {authority}"})
    query = urlencode({"response_type": "code", "client_id": created["client_id"], "redirect_uri": REDIRECT, "nonce": "n",
                       "scope": SCOPES, "code_challenge": CHALLENGE, "code_challenge_method": "S256", "state": "s"})
    alice = run.person()
    code = alice.code(f"{run.issuer.url}/authorize?{query}", REDIRECT)
    tokens = alice.send("POST", run.issuer.url + "/token", {
        "grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "client_id": created["client_id"],
        "code_verifier": VERIFIER}).json()
    who = json.loads(run.command(["./authenticator", config], input=tokens["id_token"]))
    expect(who["username"] == "airside:alice", who)
    run.results["sign-in"] = "yes"
    expect(who["groups"] == ["airside:app-admins", "airside:staff"], who)
    run.results["groups"] = "yes"
    refreshed = alice.send("POST", run.issuer.url + "/token", {
        "grant_type": "refresh_token", "refresh_token": tokens["refresh_token"], "client_id": created["client_id"]}).json()
    again = json.loads(run.command(["./authenticator", config], input=refreshed["id_token"]))
    expect(again == who, again)
    run.results["refresh"] = "yes"
