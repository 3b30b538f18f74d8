import base64
import hashlib
import json
import sys
from urllib.parse import parse_qs, urlencode, urlsplit

from install import python
from run import expect

CALL = """\
import asyncio, sys
from fastmcp import Client
async def main():
    async with Client(sys.argv[1], auth=sys.stdin.read().strip()) as client:
        answer = await client.call_tool("who", {})
        print(answer.data)
asyncio.run(main())
"""
VERIFIER = "a-verifier-of-this-run-which-is-long-enough-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
REDIRECT = "http://127.0.0.1:9/callback"


def install(home):
    return python(home, "fastmcp")["fastmcp"]


def check(run):
    environment = {"PYTHONPATH": str(run.home), "PYTHONDONTWRITEBYTECODE": "1", "FASTMCP_HOME": str(run.app)}
    run.issuer.run("resource", "create", run.url + "/mcp", "--scope", "mcp:use")
    run.register("fastmcp")
    run.issuer.run("client", "create", "editor", "--public", "--redirect-uri", REDIRECT, "--scope", "openid mcp:use")
    call = run.write("call.py", CALL)
    for name in ("server", "proxy"):
        run.start([sys.executable, "-m", "fastmcp.cli", "run", f"{name}.py", "--transport", "http", "--port", run.port,
                   "--no-banner"], **environment)
        expect(run.person().send("POST", run.url + "/mcp", b"{}", {"Content-Type": "application/json"}).status == 401,
               "let in without a token")
        token = {"server": by_issuer, "proxy": by_proxy}[name](run)
        who = run.command([sys.executable, call, run.url + "/mcp"], input=token, **environment).strip()
        expect(len(who) == 36, f"{name}: who is {who}")
        if name == "server":
            run.end()
    run.results["sign-in"] = "yes, by tokens and as proxy"


def by_issuer(run):
    return tokens(run.person(), run.issuer.url + "/authorize", run.issuer.url + "/token", "editor", "openid mcp:use",
                  run.url + "/mcp")


def by_proxy(run):
    alice = run.person()
    body = json.dumps({"client_name": "editor", "redirect_uris": [REDIRECT], "token_endpoint_auth_method": "none"})
    registered = alice.send("POST", run.url + "/register", body.encode(), {"Content-Type": "application/json"}).json()
    return tokens(alice, run.url + "/authorize", run.url + "/token", registered["client_id"], "openid mcp:use",
                  run.url + "/mcp")


def tokens(person, authorize, token, client, scope, resource):
    query = urlencode({"response_type": "code", "client_id": client, "redirect_uri": REDIRECT, "scope": scope,
                       "code_challenge": CHALLENGE, "code_challenge_method": "S256", "state": "s", "resource": resource})
    code = person.code(f"{authorize}?{query}", REDIRECT)
    page = person.send("POST", token, {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT,
                                       "client_id": client, "code_verifier": VERIFIER, "resource": resource})
    expect(page.status == 200, page)
    return page.json()["access_token"]
