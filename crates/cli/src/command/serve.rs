//! `airside serve`.

mod prepare;
mod reload;

use std::{
    io::{self, IsTerminal},
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::Duration,
};

use airside_net::{
    BindUnixError, Drain, FetchPolicy, Fetcher, Listener, SocketAccess, Tls, TrustedProxies, tls,
};
use airside_oauth::key::KeyEncryptionKey;
use airside_server::{
    Issuer, Parts, PreparedServer,
    clock::{SystemClock, SystemRandom},
    respond::chain,
    settings::Mode,
};
use airside_store::Backend;
use airside_store_sql::postgres::Postgres;
use rustix::process;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    task::spawn_blocking,
};

pub(super) use self::prepare::prepare_directory;
use self::{
    prepare::{lock_directory, open_store, prepare},
    reload::Reload,
};
use crate::{
    args::{Global, Serve},
    command::configuration,
    config::{Config, Flags, StoreUrl},
    documents, encryption_key,
    exit::CommandError,
    log,
    output::Output,
    socket,
    tls::load_tls,
};

pub async fn run(serve: Serve, global: &Global, output: &Output) -> Result<(), CommandError> {
    let flags = Flags {
        listen: serve.listen,
        issuer: serve.issuer,
        ..Flags::default()
    };
    let config = configuration::load(global, flags.clone()).await?;
    log::start(&config.log)?;
    // from here on SIGHUP does not end the process
    let hangup = signal(SignalKind::hangup())?;
    prepare(&config).await?;
    prepare_directory(&config.data)?;
    let (store, unkeyed) = open_store(&config).await?;
    // with SQLite the lock is the database's
    let _lock = lock_directory(&config)?;
    let kek = encryption_key::read_or_make(&config.encryption_key, unkeyed)?;
    let bound = listen(config.listen)?;
    let metrics = config.metrics_listen.map(listen).transpose()?;
    let metrics = metrics.map(Listener::tcp);
    // when the ports of the configuration are taken: it takes any other one
    let served_once = tokio::spawn(airside_server::serve_once());
    let config = config.with_listen_address(bound.local_addr()?);
    let tls = load_tls(&config)?;
    let issuer = start(&config, store, kek).await?;
    if config.settings.mode == Mode::Development {
        // a second start in one process has set the same
        let _ = issuer.documents.set(documents::find);
    }
    let drain = Drain::new();
    let prepared = prepare_server(&issuer, drain.clone());
    issuer.metrics.watch_log(log::dropped());
    let administration = administration_socket(&config.data)?;
    offer_setup(&issuer, &config, output).await?;

    stop_on_signal(drain.clone())?;
    let reload = Reload {
        global: global.clone(),
        flags,
        config: config.clone(),
        issuer: Arc::clone(&issuer),
        tls: tls.clone(),
    };
    tokio::spawn(reload.on_signal(hangup, drain.clone()));
    let public = public_listener(bound, tls, &config, &drain)?;
    let name = config.settings.profile.issuer.clone();
    announce(&config);
    // a request after this waits for nothing that only the first one needs
    let prepared = prepared.await?;
    drop(served_once.await);
    output.ready(&name);
    let scraped = async {
        if let Some(listener) = metrics {
            airside_server::serve_metrics(Arc::clone(&issuer), listener, drain.clone()).await;
        }
    };
    tokio::join!(prepared.run(public, Some(administration)), scraped);
    output.remark("stopped");
    Ok(())
}

