//! Access tokens by the client credentials grant.
//!
//! One token per connection and resource, shared by all feeds: asked for once however many wait for it, renewed ahead
//! of its expiry, dropped when an API refuses it. A failure is remembered, so that nobody hammers the login service.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>.

mod aadsts;
mod error;
mod exchange;
mod manager;

pub use aadsts::{Class, Meaning, meaning};
pub use error::OAuthError;
pub use exchange::{Credentials, Endpoint};
pub use manager::{Token, TokenManager};
