//! The view that the owner has of the attacked object.

use std::sync::Arc;

use super::{evidence::send, listing::is_legitimate};
use crate::{
    check::{Context, Untested},
    document::{Kind, Operation},
    exchange::{Answer, Recorded},
    probe::ProbeError,
    report::model::Part,
    session::{CreateError, Variant, id_values},
    value::Canary,
    verdict::{Marker, MarkerSource, markers},
    world::Object,
};

/// The answers to the owner, and the markers in them.
pub(super) struct OwnView {
    pub(super) object: Arc<Object>,
    pub(super) first: Recorded,
    second: Recorded,
    pub(super) markers: Vec<Marker>,
    /// True if the markers were written for this view.
    pub(super) is_planted: bool,
}

impl OwnView {
    /// Reads the object twice as its owner, and finds what tells it from others.
    pub(super) async fn read(
        context: &Context<'_>,
        operation: &Operation,
        variant: &Variant,
    ) -> Result<Self, Untested> {
        let session = context.session;
        let first = send(context, operation, &variant.own, Some(context.victim)).await?;
        session.note(&first, Part::Own);
        if !first.answer.is_accepted() {
            let (victim, status) = (session.name(context.victim), first.answer.status);
            let why = format!("{victim} is refused with {status} for an object of their own");
            return Err(why.into());
        }
        let again = first.request.clone();
        let mut view = Self {
            object: Arc::clone(&variant.object),
            second: session.send(Some(context.victim), again).await?,
            first,
            markers: Vec::new(),
            is_planted: false,
        };
        view.find_markers(context, operation, variant).await?;
        match view.markers.is_empty() {
            true => {
                Err("the answer to the owner has nothing by which it could be recognised".into())
            }
            false => Ok(view),
        }
    }

    /// Returns both answers.
    pub(super) fn answers(&self) -> [&Answer; 2] {
        [&self.first.answer, &self.second.answer]
    }

    /// Returns true if no marker was made by the scan.
    pub(super) fn is_natural(&self) -> bool {
        let mut markers = self.markers.iter();
        markers.all(|one| one.source == MarkerSource::Found)
    }

    async fn find_markers(
        &mut self,
        context: &Context<'_>,
        operation: &Operation,
        variant: &Variant,
    ) -> Result<(), ProbeError> {
        let session = context.session;
        let canaries = session.world.lock().canaries_of(context.victim);
        let sent = id_values(&variant.foreign);
        self.markers = markers(self.answers(), &canaries, &sent, "");
        if self.is_natural()
            && let Some(planted) = plant(context, operation, variant).await?
        {
            let again = self.first.request.clone();
            let answer = session.send(Some(context.victim), again).await?;
            let mut found = markers([&answer.answer; 2], &planted, &sent, "");
            found.retain(|one| one.source == MarkerSource::Canary);
            if !found.is_empty() {
                self.markers = found;
                self.is_planted = true;
                self.first = Arc::clone(&answer);
                self.second = answer;
            }
        }
        if self.is_natural() {
            let known = self.known_text(context, operation).await;
            self.markers = markers(self.answers(), &canaries, &sent, &known);
        }
        self.drop_names(context);
        Ok(())
    }

    /// Returns everything that the attacker sees anyway, as one text.
    async fn known_text(&self, context: &Context<'_>, operation: &Operation) -> String {
        let (session, attacker) = (context.session, Some(context.attacker));
        let kinds = self.object.kinds_beside(operation);
        let reads = session.legitimate_reads_about(attacker, &kinds).await;
        let reads = reads
            .iter()
            .filter(|one| is_legitimate(context, operation, one));
        let texts: Vec<_> = reads.map(|one| one.answer.text.as_str()).collect();
        texts.join("\n")
    }

    /// Drops the names of the owner, which are in the public part of many objects.
    fn drop_names(&mut self, context: &Context<'_>) {
        let Some(owner) = context.session.identity(self.object.owner) else {
            return;
        };
        let carriers = owner.carriers.read();
        self.markers.retain(|one| {
            one.source == MarkerSource::Canary
                || one.is_sensitive()
                || !carriers.contains(&one.text)
        });
    }
}

/// Writes canaries into a thing below an object that the scan made, as its owner: it has none where it was
/// not made by a request of its own.
async fn plant(
    context: &Context<'_>,
    operation: &Operation,
    variant: &Variant,
) -> Result<Option<Vec<Canary>>, ProbeError> {
    let session = context.session;
    let mut writes = session.api.of_kind(Kind::Update);
    let is_made = session.allow_writes && variant.object.made_by.is_some();
    let write = writes.find(|one| one.path == operation.path || is_below(&one.path, operation));
    let Some(write) = write.filter(|_| is_made) else {
        return Ok(None);
    };
    let victim = context.victim;
    // what is below may be about a person: the owner
    let ids = session.assign_own(write, victim, Some(&variant.object));
    let Some(ids) = ids else { return Ok(None) };
    match session.plant(write, &ids, victim).await {
        Ok(canaries) => Ok(Some(canaries)),
        Err(CreateError::Probe(error)) => Err(error),
        Err(_) => Ok(None),
    }
}

/// Returns true if a path is that of one thing in the collection that an operation lists.
fn is_below(path: &str, operation: &Operation) -> bool {
    let below = path.strip_prefix(operation.path.trim_end_matches('/'));
    below.is_some_and(|name| name.starts_with("/{") && !name.get(1..).unwrap_or("/").contains('/'))
}
