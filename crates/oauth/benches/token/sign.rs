//! From what was decided to what is answered.

use std::hint::black_box;

use airside_jose::Algorithm;
use airside_oauth::token::issue::UnsignedTokens;
use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
    },
};
use criterion::Criterion;

use crate::world::World;

/// A machine's access token, and the answer to a refresh with `openid`: an access token, an ID token
/// and the next refresh token.
pub fn sign(criterion: &mut Criterion) {
    for algorithm in [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA] {
        let world = World::new(algorithm);
        let machine = world.decided(&world.machine());
        let refresh = world.decided(&world.refresh());
        let sign = |issue: &UnsignedTokens| {
            let signed = issue.sign(&world.profile, &world.keyring, &world.vault, world.in_force);
            signed.unwrap()
        };
        let token = sign(&machine.issue).access_token;
        let (signed, _) = token.rsplit_once('.').unwrap();
        let bare = bare(algorithm);

        let mut group = criterion.benchmark_group(format!("sign {algorithm}"));
        group.bench_function("bare signature", |bencher| {
            bencher.iter(|| bare(black_box(signed.as_bytes())));
        });
        group.bench_function("access token", |bencher| {
            bencher.iter(|| sign(black_box(&machine.issue)));
        });
        group.bench_function("refresh with ID token", |bencher| {
            bencher.iter(|| sign(black_box(&refresh.issue)));
        });
        group.finish();
    }
}

type Sign = Box<dyn Fn(&[u8]) -> Vec<u8>>;

/// The cryptographic library alone, with a key of the same kind.
fn bare(algorithm: Algorithm) -> Sign {
    let random = SystemRandom::new();
    match algorithm {
        Algorithm::RS256 => {
            let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
            Box::new(move |message| {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .unwrap();
                signature
            })
        }
        Algorithm::ES256 => {
            let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
            Box::new(move |message| key.sign(&random, message).unwrap().as_ref().to_vec())
        }
        Algorithm::EdDSA => {
            let key = Ed25519KeyPair::generate().unwrap();
            Box::new(move |message| key.sign(message).as_ref().to_vec())
        }
        other => panic!("no bare signature for {other}"),
    }
}
