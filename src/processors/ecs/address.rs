//! A client's address, in every spelling that Microsoft uses.

use std::net::{Ipv4Addr, Ipv6Addr};

/// What a text says about an address: ECS `client.*`, `source.*`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Address<'a> {
    /// The whole address without its port; junk as it came.
    pub address: &'a str,
    /// The IP address as written, without zone and without `::ffff:`.
    pub ip: Option<&'a str>,
    /// Whether the IP address is of version 6.
    pub is_v6: bool,
    /// The port.
    pub port: Option<u16>,
    /// The host's name.
    pub domain: Option<&'a str>,
}

/// Reads an address: `1.2.3.4`, `[v6]:port`, `v4:port`, `host:port`, `NAME (1.2.3.4)`, with zones, mapped, or junk.
pub fn parse(text: &str) -> Address<'_> {
    let text = text.trim();
    let whole = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    if let Some((name, inner)) = whole.strip_suffix(')').and_then(|rest| rest.split_once(" ("))
        && is_host(name.trim())
    {
        let inside = ip(inner.trim());
        return Address {
            address: name.trim(),
            ip: inside.map(|(ip, _)| ip),
            is_v6: inside.is_some_and(|(_, is_v6)| is_v6),
            port: None,
            domain: Some(name.trim()),
        };
    }
    if let Some(found) = host(whole, None) {
        return found;
    }
    let split = match text.strip_prefix('[') {
        Some(rest) => rest.split_once("]:"),
        None => text.rsplit_once(':'),
    };
    split
        .and_then(|(name, port)| host(name, Some(port.parse().ok()?)))
        .unwrap_or(Address { address: text, ..Address::default() })
}

/// An IP address or a host's name without port.
fn host(text: &str, port: Option<u16>) -> Option<Address<'_>> {
    if let Some((ip, is_v6)) = ip(text) {
        return Some(Address { address: ip, ip: Some(ip), is_v6, port, domain: None });
    }
    is_host(text).then_some(Address { address: text, ip: None, is_v6: false, port, domain: Some(text) })
}

/// The IP address that `text` is, and whether it is of version 6.
fn ip(text: &str) -> Option<(&str, bool)> {
    if text.parse::<Ipv4Addr>().is_ok() {
        return Some((text, false));
    }
    let bare = text.split_once('%').map_or(text, |(bare, _zone)| bare);
    // Some services forget the colons of `::ffff:10.0.0.1`.
    let mapped = ["::ffff:", "::FFFF:", "ffff:"].iter().find_map(|prefix| bare.strip_prefix(prefix));
    if let Some(inner) = mapped.filter(|inner| inner.parse::<Ipv4Addr>().is_ok()) {
        return Some((inner, false));
    }
    bare.parse::<Ipv6Addr>().is_ok().then_some((bare, true))
}

/// Whether `text` can be a host's name: labels of letters, digits, `-` and `_`, not digits alone.
pub(super) fn is_host(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    };
    text.bytes().any(|byte| byte.is_ascii_alphabetic()) && text.trim_end_matches('.').split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, address: &str, ip: Option<&str>, port: Option<u16>, domain: Option<&str>) {
        let found = parse(text);
        assert_eq!((found.address, found.ip, found.port, found.domain), (address, ip, port, domain), "{text}");
        assert_eq!(found.is_v6, ip.is_some_and(|ip| ip.contains(':')), "{text}");
    }

    #[test]
    fn ip_addresses_come_bare_bracketed_with_ports_zones_and_mapped() {
        let v4 = "203.0.113.7";
        for text in
            [v4, "[203.0.113.7]", " 203.0.113.7 ", "::ffff:203.0.113.7", "[::FFFF:203.0.113.7]", "ffff:203.0.113.7"]
        {
            check(text, v4, Some(v4), None, None);
        }
        for text in ["203.0.113.7:55", "[203.0.113.7]:55", "[::ffff:203.0.113.7]:55"] {
            check(text, v4, Some(v4), Some(55), None);
        }
        let v6 = "2001:db8::1";
        for text in [v6, "[2001:db8::1]", "2001:db8::1%eth0", "[2001:db8::1%4]"] {
            check(text, v6, Some(v6), None, None);
        }
        check("[2001:db8::1]:443", v6, Some(v6), Some(443), None);
        check("[fe80::1%12]:443", "fe80::1", Some("fe80::1"), Some(443), None);
        check("::1", "::1", Some("::1"), None, None);
    }

    #[test]
    fn host_names_lose_their_ports() {
        for (text, port) in [
            ("mail.larkfield.example", None),
            ("mail.larkfield.example:55", Some(55)),
            ("[mail.larkfield.example]:55", Some(55)),
        ] {
            check(text, "mail.larkfield.example", None, port, Some("mail.larkfield.example"));
        }
        for text in ["EDGE7 (203.0.113.7)", "[EDGE7 (203.0.113.7)]"] {
            check(text, "EDGE7", Some("203.0.113.7"), None, Some("EDGE7"));
        }
        check("EDGE7 (15.20.2707.017)", "EDGE7", None, None, Some("EDGE7"));
    }

    #[test]
    fn junk_stays_an_address_only() {
        for text in ["203.0.113.700", "203.0.113", "what is this", "a:b:c", "203.0.113.7:99999", "[", "]:1", "%", "(x)"]
        {
            check(text, text, None, None, None);
        }
    }
}
