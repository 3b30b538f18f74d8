import re

from install import debian
from run import expect

PORT = 4242


def install(_home):
    return debian("oidc-agent-cli")["oidc-agent-cli"]


def check(run):
    created = run.register("oidc-agent", url="")
    agent = run.command(["oidc-agent", "--no-autoload"])
    environment = dict(re.findall(r"(OIDC\w+)=([^;]+);", agent))
    command = (run.app / "shell").read_text().splitlines()[1]
    generated = run.start(["bash", "-c", command + " --pw-cmd='echo a password of this run' --no-url-call"],
                          says="code_challenge=", **environment)
    said = run.logs[-1].read_text()
    url = next(word for word in said.split() if word.startswith(run.issuer.url + "/authorize"))
    alice = run.person()
    page = alice.open(url)
    expect(page.url.startswith(f"http://localhost:{PORT}"), page)
    generated.wait(30)
    name = created["client_id"]
    token = run.command(["oidc-token", name], **environment).strip()
    answer = run.person().send("GET", run.issuer.url + "/userinfo", headers={"Authorization": f"Bearer {token}"})
    run.signed_in(answer, '"alice"')
    run.groups(answer.json()["groups"])
    before = run.issuer.refreshes()
    run.command(["oidc-token", "--force-new", name], **environment)
    run.refreshed(before)
    run.command(["oidc-agent", "--kill"], **environment)
