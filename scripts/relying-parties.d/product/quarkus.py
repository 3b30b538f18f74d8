import os
from pathlib import Path

from install import fetch
from run import expect

# less than refresh-token-time-skew, so that a token is refreshed at the next request
ISSUER = '[tokens]\nid_token_lifetime = "30s"\n'
POM = Path(__file__).parent.parent / "quarkus-pom.xml"
VERSION = "3.33.2"
# a program that needs what the one of the recipe needs
EMPTY = """\
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;

@Path("/")
public class Empty {
    @GET
    public String empty() {
        return "";
    }
}
"""
BUILD = ["mvn", "-q", "-B", "package"]
ANY = {"Accept": "*/*"}


def install(home):
    if not (home / "target/quarkus-app").exists():
        source = home / "src/main/java"
        source.mkdir(parents=True, exist_ok=True)
        (home / "pom.xml").write_bytes(POM.read_bytes())
        (source / "Empty.java").write_text(EMPTY)
        fetch(BUILD, cwd=home)
    return VERSION


def check(run):
    run.register("quarkus")
    run.write("pom.xml", POM.read_text())
    for name, place in {"Who.java": "java", "application.properties": "resources"}.items():
        run.write(f"src/main/{place}/{name}", (run.app / name).read_text())
    run.command([*BUILD, "--offline"], timeout=300, HOME=os.environ.get("HOME", "/"))
    run.start(["java", "-Xmx256m", "-XX:TieredStopAtLevel=1", f"-Dquarkus.http.port={run.port}",
               "-Dquarkus.http.host=127.0.0.1", "-jar", "target/quarkus-app/quarkus-run.jar"])
    alice = run.person()
    page = alice.open(run.url + "/")
    run.signed_in(page, '"alice"')
    run.groups(page.json()["roles"], roles=page.json()["roles"])
    page = alice.open(run.url + "/admin", headers=ANY)
    expect(page.text == "for administrators", f"an administrator is refused: {page}")
    bob = run.person("bob")
    bob.open(run.url + "/")
    page = bob.open(run.url + "/admin", headers=ANY)
    expect(page.status == 403, f"bob is an administrator: {page}")
    before = run.issuer.refreshes()
    alice.open(run.url + "/")
    run.refreshed(before)
    alice.follow(run.url + "/logout")
    run.signed_out(alice, run.url + "/")
