//! What is wrong with the settings, all of it at once.

use std::fmt::{self, Display};
use std::sync::Arc;

/// Where a setting was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file as the user named it, or `-E`.
    pub file: Arc<str>,
    /// The line, counted from 1; 0 where there are no lines.
    pub line: usize,
}

impl Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 { write!(f, "{}", self.file) } else { write!(f, "{}:{}", self.file, self.line) }
    }
}

/// One thing that is wrong, with the remedy where there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where it was written; `config` fills it in from `path`.
    pub place: Option<Place>,
    /// The setting: `connections.0.client_id`. Empty when it concerns a whole file.
    pub path: String,
    /// What is wrong, or what was expected; never a secret.
    pub text: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Problem {
    /// Adds what to do.
    pub fn hint(&mut self, hint: impl Into<String>) -> &mut Self {
        self.hint = Some(hint.into());
        self
    }

    /// Says that `typed` may have been meant as one of `known`, if one is near.
    pub fn did_you_mean<'a>(&mut self, typed: &str, known: impl IntoIterator<Item = &'a str>) -> &mut Self {
        if let Some(near) = did_you_mean(typed, known) {
            self.hint(format!("did you mean `{near}`?"));
        }
        self
    }
}

impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(f, "{place}: ")?;
        }
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.text)?;
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

/// All problems found so far, and where in the settings the finder stands.
///
/// ```
/// # use o365collector::settings::Problems;
/// let mut problems = Problems::default();
/// problems.under("outputs.elasticsearch", |problems| {
///     problems.add("hosts", "expected at least one host").hint("for example `hosts: [\"https://localhost:9200\"]`");
/// });
/// assert!(problems.to_string().starts_with("outputs.elasticsearch.hosts: expected at least one host"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Problems {
    found: Vec<Problem>,
    prefix: String,
}

impl Problems {
    /// Notes that the setting `path`, seen from here, is wrong. An empty path means the place where we stand.
    pub fn add(&mut self, path: impl Display, text: impl Into<String>) -> &mut Problem {
        let path = join(&self.prefix, &path.to_string());
        self.found.push(Problem { place: None, path, text: text.into(), hint: None });
        self.found.last_mut().expect("one was pushed")
    }

    /// Notes a problem that has its path and place already.
    pub fn push(&mut self, problem: Problem) {
        self.found.push(problem);
    }

    /// Runs `check` one level down, so that it need not know where its options stand.
    pub fn under(&mut self, path: impl Display, check: impl FnOnce(&mut Self)) {
        let deeper = join(&self.prefix, &path.to_string());
        let here = std::mem::replace(&mut self.prefix, deeper);
        check(self);
        self.prefix = here;
    }

    /// Whether all is well.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.found.len()
    }

    /// The problems in the order they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.found.iter()
    }

    /// The problems, to complete them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Problem> {
        self.found.iter_mut()
    }

    /// Keeps the first problem of each setting: what follows from a value that could not be read, for the settings
    /// inside it or the list around it, is noise.
    pub fn keep_causes(&mut self) {
        let mut kept: Vec<Problem> = Vec::with_capacity(self.found.len());
        for problem in self.found.drain(..) {
            let follows = |earlier: &Problem| {
                let (earlier, later) = (&earlier.path, &problem.path);
                !earlier.is_empty() && !later.is_empty() && (covers(earlier, later) || covers(later, earlier))
            };
            if !kept.iter().any(follows) {
                kept.push(problem);
            }
        }
        self.found = kept;
    }

    /// Puts them in the order in which they stand in each file.
    pub fn sort(&mut self) {
        let mut files: Vec<Arc<str>> = Vec::new();
        self.found.sort_by_cached_key(|problem| {
            problem.place.as_ref().map(|place| {
                let known = files.iter().position(|file| *file == place.file);
                let file = known.unwrap_or_else(|| {
                    files.push(Arc::clone(&place.file));
                    files.len() - 1
                });
                (file, place.line)
            })
        });
    }

    /// `value` if nothing is wrong, else the problems.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.found.iter().enumerate() {
            write!(f, "{}{problem}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// The nearest of `known` to what was typed, if it is near enough to be meant.
pub fn did_you_mean<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = typed.to_lowercase();
    let distance = |word: &str| strsim::damerau_levenshtein(&lower, &word.to_lowercase());
    let (distance, nearest) = known.into_iter().map(|word| (distance(word), word)).min_by_key(|(near, _)| *near)?;
    let longer = typed.len().max(nearest.len());
    (distance <= (longer / 3).max(1)).then_some(nearest)
}

fn join(prefix: &str, path: &str) -> String {
    match (prefix.is_empty(), path.is_empty()) {
        (true, _) => path.to_owned(),
        (_, true) => prefix.to_owned(),
        _ => format!("{prefix}.{path}"),
    }
}

fn covers(outer: &str, inner: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_as_place_setting_text_and_hint() {
        let mut problems = Problems::default();
        problems.under("outputs", |problems| {
            problems.under("elasticsearch", |problems| {
                problems.add("hots", "unknown setting").did_you_mean("hots", ["path", "hosts"]);
            });
        });
        let place = Place { file: "o365collector.yml".into(), line: 12 };
        problems.iter_mut().for_each(|problem| problem.place = Some(place.clone()));
        let text = "o365collector.yml:12: outputs.elasticsearch.hots: unknown setting; did you mean `hosts`?";
        assert_eq!(problems.to_string(), text);
    }

    #[test]
    fn what_follows_from_an_unreadable_value_is_left_out() {
        let mut problems = Problems::default();
        for path in ["inputs.0", "inputs.0.connection", "inputs.00", "inputs.0", ""] {
            problems.add(path, "wrong");
        }
        problems.keep_causes();
        assert_eq!(
            problems.iter().map(|problem| problem.path.as_str()).collect::<Vec<_>>(),
            ["inputs.0", "inputs.00", ""]
        );
    }

    #[test]
    fn only_near_words_are_suggested() {
        assert_eq!(did_you_mean("Audit.Exchnage", ["Audit.General", "Audit.Exchange"]), Some("Audit.Exchange"));
        assert_eq!(did_you_mean("tls", ["hosts", "path"]), None);
    }
}
