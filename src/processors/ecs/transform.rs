//! What [`How`] does with a value.

use super::draft::Draft;
use super::plan::Step;
use super::tree::{self, Target};
use super::{How, Related, address, is_absent, user};
use crate::event::{Kind, Value, View};

/// Applies one row; says which slot served it.
pub(super) fn apply(draft: &mut Draft<'_>, step: &Step) -> Option<usize> {
    for (&slot, name) in step.from.iter().zip(step.row.from) {
        let Some(view) = draft.view(slot).filter(|view| view.kind() != Kind::Null) else { continue };
        if step.row.how == How::Texts {
            if texts(draft, step, view) {
                return Some(slot);
            }
            continue;
        }
        let Some(text) = view.scalar() else {
            draft.marks.mapping(&format!("`{name}` is no text, so `{}` is not set", step.row.to));
            continue;
        };
        if is_absent(&text) {
            continue;
        }
        match one(draft, step, view, &text) {
            Ok(()) => return Some(slot),
            Err(wanted) => draft.marks.mapping(&format!("`{name}` is no {wanted}, so `{}` is not set", step.row.to)),
        }
    }
    None
}

/// One value; an error says what it should have been.
fn one(draft: &mut Draft<'_>, step: &Step, view: View<'_>, text: &str) -> Result<(), &'static str> {
    let is_address = || user::address(text).is_some();
    let value = match step.row.how {
        How::Lowercase if text.bytes().any(|byte| byte.is_ascii_uppercase()) => Some(text.to_ascii_lowercase().into()),
        How::Text | How::Lowercase | How::Derived => Some(draft.verbatim(view)),
        How::Integer => Some(Value::Integer(view.integer().ok_or("whole number")?)),
        How::Boolean => Some(Value::Bool(truth(text).ok_or("truth value")?)),
        How::Severity | How::OsType | How::Platform => word(step.row.how, text),
        How::NoAddress => (!is_address()).then(|| draft.verbatim(view)),
        How::Texts => None,
        How::UserAddress if !is_address() => None,
        how => {
            match how {
                How::Address => client(draft, text),
                How::Url => url(draft, view, text),
                How::Server => server(draft, text),
                _ => person(draft, &step.target, view, text),
            }
            None
        }
    };
    if let Some(value) = value {
        related(draft, step, &value);
        if step.row.how != How::Derived {
            draft.tree.put(&step.target, value);
        }
    }
    Ok(())
}

fn related(draft: &mut Draft<'_>, step: &Step, value: &Value) {
    if let Some(list) = step.row.related {
        draft.relate(list, value);
    }
}

/// Texts of an array, or between semicolons; whether there were any.
fn texts(draft: &mut Draft<'_>, step: &Step, view: View<'_>) -> bool {
    let elements = if view.kind() == Kind::Array { view.elements() } else { vec![view] };
    let mut values = Vec::new();
    for text in elements.into_iter().filter_map(View::scalar) {
        for part in text.split(';').map(str::trim).filter(|part| !is_absent(part)) {
            let value = draft.text(part);
            related(draft, step, &value);
            values.push(value);
        }
    }
    let is_any = !values.is_empty();
    if is_any {
        draft.tree.put(&step.target, Value::Array(values));
    }
    is_any
}

fn truth(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// What one of Microsoft's words stands for; words that nobody knows stay in the raw member only.
fn word(how: How, text: &str) -> Option<Value> {
    match how {
        How::Severity => severity(text).map(Value::Integer),
        How::OsType => os_type(text).map(Value::Literal),
        _ => Some(platform(text).map_or_else(|| Value::text(text), Value::Literal)),
    }
}

/// [Azure Information Protection's numbers](https://learn.microsoft.com/office/office-365-management-api/aip-unified-audit-logs-best-practices).
fn platform(text: &str) -> Option<&'static str> {
    const NAMES: [&str; 6] = ["Unknown", "Windows", "MacOS", "iOS", "Android", "Web Browser"];
    NAMES.get(text.parse::<usize>().ok()?).copied()
}

/// ECS `host.os.type`.
fn os_type(text: &str) -> Option<&'static str> {
    // `Darwin` holds `win`, so it has to come first.
    const WORDS: [(&str, &str); 9] = [
        ("mac", "macos"),
        ("darwin", "macos"),
        ("iphone", "ios"),
        ("ipad", "ios"),
        ("ios", "ios"),
        ("android", "android"),
        ("linux", "linux"),
        ("ubuntu", "linux"),
        ("win", "windows"),
    ];
    let text = platform(text).unwrap_or(text);
    let contains =
        |word: &str| text.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()));
    WORDS.iter().find(|(word, _)| contains(word)).map(|(_, family)| *family)
}

