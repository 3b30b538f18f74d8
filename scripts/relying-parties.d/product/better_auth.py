import json

from install import node
from run import expect

# less than better-auth wants a token to have left, so that it is refreshed
ISSUER = '[tokens]\naccess_token_lifetime = "4s"\n'

MAIN = """\
import express from "express";
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { options } from "./auth.mjs";

const tables = { user: [], session: [], account: [], verification: [] };
const auth = betterAuth({ ...options, database: memoryAdapter(tables) });
const app = express();
app.get("/", (request, response) => response.send("home"));
app.all("/api/auth/{*any}", toNodeHandler(auth));
app.listen(process.env.PORT, "127.0.0.1");
"""


def install(home):
    return node(home, "express", "better-auth")["better-auth"]


def check(run):
    run.register("better-auth")
    run.write("main.mjs", MAIN)
    run.node("main.mjs")
    alice = run.person()
    sign_in(run, alice)
    page = alice.open(run.url + "/api/auth/get-session")
    run.signed_in(page, "alice@example.com")
    run.groups(page.json()["user"]["groups"], roles=page.json()["user"]["roles"])
    before = run.issuer.refreshes()
    account = alice.open(run.url + "/api/auth/list-accounts").json()[0]
    answer = post(run, alice, "/get-access-token", {"accountId": account["id"]})
    expect(answer.status == 200, answer)
    run.refreshed(before)
    bob = run.person("bob")
    sign_in(run, bob)
    post(run, bob, "/update-user", {"groups": ["app-admins"]})
    expect("app-admins" not in bob.open(run.url + "/api/auth/get-session").text, "bob made himself an administrator")
    answer = post(run, alice, "/sign-out", {})
    expect(answer.status == 200, answer)
    expect(alice.open(run.url + "/api/auth/get-session").text == "null", "still signed in")
    leave = answer.json().get("url")
    if leave:
        alice.follow(leave)
        run.signed_out(alice, lambda: sign_in(run, alice))
    else:
        run.results["sign-out"] = "there alone"


def post(run, person, path, body):
    headers = {"Content-Type": "application/json", "Origin": run.url}
    return person.send("POST", run.url + "/api/auth" + path, json.dumps(body).encode(), headers)


def sign_in(run, person):
    answer = post(run, person, "/sign-in/social", {"provider": "airside", "callbackURL": run.url + "/"})
    expect(answer.status == 200, answer)
    return person.open(answer.json()["url"])
