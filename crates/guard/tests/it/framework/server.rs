//! Frameworks as processes: each serves an API of its own, and is sent requests through a count.

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

use airside_guard::Configuration;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::world::World;

/// A name, the program that runs the API, and the API.
pub type Setup = (&'static str, &'static str, &'static str);

/// Frameworks of Debian, whose reading of paths is in the documentation.
pub const FRAMEWORKS: [Setup; 3] = [
    ("Express", "node", "express_api.js"),
    ("Flask", "/usr/bin/python3", "flask_api.py"),
    ("Starlette", "/usr/bin/python3", "starlette_api.py"),
];

/// Frameworks that serve no other paths than the rules need.
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

    /// Puts the guard before this framework.
    pub fn guarded_by(&self, world: &World, operations: &str) {
        world.write_before(&self.counted, "", operations);
        let configuration = Configuration::read(&world.configuration_path(), &|_| None).unwrap();
        world.running.replace(configuration).unwrap();
    }

    /// The bytes that this framework has been sent through the guard.
    pub fn bytes(&self) -> usize {
        self.bytes.load(Ordering::SeqCst)
    }
}

/// What runs a script, compiled first in a language that has no interpreter.
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

/// Where scripts/test puts what Spring consists of.
fn libraries() -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("spring");
    assert!(
        directory.join("pom.xml").exists(),
        "Spring: {} is missing, scripts/test installs it",
        directory.display()
    );
    directory
}

/// A program in Go, which needs nothing but Go's own library.
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
