//! ECS `message`: one sentence that a person reads first.

use super::draft::Draft;
use super::outcome::Outcome;
use super::plan::known;
use super::tree;
use crate::event::Value;

/// `mira@larkfield.example FileDownloaded Budget.xlsx`, or of a sign-in
/// `mira@larkfield.example UserLoginFailed from 203.0.113.7: InvalidUserNameOrPassword`.
pub(super) fn sentence(draft: &Draft<'_>, record_type: Option<i64>, outcome: Outcome) -> Option<Value> {
    let mut sentence = String::with_capacity(96);
    let mut say = |before: &str, text: &str| {
        if !sentence.is_empty() {
            sentence.push_str(before);
        }
        sentence.push_str(text);
    };
    if let Some(user) = draft.scalar(known::USER_ID) {
        say(" ", &user);
    }
    say(" ", &draft.scalar(known::OPERATION)?);
    if matches!(record_type, Some(9 | 15)) {
        let address = draft.tree.view(tree::CLIENT, "address", draft.source.text());
        if let Some(address) = address.and_then(crate::event::View::text) {
            say(" from ", &address);
        }
        if let Some(error) = draft.scalar(known::LOGON_ERROR).filter(|_| outcome == Outcome::Failure) {
            say(": ", &error);
        }
        return Some(sentence.into());
    }
    if let Some(object) = draft.scalar(known::SOURCE_FILE_NAME).or_else(|| draft.scalar(known::OBJECT_ID)) {
        say(" ", &object);
    }
    if outcome == Outcome::Failure {
        say(" ", "failed");
    }
    Some(sentence.into())
}
