//! Rights that other accounts of the machine have on files and directories (Unix).

use std::{
    fs, io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// Other accounts have rights on what must be private.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("other accounts of this machine have rights on `{}`: run `chmod {} {}`", .path.display(), .change, .path.display())]
pub struct ExposedError {
    path: PathBuf,
    change: &'static str,
}

/// Requires that only the owner and the group have rights on `path`; rights of the group are logged,
/// because some systems need them (Kubernetes with `fsGroup`). A path that does not exist is private.
///
/// # Errors
///
/// [`ExposedError`] names the path and the command that takes the rights away.
pub fn require_private(path: &Path) -> Result<(), ExposedError> {
    let mode = mode(path).unwrap_or(0);
    if mode & OTHERS != 0 {
        return Err(ExposedError::new(path, "o-rwx"));
    }
    if mode & GROUP != 0 {
        tracing::warn!(path = %path.display(), "the group has rights on what should be private");
    }
    Ok(())
}

/// Requires that no other account can read or write the secret in a file: because of its own rights,
/// or because a directory above it is closed to them.
///
/// # Errors
///
/// [`ExposedError`] names the path and the command that takes the rights away.
pub fn require_secret(path: &Path) -> Result<(), ExposedError> {
    match is_open(path, OTHERS_READ | OTHERS_WRITE) {
        true => Err(ExposedError::new(path, "o-rwx")),
        false => Ok(()),
    }
}

/// Requires that no other account can change what is believed: the same for writing alone.
///
/// # Errors
///
/// [`ExposedError`] names the path and the command that takes the rights away.
pub fn require_unchanged(path: &Path) -> Result<(), ExposedError> {
    match is_open(path, OTHERS_WRITE) {
        true => Err(ExposedError::new(path, "o-w")),
        false => Ok(()),
    }
}

/// Requires that no other account can change a secret that was mounted. That others can read it is
/// logged: what containers mount (`/run/secrets`, Kubernetes) is readable, and nobody else is there.
///
/// # Errors
///
/// As [`require_unchanged`].
pub fn require_mounted(path: &Path) -> Result<(), ExposedError> {
    if let Err(exposed) = require_secret(path) {
        tracing::warn!(%exposed, "other accounts can read a secret");
    }
    require_unchanged(path)
}

/// Takes every right of other accounts, the group's too, from a file.
///
/// # Errors
///
/// Any error of the system.
pub fn restrict(path: &Path) -> io::Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

impl ExposedError {
    fn new(path: &Path, change: &'static str) -> Self {
        Self {
            path: path.to_owned(),
            change,
        }
    }
}

fn is_open(path: &Path, rights: u32) -> bool {
    // a secret that is mounted is behind links
    let Ok(path) = fs::canonicalize(path) else {
        return false;
    };
    let has_rights = mode(&path).is_ok_and(|mode| mode & rights != 0);
    let mut above = path.ancestors().skip(1);
    has_rights && above.all(|directory| mode(directory).is_ok_and(|mode| mode & OTHERS_ENTER != 0))
}

fn mode(path: &Path) -> io::Result<u32> {
    Ok(fs::metadata(path)?.permissions().mode())
}

const GROUP: u32 = 0o070;
const OTHERS: u32 = 0o007;
const OTHERS_READ: u32 = 0o004;
const OTHERS_WRITE: u32 = 0o002;
const OTHERS_ENTER: u32 = 0o001;

#[cfg(test)]
mod tests {
    use super::*;

    fn set(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn made(mode: u32) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("secret");
        fs::write(&file, "secret").unwrap();
        set(&file, mode);
        (directory, file)
    }

    #[test]
    fn rights_of_others_are_refused_and_those_of_the_group_are_not() {
        for mode in [0o601, 0o602, 0o604, 0o644, 0o666, 0o777] {
            let (_directory, file) = made(mode);
            let said = require_private(&file).unwrap_err().to_string();
            let command = format!("`chmod o-rwx {}`", file.display());
            assert!(said.contains(&command), "{said}");
        }
        for mode in [0o400, 0o600, 0o640, 0o660, 0o700, 0o770] {
            let (_directory, file) = made(mode);
            assert_eq!(require_private(&file), Ok(()), "{mode:o}");
        }
        assert_eq!(require_private(Path::new("/nowhere/secret")), Ok(()));
    }

    #[test]
    fn a_secret_is_open_where_others_can_get_to_it() {
        let (directory, file) = made(0o644);
        set(directory.path(), 0o700);
        assert_eq!(require_secret(&file), Ok(()), "the directory is closed");
        set(directory.path(), 0o711);
        assert!(require_secret(&file).is_err());
        assert_eq!(require_unchanged(&file), Ok(()), "nobody can write");
        let link = directory.path().join("link");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert!(require_secret(&link).is_err(), "behind a link, too");
        assert_eq!(require_mounted(&file), Ok(()), "logged");
        set(&file, 0o642);
        assert!(require_mounted(&file).is_err());
        let said = require_unchanged(&file).unwrap_err().to_string();
        assert!(said.contains("chmod o-w "), "{said}");
        set(&file, 0o640);
        assert_eq!(require_secret(&link), Ok(()));
    }
}
