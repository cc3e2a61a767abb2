//! Listing content: windows, pages, and the address of the next page.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use chrono::{NaiveDate, NaiveDateTime, SubsecRound as _, TimeDelta};
use http::{HeaderName, HeaderValue};
use serde_json::{Value, json};

use super::{
    Knobs,
    activity::Call,
    catalogue::{Catalogue, Entry},
    dice::{dice, happens, hash, hash_text},
    office::Office,
    refusal::Refusal,
};
use crate::time::Timestamp;

/// `GET subscriptions/content`.
pub(super) async fn content(State(office): State<Arc<Office>>, call: Call) -> Result<Response, Refusal> {
    let content_type = call.content_type()?;
    let (start, end) = window(&call)?;
    let request = Request { office: &office, call: &call, content_type, start, end };
    let place = Office::place(call.tenant, content_type).ok_or(Refusal::ContentType)?;
    check_subscription(&office, &call, content_type)?;
    let position = call.parameter("nextPage").map_or(Ok(Position::default()), |token| request.position(token))?;
    let content = office.content();
    request.page(&content[place], position)
}

/// `GET subscriptions/notifications`: without webhooks there never are any.
pub(super) async fn notifications(State(office): State<Arc<Office>>, call: Call) -> Result<Json<Value>, Refusal> {
    let content_type = call.content_type()?;
    window(&call)?;
    check_subscription(&office, &call, content_type)?;
    Ok(Json(json!([])))
}

fn check_subscription(office: &Office, call: &Call, content_type: &str) -> Result<(), Refusal> {
    let books = office.books();
    books.enrolments.get(&(call.tenant, content_type.into())).ok_or(Refusal::NoSubscription)?.check()
}

/// The window asked for, by Microsoft's rules; without one it is the last 24 hours.
fn window(call: &Call) -> Result<(Timestamp, Timestamp), Refusal> {
    let (start, end) = match (call.parameter("startTime"), call.parameter("endTime")) {
        (Some(start), Some(end)) => (instant("startTime", start)?, instant("endTime", end)?),
        (None, None) => {
            let end = call.now.trunc_subsecs(0);
            (end - TimeDelta::days(1), end)
        }
        _ => return Err(Refusal::HalfWindow),
    };
    // Live tenants take an hour more than the seven days.
    let oldest = call.now - TimeDelta::days(7) - TimeDelta::hours(1);
    let is_allowed = start < end && end - start <= TimeDelta::days(1) && start >= oldest;
    if is_allowed { Ok((start, end)) } else { Err(Refusal::Window) }
}

/// Reads `YYYY-MM-DD`, `YYYY-MM-DDTHH:MM` or `YYYY-MM-DDTHH:MM:SS`, and the `Z` that many clients add.
fn instant(name: &'static str, text: &str) -> Result<Timestamp, Refusal> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let time = match text.len() {
        10 => NaiveDate::parse_from_str(text, "%Y-%m-%d").map(Into::into),
        16 => NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M"),
        _ => NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S"),
    };
    time.map(|time| time.and_utc()).map_err(|_| Refusal::WrongType { name, expected: "datetime" })
}

struct Request<'a> {
    office: &'a Office,
    call: &'a Call,
    content_type: &'a str,
    start: Timestamp,
    end: Timestamp,
}

/// Where in a listing a page begins.
#[derive(Clone, Copy, Default)]
struct Position {
    offset: usize,
    /// The empty page before this one has been given.
    after_empty: bool,
}

