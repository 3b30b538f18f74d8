//! PostgreSQL servers for tests.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The address of a new, empty schema on the private server that all tests share; starts the server
/// if it does not run yet.
///
/// # Panics
///
/// If PostgreSQL is missing and cannot be installed, or does not start.
pub fn schema() -> String {
    script("schema")
}

/// A server of a test's own, which keeps what it acknowledges and may be killed. Stopped when
/// dropped.
#[derive(Debug)]
pub struct Cluster {
    programs: PathBuf,
    home: tempfile::TempDir,
    port: u16,
}

impl Cluster {
    /// Makes a server and starts it.
    pub fn start() -> Self {
        let cluster = Self::new();
        cluster.run(
            "initdb",
            &["-U", "airside", "-A", "trust", "--no-sync", "-E", "UTF8"],
        );
        let settings = "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\n\
             shared_buffers = '32MB'\njit = off\nwal_level = replica\n";
        let file = cluster.data().join("postgresql.conf");
        let defaults = fs::read_to_string(&file).unwrap();
        fs::write(file, format!("{defaults}\n{settings}")).unwrap();
        cluster.restart();
        cluster
    }

    /// From now on takes connections by TLS only, with this certificate and key, from clients that
    /// show a certificate of `authority` for the user's name (all PEM).
    pub fn require_certificates(&self, certificate: &str, key: &str, authority: &str) {
        let rules = "hostssl all all 127.0.0.1/32 cert\n";
        for (name, content) in [
            ("server.crt", certificate),
            ("server.key", key),
            ("root.crt", authority),
            ("pg_hba.conf", rules),
        ] {
            let file = self.data().join(name);
            fs::write(&file, content).unwrap();
            give_to_owner(&file);
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            fs::set_permissions(file, mode).unwrap();
        }
        for setting in [
            "ssl_cert_file = 'server.crt'",
            "ssl_key_file = 'server.key'",
            "ssl_ca_file = 'root.crt'",
            "ssl = on",
        ] {
            self.sql(&format!("ALTER SYSTEM SET {setting}"));
        }
        self.run("pg_ctl", &["reload"]);
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// A standby that follows this server; from now on a commit is acknowledged only when both
    /// have it.
    pub fn synchronous_standby(&self) -> Self {
        let standby = Self::new();
        let port = self.port.to_string();
        let from = ["-h", "127.0.0.1", "-p", &port, "-U", "airside"];
        let how = ["-R", "-X", "stream", "-c", "fast", "--no-sync"];
        standby.run("pg_basebackup", &[&from[..], &how[..]].concat());
        standby.restart();
        self.sql("ALTER SYSTEM SET synchronous_standby_names = '*'");
        self.sql("SELECT pg_reload_conf()");
        standby
    }

    /// Ends the server as a power cut does (SIGKILL), if it runs.
    pub fn kill(&self) {
        let file = fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        let pid = file.lines().next().unwrap();
        assert!(
            Command::new("kill")
                .args(["-9", pid])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Ends the server and every connection, and returns when none of its processes is left.
    pub fn stop(&self) {
        self.run("pg_ctl", &["-w", "-t", "60", "-m", "immediate", "stop"]);
    }

    /// Starts the server again after [`Self::kill`] or [`Self::stop`].
    pub fn restart(&self) {
        let log = self.home.path().join("log");
        let options = format!("-p {}", self.port);
        let log = log.to_str().unwrap();
        // the processes of the one before may need a moment to notice that it is gone
        for _ in 0..20 {
            if self.try_run(
                "pg_ctl",
                &["-l", log, "-w", "-t", "60", "-o", &options, "start"],
            ) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(250));
        }
        panic!("{}", fs::read_to_string(log).unwrap_or_default());
    }

    /// Makes a standby the primary.
    pub fn promote(&self) {
        self.run("pg_ctl", &["-w", "-t", "60", "promote"]);
    }

    /// Runs a statement, and answers what `psql` prints of its rows.
    pub fn sql(&self, statement: &str) -> String {
        let done = Command::new(self.programs.join("psql"))
            .args(["-qtAX", "-v", "ON_ERROR_STOP=1", "-c", statement])
            .arg(format!(
                "host=127.0.0.1 port={} user=airside dbname=postgres",
                self.port
            ))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{statement}: {said}");
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    }

    /// The address of its database.
    pub fn url(&self) -> String {
        format!(
            "postgres://airside@127.0.0.1:{}/postgres?sslmode=disable",
            self.port
        )
    }

    /// The address of whichever of the two takes writes.
    pub fn url_with(&self, other: &Self) -> String {
        let (one, two) = (self.port, other.port);
        format!(
            "postgres://airside@127.0.0.1:{one},127.0.0.1:{two}/postgres\
             ?sslmode=disable&target_session_attrs=read-write"
        )
    }

    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("data")).unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        give_to_owner(home.path());
        // PostgreSQL wants its directory for itself
        let data = home.path().join("data");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o700);
        fs::set_permissions(data, mode).unwrap();
        Self {
            programs: script("bin").into(),
            home,
            port,
        }
    }

    fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        assert!(self.try_run(program, arguments), "{program} {arguments:?}");
    }

    fn try_run(&self, program: &str, arguments: &[&str]) -> bool {
        let path = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            let owner = [
                "--reuid",
                "postgres",
                "--regid",
                "postgres",
                "--clear-groups",
            ];
            command.args(owner).arg(path);
            command
        } else {
            Command::new(path)
        };
        command.arg("-D").arg(self.data()).args(arguments);
        command.current_dir(self.home.path()).stdout(Stdio::null());
        command.stderr(Stdio::null()).status().unwrap().success()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // it may have been killed
        let _ = self.try_run("pg_ctl", &["-m", "immediate", "stop"]);
    }
}

/// Makes a file, or a directory with all in it, belong to whom the server runs as.
fn give_to_owner(path: &Path) {
    if is_root() {
        let mut chown = Command::new("chown");
        chown.args(["-R", "postgres"]).arg(path);
        assert!(chown.status().unwrap().success());
    }
}

/// PostgreSQL refuses to run as root.
fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout.trim_ascii() == b"0"
}

fn script(argument: &str) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres");
    let done = Command::new(script).arg(argument).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "scripts/postgres {argument}: {said}");
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}
