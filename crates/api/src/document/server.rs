//! The prefixes of an operation's paths.

use serde_json::Value;

use super::{
    reference::{Node, References},
    scalar::scalar,
};

/// Returns the prefixes of an operation's paths, each once. All servers of a list have the operation
/// (OpenAPI 3.1 §4.8.1); without a server it is at the root.
pub(super) fn prefixes(
    servers: Option<Node<'_>>,
    references: &References<'_>,
) -> Result<Vec<String>, String> {
    let list = match servers.map(|node| node.value) {
        None => &Vec::new(),
        Some(Value::Array(list)) => list,
        Some(_) => return Err("`servers` is not a list".to_owned()),
    };
    let mut prefixes = Vec::new();
    for server in list {
        references.charge(1)?;
        let prefix = prefix(server).map_err(|why| format!("{why}: set `path_prefix`"))?;
        if !prefixes.contains(&prefix) {
            prefixes.push(prefix);
        }
        require_few(&prefixes)?;
    }
    if prefixes.is_empty() {
        prefixes.push(String::new());
    }
    Ok(prefixes)
}

fn require_few(prefixes: &[String]) -> Result<(), String> {
    match prefixes.len() > MAX_PREFIXES {
        true => Err(format!(
            "servers have more than {MAX_PREFIXES} prefixes: set `path_prefix`"
        )),
        false => Ok(()),
    }
}

/// Returns the path of a server's address, without a trailing slash.
fn prefix(server: &Value) -> Result<String, &'static str> {
    let url = server.get("url").and_then(Value::as_str);
    let url = replaced(url.ok_or("a server has no `url`")?, server.get("variables"))?;
    let behind = match url.split_once("//") {
        Some(("", behind)) => Some(behind),
        Some((before, behind)) if before.ends_with(':') && !before.starts_with('/') => Some(behind),
        _ => None,
    };
    let path = match behind {
        Some(behind) => behind.find('/').and_then(|at| behind.get(at..)),
        _ if url.is_empty() => None,
        _ if url.starts_with('/') => Some(url.as_str()),
        _ => return Err("a server's address is relative to where the document is"),
    };
    let path = path.unwrap_or_default();
    match path.contains(['?', '#', '*', '{', '}']) {
        true => Err("a server's address is not one below which paths are"),
        false => Ok(path.trim_end_matches('/').to_owned()),
    }
}

/// Returns an address with the defaults of its variables.
fn replaced(url: &str, variables: Option<&Value>) -> Result<String, &'static str> {
    let mut text = String::new();
    let mut rest = url;
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, after) = behind
            .split_once('}')
            .ok_or("a server's address closes no brace")?;
        let default = variables.and_then(|all| scalar(all.get(name)?.get("default")?));
        text.push_str(before);
        text.push_str(&default.ok_or("a variable of a server has no `default` that is a text")?);
        if text.len() > MAX_BYTES {
            return Err("a server's address is too long");
        }
        rest = after;
    }
    text.push_str(rest);
    match text.len() > MAX_BYTES {
        true => Err("a server's address is too long"),
        false => Ok(text),
    }
}

/// The maximum length of an address with the defaults of its variables.
const MAX_BYTES: usize = 2_048;
const MAX_PREFIXES: usize = 100;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_path_of_a_server_is_a_prefix() {
        for (url, path) in PREFIXES {
            let variables = json!({ "basePath": { "default": "/sell/v1" }, "port": { "default": 8443 },
                "v": { "default": "v2", "enum": ["v1", "v2"] }, "root": { "default": "https://a.example" } });
            let server = json!({ "url": url, "variables": variables });
            assert_eq!(prefix(&server).as_deref(), Ok(path), "{url}");
        }
    }

    #[test]
    fn the_address_of_a_server_that_is_not_understood_is_an_error() {
        for server in [
            json!({}),
            json!({ "url": 1 }),
            json!({ "url": "v1" }),
            json!({ "url": "./v1" }),
            json!({ "url": "/{v}" }),
            json!({ "url": "/{v", "variables": { "v": { "default": "1" } } }),
            json!({ "url": "/{v}", "variables": { "v": { "default": 2.1 } } }),
            json!({ "url": "/{v}", "variables": { "v": { "default": "{x}" } } }),
            json!({ "url": "/a?b" }),
            json!({ "url": format!("/{}", "a".repeat(3_000)) }),
            json!({ "url": "/{v}".repeat(300), "variables": { "v": { "default": "a".repeat(100) } } }),
        ] {
            assert!(prefix(&server).is_err(), "{server}");
        }
    }

    /// Addresses of servers, and their prefixes.
    const PREFIXES: [(&str, &str); 10] = [
        ("https://api.example.com/api/v1/", "/api/v1"),
        ("https://api.example.com", ""),
        ("https://api.example.com{basePath}", "/sell/v1"),
        ("https://api.example.com:{port}/{v}", "/v2"),
        ("{root}/nnrf", "/nnrf"),
        ("//api.example.com/v1", "/v1"),
        ("/v1", "/v1"),
        ("/p/http://x/y", "/p/http://x/y"),
        ("/", ""),
        ("", ""),
    ];
}
