//! Records as templates: JSON texts with gaps in `«»`, filled straight into a buffer.
//!
//! `«user»` is a gap, filled from a [`Scene`]; `«View|Edit»` is a choice. Choices of equal length in one record choose
//! alike, so that an error's number and its name belong together.

use std::io::Write as _;

use chrono::{Datelike as _, Timelike as _};
use fastrand::Rng;
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::company::{Company, Person};
use crate::time::Timestamp;

const SITES: [&str; 5] = ["Harbour Office", "Finance", "Projects", "Fleet", "People"];
const FILES: [(&str, &str); 5] = [
    ("berths 2026.xlsx", "xlsx"),
    ("tide tables.pdf", "pdf"),
    ("crew rota.docx", "docx"),
    ("Prüfbericht.pdf", "pdf"),
    ("budget (final).pptx", "pptx"),
];
const SUBJECTS: [&str; 4] = ["Minutes of Tuesday", "RE: Quote for slipway repair", "Lunch?", "Your invoice is overdue"];

/// What one record is about.
pub(super) struct Scene<'a> {
    pub(super) company: &'a Company,
    pub(super) id: Uuid,
    pub(super) time: Timestamp,
    pub(super) dice: Rng,
}

/// The templates of one content type, each as often as its weight says.
pub(super) struct Templates {
    by_weight: Vec<usize>,
    templates: Vec<Template>,
}

struct Template {
    parts: Vec<Part>,
}

enum Part {
    Text(String),
    Choice(Vec<String>),
    Gap(Gap),
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Gap {
    Time,
    Id,
    Tenant,
    Domain,
    Organization,
    User,
    Name,
    UserId,
    Puid,
    Device,
    DeviceId,
    Agent,
    Ip,
    IpPort,
    Port,
    Other,
    OtherName,
    OtherId,
    Guest,
    Stranger,
    Octet,
    Site,
    File,
    Extension,
    Subject,
    Guid,
    Hex,
    Digits,
}

#[derive(Deserialize)]
struct Source<'a> {
    weight: usize,
    #[serde(borrow)]
    record: &'a RawValue,
}

impl Templates {
    /// The templates of a content type; those without any share the ones of `Audit.General`.
    pub(super) fn of(content_type: &str) -> Self {
        Self::parse(match content_type {
            "Audit.AzureActiveDirectory" => include_str!("templates/azure_active_directory.json"),
            "Audit.Exchange" => include_str!("templates/exchange.json"),
            "Audit.SharePoint" => include_str!("templates/sharepoint.json"),
            "DLP.All" => include_str!("templates/dlp.json"),
            _ => include_str!("templates/general.json"),
        })
    }

    fn parse(text: &str) -> Self {
        let sources: Vec<Source> = serde_json::from_str(text).expect("the templates are part of this program");
        let by_weight = sources
            .iter()
            .enumerate()
            .flat_map(|(number, source)| std::iter::repeat_n(number, source.weight))
            .collect();
        let templates = sources.iter().map(|source| Template::parse(&compact(source.record.get()))).collect();
        Self { by_weight, templates }
    }

    /// Writes the record of a scene.
    pub(super) fn write(&self, mut scene: Scene, out: &mut Vec<u8>) {
        let number = self.by_weight[scene.dice.usize(..self.by_weight.len())];
        self.templates[number].write(&mut scene, out);
    }
}

impl Template {
    fn parse(text: &str) -> Self {
        let mut parts = Vec::new();
        for piece in text.split_inclusive('»') {
            let (before, gap) = piece.split_once('«').unwrap_or((piece, ""));
            parts.push(Part::Text(before.into()));
            if let Some(gap) = gap.strip_suffix('»') {
                parts.push(Part::parse(gap));
            }
        }
        Self { parts }
    }

    fn write(&self, scene: &mut Scene, out: &mut Vec<u8>) {
        let pick = scene.dice.usize(..);
        let people = &scene.company.people;
        let (user, other) = (&people[pick % people.len()], &people[(pick >> 16) % people.len()]);
        for part in &self.parts {
            match part {
                Part::Text(text) => out.extend_from_slice(text.as_bytes()),
                Part::Choice(choices) => out.extend_from_slice(choices[(pick >> 24) % choices.len()].as_bytes()),
                Part::Gap(gap) => gap.fill(scene, pick, user, other, out),
            }
        }
    }
}

impl Part {
    fn parse(gap: &str) -> Self {
        if gap.contains('|') {
            return Self::Choice(gap.split('|').map(String::from).collect());
        }
        let name = serde_json::Value::String(gap.into());
        Self::Gap(serde_json::from_value(name).expect("the templates name only gaps that exist"))
    }
}

