//! The loader through its front door.

use std::collections::BTreeSet;

use super::*;
use crate::settings::Problems;

const TENANT: &str = "0b7e5a3c-1f2d-4c6b-8a9e-000000000001";

fn three_variables() -> Sources {
    let values = [("O365_TENANT_ID", TENANT), ("O365_CLIENT_ID", TENANT), ("O365_CLIENT_SECRET", "s3cret")];
    Sources { variables: Variables::fixed(values), ..Sources::default() }
}

fn load(text: &str) -> Result<Config, Problems> {
    Config::from_text(text, "a.yml", &three_variables())
}

/// A working configuration, with `more` behind it.
fn with(more: &str) -> String {
    format!(
        "connections: [{{id: contoso, tenant_id: {TENANT}, client_id: {TENANT}, client_secret: s3cret}}]\n\
         inputs: [{{}}]\noutputs.console:\n{more}"
    )
}

fn problems(text: &str) -> String {
    load(text).map(|_| ()).map_err(|problems| problems.to_string()).err().unwrap_or_default()
}

#[test]
fn the_file_in_the_repository_works_with_three_variables() {
    let config = load(include_str!("../../o365collector.yml")).unwrap();
    assert_eq!(config.connections[0].tenant_id, TENANT);
    assert_eq!(config.inputs[0].connection, "contoso");
    assert!(config.outputs.contains_key("console"));
}

#[test]
fn an_empty_credential_names_the_variable_that_was_not_set() {
    let sources = Sources { variables: Variables::fixed([]), ..Sources::default() };
    let text = Config::from_text(include_str!("../../o365collector.yml"), "o365collector.yml", &sources).unwrap_err();
    for (line, expected) in text.to_string().lines().zip([
        "o365collector.yml:7: connections.0.tenant_id: expected the directory (tenant) id; variable `O365_TENANT_ID` is not set",
        "o365collector.yml:8: connections.0.client_id: expected the application (client) id; variable `O365_CLIENT_ID` is not set",
        "o365collector.yml:9: connections.0.client_secret: expected the client secret, or its file in `client_secret_file`; variable `O365_CLIENT_SECRET` is not set",
    ]) {
        assert_eq!(line, expected);
    }
    assert_eq!(text.len(), 3);
}

#[test]
fn the_reference_holds_every_setting_at_its_default() {
    let text = include_str!("../../config/reference.yml");
    let mut problems = Problems::default();
    let tree = yaml::parse(text, "reference.yml", &mut problems).unwrap();
    let written: Config = read::read(tree.clone(), &mut problems).unwrap();
    assert_eq!(problems.to_string(), "");

    let known = serde_json::to_value(defaults()).unwrap();
    assert_eq!(serde_json::to_value(&written).unwrap(), known);

    let raw: serde_json::Value = read::read(tree, &mut problems).unwrap();
    assert_eq!(names(&raw, ""), names(&known, ""));
    let commented = |line: &&str| !line.trim_start().starts_with('#') && line.starts_with(' ') && !line.contains('#');
    assert_eq!(text.lines().find(commented), None, "each setting has its comment");
}

/// One of everything.
fn defaults() -> Config {
    use crate::outputs::options::OutputOptions;
    use crate::outputs::{console, file};
    let outputs = [
        ("console".to_owned(), OutputOptions::Console(console::Options::default())),
        ("elasticsearch".to_owned(), OutputOptions::Elasticsearch(Box::default())),
        ("file".to_owned(), OutputOptions::File(file::Options::default())),
    ];
    let (connections, inputs) = (vec![ConnectionOptions::default()], vec![InputOptions::default()]);
    Config { connections, inputs, outputs: outputs.into(), ..Config::default() }
}

fn names(value: &serde_json::Value, path: &str) -> BTreeSet<String> {
    match value {
        serde_json::Value::Object(map) => map
            .iter()
            .flat_map(|(key, value)| names(value, &format!("{path}.{key}")))
            .chain([path.to_owned()])
            .collect(),
        serde_json::Value::Array(items) => items.iter().flat_map(|item| names(item, path)).collect(),
        _ => [path.to_owned()].into(),
    }
}

