//! `airside serve`.

mod reload;

use std::{
    fs,
    io::{self, IsTerminal},
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::Duration,
};

use airside_net::{
    BindUnixError, Drain, FetchPolicy, Fetcher, Listener, SocketAccess, Tls, TrustedProxies,
    private, tls,
};
use airside_oauth::key::KeyEncryptionKey;
use airside_server::{
    Issuer, Parts,
    clock::{SystemClock, SystemRandom},
    respond::chain,
    settings::Mode,
};
use airside_store::{Backend, Directory as _};
use airside_store_sql::{
    postgres::{self, Postgres},
    sqlite::{self, Sqlite},
};
use rustix::process;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use self::reload::Reload;
use crate::{
    args::{Global, Serve},
    command::configuration,
    config::{Config, Flags, StoreUrl},
    encryption_key,
    exit::CommandError,
    limit, log,
    output::Output,
    preflight::{self, Network},
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
    let config = config.with_listen_address(bound.local_addr()?);
    let tls = load_tls(&config)?;
    let issuer = start(&config, store, kek).await?;
    issuer.metrics.watch_log(log::dropped());
    let administration = administration_socket(&config.data)?;
    offer_setup(&issuer, &config, output).await?;

    let drain = Drain::new();
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
    let owner = process::getuid().as_raw();
    let name = config.settings.profile.issuer.clone();
    announce(&config);
    output.ready(&name);
    let scraped = async {
        if let Some(listener) = metrics {
            airside_server::serve_metrics(Arc::clone(&issuer), listener, drain.clone()).await;
        }
    };
    let administration = Some((administration, owner));
    let running = airside_server::run(Arc::clone(&issuer), public, administration, drain.clone());
    let (ran, ()) = tokio::join!(running, scraped);
    ran.map_err(|error| CommandError::failed(error.to_string()))?;
    output.remark("stopped");
    Ok(())
}

/// Logs warnings, sets the limits of the process, and makes the checks that a start depends on.
async fn prepare(config: &Config) -> Result<(), CommandError> {
    for warning in &config.warnings {
        tracing::warn!("{warning}");
    }
    limit::prepare();
    let problems = preflight::problems(config, Network::Online).await;
    problems.into_iter().next().map_or(Ok(()), Err)
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

/// The store, and whether a key-encryption key may be made for it: nothing in it was wrapped yet.
async fn open_store(config: &Config) -> Result<(Arc<dyn Backend>, bool), CommandError> {
    match &config.store {
        StoreUrl::Sqlite(path) => {
            let store = Sqlite::open(path, sqlite::Options::default());
            let store = store.map_err(|error| CommandError::failed(chain(&error)))?;
            let identity = store.identity().await;
            let identity = identity.map_err(|error| CommandError::failed(chain(&error)))?;
            // not whether the file is there: a first start may have ended after it was made
            Ok((Arc::new(store), identity.key_check.is_none()))
        }
        StoreUrl::Postgres(url) => {
            let store = Postgres::open(url.expose(), &postgres::Options::default()).await;
            let store = store.map_err(|error| CommandError::failed(chain(&error)))?;
            Ok((Arc::new(store), false))
        }
    }
}

/// Keeps a second node away from this data directory: its socket would take the place of ours.
fn lock_directory(config: &Config) -> Result<Option<fs::File>, CommandError> {
    if matches!(config.store, StoreUrl::Sqlite(_)) {
        return Ok(None);
    }
    let path = config.data.join("airside.lock");
    let file = private::open_or_create(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::Error(error)) => Err(error.into()),
        Err(fs::TryLockError::WouldBlock) => Err(CommandError::failed(format!(
            "`{}` is locked: another airside process uses this data directory; give this node another one with --data",
            path.display()
        ))),
    }
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

pub(super) fn prepare_directory(data: &Path) -> Result<(), CommandError> {
    private::create_directory(data).map_err(|error| {
        CommandError::failed(format!(
            "cannot make the data directory `{}`: {error}",
            data.display()
        ))
    })
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