impl Gap {
    fn fill(self, scene: &mut Scene, pick: usize, user: &Person, other: &Person, out: &mut Vec<u8>) {
        let company = scene.company;
        let text = match self {
            Self::Time => return write_time(scene.time, out),
            Self::Id => return write_guid(scene.id, out),
            Self::Guid => return write_guid(Uuid::from_u128(scene.dice.u128(..)), out),
            Self::Hex => return write_hex(scene.dice.u128(..), out),
            Self::Digits => return write_number(scene.dice.usize(100_000_000..1_000_000_000), out),
            Self::Octet => return write_number(1 + pick % 254, out),
            Self::Port => return write_number(1_024 + pick % 60_000, out),
            Self::Stranger => {
                out.extend_from_slice(b"203.0.113.");
                return write_number(1 + pick % 254, out);
            }
            Self::IpPort => {
                out.extend_from_slice(b"198.51.100.");
                write_number(1 + pick % 254, out);
                out.push(b':');
                return write_number(1_024 + pick % 60_000, out);
            }
            Self::Tenant => &company.tenant.tenant_id,
            Self::Domain => &company.tenant.domain,
            Self::Organization => &company.short_name,
            Self::User => &user.address,
            Self::Name => &user.name,
            Self::UserId => &user.id,
            Self::Puid => &user.puid,
            Self::Device => &user.device,
            Self::DeviceId => &user.device_id,
            Self::Agent => user.agent,
            Self::Ip => &user.ip,
            Self::Other => &other.address,
            Self::OtherName => &other.name,
            Self::OtherId => &other.id,
            Self::Guest => "skipper@gullwing-charter.example",
            Self::Site => SITES[(pick >> 8) % SITES.len()],
            Self::File => FILES[(pick >> 12) % FILES.len()].0,
            Self::Extension => FILES[(pick >> 12) % FILES.len()].1,
            Self::Subject => SUBJECTS[(pick >> 10) % SUBJECTS.len()],
        };
        out.extend_from_slice(text.as_bytes());
    }
}

/// Drops the white space between the tokens of a JSON text.
fn compact(json: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    let keep = |&c: &char| {
        let keep = in_string || !c.is_ascii_whitespace();
        in_string ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        keep
    };
    json.chars().filter(keep).collect()
}

/// Writes an instant as Microsoft does in records: to the second, without a zone.
pub(super) fn write_time(time: Timestamp, out: &mut Vec<u8>) {
    let year = time.year().unsigned_abs();
    let pairs = [year / 100, year % 100, time.month(), time.day(), time.hour(), time.minute(), time.second()];
    for (pair, mark) in pairs.into_iter().zip(["", "-", "-", "T", ":", ":", ""]) {
        out.extend([b'0' + (pair / 10) as u8, b'0' + (pair % 10) as u8]);
        out.extend_from_slice(mark.as_bytes());
    }
}

/// Writes a GUID in lower case.
pub(super) fn write_guid(guid: Uuid, out: &mut Vec<u8>) {
    out.extend_from_slice(guid.hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes());
}

fn write_hex(number: u128, out: &mut Vec<u8>) {
    out.extend_from_slice(Uuid::from_u128(number).simple().encode_upper(&mut Uuid::encode_buffer()).as_bytes());
}

fn write_number(number: usize, out: &mut Vec<u8>) {
    write!(out, "{number}").expect("a vector takes every write");
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::simulator::{CONTENT_TYPES, dice::dice};

    fn records(content_type: &str, count: u64) -> Vec<Value> {
        let (company, templates) = (Company::new(1, 0), Templates::of(content_type));
        let time = crate::time::parse("2026-11-21T09:05:00Z").expect("a valid literal");
        let record = |number| {
            let mut text = Vec::new();
            let id = Uuid::from_u128(number);
            templates.write(Scene { company: &company, id, time, dice: dice(number as u64) }, &mut text);
            serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&text)))
        };
        (0..u128::from(count)).map(record).collect()
    }

    #[test]
    fn every_template_writes_json() {
        for content_type in CONTENT_TYPES {
            for record in records(content_type, 500) {
                assert_eq!(record["CreationTime"], "2026-11-21T09:05:00");
                assert!(!record.to_string().contains(['«', '»']), "{record}");
            }
        }
    }

    #[test]
    fn the_company_does_all_that_companies_do() {
        let types = |content_type| -> BTreeSet<i64> {
            records(content_type, 500).iter().filter_map(|record| record["RecordType"].as_i64()).collect()
        };
        assert_eq!(types("Audit.AzureActiveDirectory"), [8, 15].into());
        assert_eq!(types("Audit.Exchange"), [1, 2, 3, 50].into());
        assert_eq!(types("Audit.SharePoint"), [4, 6, 14].into());
        assert_eq!(types("Audit.General"), [20, 22, 25, 40, 261, 9001].into());
        assert_eq!(types("DLP.All"), [11, 13].into());
    }

    #[test]
    fn a_failed_sign_in_has_the_number_of_its_error() {
        let failed = records("Audit.AzureActiveDirectory", 500);
        let wrong = failed.iter().find(|record| record["LogonError"] == "InvalidUserNameOrPassword");
        assert_eq!(wrong.map(|record| &record["ErrorNumber"]), Some(&Value::from("50126")));
    }
}
