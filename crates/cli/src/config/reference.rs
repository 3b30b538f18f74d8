//! The reference document of the configuration.

use airside_config::reference;

use super::key::REGISTRY;

/// The reference of every key, in Markdown.
pub fn reference() -> String {
    reference::reference(&REGISTRY, HEAD)
}

const HEAD: &str = "\
# Configuration: `airside.toml`

<!-- generated from the registry of keys; a test compares the two -->

No key is required on a developer's machine. Without `--config` (or `AIRSIDE_CONFIG`), `./airside.toml` is read if it exists. A flag beats the environment, the environment beats the file, the file beats the default. `airside config check` tells everything that is wrong with the configuration at once and, when nothing is, with the machine, `airside config show` tells what holds and where it comes from, and `airside config schema` prints a JSON schema for editors.

**Environment.** Every key outside `[[…]]` tables can be set by a variable: `AIRSIDE_`, then the path in capitals with `__` between levels. Arrays are written as in TOML or separated by commas. An empty variable is not set. A variable that names no key is an error if it has `__` or is spelt almost like one, and is warned about otherwise; variables that Kubernetes sets for a service (`AIRSIDE_PORT=tcp://10.0.0.1:80`, `AIRSIDE_X_SERVICE_HOST`) are ignored.

**SIGHUP** makes a running server read its configuration again: `[[client]]`, `[[resource]]`, `[sign_in]` and the files of `[tls]` are taken over, every other change waits for a restart, as the log says, and a bad configuration changes nothing ([more](../operations/reload.md)).

**Paths.** `data` is relative to the working directory; `store.url` and the default `master.key` to `data`; every other file to the configuration file.

**Durations** are an integer and `ms`, `s`, `m`, `h` or `d`.

**Secrets** are `{ env = \"NAME\" }`, `{ file = \"PATH\" }` or, in development mode only, the text itself. Off development mode, a secret that a machine sends has 32 characters or more.

**Rights.** If other accounts of the machine have rights on the data directory, on the file of `keys.encryption_key` or on the socket, the server does not start and says which `chmod` helps. Off development mode the same holds for a `tls.private_key` that others can read, and for a file of a secret that others can write; one that they can read is warned about, because containers mount secrets so (on Kubernetes, mount keys with `defaultMode: 0440` and an `fsGroup`). A file in a directory that is closed to others is not open to them. Rights of the group on the first three are warned about.

**Development mode** is derived: `issuer` is a loopback address, `listen` is a loopback address and `trusted_proxies` is empty. Otherwise `issuer` must be https, and the listener speaks plain http only if `trusted_proxies` names the proxy in front, also on a loopback address: else all people would have the proxy's address, and share its limits.
";
