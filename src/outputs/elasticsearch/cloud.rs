//! Elastic Cloud's name for a deployment.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use url::Url;

/// The URL of Elasticsearch in `name:base64`, where the second part stands for `domain$elasticsearch$kibana`.
///
/// ([Elastic Cloud, cloud.id](https://www.elastic.co/docs/reference/beats/filebeat/configure-cloud-id))
pub(super) fn decode(id: &str) -> Result<Url, &'static str> {
    const SHAPE: &str = "expected `name:text` as the Elastic Cloud console shows it";
    let encoded = id.trim().rsplit(':').next().unwrap_or_default();
    let bytes = STANDARD.decode(encoded).or_else(|_| STANDARD_NO_PAD.decode(encoded)).map_err(|_| SHAPE)?;
    let text = String::from_utf8(bytes).map_err(|_| SHAPE)?;
    let mut parts = text.split('$');
    let (Some(domain), Some(node)) = (parts.next(), parts.next().filter(|node| !node.is_empty())) else {
        return Err(SHAPE);
    };
    let (domain, port) = domain.split_once(':').unwrap_or((domain, "443"));
    let (node, port) = node.split_once(':').unwrap_or((node, port));
    Url::parse(&format!("https://{node}.{domain}:{port}/")).map_err(|_| SHAPE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cloud_id_names_a_url() {
        for (text, url) in [
            ("eu-central-1.aws.cloud.es.io$abc$def", "https://abc.eu-central-1.aws.cloud.es.io/"),
            ("cloud.es.io:9243$abc$def", "https://abc.cloud.es.io:9243/"),
            ("cloud.es.io:9243$abc:9244$def:9245", "https://abc.cloud.es.io:9244/"),
            ("cloud.es.io$abc$", "https://abc.cloud.es.io/"),
        ] {
            let id = format!("my:deployment:{}", STANDARD.encode(text));
            assert_eq!(decode(&id).map(String::from).as_deref(), Ok(url), "{text}");
        }
        for wrong in ["", "name", "name:????", "name:Y2xvdWQ=", "name:Y2xvdWQk"] {
            assert!(decode(wrong).is_err(), "{wrong}");
        }
    }
}