/// Does what the first request would have to wait for, beside the rest of the start.
fn prepare_server(
    issuer: &Arc<Issuer>,
    drain: Drain,
) -> impl Future<Output = Result<PreparedServer, CommandError>> + use<> {
    let (keys, routes) = (Arc::clone(issuer), Arc::clone(issuer));
    let owner = process::getuid().as_raw();
    let signed = spawn_blocking(move || keys.warm_up());
    let prepared = spawn_blocking(move || PreparedServer::new(routes, Some(owner), drain));
    async {
        let failed = |error: &(dyn std::error::Error + 'static)| CommandError::failed(chain(error));
        let (_, prepared) = tokio::try_join!(signed, prepared).map_err(|error| failed(&error))?;
        prepared.map_err(|error| failed(&error))
    }
}

/// Makes the listener of the issuer, and reloads its certificate until the drain.
fn public_listener(
    bound: TcpListener,
    tls: Option<Tls>,
    config: &Config,
    drain: &Drain,
) -> Result<Listener, CommandError> {
    let listener = match tls {
        None => Listener::tcp(bound),
        Some(tls) => {
            tokio::spawn(reload_tls(tls.clone(), drain.clone()));
            Listener::tls(bound, tls)
        }
    };
    Ok(match config.proxy_protocol {
        true => listener.behind(trusted_proxies(config)?),
        false => listener,
    })
}

/// Says in the log what has been started, before [`Output::ready`] says that it is.
fn announce(config: &Config) {
    let settings = &config.settings;
    let store = match &config.store {
        StoreUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        StoreUrl::Postgres(url) => Postgres::name(url.expose()),
    };
    let [clients, resources] = [settings.clients.len(), settings.profile.resources.len()];
    tracing::info!(version = env!("CARGO_PKG_VERSION"), mode = ?settings.mode, "started");
    tracing::info!(store, data = %config.data.display(), "store opened");
    tracing::info!(clients, resources, "loaded from the configuration");
    tracing::info!(address = %config.listen, tls = config.tls.is_some(), "listening");
}

fn listen(address: SocketAddr) -> Result<TcpListener, CommandError> {
    airside_net::bind(address)
        .map_err(|error| CommandError::failed(format!("cannot listen on {address}: {error}")))
}

async fn start(
    config: &Config,
    store: Arc<dyn Backend>,
    kek: KeyEncryptionKey,
) -> Result<Arc<Issuer>, CommandError> {
    let policy = FetchPolicy {
        allow_loopback_http: config.settings.mode == Mode::Development,
        ..FetchPolicy::default()
    };
    let failed = |error: &(dyn std::error::Error + 'static)| CommandError::failed(chain(error));
    let trusted = tls::trusting_also(Vec::new(), config.client_ca.as_deref());
    let trusted = trusted.map_err(|error| CommandError::usage(chain(&error)))?;
    let parts = Parts {
        store,
        kek,
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        fetcher: Fetcher::with_tls(policy, trusted),
        proxies: trusted_proxies(config)?,
    };
    Issuer::start(config.settings.clone(), parts)
        .await
        .map_err(|error| failed(&error))
}

fn trusted_proxies(config: &Config) -> Result<TrustedProxies, CommandError> {
    TrustedProxies::parse(&config.trusted_proxies)
        .map_err(|error| CommandError::usage(chain(&error)))
}

async fn reload_tls(tls: Tls, drain: Drain) {
    loop {
        tokio::select! {
            () = drain.started() => return,
            () = tokio::time::sleep(TLS_RELOAD) => {}
        }
        match tls.reload_if_changed() {
            Ok(true) => tracing::info!("the certificate was reloaded"),
            Ok(false) => {}
            Err(error) => {
                tracing::error!(error = chain(&error), "the new certificate is not used");
            }
        }
    }
}

/// The store's lock is ours, so a socket that is there was left behind.
fn administration_socket(data: &Path) -> Result<Listener, CommandError> {
    let path = data.join(socket::NAME);
    match airside_net::bind_unix(&path, SocketAccess::Owner) {
        Ok(listener) => Ok(Listener::unix(listener)),
        Err(BindUnixError::Io(error)) => Err(socket::unbound(&path, &error)),
        Err(error) => Err(CommandError::usage(error.to_string())),
    }
}

/// Without users, a one-time link makes the first administrator: it is printed only on a terminal, or
/// where no other person can use it.
async fn offer_setup(
    issuer: &Issuer,
    config: &Config,
    output: &Output,
) -> Result<(), CommandError> {
    let users = issuer
        .store
        .has_users()
        .await
        .map_err(|error| CommandError::failed(chain(&error)))?;
    if users {
        return Ok(());
    }
    if !io::stderr().is_terminal() && config.settings.mode == Mode::Production {
        output.remark("There is no account yet: run `airside user create --admin NAME`.");
        return Ok(());
    }
    let token = issuer.setup.begin(issuer.now(), &issuer.draw());
    let link = issuer
        .profile()
        .endpoint(&format!("/setup?token={}", token.expose()));
    output.remark(&format!(
        "Make the first administrator within 30 minutes:\n{link}"
    ));
    Ok(())
}

pub(super) fn stop_on_signal(drain: Drain) -> Result<(), CommandError> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: requests in flight have 10 seconds");
        drain.start();
    });
    Ok(())
}

const TLS_RELOAD: Duration = Duration::from_secs(5);
