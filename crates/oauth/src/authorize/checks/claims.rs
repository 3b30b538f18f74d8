//! The claims that the `claims` parameter asks for (OIDC Core §5.5).

use super::input::Input;
use crate::{
    error::{ErrorCode, OAuthError},
    request::{
        access::Access,
        claims::{ClaimsRequest, SingleClaims},
    },
    state::session::ACR_VALUES,
    token::audience,
};

/// Returns the `claims` parameter; empty without `openid`, since it is one of OpenID Connect.
pub(in crate::authorize) fn request(input: &Input<'_>) -> Result<ClaimsRequest, OAuthError> {
    let scope = input.params.one("scope").unwrap_or_default();
    let is_openid = scope.split(' ').any(|name| name == "openid");
    match input.params.one("claims").filter(|_| is_openid) {
        Some(text) => Ok(text.parse()?),
        None => Ok(ClaimsRequest::default()),
    }
}

/// Returns the claims that the client may be told one by one; others are left out.
pub(super) fn single(input: &Input<'_>, access: &Access) -> Result<SingleClaims, OAuthError> {
    let request = request(input)?;
    if !access.openid.contains("openid") {
        return Ok(SingleClaims::default());
    }
    Ok(SingleClaims::of(&request, |name| {
        audience::may_be_told(input.profile, input.client, name)
    }))
}

/// Returns the authentication context classes of which the sign-in must have one.
pub(in crate::authorize) fn essential_acr(
    input: &Input<'_>,
) -> Result<Option<Vec<String>>, OAuthError> {
    let claims = request(input)?;
    let Some(wanted) = claims.essential_acr() else {
        return Ok(None);
    };
    let possible: Vec<String> = (wanted.into_iter())
        .filter(|value| ACR_VALUES.contains(value))
        .map(str::to_owned)
        .collect();
    if possible.is_empty() {
        // OIDC-Core-5.5.1.1: an essential acr that cannot be met is a failed authentication
        return Err(OAuthError::new(
            ErrorCode::UnmetAuthenticationRequirements,
            format!("the essential acr can only be {}", ACR_VALUES.join(", ")),
        ));
    }
    Ok(Some(possible))
}
