//! Which index and which ingest pipeline an event goes to.

use std::borrow::Cow;

use super::Options;
use crate::event::{Event, View};
use crate::outputs::condition::Condition;
use crate::settings::FormatString;
use crate::settings::format::Piece;
use crate::time::{Clock, Timestamp};

/// The settings `index`, `indices`, `pipeline` and `pipelines`, read once.
#[derive(Clone, Debug)]
pub(super) struct Routing {
    /// The first whose condition holds; the last one always does.
    indices: Vec<Rule>,
    pipelines: Vec<Rule>,
    clock: Clock,
}

#[derive(Clone, Debug)]
struct Rule {
    name: FormatString,
    has_date: bool,
    when: Option<Condition>,
}

impl Rule {
    fn new(name: &FormatString, when: Option<Condition>) -> Self {
        let has_date = name.pieces().iter().any(|piece| matches!(piece, Piece::Date(_)));
        Self { name: name.clone(), has_date, when }
    }
}

impl Routing {
    pub(super) fn new(options: &Options) -> Self {
        let when = |condition: &Option<_>| condition.as_ref().map(Condition::new);
        let indices = options.indices.iter().map(|rule| Rule::new(&rule.index, when(&rule.when)));
        let pipelines = options.pipelines.iter().map(|rule| Rule::new(&rule.pipeline, when(&rule.when)));
        Self {
            indices: indices.chain([Rule::new(&options.index, None)]).collect(),
            pipelines: pipelines.chain(options.pipeline.iter().map(|name| Rule::new(name, None))).collect(),
            clock: Clock::system(),
        }
    }

    /// Writes the action line of `event`. An error says why it belongs nowhere.
    pub(super) fn write_action(&self, event: &Event, out: &mut Vec<u8>) -> Result<(), String> {
        let index = self.index(event)?;
        out.extend_from_slice(b"{\"create\":{\"_index\":");
        quote(out, &index);
        if let Some(id) = event.id() {
            out.extend_from_slice(b",\"_id\":");
            quote(out, &id);
        }
        if let Some(pipeline) = self.pipeline(event)? {
            out.extend_from_slice(b",\"pipeline\":");
            quote(out, &pipeline);
        }
        out.extend_from_slice(b"}}\n");
        Ok(())
    }

    /// `@metadata.alias` and `raw_index` as they are, `@metadata.index` with the day behind it, as in Beats; then the
    /// rules. Names of indices are lower case.
    fn index<'e>(&self, event: &'e Event) -> Result<Cow<'e, str>, String> {
        let named = |path| if event.metadata.is_empty() { None } else { event.get(path).and_then(View::text) };
        let index = if let Some(name) = named("@metadata.alias").or_else(|| named("@metadata.raw_index")) {
            name
        } else if let Some(name) = named("@metadata.index") {
            Cow::Owned(format!("{name}-{}", self.time(event).format("%Y.%m.%d")))
        } else {
            let rendered = self.first(&self.indices, event)?;
            Cow::Owned(rendered.ok_or("no rule of `indices` names an index for it")?)
        };
        Ok(if index.bytes().any(|byte| byte.is_ascii_uppercase()) { index.to_lowercase().into() } else { index })
    }

    fn pipeline<'e>(&self, event: &'e Event) -> Result<Option<Cow<'e, str>>, String> {
        let named = if event.metadata.is_empty() { None } else { event.get("@metadata.pipeline").and_then(View::text) };
        match named {
            Some(name) => Ok(Some(name)),
            None => Ok(self.first(&self.pipelines, event)?.filter(|name| !name.is_empty()).map(Cow::Owned)),
        }
    }

    fn first(&self, rules: &[Rule], event: &Event) -> Result<Option<String>, String> {
        let holds = |rule: &&Rule| rule.when.as_ref().is_none_or(|condition| condition.holds(event));
        let Some(rule) = rules.iter().find(holds) else { return Ok(None) };
        let time = if rule.has_date { self.time(event) } else { Timestamp::default() };
        let name = rule.name.render(|path| event.get(path).and_then(View::scalar), time);
        name.map(Some).ok_or_else(|| format!("`{}` names a field that it does not have", rule.name))
    }

    fn time(&self, event: &Event) -> Timestamp {
        event.timestamp().unwrap_or_else(|| self.clock.now())
    }
}

fn quote(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("a Vec takes every byte");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(json: &str) -> Options {
        serde_json::from_str(json).unwrap()
    }

    #[track_caller]
    fn check(settings: &str, metadata: &[(&str, &'static str)], action: &str) {
        let json = r#"{"@timestamp":"2026-11-21T09:30:00Z","event":{"code":6},"data_stream":{"namespace":"Prod"}}"#;
        let mut event = Event::from_json(json.to_owned()).unwrap();
        for (path, value) in metadata {
            event.put(&format!("@metadata.{path}"), *value).unwrap();
        }
        let mut out = Vec::new();
        let written = Routing::new(&options(settings)).write_action(&event, &mut out);
        assert_eq!(written.map_or_else(|error| error, |()| String::from_utf8(out).unwrap()).trim_end(), action);
    }

    #[test]
    fn the_default_is_the_data_stream_of_the_event() {
        check("{}", &[], r#"{"create":{"_index":"logs-o365.audit-prod"}}"#);
        check("{}", &[("_id", "a\"b")], r#"{"create":{"_index":"logs-o365.audit-prod","_id":"a\"b"}}"#);
    }

    #[test]
    fn the_first_rule_that_holds_names_the_index() {
        let rules = r#"{"index":"o365-%{+yyyy.MM}","indices":[{"index":"no","when":{"equals":{"event.code":7}}},
            {"index":"code-%{[event.code]}","when":{"equals":{"event.code":6}}}],
            "pipeline":"p","pipelines":[{"pipeline":"special","when":{"has_fields":["none"]}}]}"#;
        check(rules, &[], r#"{"create":{"_index":"code-6","pipeline":"p"}}"#);
        check(r#"{"index":"O365-%{+yyyy.MM}"}"#, &[], r#"{"create":{"_index":"o365-2026.11"}}"#);
        check(r#"{"index":"%{[none]}"}"#, &[], "`%{[none]}` names a field that it does not have");
    }

    #[test]
    fn metadata_wins_as_in_beats() {
        check("{}", &[("index", "mine")], r#"{"create":{"_index":"mine-2026.11.21"}}"#);
        check("{}", &[("raw_index", "mine")], r#"{"create":{"_index":"mine"}}"#);
        let pipeline = r#"{"create":{"_index":"logs-o365.audit-prod","pipeline":"_none"}}"#;
        check(r#"{"pipeline":"p"}"#, &[("pipeline", "_none")], pipeline);
    }
}
