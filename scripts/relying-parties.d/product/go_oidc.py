import os

from install import fetch


def install(home):
    return modules(home, "github.com/coreos/go-oidc/v3", "golang.org/x/oauth2")


def modules(home, module, *more):
    """Gets modules of Go for programs that are built later: the version of the first."""
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "go.sum").exists():
        fetch(["go", "mod", "init", "example"], cwd=home)
        fetch(["go", "get", *(f"{name}@latest" for name in (module, *more))], cwd=home)
        # what the packages of the modules need is in go.sum then
        fetch(["go", "mod", "download"], cwd=home)
    words = [line.split() for line in (home / "go.mod").read_text().splitlines()]
    return next(line[line.index(module) + 1] for line in words if module in line).lstrip("v")


def start(run):
    for name in ("go.mod", "go.sum"):
        run.write(name, (run.home / name).read_text())
    go = {"HOME": os.environ.get("HOME", "/"), "GOFLAGS": "-mod=mod -buildvcs=false"}
    run.command(["go", "build", "-o", "example", "."], timeout=200, **go)
    run.start(["./example"], PORT=str(run.port))


def check(run):
    run.register("go-oidc")
    start(run)
    alice = run.person()
    before = run.issuer.refreshes()
    page = alice.open(run.url + "/")
    run.signed_in(page, '"alice"')
    run.groups(page.json()["groups"], roles=page.json()["roles"])
    run.refreshed(before)
