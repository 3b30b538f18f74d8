//! Searches that find what is another's.
//!
//! | module | holds |
//! |---|---|
//! | `term` | the parameters and members that take what is searched for |
//! | `hit` | the victim's object in an answer |
//! | `secrecy` | the proof that the attacker may not see an object |

mod hit;
mod secrecy;
mod term;

use std::sync::Arc;

use self::{
    hit::{Hit, hit},
    secrecy::{Secrecy, secrecy},
    term::{Term, terms},
};
use crate::{
    check::{Attempt, Context, Untested},
    document::Operation,
    exchange::Recorded,
    report::model::{Class, Part},
    value::CANARY_START,
    verdict::Verdict,
    world::Object,
};

/// Checks every operation that searches: the attacker asks for what is in objects of the victim.
pub(super) async fn run(context: &Context<'_>) {
    let session = context.session;
    let is_tried = |one: &&Operation| session.allow_writes || !one.is_write();
    for operation in session.api.operations.iter().filter(is_tried) {
        let terms = terms(operation);
        if terms.is_empty() || operation.declared.any_object {
            continue;
        }
        (session.progress)(&operation.name());
        let search = Search { context, operation };
        match search.find(&terms).await {
            Some(found) => {
                let attempt = async |fresh| search.attempt(&found, fresh).await;
                let class = Class::ObjectRead;
                context.prove(operation.index, class, attempt).await;
            }
            None => search.add_nothing(),
        }
    }
}

/// An object that a search finds, and by what.
struct Found {
    object: Arc<Object>,
    term: Term,
    /// The member whose canary is searched for.
    member: String,
}

impl Found {
    fn of(object: &Arc<Object>, term: &Term, member: String) -> Self {
        Self {
            object: Arc::clone(object),
            term: term.clone(),
            member,
        }
    }

    /// Returns the text by which this object, or another one that is made as it was, is found.
    fn text(&self, object: &Object) -> Option<String> {
        let mut own = object.canaries.iter();
        let own = own.find(|one| one.name == self.member);
        own.map(|one| one.text.clone())
    }
}

/// An operation that searches.
struct Search<'a> {
    context: &'a Context<'a>,
    operation: &'a Operation,
}

impl Search<'_> {
    /// Finds an object of the victim by a search for it.
    async fn find(&self, terms: &[Term]) -> Option<Found> {
        let objects = self.objects();
        // what every canary begins with finds them all where parts of words are found
        if let Some(term) = terms.iter().find(|term| term.is_general())
            && let Some(answer) = self.ask(term, CANARY_START).await
        {
            let shown = objects.iter().find(|one| self.hit(&answer, one).is_some());
            // the row may show members that the search does not look into
            if let Some(object) = shown
                && let Some(found) = self.find_one(object, terms).await
            {
                return Some(found);
            }
        }
        for object in objects.iter().take(MAX_KINDS) {
            let found = self.find_one(object, terms).await;
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// Finds an object by a canary of one of its members.
    async fn find_one(&self, object: &Arc<Object>, terms: &[Term]) -> Option<Found> {
        let members = terms.iter().flat_map(|term| {
            let members = term.members(object).into_iter();
            members.map(move |member| Found::of(object, term, member))
        });
        for found in members {
            let answer = self.ask(&found.term, &found.text(object)?).await;
            if answer.is_some_and(|answer| self.hit(&answer, object).is_some()) {
                return Some(found);
            }
        }
        None
    }

    /// Returns an object of the victim of every kind that the scan made, those that the operation is about first.
    fn objects(&self) -> Vec<Arc<Object>> {
        let mut objects: Vec<Arc<Object>> = Vec::new();
        for one in self.context.session.world.lock().usable() {
            let is_own = one.owner == self.context.victim && one.made_by.is_some();
            let is_new = objects.iter().all(|other| other.entity != one.entity);
            if is_own && is_new && !one.canaries.is_empty() && one.entity != "user" {
                objects.push(one);
            }
        }
        let entity = self.operation.entity.as_ref();
        objects.sort_by_key(|one| Some(&one.entity) != entity);
        objects
    }

    async fn ask(&self, term: &Term, text: &str) -> Option<Recorded> {
        let spec = term.request(self.context.session, self.operation, text)?;
        let attacker = Some(self.context.attacker);
        let answer = self.context.session.send(attacker, spec).await.ok()?;
        self.context.session.note(&answer, Part::Foreign);
        Some(answer)
    }

    fn hit(&self, answer: &Recorded, object: &Object) -> Option<Hit> {
        let session = self.context.session;
        let victim = session.identity(object.owner)?;
        let attacker = session.identity(self.context.attacker)?;
        hit(&answer.answer, object, (&victim, &attacker))
    }

    /// Searches for an object of the victim, a new one if it is asked for again.
    async fn attempt(&self, found: &Found, fresh: bool) -> Result<Attempt, Untested> {
        let session = self.context.session;
        let known = &found.object;
        let maker = known.made_by.and_then(|index| session.operation(index));
        let object = match maker.filter(|_| fresh) {
            Some(maker) => session.create(maker, known.owner, None).await?,
            None => Arc::clone(known),
        };
        let text = found
            .text(&object)
            .ok_or("the object has nothing to search for")?;
        let attack = self
            .ask(&found.term, &text)
            .await
            .ok_or("the search has no answer")?;
        let (victim, attacker) = (
            session.name(object.owner),
            session.name(self.context.attacker),
        );
        let Some(hit) = self.hit(&attack, &object) else {
            let why = format!("a search of {attacker} does not find what is {victim}'s");
            return Ok(self.made(Verdict::Refuted(why), &object, &attack));
        };
        let what = format!(
            "a search of {attacker} finds {victim}'s {} and shows `{}`",
            object.entity, hit.pointer
        );
        let secrecy = secrecy(self.context, self.operation, (&object, &hit), &attack).await?;
        let verdict = match secrecy {
            Secrecy::Proven(why) => Verdict::Confirmed(format!("{what}; {why}")),
            Secrecy::Unknown(why) => Verdict::Suspect(format!("{what}; {why}")),
            Secrecy::Open(why) => Verdict::Refuted(format!("{what}; {why}")),
        };
        Ok(self.made(verdict, &object, &attack))
    }

    fn made(&self, verdict: Verdict, object: &Object, attack: &Recorded) -> Attempt {
        let history = object.history.iter().copied();
        let exchanges = history.chain([attack.number]).collect();
        Attempt {
            attacker: Some(self.context.attacker),
            victim: Some(object.owner),
            ..Attempt::new(Class::ObjectRead, verdict, exchanges)
        }
    }

    /// Adds that nothing of the victim's was found, if there was something to find.
    fn add_nothing(&self) {
        if self.objects().is_empty() || self.operation.administrative.is_some() {
            return;
        }
        let session = self.context.session;
        let (victim, attacker) = (
            session.name(self.context.victim),
            session.name(self.context.attacker),
        );
        let why = format!("a search of {attacker} does not find what is {victim}'s");
        let attempt = Attempt {
            verdict: Verdict::Refuted(why),
            ..Attempt::untested(Class::ObjectRead, "")
        };
        self.context.add(self.operation.index, attempt, 0);
    }
}

/// The number of kinds of objects that are searched for.
const MAX_KINDS: usize = 7;