#[test]
fn all_problems_come_at_once_with_place_and_hint() {
    let text = problems(
        "connections:\n  - id: contoso\n    tenant_id: acme.onmicrosoft.com\n    client_id: ${acme.onmicrosoft.com:}\n\
         \x20   client_secret: s3cret\n    cloud: gc\ninputs:\n  - type: message_trace\n    connection: contosso\n\
         \x20   content_types: [Audit.Exchnage]\noutput.elasticsearch:\n  hots: [localhost]\n  hosts: [http://es:9200]\n\
         setup.kibana.host: x\nlogging.level: info\nlogging.level: debug\n",
    );
    let guid = "expected the directory (tenant) id, a GUID, found `acme.onmicrosoft.com`";
    let overview = "Entra admin center > App registrations > Overview";
    let expected = [
        format!("a.yml:3: connections.0.tenant_id: {guid}; {overview}"),
        "a.yml:4: connections.0.client_id: `${acme.onmicrosoft.com}` names a variable that cannot be; a value stands where a variable's name belongs: write the value without `${` and `}`".to_owned(),
        "a.yml:6: connections.0.cloud: expected one of worldwide, gcc, gcc_high, dod, china; found `gc`; did you mean `gcc`?".to_owned(),
        "a.yml:8: inputs.0.type: expected one of audit; found `message_trace`; it comes in a later version".to_owned(),
        "a.yml:9: inputs.0.connection: there is no connection `contosso`; did you mean `contoso`?".to_owned(),
        "a.yml:10: inputs.0.content_types.0: `Audit.Exchnage` is no content type; did you mean `Audit.Exchange`?".to_owned(),
        "a.yml:12: outputs.elasticsearch.hots: unknown setting; did you mean `hosts`?".to_owned(),
        "a.yml:13: outputs.elasticsearch.hosts.0: `http://` to `es` would show secrets to the network; use `https://`, or say `allow_insecure: true` beside it".to_owned(),
        "a.yml:14: setup: unknown setting; it comes in a later version".to_owned(),
        "a.yml:16: `logging.level` is there twice, first at line 15; YAML would silently take one of them: merge the two".to_owned(),
    ];
    assert_eq!(text.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn what_belongs_together_is_checked() {
    assert_eq!(problems(&with("")), "");
    assert_eq!(problems(&with("queue.mem.events: 0")), "a.yml:4: queue.mem.events: expected at least 1");
    let twice = with("").replace("inputs: [{}]", "inputs: [{}, {content_types: [Audit.General]}]");
    assert!(problems(&twice).starts_with("a.yml:2: inputs.1.content_types: `inputs.0` collects `Audit.General`"));
    assert!(problems(&with("").replace("outputs.console:", "outputs:")).contains("outputs: expected at least one"));
    assert!(problems(&with("processors: [{drop_event: {}}]")).contains("processors come in a later version"));
}

#[test]
fn outputs_have_names_and_kinds() {
    let config = load(&with("outputs.archive: {type: file, path: /tmp}\noutput.file.path: /var")).unwrap();
    let kinds: Vec<_> = config.outputs.iter().map(|(name, output)| (name.as_str(), output.kind())).collect();
    assert_eq!(kinds, [("archive", "file"), ("console", "console"), ("file", "file")]);
}

#[test]
fn flags_win_over_files_and_paths_follow_from_home() {
    let mut sources = three_variables();
    sources.home = Some("/srv".into());
    sources.overrides =
        vec![("output.console.pretty".into(), "true".into()), ("connections.0.id".into(), "acme".into())];
    let config =
        Config::from_text(&with("outputs.console.pretty: false").replace("outputs.console:\n", ""), "a.yml", &sources)
            .unwrap();
    assert_eq!(config.connections[0].id, "acme");
    assert_eq!(config.path.data, PathBuf::from("/srv/data"));
    assert!(config.to_yaml().contains("pretty: true"));
}

#[test]
fn no_secret_is_exported_or_told() {
    let config = load(&with("")).unwrap();
    assert!(!format!("{}{config:?}", config.to_yaml()).contains("s3cret"));
    let wrong =
        with("").replace("client_secret: s3cret", "client_secret: [s3cret], password: s3cret, client_sekret: s3cret");
    assert!(!problems(&wrong).contains("s3cret"), "{}", problems(&wrong));
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_write_is_refused_unless_told_otherwise() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "s3cret\n").unwrap();
    let text = with("").replace("client_secret: s3cret", "client_secret_file: secret");
    let file = folder.path().join("o365collector.yml");
    std::fs::write(&file, text).unwrap();
    for path in [&file, &secret] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666)).unwrap();
    }
    let mut sources = Sources { files: vec![file], ..three_variables() };
    let text = Config::load(&sources).unwrap_err().to_string();
    assert_eq!(text.matches("others may write").count(), 2, "{text}");
    sources.strict_permissions = false;
    let config = Config::load(&sources).unwrap();
    assert_eq!(config.connections[0].client_secret_file, Some(secret));
    assert_eq!(config.path.config, folder.path());
}

#[test]
fn a_file_that_is_no_yaml_has_that_one_problem() {
    assert_eq!(problems("inputs: [x\nb: ]]\n").lines().count(), 1);
    assert_eq!(problems(&with("fields: {a: 1")).lines().count(), 1);
}

#[test]
fn lists_come_out_of_variables() {
    let text = with("")
        .replace("inputs: [{}]", "inputs:\n  - content_types: ${TYPES:Audit.General, dlp.all}\n    interval: ${I:}");
    let config = load(&text).unwrap();
    assert_eq!(config.inputs[0].content_types, ["Audit.General", "DLP.All"]);
    assert_eq!(config.inputs[0].interval, Duration::seconds(60));
}
