//! Microsoft's national clouds, each with its own hosts.

use serde::{Deserialize, Serialize};
use url::Url;

/// Where a tenant lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cloud {
    /// Microsoft 365 for everyone; default.
    #[default]
    Worldwide,
    /// Government Community Cloud, moderate: worldwide's login, a Management API of its own.
    Gcc,
    /// Government Community Cloud, high (L4).
    GccHigh,
    /// The United States' Department of Defense (L5).
    Dod,
    /// Operated by 21Vianet.
    China,
}

/// The services that we talk to, each a scheme and a host.
///
/// The audience of a token is the address of the service that it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// Gives tokens.
    pub login: Url,
    /// The Office 365 Management Activity API.
    pub management: Url,
    /// Microsoft Graph.
    pub graph: Url,
    /// The legacy Reporting Web Service.
    pub reporting: Url,
}

impl Cloud {
    /// All of them, in the order in which they are explained.
    pub const ALL: [Self; 5] = [Self::Worldwide, Self::Gcc, Self::GccHigh, Self::Dod, Self::China];

    /// The hosts of this cloud.
    ///
    /// [Management API](https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-reference#activity-api-operations),
    /// [Graph](https://learn.microsoft.com/graph/deployments). China's management host and the reporting hosts of the
    /// government clouds are seen in use rather than documented.
    pub fn endpoints(self) -> Endpoints {
        let (login, management, graph, reporting) = match self {
            Self::Worldwide => {
                ("login.microsoftonline.com", "manage.office.com", "graph.microsoft.com", "reports.office365.com")
            }
            Self::Gcc => {
                ("login.microsoftonline.com", "manage-gcc.office.com", "graph.microsoft.com", "reports.office365.com")
            }
            Self::GccHigh => {
                ("login.microsoftonline.us", "manage.office365.us", "graph.microsoft.us", "outlook.office365.us")
            }
            Self::Dod => {
                ("login.microsoftonline.us", "manage.protection.apps.mil", "dod-graph.microsoft.us", "webmail.apps.mil")
            }
            Self::China => (
                "login.partner.microsoftonline.cn",
                "manage.office365.cn",
                "microsoftgraph.chinacloudapi.cn",
                "partner.outlook.cn",
            ),
        };
        let url = |host: &str| Url::parse(&format!("https://{host}")).expect("a host of the table above");
        Endpoints { login: url(login), management: url(management), graph: url(graph), reporting: url(reporting) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cloud_has_its_hosts() {
        for (cloud, login, management) in [
            (Cloud::Worldwide, "https://login.microsoftonline.com/", "https://manage.office.com/"),
            (Cloud::Gcc, "https://login.microsoftonline.com/", "https://manage-gcc.office.com/"),
            (Cloud::GccHigh, "https://login.microsoftonline.us/", "https://manage.office365.us/"),
            (Cloud::Dod, "https://login.microsoftonline.us/", "https://manage.protection.apps.mil/"),
            (Cloud::China, "https://login.partner.microsoftonline.cn/", "https://manage.office365.cn/"),
        ] {
            let endpoints = cloud.endpoints();
            assert_eq!((endpoints.login.as_str(), endpoints.management.as_str()), (login, management));
        }
    }

    #[test]
    fn the_government_and_china_stay_at_home() {
        for cloud in [Cloud::GccHigh, Cloud::Dod, Cloud::China] {
            let endpoints = cloud.endpoints();
            for url in [endpoints.login, endpoints.management, endpoints.graph, endpoints.reporting] {
                assert!(!url.as_str().ends_with(".com/"), "{cloud:?}: {url}");
            }
        }
    }
}
