//! From what the user typed to a configuration that holds, or to everything that is wrong with it.

use std::path::{Path, PathBuf};

use super::tree::Node;
use super::{Config, Variables, expand, files, merge, read, yaml};
use crate::settings::permissions::check_ours;
use crate::settings::{Place, Problems};

/// Settings that come in a later version, or have another name here.
const ELSEWHERE: [(&str, &str); 9] = [
    ("o365beat", "this version does not read o365beat's section: use `connections` and `inputs`"),
    ("webhook", "webhooks come in a later version"),
    ("cluster", "it comes in a later version"),
    ("connections_file", "it comes in a later version: use several `-c FILE`"),
    ("defaults", "it comes in a later version"),
    ("setup", "it comes in a later version"),
    ("monitoring", "there is none: see `http`"),
    ("max_procs", "threads follow the machine: leave it out"),
    ("seccomp", "it is systemd's task: leave it out"),
];

/// Types and mappings of inputs that come in a later version.
const LATER: [&str; 4] = ["message_trace", "graph_logs", "o365beat", "elastic_integration"];

/// Where settings come from; later ones win: files in their order, then `overrides`.
#[derive(Clone, Debug)]
pub struct Sources {
    /// `-c`, repeatable; none means `o365collector.yml`.
    pub files: Vec<PathBuf>,
    /// `-E key=value`, repeatable.
    pub overrides: Vec<(String, String)>,
    /// `--path.home`.
    pub home: Option<PathBuf>,
    /// `--path.config`.
    pub config: Option<PathBuf>,
    /// `--path.data`.
    pub data: Option<PathBuf>,
    /// `--path.logs`.
    pub logs: Option<PathBuf>,
    /// `--strict.perms`: refuse files that others can write.
    pub strict_permissions: bool,
    /// What `${VAR}` means.
    pub variables: Variables,
}

impl Default for Sources {
    fn default() -> Self {
        Self {
            files: Vec::new(),
            overrides: Vec::new(),
            home: None,
            config: None,
            data: None,
            logs: None,
            strict_permissions: true,
            variables: Variables::system(),
        }
    }
}

impl Config {
    /// Loads, expands and checks the settings; `Err` holds every problem.
    pub fn load(sources: &Sources) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let found = files::find(&sources.files, sources.config.as_deref().or(sources.home.as_deref()), &mut problems);
        let mut root = Node::empty(Place { file: "o365collector".into(), line: 0 });
        let mut all_read = !found.is_empty();
        for file in &found {
            all_read &= merge_file(&mut root, file, sources.strict_permissions, &mut problems);
        }
        if !all_read {
            return Err(problems);
        }
        let mut config = finish(root, sources, &found, problems)?;
        config.files = found;
        Ok(config)
    }

    /// The same from a text that is in no file; `name` stands for it in problems.
    pub fn from_text(text: &str, name: &str, sources: &Sources) -> Result<Self, Problems> {
        let mut problems = Problems::default();
        let Some(mut root) = yaml::parse(text, name, &mut problems) else { return Err(problems) };
        merge::rename_output(&mut root);
        finish(root, sources, &[], problems)
    }
}

/// Reads a configuration file and lays it over what is there; answers whether it could be read.
fn merge_file(root: &mut Node, file: &Path, strict: bool, problems: &mut Problems) -> bool {
    if strict {
        check_ours(file, "", problems);
    }
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            problems.add("", format!("cannot read `{}`: {error}", file.display()));
            return false;
        }
    };
    let Some(mut upper) = yaml::parse(&text, &file.display().to_string(), problems) else { return false };
    merge::rename_output(&mut upper);
    merge::over(root, upper);
    true
}

fn finish(mut root: Node, sources: &Sources, found: &[PathBuf], mut problems: Problems) -> Result<Config, Problems> {
    for (key, value) in &sources.overrides {
        merge::set(&mut root, key, value, &mut problems);
        merge::rename_output(&mut root);
    }
    set_paths(&mut root, sources, found, &mut problems);
    expand::expand(&mut root, "", &sources.variables, &mut problems);
    let mut config: Config = read::read(root.clone(), &mut problems).unwrap_or_default();
    config.resolve();
    config.check(&mut problems);
    if sources.strict_permissions {
        config.check_secret_files(&mut problems);
    }
    explain(&root, &mut problems);
    problems.keep_causes();
    problems.sort();
    problems.or(config)
}

/// Lets the flags `--path.…` win, and fills in the folders that follow from others.
fn set_paths(root: &mut Node, sources: &Sources, found: &[PathBuf], problems: &mut Problems) {
    let flags = [
        ("path.home", &sources.home),
        ("path.config", &sources.config),
        ("path.data", &sources.data),
        ("path.logs", &sources.logs),
    ];
    for (key, flag) in flags {
        if let Some(folder) = flag {
            merge::set(root, key, &folder.display().to_string(), problems);
        }
    }
    let home = PathBuf::from(text_at(root, "path.home").unwrap_or("."));
    let beside = found.first().and_then(|file| file.parent()).filter(|folder| !folder.as_os_str().is_empty());
    let config = beside.map_or_else(|| home.clone(), Path::to_owned);
    for (key, folder) in [("path.config", config), ("path.data", home.join("data")), ("path.logs", home.join("logs"))] {
        if text_at(root, key).is_none() {
            merge::set(root, key, &folder.display().to_string(), problems);
        }
    }
}

fn text_at<'a>(root: &'a Node, path: &str) -> Option<&'a str> {
    match &root.at(path)?.value {
        super::tree::Value::Scalar { text, .. } if !text.is_empty() => Some(text),
        _ => None,
    }
}

/// Completes problems with what the tree knows: the place, and the variable that was not set.
fn explain(root: &Node, problems: &mut Problems) {
    for problem in problems.iter_mut() {
        if problem.place.is_none() && !problem.path.is_empty() {
            problem.place =
                Some(root.place_of(&problem.path)).filter(|place| place.line > 0 || place.file.starts_with('-'));
        }
        let variables = root.at(&problem.path).map(|node| node.variables.as_slice()).unwrap_or_default();
        if let Some(unset) = variables.iter().find(|variable| !variable.is_set) {
            problem.hint(format!("variable `{}` is not set", unset.name));
        }
        let is_later = |word: &str| problem.text.ends_with(&format!("found `{word}`"));
        if problem.path.starts_with("inputs.") && LATER.iter().any(|word| is_later(word)) {
            problem.hint("it comes in a later version");
        }
        if let Some((_, hint)) = ELSEWHERE.iter().find(|(key, _)| *key == problem.path) {
            problem.hint(*hint);
        }
    }
}
