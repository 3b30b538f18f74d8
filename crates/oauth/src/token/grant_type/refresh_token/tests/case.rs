//! A refresh that the tests begin with.

use super::*;

/// A grant, its client and the clock: valid by default.
pub(super) struct Case {
    pub(super) profile: IssuerProfile,
    pub(super) client: Client,
    pub(super) facts: Facts,
    pub(super) now: Time,
    pub(super) scope: Option<Scope>,
}

impl Case {
    pub(super) fn new() -> Self {
        Self::with(
            fixture::client(),
            fixture::terms("openid offline_access accounts:read", &[fixture::BANK]),
        )
    }

    pub(super) fn with(client: Client, terms: AuthorizedAccess) -> Self {
        let now = fixture::START;
        let grant = Grant {
            id: GrantId::new(now, &fixture::draw(9)),
            client: client.client_id.clone(),
            user: fixture::user().id,
            session: fixture::session().id,
            terms,
            created_at: now,
            attempt: [0; 16],
            rotation: Rotation::begin(now),
            status: None,
            revoked: None,
        };
        let facts = Facts {
            grant: Some(grant),
            user: Some(fixture::user()),
            session: Some(fixture::session()),
            ..Facts::default()
        };
        Self {
            profile: fixture::profile(),
            client,
            facts,
            now,
            scope: None,
        }
    }

    pub(super) fn grant(&mut self) -> &mut Grant {
        self.facts.grant.as_mut().unwrap()
    }

    pub(super) fn after(&mut self, seconds: u64) -> &mut Self {
        self.now = self.now.plus(Duration::from_secs(seconds));
        self
    }

    pub(super) fn decide(&self, generation: u32) -> Decision {
        let family = self
            .facts
            .grant
            .as_ref()
            .map_or(GrantId::from_bytes([0; 16]), |g| g.id);
        let refresh = Refresh {
            token: RefreshToken { family, generation },
            scope: self.scope.clone(),
            resources: Vec::new(),
        };
        let (vault, draw) = (fixture::vault(), Entropy::from_seed([8; 32]));
        let context = Context {
            profile: &self.profile,
            client: &self.client,
            vault: &vault,
            now: self.now,
            draw: &draw,
            origin: &Origin::default(),
            status: None,
        };
        refresh.decide(&context, &self.facts)
    }

    /// Decides and applies what must be committed.
    pub(super) fn present(&mut self, generation: u32) -> Result<Granted, Denied> {
        let decision = self.decide(generation);
        let commit = match &decision {
            Ok(granted) => granted.commit.clone(),
            Err(refused) => refused.commit.as_deref().cloned(),
        };
        match commit.map(|commit| commit.pivot) {
            Some(Pivot::Rotate { to, .. }) => self.grant().rotation = to,
            Some(Pivot::RevokeGrant { revoked, .. }) => self.grant().revoked = Some(revoked),
            Some(other) => panic!("unexpected {other:?}"),
            None => {}
        }
        decision
    }
}
