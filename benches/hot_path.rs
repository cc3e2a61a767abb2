//! Parse, map, serialise: what every event goes through, each step alone.
#![allow(missing_docs, clippy::unwrap_used)]

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use o365collector::event::{Event, Records, Splitter};

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

fn split(body: &[u8]) -> Vec<Records> {
    let (mut splitter, mut rest, mut all) = (Splitter::new(), body, Vec::new());
    while !rest.is_empty() {
        rest = &rest[splitter.push(rest).unwrap()..];
        if splitter.is_full() {
            all.extend(splitter.take());
        }
    }
    all.extend(splitter.finish().unwrap());
    all
}

fn events(records: &[Records]) -> Vec<Event> {
    records
        .iter()
        .flat_map(|batch| batch.records.iter().map(|record| Event::parse(&batch.source, record.span).unwrap()))
        .collect()
}

#[divan::bench]
fn split_only(bencher: Bencher) {
    let body = body();
    bencher.counter(ItemsCount::new(RECORDS)).counter(BytesCount::new(body.len())).bench(|| split(&body));
}

#[divan::bench]
fn split_parse(bencher: Bencher) {
    let body = body();
    bencher.counter(ItemsCount::new(RECORDS)).counter(BytesCount::new(body.len())).bench(|| events(&split(&body)));
}

/// The floor that the mapping is measured against.
#[divan::bench]
fn split_parse_write(bencher: Bencher) {
    let body = body();
    bencher.counter(ItemsCount::new(RECORDS)).counter(BytesCount::new(body.len())).bench(|| {
        let mut out = Vec::with_capacity(2 * body.len());
        for event in events(&split(&body)) {
            event.write_json(&mut out);
            out.push(b'\n');
        }
        out
    });
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
