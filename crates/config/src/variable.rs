//! Tells environment variables that are configuration keys from those of other programs.

/// Returns true if this could be the name of a variable; a shell takes fewer, Kubernetes takes `-` and `.` too.
pub(crate) fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    name.len() <= MAX_NAME && bytes.all(is_plain)
}

/// Returns true if Kubernetes sets this variable for a service whose name begins with that of the prefix: it
/// does so in every pod of the service's namespace.
pub(crate) fn is_service_link(name: &str, value: &str) -> bool {
    let Some(at) = name.rfind("_SERVICE_").map(|at| at + "_SERVICE_".len()) else {
        return is_docker_link(name, value);
    };
    match name.get(at..) {
        Some("HOST") => is_host(value),
        Some("PORT") => is_port(value),
        // the name of a port
        Some(rest) => rest.strip_prefix("PORT_").is_some_and(is_word) && is_port(value),
        None => false,
    }
}

/// `…_PORT`, `…_PORT_80_TCP` and its parts, as Docker's links had them.
fn is_docker_link(name: &str, value: &str) -> bool {
    let Some((_, rest)) = name.rsplit_once("_PORT_") else {
        return name.ends_with("_PORT") && is_address(value);
    };
    let mut parts = rest.split('_');
    let (number, protocol) = (parts.next(), parts.next());
    let is_known = number.is_some_and(is_port)
        && protocol.is_some_and(|protocol| matches!(protocol, "TCP" | "UDP" | "SCTP"));
    is_known
        && match (parts.next(), parts.next()) {
            (None, _) => is_address(value),
            (Some("PROTO"), None) => matches!(value, "tcp" | "udp" | "sctp"),
            (Some("PORT"), None) => is_port(value),
            (Some("ADDR"), None) => is_host(value),
            _ => false,
        }
}

/// `tcp://10.0.0.1:80`.
fn is_address(value: &str) -> bool {
    let Some((scheme, rest)) = value.split_once("://") else {
        return false;
    };
    let address = rest.rsplit_once(':');
    matches!(scheme, "tcp" | "udp" | "sctp")
        && address.is_some_and(|(host, port)| is_host(host) && is_port(port))
}

fn is_host(value: &str) -> bool {
    let bare = value.strip_prefix('[').and_then(|v| v.strip_suffix(']'));
    bare.unwrap_or(value).parse::<std::net::IpAddr>().is_ok()
}

fn is_port(value: &str) -> bool {
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    is_number && value.parse::<u16>().is_ok()
}

fn is_word(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    !name.is_empty() && name.bytes().all(is_plain)
}

const MAX_NAME: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kubernetes_sets_is_known_by_name_and_value() {
        for (name, value) in [
            ("AIRSIDE_PORT", "tcp://10.0.0.1:80"),
            ("AIRSIDE_PORT", "tcp://[fd00::1]:80"),
            ("AIRSIDE_PORT_80_TCP", "tcp://10.0.0.1:80"),
            ("AIRSIDE_PORT_80_TCP_PROTO", "tcp"),
            ("AIRSIDE_PORT_80_TCP_PORT", "80"),
            ("AIRSIDE_PORT_80_TCP_ADDR", "10.0.0.1"),
            ("AIRSIDE_X_SERVICE_HOST", "10.0.0.1"),
            ("AIRSIDE_X_SERVICE_HOST", "fd00::1"),
            ("AIRSIDE_X_SERVICE_PORT", "80"),
            ("AIRSIDE_SERVICE_PORT_HTTP", "80"),
            ("AIRSIDE_SERVICE_PORT_HTTP_METRICS", "9090"),
            ("AIRSIDE_DNS_PORT_53_UDP", "udp://10.0.0.1:53"),
        ] {
            assert!(is_service_link(name, value), "{name}={value}");
        }
        for (name, value) in [
            ("AIRSIDE_PORT", "8080"),
            ("AIRSIDE_PORT", "http://10.0.0.1:80"),
            ("AIRSIDE_PORT", "tcp://airside:80"),
            ("AIRSIDE_PORT", "tcp://10.0.0.1:80/x"),
            ("AIRSIDE_PORT_TCP", "tcp://10.0.0.1:80"),
            ("AIRSIDE_PORT_80_TCP_PROTO", "80"),
            ("AIRSIDE_PORT_80_TCP_ADDR_X", "10.0.0.1"),
            ("AIRSIDE_PORT_99999_TCP", "tcp://10.0.0.1:80"),
            ("AIRSIDE_SERVICE_HOST", "id.example.com"),
            ("AIRSIDE_SERVICE_PORT", "tcp://10.0.0.1:80"),
            ("AIRSIDE_SERVICE_PORT_", "80"),
            ("AIRSIDE_LISTEN", "tcp://10.0.0.1:80"),
        ] {
            assert!(!is_service_link(name, value), "{name}={value}");
        }
    }
}
