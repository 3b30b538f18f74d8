//! The pieces of a URI, cut out of its text and never changed.

/// The pieces of any text, as far as it has them: `scheme://host:port` and the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    /// Before the first colon.
    pub scheme: &'a str,
    /// Between `//` and the path, without the port; a user name is left in it.
    pub host: &'a str,
    /// After the host's colon.
    pub port: Option<&'a str>,
    /// Path, query and fragment.
    pub rest: &'a str,
}

impl<'a> Parts<'a> {
    /// Cuts `text` up.
    pub fn of(text: &'a str) -> Self {
        let (scheme, after) = text.split_once(':').unwrap_or(("", text));
        let Some(after) = after.strip_prefix("//") else {
            return Self {
                scheme,
                host: "",
                port: None,
                rest: after,
            };
        };
        let end = after.find(['/', '?', '#']).unwrap_or(after.len());
        let (authority, rest) = after.split_at_checked(end).unwrap_or((after, ""));
        let (host, port) = host_and_port(authority);
        Self {
            scheme,
            host,
            port,
            rest,
        }
    }

    /// The path alone.
    pub fn path(&self) -> &'a str {
        self.rest.split(['?', '#']).next().unwrap_or_default()
    }

    /// Returns the part that follows the path.
    pub fn query(&self) -> &'a str {
        self.rest.strip_prefix(self.path()).unwrap_or_default()
    }
}

fn host_and_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rsplit_once(':') {
        // the last colon of a bare IPv6 address begins no port
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (authority, None),
    }
}
