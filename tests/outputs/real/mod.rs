//! Against real servers; `tests/servers/README.md` says how to start them.

mod secure;
mod server;
mod stories;

/// Elasticsearch in clear, with `http.max_content_length: 256kb`.
mod elasticsearch {
    use super::{server::Server, stories};

    fn server() -> Server {
        Server::plain("O365_TEST_ELASTICSEARCH")
    }

    #[tokio::test]
    #[ignore = "needs Elasticsearch"]
    async fn a_repeat_is_no_second_document() {
        stories::a_repeat_is_no_second_document(&server()).await;
    }

    #[tokio::test]
    #[ignore = "needs Elasticsearch"]
    async fn a_mapping_conflict_is_a_dead_letter() {
        stories::a_mapping_conflict_is_a_dead_letter(&server()).await;
    }

    #[tokio::test]
    #[ignore = "needs Elasticsearch"]
    async fn a_request_that_is_too_large_is_sent_in_halves() {
        stories::a_request_that_is_too_large_is_sent_in_halves(&server()).await;
    }

    #[tokio::test]
    #[ignore = "needs Elasticsearch"]
    async fn what_the_operator_can_mend_is_tried_again() {
        stories::what_the_operator_can_mend_is_tried_again(&server()).await;
    }

    #[tokio::test]
    #[ignore = "needs Elasticsearch"]
    async fn many_events_pass() {
        stories::many_events_pass(&server()).await;
    }
}

/// OpenSearch in clear, with `http.max_content_length: 256kb`.
mod opensearch {
    use super::{server::Server, stories};

    fn server() -> Server {
        Server::plain("O365_TEST_OPENSEARCH")
    }

    #[tokio::test]
    #[ignore = "needs OpenSearch"]
    async fn a_repeat_is_no_second_document() {
        stories::a_repeat_is_no_second_document(&server()).await;
    }

    #[tokio::test]
    #[ignore = "needs OpenSearch"]
    async fn a_mapping_conflict_is_a_dead_letter() {
        stories::a_mapping_conflict_is_a_dead_letter(&server()).await;
    }

    #[tokio::test]
    #[ignore = "needs OpenSearch"]
    async fn a_request_that_is_too_large_is_sent_in_halves() {
        stories::a_request_that_is_too_large_is_sent_in_halves(&server()).await;
    }

    #[tokio::test]
    #[ignore = "needs OpenSearch"]
    async fn what_the_operator_can_mend_is_tried_again() {
        stories::what_the_operator_can_mend_is_tried_again(&server()).await;
    }

    #[tokio::test]
    #[ignore = "needs OpenSearch"]
    async fn an_ingest_pipeline_works_on_the_events() {
        stories::an_ingest_pipeline_works_on_the_events(&server()).await;
    }

    #[tokio::test]
    #[ignore = "needs OpenSearch"]
    async fn many_events_pass() {
        stories::many_events_pass(&server()).await;
    }
}
