//! OAuth's token endpoint, and the tokens that it gave. They are no secrets: anybody could make one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::credentials::Credential;
use crate::errors::ApiError;
use crate::http::{Answer, Request};

/// How tokens are given.
#[derive(Debug)]
pub(crate) struct Tokens {
    /// Seconds that a token lives.
    life: i64,
    /// Tokens of an earlier series were revoked.
    series: u64,
}

/// What a test may change.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    life: Option<i64>,
    /// Whether the tokens that were given are good no longer.
    #[serde(default)]
    revoke: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
    series: u64,
}

impl Default for Tokens {
    fn default() -> Self {
        Tokens { life: 3600, series: 0 }
    }
}

impl Tokens {
    /// Whether a request is one for a token.
    pub(crate) fn is_asked(request: &Request) -> bool {
        matches!(request.path.as_str(), "/v2/token" | "/oauth/v2/token") && request.method == "POST"
    }

    pub(crate) fn change(&mut self, order: Order) {
        self.life = order.life.unwrap_or(self.life);
        self.series += u64::from(order.revoke);
    }

    /// Answers a request for a token.
    pub(crate) fn give(&self, request: &Request, known: &[Credential]) -> Result<Answer, ApiError> {
        let given = |name: &str| {
            request.form.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.as_str())
        };
        if given("grant_type") != "client_credentials" {
            return Err(ApiError::invalid("grant_type"));
        }
        let mut applications = known.iter().filter(|one| one.user.starts_with("OQ"));
        let application = applications
            .find(|one| one.user == given("client_id") && one.password == given("client_secret"))
            .ok_or_else(ApiError::authenticate)?;
        let claims = Claims {
            sub: application.user.clone(),
            exp: Timestamp::now().as_second() + self.life,
            series: self.series,
        };
        let encode = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let token = format!("{}.{}.simulated", encode(json!({"alg": "none"})), encode(json!(claims)));
        Ok(Answer::json(
            200,
            &json!({
                "access_token": token, "token_type": "Bearer", "expires_in": self.life, "refresh_token": null,
                "id_token": null,
            }),
        ))
    }

    /// The credential of a Bearer `Authorization` header; `None` where the header is of another scheme.
    pub(crate) fn authenticate(
        &self,
        known: &[Credential],
        header: Option<&str>,
    ) -> Option<Result<Credential, ApiError>> {
        let (scheme, token) = header?.trim().split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let claims = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
        let claims: Option<Claims> = claims.and_then(|json| serde_json::from_slice(&json).ok());
        let good =
            |claims: &Claims| claims.series == self.series && claims.exp > Timestamp::now().as_second();
        let user = claims.filter(good).map(|claims| claims.sub);
        let found = user.and_then(|user| known.iter().find(|one| one.user == user).cloned());
        Some(found.ok_or_else(ApiError::authenticate))
    }
}
