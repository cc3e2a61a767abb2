//! A user's name, in every spelling that Microsoft uses.

/// What a text says about a user: ECS `user.*`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct User<'a> {
    /// The name alone.
    pub name: Option<&'a str>,
    /// The part behind `@` or before `\`.
    pub domain: Option<&'a str>,
    /// The whole text, if it is a mail address.
    pub email: Option<&'a str>,
}

/// Reads a user: `a@b`, `DOMAIN\user`, a claim `i:0#.f|membership|a@b`, a GUID, a SID, or the name of a service.
pub fn parse(text: &str) -> User<'_> {
    let text = text.trim();
    // SharePoint writes claims where it does not translate them; the last part names the user.
    let bare = match text.rsplit_once('|') {
        Some((claim, last)) if claim.starts_with("i:") || claim.starts_with("c:") => last,
        _ => text,
    };
    if let Some((name, domain)) = address(bare) {
        // `app@sharepoint` is a service: a mail address has a dot behind its `@`.
        return User { name: Some(name), domain: Some(domain), email: domain.contains('.').then_some(bare) };
    }
    if let Some((domain, name)) = bare.split_once('\\') {
        let name = name.split_once(" (").map_or(name, |(name, _process)| name);
        let some = |part: &'_ str| !part.is_empty();
        return User {
            name: Some(name).filter(|name| some(name)),
            domain: Some(domain).filter(|domain| some(domain)),
            email: None,
        };
    }
    if bare.is_empty() || is_guid(bare) || is_sid(bare) {
        return User::default();
    }
    User { name: Some(bare), ..User::default() }
}

/// Both sides of the one `@` of an address.
pub fn address(text: &str) -> Option<(&str, &str)> {
    let (name, domain) = text.split_once('@')?;
    let is_address = !name.is_empty()
        && !domain.is_empty()
        && !domain.contains('@')
        && !text.bytes().any(|byte| byte.is_ascii_whitespace() || byte == b'\\' || byte == b';');
    is_address.then_some((name, domain))
}

/// Whether `text` is a GUID, braces apart.
pub fn is_guid(text: &str) -> bool {
    let bare = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(text);
    bare.len() == 36
        && bare.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_sid(text: &str) -> bool {
    text.strip_prefix("S-1-").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, name: Option<&str>, domain: Option<&str>, email: Option<&str>) {
        assert_eq!(parse(text), User { name, domain, email }, "{text}");
    }

    #[test]
    fn users_are_addresses_accounts_claims_or_ids() {
        let (name, domain, email) = (Some("mira"), Some("larkfield.example"), Some("mira@larkfield.example"));
        check("mira@larkfield.example", name, domain, email);
        check("i:0#.f|membership|mira@larkfield.example", name, domain, email);
        check(
            "jo_fabrikam.example#EXT#@larkfield.example",
            Some("jo_fabrikam.example#EXT#"),
            domain,
            Some("jo_fabrikam.example#EXT#@larkfield.example"),
        );
        check("LARKFIELD\\mira", name, Some("LARKFIELD"), None);
        check("5b1f2a3b-0000-4000-8000-00000000000a", None, None, None);
        check("S-1-5-18", None, None, None);
        check("", None, None, None);
    }

    #[test]
    fn services_get_no_mail_address() {
        check("NT AUTHORITY\\SYSTEM (w3wp)", Some("SYSTEM"), Some("NT AUTHORITY"), None);
        check("NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)", Some("SYSTEM"), Some("NT AUTHORITY"), None);
        check("app@sharepoint", Some("app"), Some("sharepoint"), None);
        check("SecurityComplianceAlerts", Some("SecurityComplianceAlerts"), None, None);
        check("ServicePrincipal_5b1f2a3b", Some("ServicePrincipal_5b1f2a3b"), None, None);
        for odd in ["a@b@c.example", "@x.example", "x@", "two words@x.example"] {
            check(odd, Some(odd), None, None);
        }
        check("\\", None, None, None);
    }
}
