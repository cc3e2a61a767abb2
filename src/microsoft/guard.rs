//! Keeps bearer tokens at home: a URL that the API names is followed at our own host only.

use std::sync::atomic::{AtomicBool, Ordering};

use tracing::warn;
use url::Url;

/// Turns the API's URLs into requests to the configured root.
#[derive(Debug)]
pub(super) struct Guard {
    root: Url,
    publisher: String,
    has_warned: AtomicBool,
}

impl Guard {
    pub fn new(root: Url, publisher: String) -> Self {
        Self { root, publisher, has_warned: AtomicBool::new(false) }
    }

    /// The root joined with `path`, which stays as it is: content ids hold `$`, which must not be encoded.
    pub fn join(&self, path: &str) -> Url {
        let mut url = self.root.clone();
        let prefix = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{prefix}{path}"));
        self.identify(url)
    }

    /// The URL `text` that the API gave, at our host; `None` where it is no URL.
    pub fn bring_home(&self, text: &str) -> Option<Url> {
        let url = self.root.join(text).ok()?;
        if url.origin() != self.root.origin() && !self.has_warned.swap(true, Ordering::Relaxed) {
            warn!(target: "api", foreign = url.host_str(), ours = self.root.host_str(),
                "the API names another host; its path is asked for at ours");
        }
        // Built from the root and never joined: a path like `//other.example` would name a host of its own.
        let mut home = self.root.clone();
        home.set_path(url.path());
        home.set_query(url.query());
        Some(self.identify(home))
    }

    /// Adds `PublisherIdentifier`, which selects our own throttling pool, where it is missing.
    fn identify(&self, mut url: Url) -> Url {
        if !url.query_pairs().any(|(name, _)| name.eq_ignore_ascii_case("PublisherIdentifier")) {
            url.query_pairs_mut().append_pair("PublisherIdentifier", &self.publisher);
        }
        url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &str, expected: &str) {
        let root = Url::parse("https://manage.office.com").expect("a literal");
        let guard = Guard::new(root, "p".to_owned());
        assert_eq!(guard.bring_home(given).map(String::from).as_deref(), Some(expected), "{given}");
    }

    #[test]
    fn urls_of_the_api_are_followed_at_home_only() {
        check("https://manage.office.com/a/b$c", "https://manage.office.com/a/b$c?PublisherIdentifier=p");
        check("https://evil.example/a?x=1", "https://manage.office.com/a?x=1&PublisherIdentifier=p");
        check("http://manage.office.com/a", "https://manage.office.com/a?PublisherIdentifier=p");
        check("https://manage.office.com:8443/a", "https://manage.office.com/a?PublisherIdentifier=p");
        check("https://u:p@manage.office.com/a", "https://manage.office.com/a?PublisherIdentifier=p");
        check("https://manage.office.com@evil.example/a", "https://manage.office.com/a?PublisherIdentifier=p");
        check("//evil.example/a", "https://manage.office.com/a?PublisherIdentifier=p");
        check(
            "https://evil.example//other.example/a",
            "https://manage.office.com//other.example/a?PublisherIdentifier=p",
        );
    }

    #[test]
    fn the_publisher_is_named_once() {
        check("https://manage.office.com/a?publisheridentifier=q", "https://manage.office.com/a?publisheridentifier=q");
    }
}
