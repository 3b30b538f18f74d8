//! The disk that fails: `shim.c` before the server, and what was on the disk when it died.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use crate::server::{Place, Server, ended};

/// Which operation fails, and how: see `shim.c`.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    pub kind: &'static str,
    /// From 1 on; 0: none.
    pub at: u64,
}

impl Fault {
    /// A disk on which everything goes well.
    pub const NONE: Self = Self {
        kind: "dead",
        at: 0,
    };
}

/// A place on a disk that can fail.
pub struct Disk {
    pub place: Place,
    library: PathBuf,
}

/// A server's database, and what surrounds it.
const FILES: [&str; 3] = ["airside.db", "airside.db-wal", "airside.db-journal"];

impl Disk {
    /// A disk with nothing on it.
    pub fn new(configuration: &str) -> Self {
        let place = Place::new(configuration);
        let path = place.directory.path();
        let library = path.join("shim.so");
        fs::create_dir(path.join("shadow")).unwrap();
        let mut compiler = Command::new("cc");
        compiler
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(&library);
        ended(compiler.arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/it/fault/shim.c"
        )))
        .assert_code(0);
        Self { place, library }
    }

    /// A disk with the store of a server that was started once, and was stopped in order.
    pub fn of_a_server(configuration: &str) -> Self {
        let disk = Self::new(configuration);
        assert_eq!(disk.place.serve().terminate(), 0);
        disk.synchronise();
        disk
    }

    /// Starts a server on it; its last words if it does not get ready.
    pub fn try_serve(&self, fault: Fault) -> Result<Server, Vec<String>> {
        let path = self.place.directory.path();
        let mut command = self.place.command();
        command
            .args(["serve", "--listen", &self.place.address()])
            .env("LD_PRELOAD", &self.library)
            .env("FAULT_DIRECTORY", self.place.data())
            .env("FAULT_COUNT", path.join("count"))
            .env("FAULT_SHADOW", path.join("shadow"))
            .env("FAULT_KIND", fault.kind)
            .env("FAULT_AT", fault.at.to_string())
            .stdout(Stdio::null());
        Server::try_start(&mut command)
    }

    /// Returns the number of operations of the kind that the fault is about.
    pub fn operations(&self) -> u64 {
        let counted = fs::read_to_string(self.place.at("count"));
        counted.unwrap().trim().parse().unwrap_or(0)
    }

    /// Takes the power away: only what was synchronised is still there.
    pub fn cut_the_power(&self) {
        for name in FILES {
            drop(fs::remove_file(self.place.data().join(name)));
            let kept = self.shadow(name);
            if kept.exists() {
                fs::copy(kept, self.place.data().join(name)).unwrap();
            }
        }
        drop(fs::remove_file(self.place.data().join("airside.db-shm")));
    }

    /// Notes that everything in the files is on the disk.
    fn synchronise(&self) {
        for name in FILES {
            let file = self.place.data().join(name);
            drop(fs::remove_file(self.shadow(name)));
            if file.exists() {
                fs::copy(file, self.shadow(name)).unwrap();
            }
        }
    }

    fn shadow(&self, name: &str) -> PathBuf {
        self.place.at("shadow").join(name)
    }
}
