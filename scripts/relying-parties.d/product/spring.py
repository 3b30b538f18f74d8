import spring_boot
from run import expect

# less than Spring wants a token to have left, so that it is refreshed
ISSUER = '[tokens]\naccess_token_lifetime = "30s"\n'

APPLICATION = """\
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
@RestController
public class Application {
    public static void main(String[] arguments) {
        SpringApplication.run(Application.class, arguments);
    }

    @GetMapping("/")
    Map<String, Object> who(Authentication who, @AuthenticationPrincipal OidcUser user) {
        return Map.of("name", who.getName(), "authorities", who.getAuthorities().stream().map(it -> it.getAuthority()).toList());
    }

    @GetMapping("/admin")
    String admin() {
        return "for administrators";
    }

    @GetMapping("/token")
    String token(@RegisteredOAuth2AuthorizedClient("airside") OAuth2AuthorizedClient client) {
        return client.getAccessToken().getExpiresAt().toString();
    }

    @GetMapping(value = "/leave", produces = "text/html")
    String leave(CsrfToken token) {
        return "<form method=post action=/logout><input type=hidden name=_csrf value=" + token.getToken() + "></form>";
    }
}
"""


def install(home):
    return spring_boot.install(home)


def check(run):
    run.register("spring")
    spring_boot.start(run, APPLICATION)
    alice = run.person()
    page = alice.open(run.url + "/")
    run.signed_in(page, '"alice"')
    authorities = page.json()["authorities"]
    run.groups(authorities)
    expect("GROUP_app-admins" in authorities and "ROLE_admin" in authorities, authorities)
    run.results["groups"] = "yes, roles too"
    expect(alice.open(run.url + "/admin").text == "for administrators", "an administrator is refused")
    bob = run.person("bob")
    bob.open(run.url + "/")
    page = bob.open(run.url + "/admin")
    expect(page.status == 403, f"bob is an administrator: {page}")
    before = run.issuer.refreshes()
    expect(alice.open(run.url + "/token").status == 200, "no token")
    run.refreshed(before)
    leave = alice.open(run.url + "/leave")
    form = leave.forms()[0]
    alice.follow(run.url + form["action"], form["fields"])
    run.signed_out(alice, run.url + "/")
