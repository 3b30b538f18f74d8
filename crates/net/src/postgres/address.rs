//! The address of a database, and the meaning of connection errors for its operator.

use std::{fmt, io};

use tokio_postgres::{
    Config,
    config::Host,
    error::{DbError, SqlState},
};

use super::sentence;
use crate::TlsFault;

/// The hosts, the user and the name of a database. Without a password: for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseAddress {
    hosts: String,
    user: String,
    database: String,
}

impl DatabaseAddress {
    pub(super) fn of(config: &Config) -> Self {
        let user = config.get_user().unwrap_or("(none)").to_owned();
        let ports = config.get_ports();
        let hosts = config.get_hosts().iter().enumerate().map(|(index, host)| {
            // one port may stand for all hosts
            let port = ports.get(index).or(ports.first()).unwrap_or(&DEFAULT_PORT);
            match host {
                Host::Tcp(name) if name.contains(':') => format!("[{name}]:{port}"),
                Host::Tcp(name) => format!("{name}:{port}"),
                #[cfg(unix)]
                Host::Unix(directory) => format!("{}/.s.PGSQL.{port}", directory.display()),
            }
        });
        Self {
            hosts: hosts.collect::<Vec<_>>().join(", "),
            database: config.get_dbname().unwrap_or(&user).to_owned(),
            user,
        }
    }

    /// Says in a sentence why no connection was made, and where.
    #[must_use]
    pub fn sentence(&self, error: &tokio_postgres::Error) -> String {
        let Self { hosts, .. } = self;
        if let Some(server) = error.as_db_error() {
            return self.refusal(server);
        }
        if let Some(fault) = TlsFault::of(error) {
            return format!("TLS with {hosts}: {fault}");
        }
        if error.is_closed() {
            return format!("{hosts}: {CLOSED}");
        }
        if error.is_closed() {
            return format!("{hosts}: {CLOSED}");
        }
        match cause::<io::Error>(error) {
            Some(cause) => format!("{hosts}: {}", unreachable(cause)),
            None => format!("{hosts}: {}", sentence(error)),
        }
    }

    /// A server's answer to the attempt to connect.
    fn refusal(&self, server: &DbError) -> String {
        let Self {
            hosts,
            user,
            database,
        } = self;
        let state = server.code();
        let why = if *state == SqlState::INVALID_PASSWORD {
            format!("wrong password for the user `{user}`, or there is no such user")
        } else if *state == SqlState::INVALID_AUTHORIZATION_SPECIFICATION {
            format!("the user `{user}` may not connect to the database `{database}` from here")
        } else if *state == SqlState::INVALID_CATALOG_NAME {
            format!("there is no database `{database}`: create it with `CREATE DATABASE`")
        } else if *state == SqlState::INSUFFICIENT_PRIVILEGE {
            format!("the user `{user}` lacks a right on the database `{database}`")
        } else if *state == SqlState::TOO_MANY_CONNECTIONS {
            "the server has no connection left (`max_connections`)".to_owned()
        } else if *state == SqlState::CANNOT_CONNECT_NOW {
            "the server starts or stops".to_owned()
        } else {
            return format!("{hosts}: {} (SQLSTATE {})", server.message(), state.code());
        };
        let (said, state) = (server.message(), state.code());
        format!("{hosts}: {why}: {said} (SQLSTATE {state})")
    }
}

impl fmt::Display for DatabaseAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}` at {}", self.database, self.hosts)
    }
}

fn unreachable(cause: &io::Error) -> String {
    let why = match cause.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused: no database listens there",
        io::ErrorKind::NotFound => "there is no such socket",
        io::ErrorKind::PermissionDenied => "no permission to use the socket",
        io::ErrorKind::TimedOut => "no answer within `connect_timeout`",
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => CLOSED,
        // the resolver's text says so
        _ => return cause.to_string(),
    };
    why.to_owned()
}

/// The first cause of this type.
fn cause<'a, E: std::error::Error + 'static>(
    error: &'a (dyn std::error::Error + 'static),
) -> Option<&'a E> {
    std::iter::successors(Some(error), |error| error.source())
        .find_map(|error| error.downcast_ref::<E>())
}

const CLOSED: &str = "the connection was closed: is it a PostgreSQL server?";
const DEFAULT_PORT: u16 = 5432;

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    use super::super::Target;

    const PASSWORD: &str = "hunter2";

    async fn failure(port: u16, query: &str) -> String {
        let url = format!("postgres://alice:{PASSWORD}@127.0.0.1:{port}/accounts?{query}");
        let target = Target::parse(&url).unwrap();
        let Err(error) = target.config.connect(target.tls.clone()).await else {
            panic!("it connects");
        };
        let sentence = target.address().sentence(&error);
        assert!(!sentence.contains(PASSWORD), "{sentence}");
        assert!(
            sentence.contains(&format!("127.0.0.1:{port}")),
            "{sentence}"
        );
        sentence
    }

    /// A server that answers the start of a connection with this SQLSTATE.
    async fn server(state: &'static str) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = stream.read(&mut [0; 1024]).await;
            let fields = format!("SFATAL\0VFATAL\0C{state}\0Mthe server says no\0\0");
            let length = u32::try_from(fields.len() + 4).unwrap().to_be_bytes();
            let answer = [b"E", &length[..], fields.as_bytes()].concat();
            let _ = stream.write_all(&answer).await;
        });
        port
    }

    #[tokio::test]
    async fn what_the_server_answers_is_said_with_who_and_where() {
        for (state, expected) in [
            ("28P01", "wrong password for the user `alice`"),
            (
                "28000",
                "`alice` may not connect to the database `accounts`",
            ),
            ("3D000", "there is no database `accounts`"),
            ("42501", "`alice` lacks a right on the database `accounts`"),
            ("53300", "no connection left"),
            ("57P03", "starts or stops"),
            ("XX000", "the server says no (SQLSTATE XX000)"),
        ] {
            let said = failure(server(state).await, "sslmode=disable").await;
            assert!(said.contains(expected), "{said}");
        }
    }

    #[tokio::test]
    async fn what_does_not_answer_is_said_with_where() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let said = failure(port, "sslmode=disable").await;
        assert!(said.contains("connection refused"), "{said}");
        // a server that closes at once, and one that does not speak TLS
        for (answer, query, expected) in [
            (&b""[..], "sslmode=disable", "the connection was closed"),
            (b"N", "sslmode=require", "TLS"),
        ] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let port = listener.local_addr().unwrap().port();
            tokio::spawn(async move {
                let (mut stream, _) = listener.accept().await.unwrap();
                let _ = stream.read(&mut [0; 1024]).await;
                let _ = stream.write_all(answer).await;
            });
            let said = failure(port, query).await;
            assert!(said.contains(expected), "{said}");
        }
    }

    #[test]
    fn every_host_is_named_with_its_port() {
        for (url, expected) in [
            ("postgres://a@h/d", "`d` at h:5432"),
            ("postgres://a@h:1,i:2/d", "`d` at h:1, i:2"),
            ("postgres://a@%2Frun%2Fpg/d", "`d` at /run/pg/.s.PGSQL.5432"),
            ("postgres://a@h", "`a` at h:5432"),
        ] {
            let target = Target::parse(url).unwrap();
            assert_eq!(target.address().to_string(), expected);
        }
    }
}
