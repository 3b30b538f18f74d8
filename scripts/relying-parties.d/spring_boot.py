"""Programs with Spring Boot: the libraries, and how one is built and started."""

from pathlib import Path

from install import maven

POM = Path(__file__).with_name("spring-pom.xml")


def install(home):
    found = maven(home.parent / "spring-libraries", POM)
    return f"Spring Boot {found['spring-boot']}, Security {found['spring-security-core']}"


def start(run, application, name="Application"):
    run.write(f"{name}.java", application)
    for source in run.app.glob("*.java"):
        source.write_text("package example;\n" + source.read_text())
    libraries = f"{run.home.parent / 'spring-libraries'}/*"
    run.command(["javac", "-parameters", "-cp", libraries, "-d", "classes", *sorted(run.app.glob("*.java"))], timeout=120)
    (run.app / "classes/application.yaml").write_text((run.app / "application.yaml").read_text())
    run.start(["java", "-XX:TieredStopAtLevel=1", "-Xmx256m", "-cp", f"classes:{libraries}", f"example.{name}",
               f"--server.port={run.port}", "--server.address=127.0.0.1"], says=f"Started {name}")
