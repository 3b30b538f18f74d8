// Routes in Spring MVC under Tomcat, as they come: each says that it matched, and what it read.

import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;
import org.springframework.core.SpringVersion;
import org.springframework.http.HttpMethod;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@EnableAutoConfiguration
@Import(Routes.class)
class Api {
    public static void main(String[] arguments) {
        var application = new SpringApplication(Api.class);
        application.setDefaultProperties(Map.of(
            "server.address", "127.0.0.1",
            "server.port", "0",
            "spring.mvc.hiddenmethod.filter.enabled", "true",
            "spring.main.banner-mode", "off",
            "logging.level.root", "off"));
        var port = application.run().getEnvironment().getProperty("local.server.port");
        System.out.println("127.0.0.1:" + port + " " + SpringVersion.getVersion());
    }
}

@RestController
class Routes {
    record Transfer(String from, String role) {}

    record Said(String route, String value) {}

    @RequestMapping(path = "/transfers", consumes = "application/json")
    Said document(
            HttpMethod method,
            @RequestBody Transfer body,
            @RequestParam(name = "from", required = false) String from,
            @RequestParam(name = "role", required = false) String role) {
        // whose, wherever it is said
        return transfers(method, body.from() == null ? from : body.from(), body.role() == null ? role : body.role());
    }

    @RequestMapping({"/transfers", "/forms"})
    Said transfers(
            HttpMethod method,
            @RequestParam(name = "from", required = false) String from,
            @RequestParam(name = "role", required = false) String role) {
        return new Said(method.name(), role == null ? from : from + " as " + role);
    }

    @GetMapping("/caller")
    Said caller(@RequestHeader(name = "Airside-Subject", required = false) String subject) {
        return new Said("caller", subject);
    }
}
