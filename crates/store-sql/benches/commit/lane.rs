//! Requests that come one after another, each with the commit that the server makes for it.

use std::{collections::BTreeMap, time::Duration};

use airside_oauth::{
    id::{EventId, GrantId},
    key::{entropy::Entropy, secret::Digest},
    request::access::Access,
    state::{
        decide::{CodeBinding, Commit, Effect, Pivot},
        event::{Event, EventKind, Origin},
        grant::{AuthorizedAccess, Grant, Judgement, Rotation},
        session::Session,
        status::StatusIndex,
    },
    time::Time,
};

use crate::world::START;

/// Makes the next commit of a lane.
pub type Next = fn(&mut Lane) -> Commit;

/// Sequential requests: refreshes of one grant, or redemptions of new codes.
pub struct Lane {
    number: u8,
    made: u32,
    pub grant: Grant,
}

impl Lane {
    pub fn new(number: u8, session: &Session) -> Self {
        let grant = Grant {
            id: GrantId::new(START, &draw(number, 0)),
            client: "spa".parse().unwrap(),
            user: session.user,
            session: session.id,
            terms: AuthorizedAccess {
                access: Access {
                    openid: "openid".parse().unwrap(),
                    apis: BTreeMap::from([(
                        "https://api.example.com".to_owned(),
                        "accounts:read".parse().unwrap(),
                    )]),
                    ..Access::default()
                },
                authentication: session.authentication.clone(),
            },
            created_at: START,
            attempt: [number; 16],
            rotation: Rotation::begin(START),
            status: Some(StatusIndex::new(number.into())),
            revoked: None,
        };
        Self {
            number,
            made: 0,
            grant,
        }
    }

    pub fn rotate(&mut self) -> Commit {
        let from = self.grant.rotation;
        let judged = from.judge(from.current, Duration::ZERO, START);
        let Judgement::Rotate(to) = judged else {
            panic!("the current generation rotates");
        };
        self.grant.rotation = to;
        Commit::new(Pivot::Rotate {
            grant: self.grant.id,
            from,
            to,
        })
    }

    pub fn redeem(&mut self) -> Commit {
        self.made += 1;
        let now = Time::from_millis(START.as_millis() + i64::from(self.made));
        let grant = Grant {
            id: GrantId::new(now, &draw(self.number, self.made)),
            created_at: now,
            status: Some(StatusIndex::new(
                u64::from(self.made) * 64 + u64::from(self.number),
            )),
            ..self.grant.clone()
        };
        self.insertion(grant)
    }

    pub fn insertion(&self, grant: Grant) -> Commit {
        let event = Event {
            id: EventId::new(grant.created_at, &draw(self.number, self.made)),
            at: grant.created_at,
            kind: EventKind::GrantCreated,
            client: Some(grant.client.clone()),
            user: Some(grant.user),
            grant: Some(grant.id),
            origin: Origin {
                address: Some([192, 0, 2, 1].into()),
                trace_id: "0af7651916cd43dd8448eb211c80319c".to_owned(),
            },
            detail: grant.terms.access.scope().to_string(),
        };
        let bound = CodeBinding {
            user_epoch: 1,
            client_epoch: 1,
            consent: None,
            session: Some(grant.session),
        };
        let grant = Box::new(grant);
        Commit::new(Pivot::InsertGrant { grant, bound }).and(Effect::Event(event))
    }
}

fn draw(lane: u8, made: u32) -> Entropy {
    let mut seed = vec![lane];
    seed.extend(made.to_be_bytes());
    Entropy::from_seed(*Digest::of(&seed).as_bytes())
}
