//! Split, parse, map, write: what every event goes through, a step more in each function.
//!
//! `cargo bench --bench hot_path`; the fastest sample counts where others use the machine.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::Arc;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use o365collector::event::{Event, Origin, Records, Splitter};
use o365collector::processors::{Chain, Mapping, Options};
use o365collector::time::Clock;

const RECORDS: usize = 600;

fn main() {
    divan::main();
}

/// A file operation as SharePoint sends it, about 1.7 KB.
fn record(number: usize) -> String {
    format!(
        r#"{{"AppAccessContext":{{"AADSessionId":"5c1f2a3b-0000-4000-8000-{number:012}","CorrelationId":"6b2d9ca1-80aa-9000-1111-{number:012}","UniqueTokenId":"kq3XJxJ2hkG1vA0p{number:06}"}},"CreationTime":"2026-11-20T10:{:02}:{:02}","Id":"7f0c9a52-1111-4222-8333-{number:012}","Operation":"FileDownloaded","OrganizationId":"0b9e0e1c-2f5d-4c8f-9a11-4ad1c4f2a001","RecordType":6,"UserKey":"i:0h.f|membership|1003200{number:09}@live.com","UserType":0,"Version":1,"Workload":"OneDrive","ClientIP":"203.0.113.{}","UserId":"mira.solberg@larkfield.example","ApplicationId":"00000003-0000-0ff1-ce00-000000000000","AuthenticationType":"OAuth","BrowserName":"Edge","BrowserVersion":"141.0.0.0","CorrelationId":"6b2d9ca1-80aa-9000-1111-{number:012}","CreationDate":"2026-10-02T08:11:45","DeviceDisplayName":"203.0.113.77","EventSource":"SharePoint","FileSizeBytes":{},"GeoLocation":"NOR","IsManagedDevice":false,"ItemType":"File","ListBaseTemplateType":"101","ListId":"d3a7c0de-1234-4abc-8def-9a1b2c3d4e5f","ListItemUniqueId":"f2b6e1d0-4321-4cba-9fed-{number:012}","Platform":"WinDesktop","Site":"a1b2c3d4-aaaa-4bbb-8ccc-1234567890ab","UserAgent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0","WebId":"c0ffee00-5555-4666-8777-abcdefabcdef","HighPriorityMediaProcessing":false,"SourceFileExtension":"xlsx","SiteUrl":"https://larkfield-my.sharepoint.example/personal/mira_solberg_larkfield_example/","SourceFileName":"Budget {number}.xlsx","SourceRelativeUrl":"Documents/Finance/2026","ObjectId":"https://larkfield-my.sharepoint.example/personal/mira_solberg_larkfield_example/Documents/Finance/2026/Budget {number}.xlsx"}}"#,
        number / 60 % 60,
        number % 60,
        number % 250,
        1000 + number * 37
    )
}

fn body() -> Vec<u8> {
    let records: Vec<String> = (0..RECORDS).map(record).collect();
    format!("[{}]", records.join(",")).into_bytes()
}

/// Hands each batch to `visit` when it is full, as the collector does.
fn split(body: &[u8], mut visit: impl FnMut(Records)) {
    let (mut splitter, mut rest) = (Splitter::new(), body);
    while !rest.is_empty() {
        rest = &rest[splitter.push(rest).unwrap()..];
        if splitter.is_full() {
            splitter.take().map(&mut visit);
        }
    }
    splitter.finish().unwrap().map(&mut visit);
}

fn events(records: &Records) -> Vec<Event> {
    records.records.iter().map(|record| records.event(record).unwrap()).collect()
}

fn write<'e>(events: impl IntoIterator<Item = &'e Event>, out: &mut Vec<u8>) {
    for event in events {
        event.write_json(out);
        out.push(b'\n');
    }
}

/// The whole path of a record, from the body to the line that an output writes.
fn whole_path(bencher: Bencher, mapping: Mapping) {
    let body = body();
    let chain = Chain::new(Options { mapping, ..Options::default() }, Clock::system());
    let origin = Arc::new(Origin {
        connection: "larkfield".into(),
        content_type: "Audit.SharePoint".into(),
        ..Origin::default()
    });
    measure(bencher, &body, |out| {
        split(&body, |records| write(&chain.events(&records, &origin).events, out));
    });
}

/// Measures with an output's buffer, which is used again.
fn measure(bencher: Bencher, body: &[u8], mut step: impl FnMut(&mut Vec<u8>)) {
    let mut out = Vec::with_capacity(4 * body.len());
    bencher.counter(ItemsCount::new(RECORDS)).counter(BytesCount::new(body.len())).bench_local(|| {
        out.clear();
        step(&mut out);
        out.len()
    });
}

#[divan::bench]
fn split_only(bencher: Bencher) {
    let body = body();
    measure(bencher, &body, |_| split(&body, drop));
}

#[divan::bench]
fn split_parse(bencher: Bencher) {
    let body = body();
    measure(bencher, &body, |_| split(&body, |records| drop(events(&records))));
}

/// The floor that the mapping is measured against.
#[divan::bench]
fn split_parse_write(bencher: Bencher) {
    let body = body();
    measure(bencher, &body, |out| split(&body, |records| write(&events(&records), out)));
}

#[divan::bench]
fn none(bencher: Bencher) {
    whole_path(bencher, Mapping::None);
}

#[divan::bench]
fn ecs(bencher: Bencher) {
    whole_path(bencher, Mapping::Ecs);
}

/// What `serde_json::Value` would cost: the whole blob parsed, then written.
#[divan::bench]
fn serde_json_value(bencher: Bencher) {
    let body = body();
    bencher.counter(ItemsCount::new(RECORDS)).counter(BytesCount::new(body.len())).bench(|| {
        let values: Vec<serde_json::Value> = serde_json::from_slice(&body).unwrap();
        let mut out = Vec::with_capacity(2 * body.len());
        for value in values {
            serde_json::to_writer(&mut out, &value).unwrap();
            out.push(b'\n');
        }
        out
    });
}
