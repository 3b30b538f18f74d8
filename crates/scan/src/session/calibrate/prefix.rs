//! The prefix of the API's paths.

use crate::{
    document::{Kind, Operation},
    exchange::{Outcome, RequestSpec},
    request::Assignment,
    session::Session,
    value::Tactic,
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
        let samples: Vec<_> = self.plain_reads().into_iter().take(4).collect();
        let fallback = self
            .api
            .operations
            .first()
            .ok_or(CalibrationError::NoOperations)?;
        let base = self.probe.base();
        // the document's own prefixes count first; a base URL with a path has one already
        let mut candidates = Vec::new();
        if base.is_bare() {
            candidates.extend(self.api.prefixes.iter().map(|prefix| base.below(prefix)));
        }
        candidates.push(base.clone());
        let mut best = (0, base.clone());
        for candidate in candidates {
            self.probe.set_base(candidate.clone());
            let specs: Vec<RequestSpec> = match samples.is_empty() {
                true => vec![RequestSpec {
                    operation: fallback.index,
                    method: http::Method::GET,
                    target: "/".to_owned(),
                    headers: Vec::new(),
                    body: crate::exchange::RequestBody::None,
                }],
                false => samples.iter().map(|(_, spec)| spec.clone()).collect(),
            };
            let mut found = 0;
            for spec in specs {
                match self.send_with(None, spec).await {
                    Ok(exchange) => {
                        found += match exchange.answer.outcome() {
                            Outcome::Accepted => 2,
                            Outcome::NotFound => 0,
                            _ => 1,
                        };
                    }
                    Err(error) => return Err(CalibrationError::Unreachable(error.to_string())),
                }
            }
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

    /// Returns the reads that need no identifier, with their requests.
    pub(super) fn plain_reads(&self) -> Vec<(&Operation, RequestSpec)> {
        let reads = self
            .api
            .operations
            .iter()
            .filter(|one| matches!(one.kind, Kind::Read) && !one.is_write());
        reads
            .filter_map(|one| {
                let built = self
                    .build(one, &Assignment::new(), &Tactic::default(), None)
                    .ok()?;
                Some((one, built.spec))
            })
            .collect()
    }
}
