import json
import os
import shutil
from pathlib import Path

from install import fetch
from run import expect

MODULE = "github.com/argoproj/argo-cd"
VERSION = "3.6.1"
# the one that this version of Argo CD wants
GO = {"GOTOOLCHAIN": "go1.27.3", "GOFLAGS": "-mod=mod -buildvcs=false"}
# less than refreshTokenThreshold, so that a token is refreshed at the next request
ISSUER = '[tokens]\naccess_token_lifetime = "30s"\nid_token_lifetime = "30s"\n'
PROGRAM = Path(__file__).parent.with_name("argo_cd.go")


def install(home):
    """The packages of its server, in a program without a cluster."""
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "example").exists():
        go = {**os.environ, **GO}
        said = fetch(["go", "mod", "download", "-json", f"{MODULE}/v3@v{VERSION}"], cwd=home, env=go)
        source = home / "source"
        shutil.rmtree(source, ignore_errors=True)
        fetch(["cp", "-r", "--no-preserve=mode", json.loads(said[said.index("{"):])["Dir"], source])
        # the module is not in a checkout of the repository, where this one is beside it
        fetch(["go", "mod", "edit", f"-dropreplace={MODULE}/gitops-engine/v3"], cwd=source, env=go)
        (source / "example").mkdir()
        (source / "example/main.go").write_text(PROGRAM.read_text())
        fetch(["go", "build", "-o", home / "example", "./example"], cwd=source, env=go)
    return VERSION


def check(run):
    run.register("argo-cd")
    run.start([run.home / "example"], PORT=str(run.port), SECRET="0123456789abcdef0123456789abcdef")
    alice = run.person()
    page = alice.open(run.url + "/")
    run.signed_in(page, '"alice"')
    run.groups(page.json()["groups"])
    expect(page.json()["is_administrator"], f"an administrator is none: {page}")
    page = run.person("bob").open(run.url + "/")
    expect(page.json()["name"] == "bob" and not page.json()["is_administrator"], f"bob is an administrator: {page}")
    before = run.issuer.refreshes()
    expect(alice.open(run.url + "/refresh").status == 200, "no refresh")
    run.refreshed(before)
    # back at Argo CD, which leads to the issuer, which asks for the password again
    sign_ins = alice.sign_ins
    page = alice.open(run.url + "/auth/logout")
    expect(page.url.startswith(run.url) and alice.sign_ins == sign_ins + 1, f"still signed in: {page}")
    run.results["sign-out"] = "there and at the issuer"
