//! The fictional companies whose tenants are simulated: people, addresses, sites.

use fastrand::Rng;
use uuid::Uuid;

use super::dice::{dice, hash};

const NAMES: [&str; 6] =
    ["Larkspur Marine", "Ondine Ceramics", "Tallow & Reed", "Brightwater Optics", "Mossgate Foods", "Pellucid Works"];
const FIRST_NAMES: [&str; 10] =
    ["Amara", "Björn", "Clíona", "Dmitri", "Esme", "Farid", "Greta", "Hiroko", "Ines", "Jakub"];
const LAST_NAMES: [&str; 6] = ["Abara", "Brandt", "Castellan", "Dvorak", "Eklund", "Fenwick"];
const AGENTS: [&str; 4] = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
];

/// How to connect to a simulated tenant.
#[derive(Clone, Debug)]
pub struct Tenant {
    /// The tenant's GUID.
    pub tenant_id: String,
    /// The one application that is registered there.
    pub client_id: String,
    /// The application's secret.
    pub client_secret: String,
    /// A secret of the application that has expired.
    pub expired_secret: String,
    /// The tenant's verified domain.
    pub domain: String,
}

/// A tenant with everyone who acts in it.
pub(super) struct Company {
    pub(super) tenant: Tenant,
    /// The company's name in host names: `larkspurmarine`.
    pub(super) short_name: String,
    pub(super) people: Vec<Person>,
}

/// Someone who signs in, reads mail and edits files.
pub(super) struct Person {
    pub(super) name: String,
    pub(super) address: String,
    pub(super) id: String,
    pub(super) puid: String,
    pub(super) device: String,
    pub(super) device_id: String,
    pub(super) agent: &'static str,
    pub(super) ip: String,
}

impl Company {
    /// The `number`-th company of a seed.
    pub(super) fn new(seed: u64, number: usize) -> Self {
        let mut dice = dice(hash(seed, &[0xC0, number as u64]));
        let generation = number / NAMES.len();
        let mut short_name: String =
            NAMES[number % NAMES.len()].chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        if generation > 0 {
            short_name.push_str(&generation.to_string());
        }
        let domain = format!("{short_name}.example");
        let people = (0..FIRST_NAMES.len() * LAST_NAMES.len()).map(|n| Person::new(n, &domain, &mut dice)).collect();
        let tenant = Tenant {
            tenant_id: guid(&mut dice),
            client_id: guid(&mut dice),
            // Real secrets hold characters that a form must escape, so these do too.
            client_secret: format!("Sim~{:016x}+/=._", dice.u64(..)),
            expired_secret: format!("Old~{:016x}+/=._", dice.u64(..)),
            domain,
        };
        Self { tenant, short_name, people }
    }

    /// Whether `name` is the tenant's GUID or domain.
    pub(super) fn is_called(&self, name: &str) -> bool {
        self.tenant.tenant_id.eq_ignore_ascii_case(name) || self.tenant.domain.eq_ignore_ascii_case(name)
    }
}

impl Person {
    fn new(number: usize, domain: &str, dice: &mut Rng) -> Self {
        let (first, last) = (FIRST_NAMES[number % FIRST_NAMES.len()], LAST_NAMES[number / FIRST_NAMES.len()]);
        let mailbox = format!("{first}.{last}").to_lowercase().replace('ö', "oe").replace('í', "i");
        // Only the ranges that RFC 5737 and RFC 3849 keep for documentation.
        let ip = match number % 4 {
            0 => format!("192.0.2.{}", dice.u8(1..255)),
            1 => format!("198.51.100.{}", dice.u8(1..255)),
            2 => format!("203.0.113.{}", dice.u8(1..255)),
            _ => format!("2001:db8:{:x}::{:x}", dice.u16(1..), dice.u16(1..)),
        };
        Self {
            name: format!("{first} {last}"),
            address: format!("{mailbox}@{domain}"),
            id: guid(dice),
            puid: format!("10032{:011X}", dice.u64(..) >> 20),
            device: format!("{}-{:04}", ["LAPTOP", "DESKTOP", "TABLET"][number % 3], dice.u16(..10_000)),
            device_id: guid(dice),
            agent: AGENTS[number % AGENTS.len()],
            ip,
        }
    }
}

fn guid(dice: &mut Rng) -> String {
    Uuid::from_u128(dice.u128(..)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_always_founds_the_same_companies() {
        let [first, again, second] = [(1, 0), (1, 0), (1, 6)].map(|(seed, number)| Company::new(seed, number).tenant);
        assert_eq!(first.tenant_id, again.tenant_id);
        assert_ne!(first.tenant_id, second.tenant_id);
        assert_eq!(
            (first.domain.as_str(), second.domain.as_str()),
            ("larkspurmarine.example", "larkspurmarine1.example")
        );
    }

    #[test]
    fn a_tenant_goes_by_its_id_and_its_domain() {
        let company = Company::new(1, 0);
        assert!(
            company.is_called(&company.tenant.tenant_id.to_uppercase()) && company.is_called("larkspurmarine.example")
        );
        assert!(!company.is_called("common"));
    }
}
