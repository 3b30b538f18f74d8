//! `[browser]`, read.

use std::time::Duration;

use airside_api::Template;

use super::{BrowserMode, Reader, text::BrowserText};
use crate::{
    browser::{self, Lifetimes},
    operation::Operations,
};

impl Reader<'_> {
    pub(super) fn browser(&mut self, text: BrowserText) -> Option<BrowserMode> {
        let before = self.problems.len();
        let origin = browser::origin_of(&text.origin);
        if origin.is_none() {
            self.problems.push(format!(
                "`browser.origin` is `{}`: write the address that browsers open, https without a path",
                text.origin
            ));
        }
        let plain = Template::parse(&text.path);
        if !plain.is_ok_and(|path| path.parameters().next().is_none() && !text.path.ends_with('/'))
        {
            self.problems.push(format!(
                "`browser.path` is `{}`: write a path such as `/auth`",
                text.path
            ));
        }
        if !text.scope.split(' ').any(|one| one == "openid") {
            self.problems
                .push("`browser.scope` lacks `openid`: it is a sign-in".to_owned());
        }
        let client_secret = self.secret(&text.client_secret, "browser.client_secret");
        let idle = self.duration(&text.idle_lifetime, "browser.idle_lifetime");
        let total = self.duration(&text.lifetime, "browser.lifetime");
        if self.problems.len() > before {
            return None;
        }
        Some(BrowserMode {
            origin: origin?,
            path: text.path,
            client_id: text.client_id,
            client_secret: client_secret?,
            scope: text.scope,
            sessions_file: text.sessions_file.map(|path| self.file(&path)),
            lifetimes: Lifetimes {
                idle: idle?,
                total: total?,
            },
        })
    }

    /// What the guard answers itself reaches no API.
    pub(super) fn check_path(&mut self, browser: &BrowserMode, operations: &Operations) {
        let below = format!("{}/", browser.path);
        for one in operations.iter() {
            if one.path.to_string().starts_with(&below) {
                self.problems.push(format!(
                    "{}: it lies below `browser.path`, where the guard answers itself",
                    one.place
                ));
            }
        }
    }

    pub(super) fn duration(&mut self, text: &str, name: &str) -> Option<Duration> {
        let duration = duration(text);
        if duration.is_none() {
            self.problems.push(format!(
                "`{name}` is `{text}`: write a number and `s`, `m`, `h` or `d`, as in `12h`"
            ));
        }
        duration
    }
}

fn duration(text: &str) -> Option<Duration> {
    let unit = text.chars().next_back()?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return None,
    };
    let number: u32 = text.strip_suffix(unit)?.parse().ok()?;
    Some(Duration::from_secs(u64::from(number) * seconds))
}
