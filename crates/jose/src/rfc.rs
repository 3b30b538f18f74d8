//! The examples printed in the RFCs.

use serde_json::json;

use crate::{Algorithm, Compact, Jwk, JwkError, JwkSet, SigningKey, VerifyingKey, base64url};

const JOE: &[u8] =
    b"{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";

/// RFC7515-A.1
#[test]
fn the_hs256_example_verifies() {
    let secret = base64url::decode(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
    );
    let key = VerifyingKey::from_secret(&secret.unwrap()).unwrap();
    let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9\
        .eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ\
        .dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    assert_eq!(Compact::parse(token).unwrap().verify(&key), Ok(JOE));
}

/// RFC7515-A.2
#[test]
fn the_rs256_example_verifies() {
    let key = key(json!({
        "kty": "RSA",
        "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1\
            Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHS\
            XndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5\
            IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
        "e": "AQAB",
    }));
    let token = "eyJhbGciOiJSUzI1NiJ9\
        .eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ\
        .cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5\
        jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1\
        L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYE\
        UipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    assert_eq!(Compact::parse(token).unwrap().verify(&key), Ok(JOE));
}

/// RFC7515-A.3
#[test]
fn the_es256_example_verifies() {
    let key = key(json!({
        "kty": "EC",
        "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    }));
    let token = "eyJhbGciOiJFUzI1NiJ9\
        .eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ\
        .DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    assert_eq!(Compact::parse(token).unwrap().verify(&key), Ok(JOE));
}

/// RFC7517-A.1
#[test]
fn the_example_set_is_parsed() {
    let set = JwkSet::parse(example_set().to_string().as_bytes()).unwrap();
    let [ec, rsa] = set.keys.as_slice() else {
        panic!("two keys")
    };
    assert_eq!(
        (ec.kid(), ec.public_key_use(), ec.algorithm()),
        (Some("1"), Some("enc"), None)
    );
    assert_eq!(
        VerifyingKey::from_jwk(ec, None).err(),
        Some(JwkError::NotForSignatures)
    );
    assert_eq!(
        (rsa.kid(), rsa.algorithm()),
        (Some("2011-04-29"), Some(Algorithm::RS256))
    );
    assert!(VerifyingKey::from_jwk(rsa, None).is_ok());
}

/// RFC7517-A.2, RFC7517-A.3
#[test]
fn the_private_and_symmetric_examples_are_refused() {
    let mut private = example_set();
    private["keys"][0]["d"] = "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE".into();
    assert!(JwkSet::parse(private.to_string().as_bytes()).is_err());
    let symmetric =
        json!({ "keys": [{ "kty": "oct", "alg": "A128KW", "k": "GawgguFyGrWKav7AX4VKUg" }] });
    assert!(JwkSet::parse(symmetric.to_string().as_bytes()).is_err());
}

/// RFC7638-3.1, RFC7638-3.2
#[test]
fn the_thumbprint_is_that_of_the_example() {
    let mut members = example_set()["keys"][1].clone();
    assert_eq!(
        jwk(members.clone()).thumbprint(),
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    );
    members["kid"] = "another".into();
    members["use"] = "sig".into();
    assert_eq!(
        jwk(members).thumbprint(),
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    );
}

/// RFC8037-A.1, RFC8037-A.2, RFC8037-A.3, RFC8037-A.4, RFC8037-A.5
#[test]
fn the_ed25519_example_is_signed_and_verified() {
    let seed = base64url::decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").unwrap();
    let prefix = [
        0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20,
    ];
    let pkcs8 = [&prefix[..], &seed].concat();
    let signing = SigningKey::from_pkcs8(Algorithm::EdDSA, &pkcs8).unwrap();
    let public = signing.public_jwk("1");
    let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    assert_eq!(serde_json::to_value(&public).unwrap()["x"], x);
    assert_eq!(
        public.thumbprint(),
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    );

    let input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    let signature = base64url::encode(signing.sign(input.as_bytes()).unwrap());
    let printed = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_\
        MuM0KAg";
    assert_eq!(signature, printed);
    let token = format!("{input}.{printed}");
    let key = VerifyingKey::from_jwk(&public, None).unwrap();
    let payload = b"Example of Ed25519 signing";
    assert_eq!(
        Compact::parse(&token).unwrap().verify(&key),
        Ok(&payload[..])
    );
}

fn jwk(members: serde_json::Value) -> Jwk {
    serde_json::from_value(members).unwrap()
}

fn key(members: serde_json::Value) -> VerifyingKey {
    VerifyingKey::from_jwk(&jwk(members), None).unwrap()
}

fn example_set() -> serde_json::Value {
    json!({ "keys": [
        {
            "kty": "EC",
            "crv": "P-256",
            "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
            "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
            "use": "enc",
            "kid": "1",
        },
        {
            "kty": "RSA",
            "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSo\
                c_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGj\
                QR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-b\
                FTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
            "e": "AQAB",
            "alg": "RS256",
            "kid": "2011-04-29",
        },
    ] })
}
