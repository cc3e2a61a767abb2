//! Whether what answers is Elasticsearch, OpenSearch, or something else.

use serde::Deserialize;

use crate::outputs::WriteError;

/// The first with data streams.
const OLDEST_ELASTICSEARCH: (u32, u32) = (7, 9);

#[derive(Debug, Default, Deserialize)]
struct Banner {
    #[serde(default)]
    version: Version,
}

#[derive(Debug, Default, Deserialize)]
struct Version {
    number: Option<String>,
    distribution: Option<String>,
}

/// Reads the answer to `GET /`; gives a name for the log, such as `elasticsearch 8.19.1`.
pub(super) fn check(host: &str, body: &[u8]) -> Result<String, WriteError> {
    let banner: Banner = serde_json::from_slice(body).unwrap_or_default();
    let Some(number) = banner.version.number else {
        return Err(WriteError::Setup {
            problem: format!("`{host}` answers, but is neither Elasticsearch nor OpenSearch"),
            hint: "check `hosts`, port and `path`: Kibana's port is not Elasticsearch's, and a proxy may answer instead",
        });
    };
    let product = banner.version.distribution.unwrap_or_else(|| "elasticsearch".to_owned());
    let mut parts = number.split('.').map(|part| part.parse().unwrap_or(0));
    let version = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if product == "elasticsearch" && version < OLDEST_ELASTICSEARCH {
        return Err(WriteError::Setup {
            problem: format!("`{host}` is Elasticsearch {number}, which has no data streams"),
            hint: "use Elasticsearch 7.9 or later, or OpenSearch",
        });
    }
    Ok(format!("{product} {number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_far_side_says_what_it_is() {
        let check = |body: &str| check("es:9200", body.as_bytes()).map_err(|error| error.to_string());
        assert_eq!(check(r#"{"version":{"number":"8.19.1"}}"#).as_deref(), Ok("elasticsearch 8.19.1"));
        let opensearch = r#"{"version":{"distribution":"opensearch","number":"2.19.4"}}"#;
        assert_eq!(check(opensearch).as_deref(), Ok("opensearch 2.19.4"));
        assert!(check(r#"{"version":{"number":"6.8.0"}}"#).unwrap_err().contains("is Elasticsearch 6.8.0"));
        for other in ["", "<html>", "{}", r#"{"version":"5"}"#] {
            assert!(check(other).unwrap_err().contains("neither"), "{other}");
        }
    }
}
