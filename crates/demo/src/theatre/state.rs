//! The state of the page.

use std::fmt;

use anyhow::Result;
use tokio::sync::Mutex;

use super::{
    attack::{self, Attack, Outcomes},
    company::Company,
    count::{self, Count},
    inspect::Inspection,
    origin::PageOrigin,
    protect::Protection,
    scene::Scene,
    trial::Trial,
    twin::Twin,
};

/// Everything that a request of the page needs.
pub struct TheatreState {
    pub company: Company,
    pub origin: PageOrigin,
    pub shown: Mutex<Shown>,
}

/// The state of the page: what was played and tried so far.
pub struct Shown {
    pub scene: Scene,
    pub twin: Twin,
    pub outcomes: Outcomes,
    pub trial: Option<Trial>,
    pub count: Option<Count>,
    pub inspection: Option<Inspection>,
    pub protection: Option<Protection>,
}

impl Shown {
    /// Returns the state before anything was tried.
    pub fn new(scene: Scene, twin: Twin) -> Self {
        Self {
            scene,
            twin,
            outcomes: Outcomes::new(),
            trial: None,
            count: None,
            inspection: None,
            protection: None,
        }
    }
}

impl TheatreState {
    /// Tries an attack; true if it went as it must.
    pub async fn attack(&self, attack: &'static Attack) -> Result<bool> {
        let outcome = attack::play(&self.company, attack).await?;
        let is_as_expected = outcome.is_as_expected();
        let mut shown = self.shown.lock().await;
        shown.outcomes.insert(attack.id, outcome);
        Ok(is_as_expected)
    }

    /// Plays the steps again.
    pub async fn play(&self) -> Result<()> {
        let played = self.company.play_steps().await?;
        let twin = Twin::of(&played.tokens, &self.company.world)?;
        let mut shown = self.shown.lock().await;
        (shown.scene, shown.twin, shown.trial) = (played.scene, twin, None);
        Ok(())
    }

    /// Counts the look-ups.
    pub async fn count(&self) -> Result<()> {
        let count = count::measure(&self.company).await?;
        self.shown.lock().await.count = Some(count);
        Ok(())
    }
}

impl fmt::Debug for TheatreState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TheatreState")
    }
}
