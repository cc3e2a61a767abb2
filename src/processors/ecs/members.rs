//! Members whose shape is settled, so that one field has one type in every event.

/// Which shape a raw member has under `o365.audit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// As it came.
    Verbatim,
    /// `[{Name, Value}]` becomes `{<Name>: "<Value>"}`.
    Pairs,
    /// `[{Name, OldValue, NewValue}]` becomes `{<Name>: {OldValue, NewValue}}`.
    Changes,
    /// `[{Name, Value}]` stays, because detection rules select `.Name` and `.Value`.
    PairList,
    /// An object, or several.
    Objects,
    /// An object, which may come as JSON inside a string.
    Json,
    /// A text, also where a number came.
    Text,
    /// A number, also where a text came.
    Integer,
}

/// The shape of the member `name`.
pub(super) fn shape(name: &str) -> Shape {
    SHAPES.iter().find(|(known, _)| *known == name).map_or(Shape::Verbatim, |(_, shape)| *shape)
}

/// Members that are more than a text or a number, or come as both.
pub(super) const SHAPES: &[(&str, Shape)] = &[
    ("Parameters", Shape::Pairs),
    ("ExtendedProperties", Shape::Pairs),
    ("ModifiedProperties", Shape::Changes),
    ("DeviceProperties", Shape::PairList),
    ("OperationProperties", Shape::PairList),
    ("AppAccessContext", Shape::Objects),
    ("Actor", Shape::Objects),
    ("Target", Shape::Objects),
    ("Item", Shape::Objects),
    ("AdditionalInfo", Shape::Json),
    ("Platform", Shape::Text),
    ("RecordType", Shape::Integer),
    ("OperationCount", Shape::Integer),
];

/// Members that stay under `o365.audit` with `raw: unmapped`, though an ECS field has them: detection rules read them.
pub(super) const KEPT: &[&str] = &[
    "UserId",
    "UserType",
    "RecordType",
    "ApplicationId",
    "ObjectId",
    "LogonError",
    "ErrorNumber",
    "Name",
    "Site",
    "SiteUrl",
];
