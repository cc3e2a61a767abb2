//! What Entra's error numbers mean, and what to do about each.
//!
//! Source: <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>.

use crate::net::Retry;

/// Who can mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// An administrator: it is tried again in minutes, since they may repair it while we run.
    Configuration,
    /// Whoever sets the clock of this machine.
    Clock,
    /// We, the authors.
    Defect,
    /// Time.
    Passing,
}

impl Class {
    /// When to try again.
    pub fn retry(self) -> Retry {
        match self {
            Self::Configuration | Self::Clock | Self::Defect => Retry::Slowly,
            Self::Passing => Retry::Backoff,
        }
    }
}

/// One error number.
#[derive(Debug)]
pub struct Meaning {
    /// The number behind `AADSTS`.
    pub code: u32,
    /// Who can mend it.
    pub class: Class,
    /// What it says about our set-up.
    pub text: &'static str,
    /// What to do.
    pub hint: &'static str,
}

/// What `code` means, if Microsoft documents it for this grant.
pub fn meaning(code: u32) -> Option<&'static Meaning> {
    MEANINGS.iter().find(|meaning| meaning.code == code)
}

const fn row(code: u32, class: Class, text: &'static str, hint: &'static str) -> Meaning {
    Meaning { code, class, text, hint }
}

use Class::{Clock, Configuration as Config, Defect, Passing};

const SECRET: &str =
    "use the secret's *value*, not its id: Entra admin center > App registrations > your app > Certificates & secrets";
const NEW_SECRET: &str = "make a new client secret: Entra admin center > App registrations > your app > Certificates & secrets > New client secret, then set `client_secret`";
const APPLICATION: &str = "check `client_id` and `tenant_id`: App registrations > your app > Overview shows both; they must be of the same tenant";
const TENANT: &str =
    "check `tenant_id` for a typo, and `cloud`: a tenant of another national cloud is not found in this one";
const CLOUD: &str = "set `cloud` to the national cloud of the tenant: worldwide, gcc, gcc_high, dod or china";
const CONSENT: &str = "App registrations > your app > API permissions: add the application permissions, then press \"Grant admin consent\"";
const RESOURCE: &str =
    "check `cloud` and `management_url`; the tenant needs a Microsoft 365 licence for this API to exist in it";
const CERTIFICATE: &str = "upload the certificate to App registrations > your app > Certificates & secrets > Certificates, and check that it has not expired";
const CLOCK: &str = "set this machine's clock (chronyc tracking, timedatectl): assertions are valid for minutes";
const FEDERATION: &str = "App registrations > your app > Certificates & secrets > Federated credentials: issuer, subject and audience must match exactly; a new one takes minutes to work";
const POLICY: &str = "a Conditional Access policy for workload identities blocks this application: exclude it, or allow this machine's address";
const REPORT: &str = "this is a defect of o365collector: please report it with this message";
const WAIT: &str = "it passes by itself and is tried again";

