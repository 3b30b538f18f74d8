import spring_boot
from run import expect

APPLICATION = """\
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
@RestController
public class Application {
    public static void main(String[] arguments) {
        SpringApplication.run(Application.class, arguments);
    }

    @GetMapping("/notes")
    String notes(Authentication who) {
        return "the notes of " + who.getName();
    }
}
"""


def install(home):
    return spring_boot.install(home)


def check(run):
    run.issuer.run("resource", "create", run.url, "--scope", "notes:read", "--scope", "notes:write")
    run.issuer.run("resource", "create", "https://other.example.com", "--scope", "other")
    run.register("spring-api")
    machine = run.issuer.run("client", "create", "machine", "--grant-type", "client_credentials",
                             "--scope", "notes:read notes:write other")
    spring_boot.start(run, APPLICATION)
    answers = [ask(run, machine, scope) for scope in ("notes:read", "notes:write", "other", None)]
    expect(answers == [200, 403, 401, 401], answers)
    run.results["sign-in"] = "tokens, by keys"


def ask(run, machine, scope):
    headers = {}
    if scope:
        token = run.issuer.run("token", "get", "--client", "machine", "--secret", machine["client_secret"],
                               "--scope", scope)["access_token"]
        headers["Authorization"] = f"Bearer {token}"
    return run.person().send("GET", run.url + "/notes", headers=headers).status
