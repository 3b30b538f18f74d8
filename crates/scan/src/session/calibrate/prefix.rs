//! The prefix of the API's paths.

use crate::{
    document::Operation,
    exchange::{IdentityIndex, Outcome, RequestSpec},
    session::Session,
};

/// The reason why a scan cannot begin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CalibrationError {
    /// No answer came back.
    #[error("the API does not answer: {0}")]
    Unreachable(String),
    /// The document has nothing to be called.
    #[error("the document has no operation that can be called")]
    NoOperations,
}

impl Session {
    /// Finds the prefix of the paths: that of a server of the document counts if the base URL has none and
    /// the paths lead nowhere.
    ///
    /// # Errors
    ///
    /// [`CalibrationError`].
    pub async fn find_prefix(&self) -> Result<(), CalibrationError> {
        let samples = self.samples()?;
        let base = self.probe.base();
        // the document's own prefixes count first; a base URL with a path has one already
        let prefixes = self.api.prefixes.iter().filter(|_| base.is_bare());
        let candidates = prefixes.map(|prefix| base.below(prefix));
        let mut best = (0, base.clone());
        for candidate in candidates.chain([base.clone()]) {
            self.probe.set_base(candidate.clone());
            let found = self.answered(&samples).await?;
            if found > best.0 {
                best = (found, candidate);
            }
            if found > 0 && self.api.prefixes.is_empty() {
                break;
            }
        }
        if best.1 != base {
            self.remark(format!(
                "the paths of the document were found below `{}`, which one of its servers names",
                best.1.as_str()
            ));
        }
        if best.0 == 0 && samples.len() > 1 {
            self.remark("the first operations of the document all answer 404: is the base URL right, and is the document of this API?");
        }
        self.probe.set_base(best.1);
        Ok(())
    }

    /// Returns some reads without an identifier; where there are none, one of the top.
    fn samples(&self) -> Result<Vec<RequestSpec>, CalibrationError> {
        let first = self.api.operations.first();
        let first = first.ok_or(CalibrationError::NoOperations)?;
        let reads = self.plain_reads(None).into_iter().take(4);
        let mut samples: Vec<_> = reads.map(|(_, spec)| spec).collect();
        if samples.is_empty() {
            samples.push(RequestSpec {
                operation: first.index,
                method: http::Method::GET,
                target: "/".to_owned(),
                headers: Vec::new(),
                body: crate::exchange::RequestBody::None,
            });
        }
        Ok(samples)
    }

    /// Returns how well requests lead somewhere at the present address.
    async fn answered(&self, samples: &[RequestSpec]) -> Result<usize, CalibrationError> {
        let mut found = 0;
        for spec in samples {
            let sent = self.send_with(None, spec.clone()).await;
            let exchange =
                sent.map_err(|error| CalibrationError::Unreachable(error.to_string()))?;
            found += match exchange.answer.outcome() {
                Outcome::Accepted => 2,
                Outcome::NotFound => 0,
                _ => 1,
            };
        }
        Ok(found)
    }

    /// Returns the reads that need no identifier of an object, with their requests as a caller sends them.
    pub(super) fn plain_reads(
        &self,
        caller: Option<IdentityIndex>,
    ) -> Vec<(&Operation, RequestSpec)> {
        let reads = self.api.reads();
        let requests = reads.filter_map(|one| {
            let ids = self.ambient_ids(one, caller);
            Some((one, self.request(one, &ids)?))
        });
        requests.collect()
    }
}
