//! `[forward_auth]`: where proxies ask.

use std::{net::SocketAddr, path::PathBuf};

use airside_config::{
    Problem, Table, choice,
    key::{choice, secret_reference, table, text},
    section,
    value::Hidden,
};

use crate::section::SectionReader;

section! {
    /// `[forward_auth]`.
    pub(crate) FORWARD_AUTH: ForwardAuthKeys = table("forward_auth"), "Where proxies ask that forward requests themselves." {
        listen: Optional<String> = text().required(),
            "`unix:PATH`, or an address and a port.";
        proxy: Optional<Proxy> = choice().required(),
            "Which proxy asks: where it says what it was sent.";
        secret: Optional<Hidden> = secret_reference(),
            "What the proxy sends in `Airside-Proxy-Secret`, 20 characters or more; needed unless it comes by a Unix socket.";
    }
}

/// The settings of `[forward_auth]`.
#[derive(Clone, Debug)]
pub struct ForwardAuth {
    /// A path for a Unix socket, or an address.
    pub listen: ForwardListen,
    /// The kind of the proxy, which determines the headers of its questions.
    pub proxy: Proxy,
    /// The proxy's secret; required unless it connects by a Unix socket.
    pub secret: Option<String>,
}

/// The socket for proxies.
#[derive(Clone, Debug)]
pub enum ForwardListen {
    /// An address for TCP.
    Tcp(SocketAddr),
    /// A Unix socket, whose directory restricts access.
    Unix(PathBuf),
}

/// A proxy that asks, by where it puts the request that it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proxy {
    /// `X-Original-Method`, `X-Original-URI`; takes 401 and 403 only.
    Nginx,
    /// `X-Forwarded-Method`, `X-Forwarded-Uri`.
    Traefik,
    /// The same as Traefik.
    Caddy,
    /// The request's own method and path (`ext_authz` over HTTP).
    Envoy,
}

choice!(Proxy: Nginx = "nginx", Traefik = "traefik", Caddy = "caddy", Envoy = "envoy");

impl ForwardAuth {
    pub(crate) fn read(reader: &mut SectionReader<'_>) -> Option<Self> {
        let table = reader.section::<ForwardAuthKeys>()?;
        let listen = listen(&table, reader);
        let secret = reader.secret(&table, &FORWARD_AUTH.secret);
        let has_secret = table.node(&FORWARD_AUTH.secret).is_some();
        let listen = listen?;
        if !has_secret && matches!(listen, ForwardListen::Tcp(_)) {
            let message =
                "`forward_auth.secret` is missing: every client that can connect would be trusted";
            let problem = Problem::new(&table.place, message);
            reader.refuse(problem.help("add `secret = { env = \"NAME\" }`"));
            return None;
        }
        Some(Self {
            listen,
            proxy: table.find(&FORWARD_AUTH.proxy)?,
            secret,
        })
    }
}

fn listen(
    table: &Table<'_, ForwardAuthKeys>,
    reader: &mut SectionReader<'_>,
) -> Option<ForwardListen> {
    let text = table.find(&FORWARD_AUTH.listen)?;
    if let Some(path) = text.strip_prefix("unix:") {
        return Some(ForwardListen::Unix(reader.path(path)));
    }
    let address = text.parse().ok();
    if address.is_none() {
        let message =
            format!("`forward_auth.listen` is `{text}`, which is not an address to listen on");
        let problem = Problem::new(&table.place(&FORWARD_AUTH.listen), message);
        reader.refuse(problem.help("write `unix:PATH`, or an address and a port"));
    }
    address.map(ForwardListen::Tcp)
}
