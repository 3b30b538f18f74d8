import spring_boot
from run import expect

APPLICATION = """\
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.web.client.OAuth2ClientHttpRequestInterceptor;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

import static org.springframework.security.oauth2.client.web.client.RequestAttributeClientRegistrationIdResolver.clientRegistrationId;

@SpringBootApplication
@RestController
public class Application {
    private final RestClient http;

    Application(OAuth2AuthorizedClientManager clients) {
        http = RestClient.builder().requestInterceptor(new OAuth2ClientHttpRequestInterceptor(clients)).build();
    }

    public static void main(String[] arguments) {
        SpringApplication.run(Application.class, arguments);
    }

    @GetMapping("/")
    String notes() {
        return http.get().uri("http://UPSTREAM/notes").attributes(clientRegistrationId("airside")).retrieve().body(String.class);
    }

    @Bean
    SecurityFilterChain security(HttpSecurity http) throws Exception {
        return http.authorizeHttpRequests(rules -> rules.anyRequest().permitAll()).build();
    }
}
"""


def install(home):
    return spring_boot.install(home)


def check(run):
    run.issuer.run("resource", "create", "https://api.example.com", "--scope", "notes:read")
    run.register("spring-client-credentials", url="")
    spring_boot.start(run, APPLICATION.replace("UPSTREAM", run.upstream()))
    page = run.person().open(run.url + "/")
    expect(page.status == 200, page)
    headers = {name.lower(): value for name, value in page.json()["headers"].items()}
    token = headers["authorization"].removeprefix("Bearer ")
    claims = run.issuer.run("token", "inspect", token)
    expect("https://api.example.com" in str(claims) and "notes:read" in str(claims), claims)
    run.results["sign-in"] = "its own token"
