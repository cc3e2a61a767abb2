//! What a line of a mapping table says.

/// One rule: which member becomes which ECS field, and how.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Members of the record, dotted where nested (`Item.Subject`; for Name/Value arrays the name, as in
    /// `ExtendedProperties.UserAgent`). The first that is there counts.
    pub from: &'static [&'static str],
    /// The ECS field; for [`How::Address`], [`How::User`], [`How::Url`] and [`How::Server`] the object it fills.
    pub to: &'static str,
    /// What is done with the value.
    pub how: How,
    /// Which records it is for; empty: all of them.
    pub types: &'static [i64],
    /// Which `related.*` list takes the value too.
    pub related: Option<Related>,
    /// What it means, for the documentation.
    pub what: &'static str,
}

/// What is done with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// A text as it is; numbers and booleans become texts.
    Text,
    /// A text in small letters: GUIDs.
    Lowercase,
    /// A whole number, which may be written as a text.
    Integer,
    /// A truth value, which may be written as a text.
    Boolean,
    /// One text or several, of an array or between semicolons.
    Texts,
    /// The family of an operating system, as ECS allows it: `windows`, `macos`, `linux`, `ios`, `android`.
    OsType,
    /// A platform's name, also where information protection writes its number.
    Platform,
    /// `Informational`, `Low`, `Medium`, `High` as 1 to 4.
    Severity,
    /// A client address in any of Microsoft's spellings: `.address`, `.ip`, `.port`, `.domain`.
    Address,
    /// A user in any of Microsoft's spellings: `.id`, `.name`, `.domain`, `.email`.
    User,
    /// The same, but only if it is an address `a@b`: members that name groups too.
    UserAddress,
    /// A text, but only if it is no address `a@b`: the same members when they name a group.
    NoAddress,
    /// A URL: `.original`, `.scheme`, `.domain`, `.path`.
    Url,
    /// `NAME (15.20.2707.017)`: `.address`, `.domain`.
    Server,
    /// Computed from several members by code of its own; the row documents it.
    Derived,
}

/// The lists of ECS `related`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Related {
    /// `related.ip`
    Ip,
    /// `related.user`
    User,
    /// `related.hosts`
    Hosts,
    /// `related.hash`
    Hash,
}

impl Row {
    /// A row for all records.
    pub const fn new(from: &'static [&'static str], to: &'static str, how: How, what: &'static str) -> Self {
        Self { from, to, how, types: &[], related: None, what }
    }

    /// The same row for records of these types only.
    pub const fn only(self, types: &'static [i64]) -> Self {
        Self { types, ..self }
    }

    /// The same row, its value added to a list of `related`.
    pub const fn related(self, related: Related) -> Self {
        Self { related: Some(related), ..self }
    }

    /// Whether it is for records of this type.
    pub fn is_for(&self, record_type: i64) -> bool {
        self.types.is_empty() || self.types.contains(&record_type)
    }
}
