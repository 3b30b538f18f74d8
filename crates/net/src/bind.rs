//! TCP listeners in front of which a whole crowd may wait, and Unix sockets.

#[cfg(unix)]
use std::{
    fs,
    os::unix::{
        fs::FileTypeExt,
        net::{SocketAddr as UnixAddress, UnixStream},
    },
    path::Path,
};
use std::{io, net::SocketAddr};

#[cfg(unix)]
use rustix::{fs::Mode, process::umask};
#[cfg(unix)]
use tokio::net::UnixListener;
use tokio::net::{TcpListener, TcpSocket};

#[cfg(unix)]
use crate::private::{ExposedError, require_private, require_unchanged};

/// Listens on an address. As many connections may wait to be accepted as the system allows: one
/// that finds no room is tried again by its client only a second later.
///
/// # Errors
///
/// Any error of the system, for an address that is in use, for example.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    bound(address)?.listen(WAITING)
}

/// Checks whether this process may listen on an address of this machine, and takes no connection
/// there. An address that is in use is not an error.
///
/// # Errors
///
/// Any other error of the system.
pub fn check_bind(address: SocketAddr) -> io::Result<()> {
    match bound(address) {
        Err(error) if error.kind() != io::ErrorKind::AddrInUse => Err(error),
        _ => Ok(()),
    }
}

fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    // a server that is started again finds its address free
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// The accounts that may connect to a Unix socket.
#[cfg(unix)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SocketAccess {
    /// The owner alone.
    Owner,
    /// The owner and the group.
    OwnerAndGroup,
}

/// The reason why a Unix socket could not be made.
#[cfg(unix)]
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindUnixError {
    /// The system refused it; or another process listens there ([`io::ErrorKind::AddrInUse`]); or there is
    /// something that is not a socket, a link to one included ([`io::ErrorKind::AlreadyExists`]).
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The file system gave other accounts rights on it.
    #[error(transparent)]
    Exposed(#[from] ExposedError),
}

/// Listens on a Unix socket to which only the accounts of `access` can connect. A socket that was left
/// behind is replaced; nothing else is ever removed.
///
/// # Errors
///
/// [`BindUnixError`] says what was in the way.
#[cfg(unix)]
pub fn bind_unix(path: &Path, access: SocketAccess) -> Result<UnixListener, BindUnixError> {
    check_unix(path)?;
    remove_stale_socket(path)?;
    let without = match access {
        SocketAccess::Owner => 0o077,
        SocketAccess::OwnerAndGroup => 0o117,
    };
    // from the start: there is no moment in which more could connect
    let before = umask(Mode::from_raw_mode(without));
    let bound = UnixListener::bind(path);
    umask(before);
    let listener = bound?;
    // a file system may know no rights
    match access {
        SocketAccess::Owner => require_private(path)?,
        SocketAccess::OwnerAndGroup => require_unchanged(path)?,
    }
    Ok(listener)
}

/// Checks what [`bind_unix`] checks, and changes nothing. A socket on which a process listens is
/// not an error.
///
/// # Errors
///
/// [`io::ErrorKind::InvalidInput`] if the path is too long for a socket (107 bytes on Linux),
/// [`io::ErrorKind::AlreadyExists`] if there is something that is not a socket; and any error of the system.
#[cfg(unix)]
pub fn check_unix(path: &Path) -> io::Result<()> {
    UnixAddress::from_pathname(path)?;
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(metadata) if metadata.file_type().is_socket() => Ok(()),
        Ok(_) => {
            let why = "there is a file that is no socket: move it away";
            Err(io::Error::new(io::ErrorKind::AlreadyExists, why))
        }
    }
}

/// Removes what [`check_unix`] has found to be a socket, or nothing.
#[cfg(unix)]
fn remove_stale_socket(path: &Path) -> io::Result<()> {
    if !path.exists() {
        return Ok(());
    }
    if UnixStream::connect(path).is_ok() {
        let why = "another process listens there";
        return Err(io::Error::new(io::ErrorKind::AddrInUse, why));
    }
    fs::remove_file(path)
}

/// The system's own limit (`net.core.somaxconn`, 4096 on Linux) is in force where it is less.
const WAITING: u32 = 65_535;

#[cfg(test)]
mod tests {
    use tokio::net::TcpStream;

    use super::*;

    #[cfg(unix)]
    #[tokio::test]
    async fn only_a_socket_that_nobody_listens_on_is_replaced() {
        use std::os::unix::fs::PermissionsExt;

        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        let kind = |path: &Path| match bind_unix(path, SocketAccess::Owner) {
            Err(BindUnixError::Io(error)) => error.kind(),
            other => panic!("{other:?}"),
        };
        let socket = at("socket");
        let first = bind_unix(&socket, SocketAccess::OwnerAndGroup).unwrap();
        let mode = fs::metadata(&socket).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o660);
        assert_eq!(kind(&socket), io::ErrorKind::AddrInUse);
        fs::write(at("file"), "precious").unwrap();
        assert_eq!(kind(&at("file")), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(at("file")).unwrap(), "precious");
        drop(first);
        std::os::unix::fs::symlink(&socket, at("link")).unwrap();
        assert_eq!(kind(&at("link")), io::ErrorKind::AlreadyExists);
        fs::create_dir(at("directory")).unwrap();
        assert_eq!(kind(&at("directory")), io::ErrorKind::AlreadyExists);
        assert!(socket.exists() && at("directory").exists());

        let long = at(&"x".repeat(120));
        assert_eq!(kind(&long), io::ErrorKind::InvalidInput);
        let checked = |path: &Path| check_unix(path).map_err(|error| error.kind());
        assert_eq!(checked(&long), Err(io::ErrorKind::InvalidInput));
        assert_eq!(checked(&at("file")), Err(io::ErrorKind::AlreadyExists));
        assert_eq!(checked(&socket), Ok(()));
        assert_eq!(checked(&at("new")), Ok(()));

        assert!(
            bind_unix(&socket, SocketAccess::Owner).is_ok(),
            "it was left behind"
        );
        assert!(bind_unix(&at("new"), SocketAccess::Owner).is_ok());
    }

    #[tokio::test]
    async fn an_address_of_another_machine_is_found_and_one_in_use_is_not() {
        let listener = bind("127.0.0.1:0".parse().unwrap()).unwrap();
        assert!(check_bind(listener.local_addr().unwrap()).is_ok());
        let elsewhere = check_bind("192.0.2.1:80".parse().unwrap()).unwrap_err();
        assert_eq!(elsewhere.kind(), io::ErrorKind::AddrNotAvailable);
    }

    #[tokio::test]
    async fn more_may_wait_than_a_listener_takes_by_default() {
        let listener = bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let mut waiting = Vec::new();
        for _ in 0..1100 {
            match TcpStream::connect(address).await {
                Ok(stream) => waiting.push(stream),
                Err(error) => {
                    eprintln!("not tried: {error}: the system gives too few descriptors");
                    assert!(waiting.len() > 200);
                    return;
                }
            }
        }
        listener.accept().await.unwrap();
    }
}
