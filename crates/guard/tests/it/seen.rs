//! The operator's view of a guard.
//!
//! | module | tries |
//! |---|---|
//! | `line` | the access log |
//! | `metric` | what is counted |
//! | `health` | whether the guard is ready, and why not |

mod health;
mod line;
mod metric;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use airside_guard::{Running, run::Listeners};
use airside_net::Drain;
use serde_json::Value;
use tokio::time::timeout;

use crate::world::{Answer, World, raw};

/// Puts the guard of a world before another API.
fn put_before(world: &World, upstream: &str, operations: &str) {
    world.write_before(upstream, "", operations);
    let read = world.read().unwrap();
    world.running.replace(read).unwrap();
}

/// A guard of its own with this configuration.
struct Started {
    listeners: [Option<SocketAddr>; 2],
    drain: Drain,
}

impl Drop for Started {
    fn drop(&mut self) {
        self.drain.start();
    }
}

impl Started {
    /// The guard of the file that the world has written.
    async fn new(world: &World) -> Self {
        let read = world.read().unwrap();
        let bound = Listeners::bind(&read).await.unwrap();
        let listeners = [bound.forward_auth_address(), bound.operations_address()];
        let drain = Drain::new();
        let running = Arc::new(Running::new(read, drain.clone()).unwrap());
        tokio::spawn(running.serve(bound));
        Self { listeners, drain }
    }

    async fn ready(&self) -> Answer {
        ask_operations(self.listeners[1].unwrap(), "/health/ready").await
    }

    /// Waits until the guard is told to be in a state.
    async fn becomes(&self, key: &str, value: Value) -> Answer {
        let becomes = async {
            loop {
                let ready = self.ready().await;
                if ready.json()[key] == value {
                    return ready;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(Duration::from_secs(30), becomes).await.unwrap()
    }
}

async fn ask_operations(address: SocketAddr, path: &str) -> Answer {
    let request = format!("GET {path} HTTP/1.1\r\nHost: guard\r\nConnection: close\r\n\r\n");
    raw(address, request.as_bytes()).await
}

const OPERATIONS_LISTEN: &str = "operations_listen = \"127.0.0.1:0\"";
