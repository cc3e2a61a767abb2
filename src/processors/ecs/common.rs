//! What every record may hold.
//!
//! Source: [Common schema](https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema#common-schema).

use super::row::{How, Related, Row};

/// Rows for records of every type. Workloads' own rows come first and win.
pub const ROWS: &[Row] = &[
    Row::new(&["CreationTime"], "@timestamp", How::Derived, "when it happened, in UTC"),
    Row::new(&["Id"], "event.id", How::Derived, "the record's id; `{item}#{position}` where it has none"),
    Row::new(&["Operation"], "event.action", How::Text, "what was done, verbatim"),
    Row::new(&["RecordType"], "event.code", How::Derived, "name of the record type, else its number"),
    Row::new(&["Workload"], "event.provider", How::Text, "the Microsoft 365 service"),
    Row::new(&["ResultStatus"], "event.outcome", How::Derived, "success, failure, or unknown where it cannot be read"),
    Row::new(&["RecordType", "Operation"], "event.category", How::Derived, "by table, with `web` behind"),
    Row::new(&["RecordType", "Operation"], "event.type", How::Derived, "by table, with `info` behind"),
    Row::new(&["Severity"], "event.severity", How::Severity, "1 informational, 2 low, 3 medium, 4 high"),
    Row::new(&["UserId"], "user", How::User, "who did it; `user.id` verbatim"),
    Row::new(
        &["ClientIPAddress", "ClientIP", "ActorIpAddress"],
        "client",
        How::Address,
        "where it was done from; `source` too",
    ),
    Row::new(&["OrganizationId"], "organization.id", How::Lowercase, "the tenant"),
    Row::new(&["OrganizationId"], "cloud.account.id", How::Lowercase, "the tenant"),
    Row::new(&["Workload"], "cloud.service.name", How::Text, "the Microsoft 365 service"),
    Row::new(&["OrganizationId"], "host.id", How::Lowercase, "the tenant, as Elastic's dashboards expect it"),
    Row::new(
        &["OrganizationName"],
        "organization.name",
        How::Text,
        "the connection's name for the tenant, else the record's",
    ),
    Row::new(
        &["DeviceName", "DeviceProperties.DisplayName"],
        "host.name",
        How::Text,
        "the device; else the organisation's name, else the user's domain",
    )
    .related(Related::Hosts),
    Row::new(&["DeviceProperties.OS"], "host.os.full", How::Text, "operating system of the device"),
    Row::new(&["DeviceProperties.OS", "Platform"], "host.os.type", How::OsType, "family of the operating system"),
    Row::new(&["Platform"], "host.os.platform", How::Platform, "platform of the device"),
    Row::new(&["DeviceProperties.OS"], "user_agent.os.full", How::Text, "operating system of the device"),
    Row::new(&["DeviceProperties.BrowserType"], "user_agent.name", How::Text, "browser of the device"),
    Row::new(
        &["ExtendedProperties.UserAgent", "UserAgent", "ExtendedProperties.additionalDetails.User-Agent"],
        "user_agent.original",
        How::Text,
        "the program that asked",
    ),
    Row::new(
        &["AppAccessContext.DeviceId", "ExtendedProperties.additionalDetails.DeviceId", "DeviceProperties.Id"],
        "device.id",
        How::Text,
        "the device's id in Entra",
    ),
    Row::new(
        &["DeviceProperties.IsCompliant"],
        "o365.device.is_compliant",
        How::Boolean,
        "whether the device keeps to policy",
    ),
    Row::new(
        &["DeviceProperties.IsCompliantAndManaged"],
        "o365.device.is_compliant_and_managed",
        How::Boolean,
        "whether it does both",
    ),
    Row::new(&["DeviceProperties.IsManaged"], "o365.device.is_managed", How::Boolean, "whether the device is managed"),
    Row::new(
        &["AppAccessContext.AADSessionId", "DeviceProperties.SessionId", "SessionId"],
        "session.id",
        How::Text,
        "the Entra session",
    ),
    Row::new(&["AppAccessContext.UniqueTokenId"], "token.id", How::Text, "the access token's id"),
    Row::new(&["ApplicationDisplayName"], "application.name", How::Text, "the application that acted"),
    Row::new(&["Application"], "process.name", How::Text, "the program that acted"),
    Row::new(&["FilePath", "TargetFilePath"], "file.path", How::Text, "the file"),
    Row::new(&["FileExtension"], "file.extension", How::Text, "the file's extension"),
    Row::new(&["FileSizeBytes", "FileSize"], "file.size", How::Integer, "the file's size in bytes"),
    Row::new(&["Sha1"], "file.hash.sha1", How::Lowercase, "the file's SHA-1").related(Related::Hash),
    Row::new(&["Sha256"], "file.hash.sha256", How::Lowercase, "the file's SHA-256").related(Related::Hash),
    Row::new(&["OriginatingDomain"], "url.domain", How::Text, "the site").related(Related::Hosts),
    Row::new(&["InternetMessageId", "Item.InternetMessageId"], "email.message_id", How::Text, "the header Message-ID"),
    Row::new(&["NetworkMessageId"], "email.local_id", How::Text, "Microsoft's id of the message"),
    Row::new(&["P1Sender"], "email.sender.address", How::Text, "sender of the envelope").related(Related::User),
    Row::new(&["Recipients"], "email.to.address", How::Texts, "recipients").related(Related::User),
    Row::new(&["Subject", "Item.Subject"], "email.subject", How::Text, "the message's subject"),
    Row::new(&["SenderIp", "SenderIP"], "related.ip", How::Derived, "address of the sending server"),
];
