//! The limits that the system sets to a server process.

use rustix::process::{self, Resource, Rlimit};

/// Asks the system for the limits that a server needs; logs those that it refuses.
pub fn prepare() {
    if !keep_memory_private() {
        tracing::warn!("the system would not switch off core dumps");
    }
    if !use_every_descriptor() {
        tracing::warn!("the system would not allow more file descriptors");
    }
}

/// Keys and passwords must not end up in a core dump or another process's hands.
fn keep_memory_private() -> bool {
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let limited = process::setrlimit(Resource::Core, none).is_ok();
    #[cfg(target_os = "linux")]
    let hidden = process::set_dumpable_behavior(process::DumpableBehavior::NotDumpable).is_ok();
    #[cfg(not(target_os = "linux"))]
    let hidden = true;
    limited && hidden
}

/// Each connection takes a descriptor. The usual limit, 1 024, is for programs that use `select`; the
/// hard one is what the operator allows.
fn use_every_descriptor() -> bool {
    let allowed = process::getrlimit(Resource::Nofile).maximum;
    let every = Rlimit {
        current: allowed,
        maximum: allowed,
    };
    process::setrlimit(Resource::Nofile, every).is_ok()
}
