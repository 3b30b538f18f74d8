//! Limits repeated log lines, which would only help the client that causes them.

use std::time::Duration;

use tokio::time::Instant;

/// Limits a log line to one in 10 s.
#[derive(Debug, Default)]
pub(super) struct LogThrottle(Option<Instant>);

impl LogThrottle {
    /// Returns true at most once in 10 s; the caller then logs the line.
    pub(super) fn is_due(&mut self) -> bool {
        let is_due = self.0.is_none_or(|logged| logged.elapsed() >= INTERVAL);
        if is_due {
            self.0 = Some(Instant::now());
        }
        is_due
    }
}

const INTERVAL: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_line_is_logged_once_in_ten_seconds() {
        let mut throttle = LogThrottle::default();
        let mut times = 0;
        for _ in 0..1_500 {
            times += u32::from(throttle.is_due());
            tokio::time::advance(Duration::from_millis(20)).await;
        }
        assert_eq!(times, 3, "in half a minute");
    }
}
