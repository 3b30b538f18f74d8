//! Two vulnerable APIs in other languages: a clinic in Python, a bicycle rental in Node.

use std::{
    fs, io,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use serde_json::Value;

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Foreign {
    /// `python/clinic.py`, on FastAPI.
    Clinic,
    /// `node/rental.mjs`, on Express.
    Rental,
}

/// One that runs; it ends when this is dropped.
#[derive(Debug)]
pub struct RunningForeign {
    address: SocketAddr,
    child: Child,
}

impl Foreign {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Clinic, Self::Rental];

    /// Returns its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clinic => "clinic (Python, FastAPI)",
            Self::Rental => "rental (Node, Express)",
        }
    }

    /// Returns the ground truth: `people` and `holes`.
    pub fn truth(self) -> Value {
        let text = match self {
            Self::Clinic => include_str!("../python/holes.json"),
            Self::Rental => include_str!("../node/holes.json"),
        };
        serde_json::from_str(text).unwrap_or_default()
    }

    /// Starts it with libraries from `target/tmp`, where `scripts/test` installs them; with `is_secure` it
    /// has no holes.
    ///
    /// # Errors
    ///
    /// Fails if the libraries are not installed or it does not answer within 30 s.
    pub fn start(self, target: &Path, is_secure: bool) -> anyhow::Result<RunningForeign> {
        let address = free_address()?;
        let mut command = self.command(target)?;
        command.arg(address.port().to_string());
        command.env("SECURE", if is_secure { "1" } else { "0" });
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let child = command
            .spawn()
            .with_context(|| format!("cannot start the {}", self.name()))?;
        let mut running = RunningForeign { address, child };
        running.wait()?;
        Ok(running)
    }

    fn command(self, target: &Path) -> anyhow::Result<Command> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR"));
        Ok(match self {
            Self::Clinic => {
                let mut command = Command::new("python3");
                command.arg(source.join("python/clinic.py"));
                command.env("PYTHONPATH", installed(target, "fastapi")?);
                command.env("PYTHONDONTWRITEBYTECODE", "1");
                command
            }
            Self::Rental => {
                // Node looks for libraries beside the file that imports them
                let place = installed(target, "express")?;
                for name in ["rental.mjs", "openapi.json"] {
                    fs::copy(source.join("node").join(name), place.join(name))?;
                }
                let mut command = Command::new("node");
                command.arg(place.join("rental.mjs"));
                command
            }
        })
    }
}

impl RunningForeign {
    /// Returns the base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn wait(&mut self) -> anyhow::Result<()> {
        for _ in 0..300 {
            if TcpStream::connect(self.address).is_ok() {
                return Ok(());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("it ended with {status}");
            }
            thread::sleep(Duration::from_millis(100));
        }
        bail!("it does not answer at {}", self.address)
    }
}

impl Drop for RunningForeign {
    fn drop(&mut self) {
        // it may have ended already
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn installed(target: &Path, name: &str) -> anyhow::Result<PathBuf> {
    let path = target.join(name);
    ensure!(
        path.exists(),
        "{} is missing, scripts/test installs it",
        path.display()
    );
    Ok(path)
}

fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}
