//! The person's browser.

use std::{
    env,
    process::{Command, Stdio},
};

/// Opens an address in the browser, if this machine has one to show it; the caller has printed the address.
pub fn open(address: &str) {
    let is_mac = cfg!(target_os = "macos");
    let has_screen = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()));
    // without a screen it would start a browser in this terminal
    if !is_mac && !has_screen {
        return;
    }
    let program = if is_mac { "open" } else { "xdg-open" };
    let mut command = Command::new(program);
    command.arg(address).stdin(Stdio::null());
    // best effort
    drop(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn());
}
