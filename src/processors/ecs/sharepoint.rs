//! SharePoint and OneDrive: file operations (6) and sharing (14).
//!
//! Source: [SharePoint schemas](https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema#sharepoint-base-schema)
//! and their table of operations.

use super::classify::Class;
use super::classify::Pattern::{Exact, Prefix};
use super::row::{How, Row};

const FILES: &[i64] = &[6, 14];
const SHARING: &[i64] = &[14];

/// Rows for SharePoint's records.
pub const ROWS: &[Row] = &[
    Row::new(&["SourceFileName"], "file.name", How::Text, "the file or folder").only(FILES),
    Row::new(&["SourceRelativeUrl"], "file.directory", How::Text, "its folder, below the site").only(FILES),
    Row::new(&["SourceFileExtension"], "file.extension", How::Text, "its extension").only(FILES),
    Row::new(&["ObjectId"], "url", How::Url, "the file's or site's address").only(FILES),
    Row::new(&["TargetUserOrGroupName"], "user.target", How::UserAddress, "with whom it was shared").only(SHARING),
    Row::new(&["UserSharedWith"], "user.target", How::UserAddress, "with whom it was shared").only(&[6]),
    Row::new(&["TargetUserOrGroupName"], "group.name", How::NoAddress, "with which group it was shared").only(SHARING),
];

const ACCESS: &[&str] = &["access"];
const CHANGE: &[&str] = &["change"];
const CREATION: &[&str] = &["creation"];
const DELETION: &[&str] = &["deletion"];

const fn file(operation: &'static str, kind: &'static [&'static str]) -> Class {
    Class::new(&[], Exact(operation), &["file"], kind)
}

const fn sharing(operation: &'static str, kind: &'static [&'static str]) -> Class {
    Class::new(&[], Exact(operation), &["iam", "file"], kind)
}

/// Categories of operations, whatever record type they come in: OneDrive and Teams use the same names.
pub const CLASSES: &[Class] = &[
    file("FileAccessed", ACCESS),
    file("FileAccessedExtended", ACCESS),
    file("FileDownloaded", ACCESS),
    file("FileFetched", ACCESS),
    file("FilePreviewed", ACCESS),
    file("FileViewed", ACCESS),
    file("FileSyncDownloadedFull", ACCESS),
    file("FileSyncDownloadedPartial", ACCESS),
    file("FileCheckedIn", CHANGE),
    file("FileCheckedOut", CHANGE),
    file("FileCheckOutDiscarded", CHANGE),
    file("FileModified", CHANGE),
    file("FileModifiedExtended", CHANGE),
    file("FileMoved", CHANGE),
    file("FileRenamed", CHANGE),
    file("FileRestored", CHANGE),
    file("FileSyncUploadedPartial", CHANGE),
    file("FileSensitivityLabelApplied", CHANGE),
    file("FileSensitivityLabelChanged", CHANGE),
    file("FileSensitivityLabelRemoved", CHANGE),
    file("FileMalwareDetected", &["info"]),
    file("FileCopied", CREATION),
    file("FileUploaded", CREATION),
    file("FileSyncUploadedFull", CREATION),
    file("FileDeleted", DELETION),
    file("FileDeletedFirstStageRecycleBin", DELETION),
    file("FileDeletedSecondStageRecycleBin", DELETION),
    file("FileRecycled", DELETION),
    file("FileVersionsAllDeleted", DELETION),
    file("FolderModified", CHANGE),
    file("FolderMoved", CHANGE),
    file("FolderRenamed", CHANGE),
    file("FolderRestored", CHANGE),
    file("FolderCopied", CREATION),
    file("FolderCreated", CREATION),
    file("FolderDeleted", DELETION),
    file("FolderDeletedFirstStageRecycleBin", DELETION),
    file("FolderDeletedSecondStageRecycleBin", DELETION),
    file("FolderRecycled", DELETION),
    sharing("SharingSet", CHANGE),
    sharing("SharingRevoked", CHANGE),
    sharing("SharingInheritanceBroken", CHANGE),
    sharing("SharingInheritanceReset", CHANGE),
    sharing("SharingInvitationCreated", CREATION),
    sharing("SharingInvitationAccepted", CHANGE),
    sharing("SharingInvitationRevoked", DELETION),
    sharing("SharedLinkCreated", CREATION),
    sharing("SharedLinkDisabled", DELETION),
    sharing("SecureLinkCreated", CREATION),
    sharing("SecureLinkUpdated", CHANGE),
    sharing("SecureLinkDeleted", DELETION),
    sharing("SecureLinkUsed", ACCESS),
    sharing("AnonymousLinkCreated", CREATION),
    sharing("AnonymousLinkUpdated", CHANGE),
    sharing("AnonymousLinkRemoved", DELETION),
    sharing("AnonymousLinkUsed", ACCESS),
    sharing("CompanyLinkCreated", CREATION),
    sharing("CompanyLinkRemoved", DELETION),
    sharing("CompanyLinkUsed", ACCESS),
    sharing("AddedToSecureLink", CHANGE),
    sharing("RemovedFromSecureLink", CHANGE),
    Class::new(SHARING, Exact("AddedToGroup"), &["iam"], &["group", "change"]),
    Class::new(SHARING, Exact("RemovedFromGroup"), &["iam"], &["group", "change"]),
    Class::new(SHARING, Prefix("AccessInvitation"), &["iam"], &["user", "change"]),
    Class::new(SHARING, Prefix("AccessRequest"), &["iam"], &["user", "change"]),
    Class::new(&[], Exact("UserAddedToGroup"), &["iam"], &["group", "change"]),
    Class::new(&[], Exact("UserRemovedFromGroup"), &["iam"], &["group", "change"]),
    Class::new(&[], Exact("GroupAdded"), &["iam"], &["group", "creation"]),
    Class::new(&[], Exact("GroupRemoved"), &["iam"], &["group", "deletion"]),
    Class::new(&[], Exact("GroupUpdated"), &["iam"], &["group", "change"]),
    Class::new(&[], Exact("SiteCollectionAdminAdded"), &["iam"], &["admin", "change"]),
    Class::new(&[], Exact("SiteCollectionAdminRemoved"), &["iam"], &["admin", "change"]),
    Class::new(&[], Exact("ComplianceSettingChanged"), &["configuration"], CHANGE),
];
