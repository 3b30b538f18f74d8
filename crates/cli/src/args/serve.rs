//! The arguments of `airside demo` and `airside serve`.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;

#[derive(Debug, Args)]
pub struct Demo {
    /// Print every message as text instead of showing a page in the browser
    #[arg(long, conflicts_with = "record")]
    pub headless: bool,
    /// Print the address of the page, and do not open a browser
    #[arg(long)]
    pub no_open: bool,
    /// Try everything, write one page to FILE that needs no server, and end
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// The address and port to listen on; loopback only
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
}

#[derive(Debug, Args)]
pub struct Serve {
    /// The address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
    /// The issuer's URL [default: http:// and the listen address]
    #[arg(long, value_name = "URL")]
    pub issuer: Option<String>,
}
