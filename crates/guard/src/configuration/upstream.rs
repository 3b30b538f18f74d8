//! The upstreams and the trusted proxies.

use airside_config::Problem;
use airside_net::TrustedProxies;
use url::Url;

use super::registry::{TOP, TopKeys};
use crate::section::SectionReader;

impl SectionReader<'_> {
    pub(super) fn upstreams(&mut self) -> Vec<Url> {
        let top = self.table::<TopKeys>();
        let mut upstreams = Vec::new();
        let texts = top.items(&TOP.upstream);
        for (node, text) in &texts {
            match Url::parse(text).ok().filter(is_origin) {
                Some(url) => upstreams.push(url),
                None => {
                    let message = format!(
                        "`upstream` is `{text}`, which is not an http address without a path"
                    );
                    let problem = Problem::new(&node.place, message);
                    self.refuse(problem.help("write it as in `http://127.0.0.1:9000`"));
                }
            }
        }
        let is_empty = texts.is_empty() && !top.is_malformed(&TOP.upstream);
        if let Some(node) = top.node(&TOP.upstream).filter(|_| is_empty) {
            self.refuse(Problem::new(&node.place, "`upstream` names no address"));
        }
        upstreams
    }

    pub(super) fn trusted_proxies(&mut self) -> TrustedProxies {
        let top = self.table::<TopKeys>();
        let mut entries = Vec::new();
        for (node, text) in top.items(&TOP.trusted_proxies) {
            match TrustedProxies::parse(&[text.to_owned()]) {
                Ok(_) => entries.push(text.to_owned()),
                Err(error) => {
                    let message = format!("`trusted_proxies`: {error}");
                    self.refuse(Problem::new(&node.place, message));
                }
            }
        }
        TrustedProxies::parse(&entries).unwrap_or_default()
    }
}

fn is_origin(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
        && url.path() == "/"
        && url.query().is_none()
        && url.has_host()
}
