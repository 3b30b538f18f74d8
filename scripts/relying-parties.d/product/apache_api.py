from run import expect

from product import apache

# the module asks for keys over https alone
IS_TLS = True


def install(home):
    return apache.install(home)


def check(run):
    run.issuer.run("resource", "create", run.url, "--scope", "notes:read")
    run.issuer.run("resource", "create", "https://other.example.com", "--scope", "notes:write")
    run.register("apache-api")
    machine = run.issuer.run("client", "create", "machine", "--grant-type", "client_credentials",
                             "--scope", "notes:read notes:write")
    tokens = {scope: run.issuer.run("token", "get", "--client", "machine", "--secret", machine["client_secret"],
                                    "--scope", scope)["access_token"] for scope in ("notes:read", "notes:write")}
    certificate = run.write("issuer.pem", run.issuer.certificate.read_text())
    for way in ("introspection.conf", "keys.conf"):
        apache.start(run, run.app / way, f"OIDCCABundlePath {certificate}")
        answers = [ask(run, tokens.get(scope)) for scope in ("notes:read", "notes:write", None)]
        expect(answers == [200, 401, 401], f"{way}: {answers}")
        if way == "introspection.conf":
            run.end()
    run.results["sign-in"] = "tokens, by keys and by introspection"


def ask(run, token):
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return run.person().send("GET", run.url + "/notes", headers=headers).status
