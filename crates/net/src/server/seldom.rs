//! What the log says again and again only helps the one who makes it say so.

use std::time::Duration;

use tokio::time::Instant;

/// When something was last said.
#[derive(Debug, Default)]
pub(super) struct Seldom(Option<Instant>);

impl Seldom {
    /// Tells whether it may be said, which it is then.
    pub(super) fn is_due(&mut self) -> bool {
        let is_due = self.0.is_none_or(|said| said.elapsed() >= SAID_EVERY);
        if is_due {
            self.0 = Some(Instant::now());
        }
        is_due
    }
}

const SAID_EVERY: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn something_is_said_once_in_ten_seconds() {
        let mut seldom = Seldom::default();
        let mut times = 0;
        for _ in 0..1_500 {
            times += u32::from(seldom.is_due());
            tokio::time::advance(Duration::from_millis(20)).await;
        }
        assert_eq!(times, 3, "in half a minute");
    }
}
