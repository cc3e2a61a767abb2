//! The way out of the house.

use serde::{Deserialize, Serialize};

use super::{Address, Problems};

/// Which proxy stands between us and an address.
///
/// Not part of an options struct as such: Beats writes both settings beside the hosts, so each room has the two
/// fields and makes this from them.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProxyOptions {
    /// The proxy's URL; default: what `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say.
    pub proxy_url: Option<Address>,
    /// Whether to go without any proxy, also one of the environment; default false.
    pub proxy_disable: bool,
}

impl ProxyOptions {
    /// Notes what is wrong with it.
    pub fn check(&self, problems: &mut Problems) {
        let Some(proxy) = self.proxy_url.as_ref().filter(|proxy| !proxy.is_empty()) else { return };
        if let Err(text) = proxy.url("http") {
            problems.add("proxy_url", text);
        } else if self.proxy_disable {
            problems.add("proxy_disable", "contradicts `proxy_url`").hint("remove one of them");
        }
    }
}