impl Request<'_> {
    fn page(&self, catalogue: &Catalogue, position: Position) -> Result<Response, Refusal> {
        let knobs = self.office.knobs().clone();
        let listing = self.listing(catalogue, &knobs);
        if position.offset < listing.len() && !position.after_empty && self.has_empty_page(position, &knobs) {
            return Ok(self.answer(&[], Some(Position { after_empty: true, ..position }), &knobs));
        }
        let end = (position.offset + self.office.options.page_size).min(listing.len());
        let page = listing.get(position.offset..end).ok_or_else(|| self.bad_token())?;
        self.note(page, catalogue);
        let descriptors: Vec<Value> = page.iter().map(|entry| self.descriptor(entry, catalogue, &knobs)).collect();
        let next = (end < listing.len()).then_some(Position { offset: end, after_empty: false });
        Ok(self.answer(&descriptors, next, &knobs))
    }

    /// The blobs of the window, some of them twice.
    fn listing(&self, catalogue: &Catalogue, knobs: &Knobs) -> Vec<Entry> {
        let books = self.office.books();
        let enrolment = books.enrolments.get(&(self.call.tenant, self.content_type.into()));
        let mut listing = catalogue.available(self.start, self.end, self.call.now);
        listing.retain(|entry| enrolment.is_some_and(|enrolment| enrolment.shows(entry.visible)));
        if knobs.repeated_listing <= 0.0 {
            return listing;
        }
        let times = |entry: &Entry| {
            let hash = hash(self.office.options.seed, &[entry.created.timestamp_millis() as u64]);
            1 + usize::from(happens(&mut dice(hash), knobs.repeated_listing))
        };
        listing.into_iter().flat_map(|entry| std::iter::repeat_n(entry.clone(), times(&entry))).collect()
    }

    fn has_empty_page(&self, position: Position, knobs: &Knobs) -> bool {
        happens(&mut dice(self.check(position)), knobs.empty_page)
    }

    fn note(&self, page: &[Entry], catalogue: &Catalogue) {
        let mut books = self.office.books();
        for entry in page {
            *books.tally.listed.entry(catalogue.id(entry)).or_default() += 1;
        }
    }

    fn descriptor(&self, entry: &Entry, catalogue: &Catalogue, knobs: &Knobs) -> Value {
        let (id, tenant) = (catalogue.id(entry), self.tenant_id());
        json!({
            "contentType": self.content_type,
            "contentUri": format!("{}/api/v1.0/{tenant}/activity/feed/audit/{id}", self.root(knobs)),
            "contentId": id,
            "contentCreated": milliseconds(entry.created),
            "contentExpiration": milliseconds(entry.expires),
        })
    }

    fn answer(&self, descriptors: &[Value], next: Option<Position>, knobs: &Knobs) -> Response {
        let mut response = Json(descriptors).into_response();
        if let Some(position) = next {
            let name = HeaderName::try_from(&knobs.next_page_header).expect("a test chooses a header that HTTP allows");
            let address = HeaderValue::try_from(self.next_page(position, knobs)).expect("an address is plain text");
            response.headers_mut().insert(name, address);
        }
        response
    }

    /// The next page's address: under `/api/v1/` and without `PublisherIdentifier`, as Microsoft's samples have it.
    fn next_page(&self, position: Position, knobs: &Knobs) -> String {
        format!(
            "{}/api/v1/{}/activity/feed/subscriptions/content?contentType={}&startTime={}&endTime={}&nextPage={}",
            self.root(knobs),
            self.tenant_id(),
            self.content_type,
            self.start.format("%Y-%m-%dT%H:%M:%S"),
            self.end.format("%Y-%m-%dT%H:%M:%S"),
            self.token(position),
        )
    }

    fn root(&self, knobs: &Knobs) -> String {
        knobs.foreign_host.clone().unwrap_or_else(|| self.office.base_url())
    }

    fn tenant_id(&self) -> &str {
        &self.office.companies[self.call.tenant].tenant.tenant_id
    }

    /// Writes a token that is good for this listing only.
    fn token(&self, position: Position) -> String {
        let kind = if position.after_empty { 'E' } else { 'R' };
        format!("{}{kind}{:06}{:016x}", self.start.format("%Y%m%d%H"), position.offset, self.check(position))
    }

    fn position(&self, token: &str) -> Result<Position, Refusal> {
        let digits = token.get(11..).and_then(|rest| rest.get(..rest.len().checked_sub(16)?));
        let offset = digits.and_then(|digits| digits.parse().ok()).ok_or_else(|| self.bad_token())?;
        let position = Position { offset, after_empty: token.as_bytes()[10] == b'E' };
        if self.token(position) == token { Ok(position) } else { Err(self.bad_token()) }
    }

    fn bad_token(&self) -> Refusal {
        Refusal::NextPage(self.call.parameter("nextPage").unwrap_or_default().into())
    }

    fn check(&self, position: Position) -> u64 {
        let listing = hash_text(self.office.options.seed, self.content_type) ^ hash_text(1, self.tenant_id());
        let window = [self.start.timestamp() as u64, self.end.timestamp() as u64];
        hash(listing, &[window[0], window[1], position.offset as u64, position.after_empty.into()])
    }
}

fn milliseconds(time: Timestamp) -> String {
    time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
