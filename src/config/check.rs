//! What must hold between the rooms' options, besides what each room asks of its own.

use std::collections::HashMap;

use super::Config;
use crate::outputs::options::OutputOptions;
use crate::settings::Problems;
use crate::settings::permissions::check_ours;

impl Config {
    /// Fills in what follows from other settings, and makes names of files absolute or relative to `path.config`.
    pub(super) fn resolve(&mut self) {
        let base = self.path.config.clone();
        for connection in &mut self.connections {
            if connection.id.is_empty() {
                connection.id.clone_from(&connection.tenant_id);
            }
            connection.resolve(&base);
        }
        let only = if let [connection] = &self.connections[..] { connection.id.clone() } else { String::new() };
        for input in &mut self.inputs {
            if input.connection.is_empty() {
                input.connection.clone_from(&only);
            }
            input.resolve();
        }
        for output in self.outputs.values_mut() {
            output.resolve(&base);
        }
    }

    /// Notes everything that is wrong.
    pub(super) fn check(&self, problems: &mut Problems) {
        self.check_connections(problems);
        self.check_inputs(problems);
        self.check_outputs(problems);
        if !self.processors.is_empty() {
            problems.add("processors", "processors come in a later version").hint("leave the list empty");
        }
        problems.under("queue", |problems| self.queue.check(problems));
        if self.http.enabled {
            problems
                .add("http.enabled", "there is no status page yet; it comes in a later version")
                .hint("leave it out");
        }
        problems.under("logging", |problems| self.logging.check(problems));
        if self.max_concurrent_fetches == 0 {
            problems.add("max_concurrent_fetches", "expected at least 1");
        }
    }

    fn check_connections(&self, problems: &mut Problems) {
        if self.connections.is_empty() {
            problems.add("connections", "expected at least one").hint("see o365collector.yml for an example");
        }
        let mut seen = HashMap::new();
        for (index, connection) in self.connections.iter().enumerate() {
            problems.under(format_args!("connections.{index}"), |problems| {
                connection.check(problems);
                if let Some(first) = seen.insert(&connection.id, index).filter(|_| !connection.id.is_empty()) {
                    problems.add("id", format!("`{}` is the id of `connections.{first}` too", connection.id));
                }
            });
        }
    }

    fn check_inputs(&self, problems: &mut Problems) {
        if !self.inputs.iter().any(|input| input.enabled) {
            problems
                .add("inputs", "expected at least one that is enabled")
                .hint("for example `inputs: [{type: audit}]`");
        }
        let mut feeds = HashMap::new();
        for (index, input) in self.inputs.iter().enumerate() {
            problems.under(format_args!("inputs.{index}"), |problems| {
                input.check(problems);
                self.check_connection_of(&input.connection, problems);
                for name in input.output.iter().filter(|name| !self.outputs.contains_key(*name)) {
                    problems
                        .add("output", format!("there is no output `{name}`"))
                        .did_you_mean(name, self.outputs.keys().map(String::as_str));
                }
                if !input.enabled {
                    return;
                }
                self.check_outputs_of(&input.output, problems);
                // A feed's state hangs on tenant and content type: two inputs would share one cursor.
                let tenant = self.connection(&input.connection).map_or("", |connection| &connection.tenant_id);
                for content_type in &input.content_types {
                    let first = *feeds.entry((tenant.to_lowercase(), content_type)).or_insert(index);
                    if first != index && !tenant.is_empty() {
                        let text = format!("`inputs.{first}` collects `{content_type}` of this tenant already");
                        problems.add("content_types", text);
                    }
                }
            });
        }
    }

    /// What no output confirms would count as delivered and be gone.
    fn check_outputs_of(&self, names: &[String], problems: &mut Problems) {
        for name in names {
            if self.outputs.get(name).is_some_and(|output| !output.enabled()) {
                problems.add("output", format!("output `{name}` is not enabled")).hint("enable it, or remove it here");
            }
        }
        let is_meant = |name: &String| names.is_empty() || names.contains(name);
        let mut meant = self.outputs.iter().filter(|(name, output)| is_meant(name) && output.enabled()).peekable();
        if meant.peek().is_some() && !meant.any(|(_, output)| output.required()) {
            problems
                .add("output", "expected at least one output that is `required`")
                .hint("what no output must confirm would be lost without a word: remove `required: false` from one");
        }
    }

    fn check_connection_of(&self, id: &str, problems: &mut Problems) {
        if self.connection(id).is_some() || self.connections.is_empty() {
            return;
        }
        let known: Vec<&str> = self.connections.iter().map(|connection| connection.id.as_str()).collect();
        let text = if id.is_empty() {
            "expected the id of a connection".into()
        } else {
            format!("there is no connection `{id}`")
        };
        problems.add("connection", text).hint(format!("known are {}", known.join(", "))).did_you_mean(id, known);
    }

    fn check_outputs(&self, problems: &mut Problems) {
        if !self.outputs.values().any(OutputOptions::enabled) {
            problems.add("outputs", "expected at least one that is enabled").hint("for example `outputs.console: {}`");
        }
        for (name, output) in self.outputs.iter().filter(|(_, output)| output.enabled()) {
            problems.under(format_args!("outputs.{name}"), |problems| output.check(problems));
        }
        let mut files = HashMap::new();
        for (name, output) in self.outputs.iter().filter(|(_, output)| output.enabled()) {
            let OutputOptions::File(file) = output else { continue };
            if let Some(first) = files.insert(file.path.join(&file.filename), name) {
                problems.under(format_args!("outputs.{name}"), |problems| {
                    problems
                        .add("path", format!("output `{first}` writes this file already"))
                        .hint("set another `filename`");
                });
            }
        }
    }

    /// Notes files with secrets that others can write.
    pub(super) fn check_secret_files(&self, problems: &mut Problems) {
        for (index, connection) in self.connections.iter().enumerate() {
            problems.under(format_args!("connections.{index}"), |problems| {
                if let Some(file) = &connection.client_secret_file {
                    check_ours(file, "client_secret_file", problems);
                }
                if let Some(file) = connection.ssl.key_file() {
                    check_ours(&file, "ssl.key", problems);
                }
            });
        }
        for (name, output) in &self.outputs {
            problems.under(format_args!("outputs.{name}"), |problems| output.check_secret_files(problems));
        }
    }
}
