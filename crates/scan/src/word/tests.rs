use super::*;

#[test]
fn names_are_split_into_words() {
    for (name, expected) in [
        ("orderId", "order id"),
        ("order_id", "order id"),
        ("Order-ID", "order id"),
        ("userUUID", "user uuid"),
        ("VIN", "vin"),
        ("X-Account-Id", "x account id"),
        ("HTMLBody", "html body"),
    ] {
        assert_eq!(words(name).join(" "), expected, "{name}");
    }
}

#[test]
fn a_segment_names_a_kind_of_object() {
    for (segment, kind) in [
        ("orders", Some("order")),
        ("companies", Some("company")),
        ("boxes", Some("box")),
        ("addresses", Some("address")),
        ("status", Some("status")),
        ("order-items", Some("orderitem")),
        ("people", Some("person")),
        ("v1", None),
        ("1.0", None),
        ("api", None),
    ] {
        assert_eq!(kind_of_segment(segment).as_deref(), kind, "{segment}");
    }
}

#[test]
fn identifiers_are_known_by_their_names() {
    for name in [
        "id",
        "_id",
        "orderId",
        "user_uuid",
        "slug",
        "username",
        "userid",
        "VIN",
    ] {
        assert!(is_id_name(name), "{name}");
    }
    for name in ["paid", "title", "width", "valid", "description", "amount"] {
        assert!(!is_id_name(name), "{name}");
    }
}

#[test]
fn a_text_says_that_administrators_only_may() {
    for text in [
        "Deletes user by username (Only Admins)",
        "Admin only: lists all users",
        "Requires the admin role",
        "This endpoint is restricted to administrators",
    ] {
        assert!(says_only(text, &[]), "{text}");
    }
    for text in [
        "Returns whether the user is an admin",
        "Only the owner may read it",
        "Contact the administrator",
        "Asks for help with a message to the administrator",
    ] {
        assert!(!says_only(text, &[]), "{text}");
    }
}

#[test]
fn privileged_and_sensitive_properties_are_known() {
    for name in [
        "is_admin",
        "role",
        "balance",
        "userId",
        "emailVerified",
        "roles",
    ] {
        assert!(is_privileged(name), "{name}");
    }
    for name in ["title", "comment", "username"] {
        assert!(!is_privileged(name), "{name}");
    }
    for name in ["secret", "phone_number", "accountNumber", "passwords"] {
        assert!(is_sensitive(name), "{name}");
    }
    assert!(!is_sensitive("title") && !is_sensitive("body"));
    assert!(is_password("new_password") && !is_password("passenger"));
}
