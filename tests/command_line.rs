//! The command as a user meets it: what it prints, and its exit code.

use std::process::{Command, Output};

const GUID: &str = "0b7e5a3c-1f2d-4c6b-8a9e-000000000001";

/// Runs the command in an empty folder, with the three variables of the repository's file.
fn o365collector(arguments: &[&str]) -> Output {
    let folder = tempfile::tempdir().expect("a place for temporary files");
    Command::new(env!("CARGO_BIN_EXE_o365collector"))
        .args(arguments)
        .current_dir(&folder)
        .env_remove("CREDENTIALS_DIRECTORY")
        .envs([("O365_TENANT_ID", GUID), ("O365_CLIENT_ID", GUID), ("O365_CLIENT_SECRET", "s3cret")])
        .output()
        .expect("cargo built the command")
}

/// The repository's own file. A checkout may be writable for a group, so permissions are not looked at.
fn with_file<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/o365collector.yml");
    [arguments, &["-c", file, "--strict.perms=false"]].concat()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_file_in_the_repository_is_fine() {
    let output = o365collector(&with_file(&["test", "config"]));
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).starts_with("Config OK\n"));
}

#[test]
fn the_exported_settings_hold_no_secret_and_load_again() {
    let output = o365collector(&with_file(&["export", "config"]));
    let yaml = text(&output.stdout);
    assert!(!yaml.contains("s3cret") && yaml.contains("client_secret: '********'"), "{yaml}");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("exported.yml");
    std::fs::write(&file, &yaml).unwrap();
    let again = o365collector(&[
        "export",
        "config",
        "-c",
        file.to_str().unwrap(),
        "--strict.perms=false",
        "--path.config",
        "/",
    ]);
    let without_path =
        |yaml: &str| yaml.lines().filter(|line| !line.starts_with("  config:")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(without_path(&text(&again.stdout)), without_path(&yaml), "{}", text(&again.stderr));
}

#[test]
fn what_is_wrong_in_usage_or_configuration_exits_with_2() {
    for arguments in [&["--bogus"][..], &["test", "config"], &["--once", "version"], &["-E", "novalue", "version"]] {
        let output = o365collector(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn replay_reads_its_files_and_not_the_settings() {
    let folder = tempfile::tempdir().unwrap();
    let (records, settings) = (folder.path().join("records.ndjson"), folder.path().join("c.yml"));
    std::fs::write(&records, "{\"Id\":\"r1\",\"CreationTime\":\"2026-11-21T09:00:00\"}\n").unwrap();
    let yaml = format!(
        "connections: [{{id: c, tenant_id: {GUID}, client_id: {GUID}, client_secret: s3cret}}]\n\
         inputs: [{{type: audit}}]\noutput.console: {{}}\npath.data: {}\n",
        folder.path().display()
    );
    std::fs::write(&settings, yaml).unwrap();
    let (records, settings) = (records.to_str().unwrap(), settings.to_str().unwrap());
    for arguments in [
        &["replay", records][..],
        &["--strict.perms=false", "-c", settings, "replay", records],
        &["replay", "--strict.perms=false", "-c", settings, records],
    ] {
        let output = o365collector(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
        let shown = text(&output.stdout);
        assert_eq!(shown.lines().count(), 1, "{shown}");
        assert!(shown.contains("\"r1\"") && !shown.contains("s3cret"), "{shown}");
    }
}

#[test]
fn an_input_whose_events_nobody_must_confirm_is_refused() {
    for (settings, text_of) in [
        (
            "inputs: [{type: audit, output: [a]}]\noutputs: {a: {type: console, enabled: false}, b: {type: console}}",
            "`a` is not enabled",
        ),
        ("inputs: [{type: audit}]\noutput.console: {required: false}", "at least one output that is `required`"),
        (
            "inputs: [{type: audit}]\noutputs: {a: {type: file, path: /x}, b: {type: file, path: /x}}",
            "writes this file already",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("c.yml");
        let yaml =
            format!("connections: [{{id: c, tenant_id: {GUID}, client_id: {GUID}, client_secret: x}}]\n{settings}\n");
        std::fs::write(&file, yaml).unwrap();
        let output = o365collector(&["test", "config", "--strict.perms=false", "-c", file.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains(text_of), "{}", text(&output.stderr));
    }
}

#[test]
fn help_fits_80_columns() {
    for arguments in
        [&["--help"][..], &["run", "--help"], &["demo", "--help"], &["simulate", "--help"], &["registry", "--help"]]
    {
        let help = text(&o365collector(arguments).stdout);
        assert_eq!(help.lines().find(|line| line.chars().count() > 80), None, "{arguments:?}");
    }
}
