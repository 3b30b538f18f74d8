import json
import os
import re
import shutil
import subprocess
import time
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
    """kube-apiserver's own authenticator. kubelogin is used if it is on this machine: no registry has it."""
    version = f"k8s.io/apiserver {go_oidc.modules(home, 'k8s.io/apiserver')}"
    return f"{version}, kubelogin {of_kubelogin()}" if shutil.which("kubelogin") else version


def of_kubelogin():
    said = subprocess.run(["kubelogin", "--version"], capture_output=True, text=True, timeout=30).stdout
    return said.split()[-1].removeprefix("v")


def check(run):
    created = run.register("kubelogin", url="")
    config = authenticator(run, created)
    alice = run.person()
    get_token = kubelogin if shutil.which("kubelogin") else requests
    token, refresh = get_token(run, alice, created)
    who = json.loads(run.command(["./authenticator", config], input=token))
    expect(who["username"] == "airside:alice", who)
    run.results["sign-in"] = "yes"
    expect(who["groups"] == ["airside:app-admins", "airside:staff"], who)
    run.results["groups"] = "yes"
    before = run.issuer.refreshes()
    again = json.loads(run.command(["./authenticator", config], input=refresh()))
    expect(again == who, again)
    run.refreshed(before)


def authenticator(run, created):
    """Builds the authenticator: its configuration, for an issuer with a certificate of its own."""
    for name in ("go.mod", "go.sum"):
        run.write(name, (run.home / name).read_text())
    run.write("main.go", Path(__file__).parent.with_name("kube_authenticator.go").read_text())
    go = {"HOME": os.environ.get("HOME", "/"), "GOFLAGS": "-mod=mod -buildvcs=false"}
    run.command(["go", "build", "-o", "authenticator", "."], timeout=600, **go)
    authority = run.issuer.certificate.read_text().replace("\n", "\n        ")
    return run.change("authentication.yaml", {
        f"audiences: [\"{created['client_id']}\"]":
            f"audiences: [\"{created['client_id']}\"]\n      certificateAuthority: |\n        {authority}"})


def kubelogin(run, alice, _created):
    """The token that the kubeconfig gets, and how kubectl gets the next one."""
    arguments = re.findall(r"^ +- (--.*)$", (run.app / "kubeconfig").read_text(), re.M)
    command = ["kubelogin", "get-token", *arguments, f"--certificate-authority={run.issuer.certificate}",
               "--skip-open-browser", "--token-cache-storage=disk", f"--token-cache-dir={run.app / 'cache'}"]
    said = run.directory / "kubelogin.log"
    with said.open("wb") as log:
        process = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=log, text=True, env={**os.environ, "HOME": str(run.app)})
        while not (link := re.search(r"http://localhost:\S+", said.read_text())):
            expect(process.poll() is None, said.read_text())
            time.sleep(0.05)
        alice.open(link.group())
        credential, _ = process.communicate(timeout=30)
    expect(process.returncode == 0, said.read_text())

    def refresh():
        return token_of(run.command([*command, "--force-refresh"]))
    return token_of(credential), refresh


def token_of(credential):
    return json.loads(credential)["status"]["token"]


def requests(run, alice, created):
    """The same by the requests that kubelogin makes."""
    query = urlencode({"response_type": "code", "client_id": created["client_id"], "redirect_uri": REDIRECT, "nonce": "n",
                       "scope": SCOPES, "code_challenge": CHALLENGE, "code_challenge_method": "S256", "state": "s"})
    code = alice.code(f"{run.issuer.url}/authorize?{query}", REDIRECT)

    def token(**fields):
        return alice.send("POST", run.issuer.url + "/token", {"client_id": created["client_id"], **fields}).json()
    tokens = token(grant_type="authorization_code", code=code, redirect_uri=REDIRECT, code_verifier=VERIFIER)

    def refresh():
        return token(grant_type="refresh_token", refresh_token=tokens["refresh_token"])["id_token"]
    return tokens["id_token"], refresh
