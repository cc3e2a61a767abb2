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
fn help_fits_80_columns() {
    for arguments in
        [&["--help"][..], &["run", "--help"], &["demo", "--help"], &["simulate", "--help"], &["registry", "--help"]]
    {
        let help = text(&o365collector(arguments).stdout);
        assert_eq!(help.lines().find(|line| line.chars().count() > 80), None, "{arguments:?}");
    }
}