/// Elastic's numbers of Microsoft's severities.
fn severity(text: &str) -> Option<i64> {
    const NAMES: [&str; 4] = ["informational", "low", "medium", "high"];
    let at = NAMES.iter().position(|name| name.eq_ignore_ascii_case(text.trim()))?;
    i64::try_from(at + 1).ok()
}

fn person(draft: &mut Draft<'_>, target: &Target, view: View<'_>, text: &str) {
    let parts = user::parse(text);
    let id = draft.verbatim(view);
    let (source, email) = (draft.source, parts.email);
    // A mail address that is the whole text is the same piece of the record as the id.
    let email = email.map(|email| if email.len() == text.len() { id.clone() } else { Value::text_of(email, source) });
    let name = parts.name.map(|name| draft.text(name));
    let domain = parts.domain.map(|domain| draft.text(domain));
    draft.relate(Related::User, &id);
    for value in [&name, &email].into_iter().flatten() {
        draft.relate(Related::User, value);
    }
    let mut object = draft.tree.at(target.section, &target.names);
    object.put("id", id);
    for (key, value) in [("name", name), ("domain", domain.clone()), ("email", email)] {
        if let Some(value) = value {
            object.put(key, value);
        }
    }
    if let Some(domain) = domain {
        draft.relate(Related::Hosts, &domain);
    }
}

fn client(draft: &mut Draft<'_>, text: &str) {
    let found = address::parse(text);
    let ip = found.ip.map(|ip| draft.text(ip));
    let domain = found.domain.map(|domain| draft.text(domain));
    let address = draft.text(found.address);
    let port = found.port.map(|port| Value::Integer(i64::from(port)));
    if let Some(ip) = &ip {
        draft.relate(Related::Ip, ip);
        let version = if found.is_v6 { "ipv6" } else { "ipv4" };
        draft.tree.object(tree::NETWORK).push("type", version);
    }
    if let Some(domain) = &domain {
        draft.relate(Related::Hosts, domain);
    }
    for section in [tree::CLIENT, tree::SOURCE] {
        let mut object = draft.tree.object(section);
        object.push("address", address.clone());
        for (name, value) in [("ip", &ip), ("port", &port), ("domain", &domain)] {
            if let Some(value) = value {
                object.push(name, value.clone());
            }
        }
    }
}

fn server(draft: &mut Draft<'_>, text: &str) {
    let found = address::parse(text.trim());
    let address = draft.text(found.address);
    draft.tree.object(tree::SERVER).push("address", address);
    if let Some(domain) = found.domain {
        let domain = draft.text(domain);
        draft.relate(Related::Hosts, &domain);
        draft.tree.object(tree::SERVER).push("domain", domain);
    }
    if let Some(ip) = found.ip {
        let ip = draft.text(ip);
        draft.relate(Related::Ip, &ip);
        draft.tree.object(tree::SERVER).push("ip", ip.clone());
        draft.tree.object(tree::section("destination")).push("ip", ip);
    }
}

/// Cuts a URL of the plain kind that SharePoint writes; of any other kind only the whole is kept.
fn url(draft: &mut Draft<'_>, view: View<'_>, text: &str) {
    let original = draft.verbatim(view);
    draft.tree.object(tree::URL).push("original", original);
    let after = |scheme: &'static str| Some((scheme, text.strip_prefix(scheme)?.strip_prefix("://")?));
    let Some((scheme, rest)) = after("https").or_else(|| after("http")) else { return };
    let end = memchr::memchr3(b'/', b'?', b'#', rest.as_bytes()).unwrap_or(rest.len());
    let (domain, behind) = rest.split_at(end);
    let path = memchr::memchr2(b'?', b'#', behind.as_bytes()).map_or(behind, |end| &behind[..end]);
    if !address::is_host(domain) {
        return;
    }
    let domain = draft.text(domain);
    draft.relate(Related::Hosts, &domain);
    let path = (!path.is_empty()).then(|| draft.text(path));
    let mut object = draft.tree.object(tree::URL);
    object.push("scheme", scheme);
    object.push("domain", domain);
    if let Some(path) = path {
        object.push("path", path);
    }
}