/// Every number that the client credentials grant is known to answer.
const MEANINGS: &[Meaning] = &[
    row(7_000_215, Config, "the client secret is wrong", SECRET),
    row(7_000_222, Config, "the client secret has expired", NEW_SECRET),
    row(7_000_218, Defect, "the request carries no credential", REPORT),
    row(
        700_025,
        Config,
        "the application is a public client and must not send a secret",
        "App registrations > your app > Authentication: set \"Allow public client flows\" to No",
    ),
    row(700_016, Config, "the tenant does not know the application", APPLICATION),
    row(700_011, Config, "the tenant does not know the application", APPLICATION),
    row(70_001, Config, "the tenant does not know the application", APPLICATION),
    row(
        7_000_112,
        Config,
        "the application is disabled",
        "Enterprise applications > your app > Properties: enable users to sign in",
    ),
    row(90_002, Config, "there is no such tenant", TENANT),
    row(90_038, Config, "the tenant lives in another national cloud", CLOUD),
    row(900_382, Config, "the tenant lives in another national cloud", CLOUD),
    row(900_432, Config, "the tenant lives in another national cloud", CLOUD),
    row(
        9_001_023,
        Config,
        "`common` and `organizations` are no tenants",
        "set `tenant_id` to the Directory (tenant) ID",
    ),
    row(50_059, Config, "the request names no tenant", "set `tenant_id` to the Directory (tenant) ID"),
    row(
        50_194,
        Config,
        "the application belongs to another tenant only",
        "make it multi-tenant, or register one in this tenant",
    ),
    row(500_011, Config, "the tenant does not know the API", RESOURCE),
    row(50_001, Config, "the API is not registered or is disabled in the tenant", RESOURCE),
    row(650_052, Config, "the tenant has no subscription to the API", RESOURCE),
    row(65_001, Config, "nobody has consented to the permissions", CONSENT),
    row(65_005, Config, "the application does not ask for the permissions", CONSENT),
    row(650_056, Config, "the application asks for no permission of the API", CONSENT),
    row(650_057, Config, "the API is not among the application's permissions", CONSENT),
    row(70_011, Config, "the scope is not valid", RESOURCE),
    row(28_002, Config, "the scope is not valid", RESOURCE),
    row(28_003, Config, "the scope is empty", RESOURCE),
    row(700_022, Defect, "the request names several APIs", REPORT),
    row(
        901_002,
        Defect,
        "the v2 endpoint does not take `resource`",
        "set `oauth_version: v1`, or a `login_url` without a path",
    ),
    row(900_144, Defect, "the request lacks a parameter", REPORT),
    row(90_014, Defect, "the request lacks a parameter", REPORT),
    row(900_561, Defect, "the endpoint takes POST only", REPORT),
    row(9_002_313, Defect, "the request is malformed", REPORT),
    row(700_027, Config, "the certificate is not one of the application's, or has expired", CERTIFICATE),
    row(700_024, Clock, "the assertion is not valid at this time", CLOCK),
    row(50_012, Defect, "the assertion could not be verified", CERTIFICATE),
    row(50_013, Config, "the assertion is not valid", CERTIFICATE),
    row(50_027, Config, "the assertion is not valid", CERTIFICATE),
    row(500_133, Clock, "the assertion is not valid at this time", CLOCK),
    row(50_048, Defect, "the assertion's subject is not its issuer", REPORT),
    row(700_030, Config, "the certificate's subject or issuer is not accepted", CERTIFICATE),
    row(70_021, Config, "no federated credential matches", FEDERATION),
    row(700_211, Config, "no federated credential matches the issuer", FEDERATION),
    row(700_212, Config, "no federated credential matches the audience", FEDERATION),
    row(700_213, Config, "no federated credential matches the subject", FEDERATION),
    row(700_229, Config, "only application tokens can serve as federated credential", FEDERATION),
    row(53_003, Config, "Conditional Access blocks the application", POLICY),
    row(530_032, Config, "a policy of the tenant blocks the application", POLICY),
    row(530_035, Config, "security defaults block the application", POLICY),
    row(
        50_196,
        Passing,
        "the login service saw the same request too often",
        "another instance may use the same application in a loop; we wait",
    ),
    row(50_033, Passing, "a passing error of the login service", WAIT),
    row(50_087, Passing, "a passing error of the login service", WAIT),
    row(90_006, Passing, "a passing error of the login service", WAIT),
    row(90_012, Passing, "the request timed out at the login service", WAIT),
    row(90_024, Passing, "the tenant is throttled", WAIT),
    row(90_033, Passing, "the login service is unavailable for now", WAIT),
    row(90_055, Passing, "the tenant is throttled", WAIT),
    row(90_090, Passing, "a passing error of the login service", WAIT),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_stands_once() {
        for meaning in MEANINGS {
            assert_eq!(MEANINGS.iter().filter(|other| other.code == meaning.code).count(), 1, "{}", meaning.code);
        }
    }

    #[test]
    fn only_what_passes_is_tried_again_soon() {
        assert_eq!(meaning(7_000_215).map(|meaning| meaning.class.retry()), Some(Retry::Slowly));
        assert_eq!(meaning(90_033).map(|meaning| meaning.class.retry()), Some(Retry::Backoff));
        assert!(meaning(1).is_none());
    }
}
