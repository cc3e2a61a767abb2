//! Whether it worked: ECS `event.outcome`.

/// The outcome of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It worked, or nothing says that it did not.
    Success,
    /// It did not work.
    Failure,
    /// A status is there and cannot be read.
    Unknown,
}

impl Outcome {
    /// As ECS writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Unknown => "unknown",
        }
    }
}

/// Record types of sign-ins.
const SIGN_INS: &[i64] = &[9, 15];
/// Results of a sign-in that are no errors: 50140 asks "stay signed in?".
const NO_ERRORS: &[&str] = &["0", "50140"];

/// What a record says about its outcome; texts that count as absent are `None`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Evidence<'a> {
    /// `RecordType`
    pub record_type: i64,
    /// `Operation`
    pub operation: &'a str,
    /// `ResultStatus`
    pub status: Option<&'a str>,
    /// `LogonError`
    pub logon_error: Option<&'a str>,
    /// `ErrorNumber`, else `ErrorCode`
    pub error_number: Option<&'a str>,
}

/// The outcome. Of sign-ins the operation decides: two thirds of real `UserLoginFailed` read `ResultStatus: Success`.
///
/// Nothing said means success: Microsoft records most operations when they have happened.
pub fn outcome(evidence: &Evidence<'_>) -> Outcome {
    if SIGN_INS.contains(&evidence.record_type) {
        match evidence.operation {
            "UserLoggedIn" => return Outcome::Success,
            "UserLoginFailed" => return Outcome::Failure,
            _ => {}
        }
        let error = evidence.logon_error.filter(|error| !error.eq_ignore_ascii_case("none"));
        let number = evidence.error_number.map(|number| NO_ERRORS.contains(&number.trim()));
        match (error, number) {
            (_, Some(true)) => return Outcome::Success,
            (Some(_), _) | (_, Some(false)) => return Outcome::Failure,
            (None, None) => {}
        }
    }
    evidence.status.map_or(Outcome::Success, by_status)
}

fn by_status(status: &str) -> Outcome {
    const SUCCESS: &[&str] = &["success", "succeeded", "partiallysucceeded", "true"];
    const FAILURE: &[&str] = &["failed", "failure", "false"];
    let is_one_of = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(status.trim()));
    match status {
        _ if is_one_of(SUCCESS) => Outcome::Success,
        _ if is_one_of(FAILURE) => Outcome::Failure,
        _ => Outcome::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_decides_whatever_its_spelling() {
        for (status, expected) in [
            (None, Outcome::Success),
            (Some("Success"), Outcome::Success),
            (Some("Succeeded"), Outcome::Success),
            (Some("PartiallySucceeded"), Outcome::Success),
            (Some("True"), Outcome::Success),
            (Some("TRUE"), Outcome::Success),
            (Some("Failed"), Outcome::Failure),
            (Some("failure"), Outcome::Failure),
            (Some("false"), Outcome::Failure),
            (Some("InProgress"), Outcome::Unknown),
        ] {
            assert_eq!(outcome(&Evidence { record_type: 6, status, ..Evidence::default() }), expected, "{status:?}");
        }
    }

    #[test]
    fn of_sign_ins_the_operation_decides_then_the_error() {
        let sign_in = |operation, status, logon_error, error_number| {
            outcome(&Evidence { record_type: 15, operation, status, logon_error, error_number })
        };
        assert_eq!(sign_in("UserLoginFailed", Some("Success"), None, None), Outcome::Failure);
        assert_eq!(sign_in("UserLoggedIn", Some("Success"), Some("None"), Some("50140")), Outcome::Success);
        assert_eq!(sign_in("UserLoggedIn", Some("Failed"), None, None), Outcome::Success);
        assert_eq!(sign_in("PasskeyUsed", Some("Success"), Some("InvalidPassword"), None), Outcome::Failure);
        assert_eq!(sign_in("PasskeyUsed", Some("Success"), Some("None"), Some("50126")), Outcome::Failure);
        assert_eq!(sign_in("PasskeyUsed", Some("Failed"), Some("None"), Some("0")), Outcome::Success);
        assert_eq!(sign_in("PasskeyUsed", Some("Failed"), Some("None"), None), Outcome::Failure);
        assert_eq!(sign_in("PasskeyUsed", None, None, None), Outcome::Success);
    }
}
