//! Runs each framework as a process behind a proxy that counts the bytes it is sent.

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::world::World;

/// The name of a framework, the program that runs its API, and the API's script.
pub type Setup = (&'static str, &'static str, &'static str);

/// Frameworks that docs/guard/paths.md has.
pub const FRAMEWORKS: [Setup; 3] = [
    ("Express", "node", "express_api.js"),
    ("Flask", "/usr/bin/python3", "flask_api.py"),
    ("Starlette", "/usr/bin/python3", "starlette_api.py"),
];

/// Frameworks that only docs/guard/requests.md has.
pub const OTHERS: [Setup; 4] = [
    ("Django REST framework", "/usr/bin/python3", "django_api.py"),
    ("Go", "go", "go_api.go"),
    ("Rails", "/usr/bin/ruby", "rails_api.rb"),
    ("Spring MVC", "java", "spring/spring_api.java"),
];

/// A framework that is killed when dropped, and a way to it that counts.
pub struct Framework {
    pub name: &'static str,
    child: Child,
    pub version: String,
    pub address: SocketAddr,
    counted: String,
    bytes: Arc<AtomicUsize>,
}

impl Drop for Framework {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Framework {
    pub async fn start((name, program, script): Setup) -> Self {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/framework");
        let mut command = run(program, &directory.join(script));
        command
            // where Debian puts modules, for a node of another origin too
            .env("NODE_PATH", "/usr/share/nodejs")
            // says nothing of bad requests
            .env("NODE_ENV", "test")
            .env("NO_DEPRECATION", "express")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let child = command.spawn();
        assert!(
            child.is_ok(),
            "{name}: `{program}` cannot be run, scripts/test installs it: {child:?}"
        );
        let mut child = child.unwrap();
        let stdout = child.stdout.take().unwrap();
        let mut framework = Self {
            name,
            child,
            version: String::new(),
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            counted: String::new(),
            bytes: Arc::default(),
        };
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            drop(BufReader::new(stdout).read_line(&mut line));
            drop(sender.send(line));
        });
        let ready = receiver.recv_timeout(Duration::from_secs(60));
        let ready = ready.unwrap_or_default();
        assert!(
            !ready.is_empty(),
            "{name} does not start: scripts/test installs it"
        );
        let (address, version) = ready.trim_end().split_once(' ').unwrap();
        framework.address = address.parse().unwrap();
        framework.version = version.to_owned();
        framework.counted = count(framework.address, Arc::clone(&framework.bytes)).await;
        framework
    }

    /// Makes the guard forward to this framework.
    pub fn guarded_by(&self, world: &World, operations: &str) {
        world.write_before(&self.counted, "", operations);
        let configuration = world.read().unwrap();
        world.running.replace(configuration).unwrap();
    }

    /// Returns how many bytes the guard has sent to this framework.
    pub fn bytes(&self) -> usize {
        self.bytes.load(Ordering::SeqCst)
    }
}

/// Returns the command that runs a script; a Go script is compiled first.
fn run(program: &str, script: &Path) -> Command {
    if program == "go" {
        return Command::new(built(script));
    }
    let mut command = Command::new(program);
    if program == "java" {
        command.arg("-cp").arg(libraries().join("*"));
    }
    command.arg(script);
    command
}

/// Returns the directory into which scripts/test installs Spring.
fn libraries() -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("spring");
    assert!(
        directory.join("pom.xml").exists(),
        "Spring: {} is missing, scripts/test installs it",
        directory.display()
    );
    directory
}

/// Compiles a Go program that imports only the standard library.
fn built(script: &Path) -> PathBuf {
    let binary = Path::new(env!("CARGO_TARGET_TMPDIR")).join("go_api");
    let mut go = Command::new("go");
    go.arg("build").arg("-o").args([&binary, script]);
    let built = go
        .env("CGO_ENABLED", "0")
        .env("GOTOOLCHAIN", "local")
        .status();
    assert!(
        built.as_ref().is_ok_and(ExitStatus::success),
        "Go: `go build` fails, scripts/test installs it: {built:?}"
    );
    binary
}

/// Listens, passes bytes on to a framework and back, and counts those that it is sent.
async fn count(framework: SocketAddr, bytes: Arc<AtomicUsize>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((guard, _)) = listener.accept().await {
            tokio::spawn(pass_on(guard, framework, Arc::clone(&bytes)));
        }
    });
    url
}

async fn pass_on(mut guard: TcpStream, framework: SocketAddr, bytes: Arc<AtomicUsize>) {
    let mut framework = TcpStream::connect(framework).await.unwrap();
    let (mut asked, mut answered) = guard.split();
    let (mut answers, mut asks) = framework.split();
    let there = async {
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = asked.read(&mut buffer).await {
            bytes.fetch_add(length, Ordering::SeqCst);
            asks.write_all(&buffer[..length]).await.unwrap();
        }
    };
    tokio::select! {
        () = there => {}
        // the end of the answers is the end of the connection
        _ = tokio::io::copy(&mut answers, &mut answered) => {}
    }
}
