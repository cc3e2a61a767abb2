//! Records that no parser expects.

use uuid::Uuid;

use super::template::{write_guid, write_time};
use crate::time::Timestamp;

/// A way in which a record can be malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Poison {
    /// A text where a record should be; the only poison without an `Id`.
    NoObject,
    /// No `CreationTime`.
    NoTime,
    /// A `CreationTime` that is no time.
    OddTime,
    /// Bytes that are no UTF-8.
    InvalidUtf8,
    /// Arrays in arrays, 300 deep.
    DeepNesting,
    /// A number of 30 digits.
    HugeNumber,
    /// Half of a UTF-16 pair.
    LoneSurrogate,
    /// Members that stand twice.
    RepeatedKeys,
    /// White space between all tokens.
    PrettyPrinted,
    /// Members of types that nobody documented.
    WrongTypes,
}

impl Poison {
    /// Every poison.
    pub const ALL: [Self; 10] = [
        Self::NoObject,
        Self::NoTime,
        Self::OddTime,
        Self::InvalidUtf8,
        Self::DeepNesting,
        Self::HugeNumber,
        Self::LoneSurrogate,
        Self::RepeatedKeys,
        Self::PrettyPrinted,
        Self::WrongTypes,
    ];

    /// Writes the malformed record.
    pub(super) fn write(self, id: Uuid, time: Timestamp, out: &mut Vec<u8>) {
        if self == Self::NoObject {
            return out.extend_from_slice(br#""no record""#);
        }
        let gap: &[u8] = if self == Self::PrettyPrinted { b"\r\n    " } else { b"" };
        out.push(b'{');
        out.extend_from_slice(gap);
        out.extend_from_slice(br#""Id":""#);
        write_guid(id, out);
        out.extend_from_slice(b"\",");
        out.extend_from_slice(gap);
        if self != Self::NoTime {
            out.extend_from_slice(br#""CreationTime":""#);
            match self {
                Self::OddTime => out.extend_from_slice(b"the day before yesterday"),
                _ => write_time(time, out),
            }
            out.extend_from_slice(b"\",");
            out.extend_from_slice(gap);
        }
        out.extend_from_slice(br#""Operation":"Poison","RecordType":6,"Workload":"SharePoint""#);
        self.write_peculiarity(out);
        out.extend_from_slice(gap);
        out.push(b'}');
    }

    fn write_peculiarity(self, out: &mut Vec<u8>) {
        match self {
            Self::NoObject | Self::NoTime | Self::OddTime | Self::PrettyPrinted => {}
            Self::InvalidUtf8 => out.extend_from_slice(b",\"UserId\":\"\xff\xfe\xc3\""),
            Self::DeepNesting => {
                out.extend_from_slice(br#","Deep":"#);
                out.extend_from_slice("[".repeat(300).as_bytes());
                out.extend_from_slice("]".repeat(300).as_bytes());
            }
            Self::HugeNumber => out.extend_from_slice(br#","ObjectId":123456789012345678901234567890"#),
            Self::LoneSurrogate => out.extend_from_slice(br#","UserId":"half \ud83d a ship""#),
            Self::RepeatedKeys => out.extend_from_slice(br#","UserId":"first","UserId":"second","Operation":"Again""#),
            Self::WrongTypes => {
                out.extend_from_slice(br#","UserType":"Admin","UserId":{"no":"text"},"ClientIP":[1],"Version":1.0,"ExtendedProperties":"none""#);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_poison_but_one_carries_its_id() {
        let id = Uuid::from_u128(7);
        for poison in Poison::ALL {
            let mut text = Vec::new();
            poison.write(id, Timestamp::UNIX_EPOCH, &mut text);
            let carries = String::from_utf8_lossy(&text).contains(&id.to_string());
            assert_eq!(carries, poison != Poison::NoObject, "{poison:?}");
        }
    }

    #[test]
    fn invalid_utf8_is_invalid() {
        let mut text = Vec::new();
        Poison::InvalidUtf8.write(Uuid::nil(), Timestamp::UNIX_EPOCH, &mut text);
        assert!(std::str::from_utf8(&text).is_err());
    }
}
