//! Exchange: administration by cmdlets (1).
//!
//! Source: [Exchange Admin schema](https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema#exchange-admin-schema).

use super::classify::Class;
use super::classify::Pattern::{Between, Prefix};
use super::row::{How, Related, Row};

const ADMIN: &[i64] = &[1];

/// Rows for Exchange's records.
pub const ROWS: &[Row] = &[
    Row::new(&["OriginatingServer"], "server", How::Server, "the server that carried it out").only(ADMIN),
    Row::new(
        &["Parameters.ForwardTo", "Parameters.ForwardAsAttachmentTo", "Parameters.RedirectTo"],
        "email.to.address",
        How::Texts,
        "where mail is forwarded to",
    )
    .only(ADMIN),
    Row::new(&["Parameters.From"], "email.from.address", How::Texts, "whose mail a rule is about").only(ADMIN),
    Row::new(&["Parameters.User"], "related.user", How::Derived, "the user a cmdlet is about")
        .only(ADMIN)
        .related(Related::User),
];

/// Categories of cmdlets: what grants or takes access is `iam`, everything else `configuration`.
pub const CLASSES: &[Class] = &[
    Class::new(ADMIN, Between("New-", "InboxRule"), &["configuration", "email"], &["creation"]),
    Class::new(ADMIN, Between("Set-", "InboxRule"), &["configuration", "email"], &["change"]),
    Class::new(ADMIN, Between("Enable-", "InboxRule"), &["configuration", "email"], &["change"]),
    Class::new(ADMIN, Between("Disable-", "InboxRule"), &["configuration", "email"], &["change"]),
    Class::new(ADMIN, Between("Remove-", "InboxRule"), &["configuration", "email"], &["deletion"]),
    Class::new(ADMIN, Between("", "Permission"), &["iam", "configuration"], &["admin", "change"]),
    Class::new(ADMIN, Between("", "RoleGroupMember"), &["iam"], &["admin", "group", "change"]),
    Class::new(ADMIN, Between("New-", "RoleGroup"), &["iam"], &["admin", "group", "creation"]),
    Class::new(ADMIN, Between("Remove-", "RoleGroup"), &["iam"], &["admin", "group", "deletion"]),
    Class::new(ADMIN, Between("", "RoleGroup"), &["iam"], &["admin", "group", "change"]),
    Class::new(ADMIN, Between("New-", "ManagementRoleAssignment"), &["iam"], &["admin", "change"]),
    Class::new(ADMIN, Between("Remove-", "ManagementRoleAssignment"), &["iam"], &["admin", "change"]),
    Class::new(ADMIN, Between("Set-", "ManagementRoleAssignment"), &["iam"], &["admin", "change"]),
    Class::new(ADMIN, Between("", "GroupMember"), &["iam"], &["group", "change"]),
    Class::new(ADMIN, Between("", "UnifiedGroupLinks"), &["iam"], &["group", "change"]),
    Class::new(ADMIN, Between("New-", "Group"), &["iam"], &["group", "creation"]),
    Class::new(ADMIN, Between("Remove-", "Group"), &["iam"], &["group", "deletion"]),
    Class::new(ADMIN, Between("Set-", "Group"), &["iam"], &["group", "change"]),
    Class::new(ADMIN, Between("New-", "MailUser"), &["iam"], &["user", "creation"]),
    Class::new(ADMIN, Between("Remove-", "MailUser"), &["iam"], &["user", "deletion"]),
    Class::new(ADMIN, Between("Set-", "MailUser"), &["iam"], &["user", "change"]),
    Class::new(ADMIN, Between("Set-", "User"), &["iam"], &["user", "change"]),
    Class::new(ADMIN, Prefix("New-"), &["configuration"], &["creation"]),
    Class::new(ADMIN, Prefix("Add-"), &["configuration"], &["creation"]),
    Class::new(ADMIN, Prefix("Install-"), &["configuration"], &["creation"]),
    Class::new(ADMIN, Prefix("Remove-"), &["configuration"], &["deletion"]),
    Class::new(ADMIN, Prefix("Uninstall-"), &["configuration"], &["deletion"]),
    Class::new(ADMIN, Prefix("Set-"), &["configuration"], &["change"]),
    Class::new(ADMIN, Prefix("Enable-"), &["configuration"], &["change"]),
    Class::new(ADMIN, Prefix("Disable-"), &["configuration"], &["change"]),
    Class::new(ADMIN, Prefix("Update-"), &["configuration"], &["change"]),
    Class::new(ADMIN, Prefix("Get-"), &["configuration"], &["access"]),
    Class::new(ADMIN, Prefix("Search-"), &["configuration"], &["access"]),
];
