//! Starting, stopping and listing subscriptions.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde_json::{Value, json};

use super::{CONTENT_TYPES, Subscription, activity::Call, office::Office, refusal::Refusal};

/// `POST subscriptions/start`.
pub(super) async fn start(State(office): State<Arc<Office>>, call: Call) -> Result<Json<Value>, Refusal> {
    let content_type = call.content_type()?;
    let gate = office.knobs().start_gate;
    let mut books = office.books();
    books.enrolments.entry((call.tenant, content_type.into())).or_default().start(call.now, gate)?;
    books.tally.starts.push((office.companies[call.tenant].tenant.tenant_id.clone(), content_type.into()));
    Ok(Json(json!({"contentType": content_type, "status": "enabled", "webhook": null})))
}

/// `POST subscriptions/stop`.
pub(super) async fn stop(State(office): State<Arc<Office>>, call: Call) -> Result<(), Refusal> {
    let content_type = call.content_type()?;
    let mut books = office.books();
    books.enrolments.entry((call.tenant, content_type.into())).or_default().stop(call.now)?;
    books.tally.stops.push((office.companies[call.tenant].tenant.tenant_id.clone(), content_type.into()));
    Ok(())
}

/// `GET subscriptions/list`.
pub(super) async fn list(State(office): State<Arc<Office>>, call: Call) -> Json<Value> {
    let books = office.books();
    let state = |content_type: &str| {
        books.enrolments.get(&(call.tenant, content_type.into())).map(super::subscription::Enrolment::state)
    };
    let subscriptions = CONTENT_TYPES.into_iter().filter_map(|content_type| match state(content_type)? {
        Subscription::None => None,
        Subscription::Enabled => Some(json!({"contentType": content_type, "status": "enabled", "webhook": null})),
        Subscription::Disabled => Some(json!({"contentType": content_type, "status": "disabled", "webhook": null})),
    });
    Json(subscriptions.collect())
}
