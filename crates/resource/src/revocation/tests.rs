use super::*;

const TOKEN: RevocableToken<'static> = RevocableToken {
    grant_id: Some("grant"),
    jti: "jti",
    client_id: "spa",
    subject: "alice",
    issued_at: UnixSeconds::new(100),
    kid: Some("key"),
};

fn revoked(revoke: impl FnOnce(&Revocations)) -> bool {
    let revocations = Revocations::new();
    revoke(&revocations);
    revocations.is_revoked(&TOKEN)
}

#[test]
fn each_name_of_a_token_revokes_it() {
    assert!(!revoked(|_| {}));
    assert!(revoked(
        |all| all.revoke_grant("grant", UnixSeconds::new(1000))
    ));
    assert!(revoked(
        |all| all.revoke_token("jti", UnixSeconds::new(1000))
    ));
    assert!(revoked(|all| all.revoke_client(
        "spa",
        100_001,
        UnixSeconds::new(1000)
    )));
    assert!(revoked(|all| all.revoke_user(
        "alice",
        100_001,
        UnixSeconds::new(1000)
    )));
    assert!(revoked(|all| all.remove_key("key")));
}

#[test]
fn a_revocation_is_told_and_a_sweep_is_not() {
    let revocations = Revocations::new();
    let mut changes = revocations.changes();
    revocations.sweep(UnixSeconds::new(0));
    assert!(!changes.has_changed().unwrap());
    for revoke in [
        |all: &Revocations| all.revoke_grant("grant", UnixSeconds::new(1000)),
        |all: &Revocations| all.revoke_token("jti", UnixSeconds::new(1000)),
        |all: &Revocations| all.revoke_client("spa", 1, UnixSeconds::new(1000)),
        |all: &Revocations| all.revoke_user("alice", 1, UnixSeconds::new(1000)),
        |all: &Revocations| all.remove_key("key"),
    ] {
        revoke(&revocations);
        assert!(changes.has_changed().unwrap());
        changes.borrow_and_update();
    }
}

#[test]
fn a_name_of_one_kind_is_no_name_of_another() {
    assert!(!revoked(
        |all| all.revoke_grant("jti", UnixSeconds::new(1000))
    ));
    assert!(!revoked(
        |all| all.revoke_token("grant", UnixSeconds::new(1000))
    ));
    assert!(!revoked(|all| all.revoke_client(
        "alice",
        i64::MAX,
        UnixSeconds::new(1000)
    )));
    assert!(!revoked(|all| all.revoke_user(
        "spa",
        i64::MAX,
        UnixSeconds::new(1000)
    )));
    assert!(!revoked(|all| all.remove_key("jti")));
}

#[test]
fn a_token_issued_after_the_revocation_lives() {
    assert!(!revoked(|all| all.revoke_user(
        "alice",
        100_000,
        UnixSeconds::new(1000)
    )));
    assert!(!revoked(|all| all.revoke_client(
        "spa",
        99_000,
        UnixSeconds::new(1000)
    )));
    let later_wins = |all: &Revocations| {
        all.revoke_user("alice", 200_000, UnixSeconds::new(1000));
        all.revoke_user("alice", 50_000, UnixSeconds::new(500));
    };
    assert!(revoked(later_wins));
}

#[test]
fn a_token_of_the_second_of_the_revocation_is_told_by_its_millisecond() {
    // 100.500 s and 100.501 s
    let jti = |ms: i64| {
        format!(
            "{:08x}-{:04x}-7000-8000-000000000000",
            ms >> 16,
            ms & 0xffff
        )
    };
    let revocations = Revocations::new();
    revocations.revoke_user("alice", 100_501, UnixSeconds::new(1000));
    let is_revoked = |jti: &str| revocations.is_revoked(&RevocableToken { jti, ..TOKEN });
    assert!(is_revoked(&jti(100_499)) && is_revoked(&jti(100_500)));
    assert!(!is_revoked(&jti(100_501)) && !is_revoked(&jti(100_999)));
    // a time in another second than `iat` says nothing, nor does another kind of `jti`
    let of_another_version = jti(100_999).replace("-7", "-4");
    for other in [&jti(101_000), &of_another_version, "jti"] {
        assert!(is_revoked(other), "{other}");
    }
}

#[test]
fn a_sweep_forgets_what_has_expired_and_never_a_key() {
    let all = |all: &Revocations| {
        all.revoke_grant("grant", UnixSeconds::new(1000));
        all.revoke_token("jti", UnixSeconds::new(1000));
        all.revoke_user("alice", 200_000, UnixSeconds::new(1000));
        all.revoke_client("spa", 200_000, UnixSeconds::new(1000));
    };
    assert!(revoked(|revocations| {
        all(revocations);
        revocations.sweep(UnixSeconds::new(1000));
    }));
    assert!(!revoked(|revocations| {
        all(revocations);
        revocations.sweep(UnixSeconds::new(1001));
    }));
    assert!(revoked(|revocations| {
        revocations.remove_key("key");
        revocations.sweep(UnixSeconds::MAX);
    }));
}
