//! The parts of a request that no framework may see.

use super::Message;

impl Message {
    /// Returns the parts that must not arrive. `held` is true if rules read the body.
    pub fn faults(&self, held: bool) -> Vec<String> {
        let mut faults = Vec::new();
        let mut names = Vec::new();
        for (name, value) in &self.headers {
            let folded = name.replace(|one: char| !one.is_ascii_alphanumeric(), "-");
            if folded != *name {
                faults.push(format!(
                    "has a header {name:?}, which some read as {folded:?}"
                ));
            }
            if names.contains(&folded) {
                faults.push(format!("has two headers {folded:?}"));
            }
            if IDENTITY.contains(&folded.as_str()) {
                faults.push(format!("has a header {name:?} of the caller's"));
            }
            if value.contains(|one: char| one.is_ascii_control()) {
                faults.push(format!("has a control character in {name:?}"));
            }
            names.push(folded);
        }
        if self.headers.len() > 100 {
            faults.push(format!("has {} headers", self.headers.len()));
        }
        let own = names.iter().position(|name| name.starts_with("airside-"));
        let callers = names
            .iter()
            .position(|name| CALLERS.contains(&name.as_str()));
        if let (Some(own), Some(callers)) = (own, callers)
            && own > callers
        {
            faults.push("has the guard's headers behind the caller's".to_owned());
        }
        if held && self.chunked && !self.body.is_empty() {
            faults.push("has a body in chunks".to_owned());
        }
        faults
    }
}

/// Headers that only a caller sends.
const CALLERS: [&str; 3] = ["accept", "user-agent", "cookie"];

/// Names that no caller may say, as the requests of the table have them.
const IDENTITY: [&str; 20] = [
    "x-user",
    "x-role",
    "remote-user",
    "x-remote-user",
    "script-name",
    "x-script-name",
    "client-ip",
    "true-client-ip",
    "x-original-url",
    "x-original-uri",
    "x-original-method",
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
    "x-http-host-override",
    "x-matched-path",
    "x-invoke-path",
    "x-middleware-subrequest",
    "front-end-https",
    "x-url-scheme",
];
