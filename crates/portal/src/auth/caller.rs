//! Who calls: every route that is not open asks for a [`Caller`], for [`Staff`] or for an [`Admin`].

use super::tokens::hash_of;
use crate::problem::Failure;
use crate::state::App;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::{HeaderMap, header, request::Parts};
use postern_domain::{Person, may_arrange};
use postern_protocol::ErrorCode;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Somebody signed in, with today's grants.
pub struct Caller {
    pub person: Person,
    pub session: String,
}

/// Who sends commands: staff, or somebody whose commands are refused and kept.
pub enum Sender {
    Staff(Caller),
    /// A shut out device or person, or somebody who is not of the staff any more.
    ShutOut(Person),
}

/// A caller who works here. Clients' contacts never see the sync endpoints.
pub struct Staff(pub Caller);

/// A caller who may arrange how the organisation works.
pub struct Admin(pub Caller);

impl FromRequestParts<App> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let expired = || {
            Failure::new(
                ErrorCode::TokenExpired,
                "The access token is missing or has run out. Refresh it, or sign in.",
            )
        };
        let token = bearer(&parts.headers).ok_or_else(expired)?;
        let hash = hash_of(token);
        let Some(authenticated) = app.store().authenticate(&hash, app.environment().now()).await? else {
            return Err(match app.store().shut_out(&hash).await? {
                Some(_) => shut_out(),
                None => expired(),
            });
        };
        Ok(Self { person: authenticated.person, session: authenticated.session })
    }
}

impl FromRequestParts<App> for Staff {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let caller = Caller::from_request_parts(parts, app).await?;
        if caller.person.is_staff() { Ok(Self(caller)) } else { Err(not_staff()) }
    }
}

impl FromRequestParts<App> for Admin {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let Staff(caller) = Staff::from_request_parts(parts, app).await?;
        match may_arrange(&caller.person) {
            Ok(()) => Ok(Self(caller)),
            Err(why) => {
                let detail =
                    "Only a portal admin of the whole organisation arranges its journeys and calendars.";
                Err(Failure::new(ErrorCode::Forbidden, detail).because(format!("{why:?}")))
            }
        }
    }
}

impl FromRequestParts<App> for Sender {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        match Caller::from_request_parts(parts, app).await {
            Ok(caller) if caller.person.is_staff() => Ok(Self::Staff(caller)),
            // A client's contact has nothing to do here; who has no role at all may have been of the staff.
            Ok(caller) if caller.person.grants.is_empty() => Ok(Self::ShutOut(caller.person)),
            Ok(_) => Err(not_staff()),
            Err(failure) => {
                let Some(token) = bearer(&parts.headers) else { return Err(failure) };
                app.store().shut_out(&hash_of(token)).await?.map(Self::ShutOut).ok_or(failure)
            }
        }
    }
}

fn not_staff() -> Failure {
    Failure::new(ErrorCode::Forbidden, "This part of the portal is for its staff.")
}

/// The device or its person was shut out.
pub fn shut_out() -> Failure {
    Failure::new(ErrorCode::ShutOut, "Your access from this device has ended. Ask your portal's admin.")
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The address that a request came from; behind a trusted proxy, the last one that the proxy wrote down.
pub fn source_address(app: &App, peer: Option<ConnectInfo<SocketAddr>>, headers: &HeaderMap) -> IpAddr {
    let forwarded = || {
        let value = headers.get_all("x-forwarded-for").iter().next_back()?.to_str().ok()?;
        value.rsplit(',').next()?.trim().parse().ok()
    };
    let trusted = if app.config().trust_forwarded_for { forwarded() } else { None };
    trusted.or(peer.map(|ConnectInfo(address)| address.ip())).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}
