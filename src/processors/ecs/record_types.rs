//! Names of record types, by number.
//!
//! Source: Microsoft's table `AuditLogRecordType`
//! (<https://learn.microsoft.com/office/office-365-management-api/office-365-management-activity-api-schema#auditlogrecordtype>)
//! and the enumeration `microsoft.graph.security.auditLogRecordType`. Where they disagree the name is Graph's; nothing
//! ever branches on a name, and `o365.audit.RecordType` keeps the number.

/// The name of record type `number`, e.g. `SharePointFileOperation` for 6: ECS `event.code`.
pub fn name(number: i64) -> Option<&'static str> {
    let name = NAMES.get(usize::try_from(number).ok()?)?;
    (!name.is_empty()).then_some(name)
}

/// Every record type that has a name.
pub fn all() -> impl Iterator<Item = (i64, &'static str)> {
    (0_i64..).zip(NAMES).filter(|(_, name)| !name.is_empty()).map(|(number, name)| (number, *name))
}

/// Indexed by number; empty where a number has no name.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "", "ExchangeAdmin", "ExchangeItem", "ExchangeItemGroup", "SharePoint", "SyntheticProbe",
    "SharePointFileOperation", "OneDrive", "AzureActiveDirectory", "AzureActiveDirectoryAccountLogon",
    "DataCenterSecurityCmdlet", "ComplianceDLPSharePoint", "Sway", "ComplianceDLPExchange",
    "SharePointSharingOperation", "AzureActiveDirectoryStsLogon", "SkypeForBusinessPSTNUsage",
    "SkypeForBusinessUsersBlocked", "SecurityComplianceCenterEOPCmdlet", "ExchangeAggregatedOperation",
    "PowerBIAudit", "CRM", "Yammer", "SkypeForBusinessCmdlets", "Discovery", "MicrosoftTeams", "", "",
    "ThreatIntelligence", "MailSubmission", "MicrosoftFlow", "AeD", "MicrosoftStream",
    "ComplianceDLPSharePointClassification", "ThreatFinder", "Project", "SharePointListOperation",
    "SharePointCommentOperation", "DataGovernance", "Kaizala", "SecurityComplianceAlerts", "ThreatIntelligenceUrl",
    "SecurityComplianceInsights", "MIPLabel", "WorkplaceAnalytics", "PowerAppsApp", "PowerAppsPlan",
    "ThreatIntelligenceAtpContent", "LabelContentExplorer", "TeamsHealthcare", "ExchangeItemAggregated",
    "HygieneEvent", "DataInsightsRestApiAudit", "InformationBarrierPolicyApplication", "SharePointListItemOperation",
    "SharePointContentTypeOperation", "SharePointFieldOperation", "MicrosoftTeamsAdmin", "HRSignal",
    "MicrosoftTeamsDevice", "MicrosoftTeamsAnalytics", "InformationWorkerProtection", "Campaign", "DLPEndpoint",
    "AirInvestigation", "Quarantine", "MicrosoftForms", "ApplicationAudit", "ComplianceSupervisionExchange",
    "CustomerKeyServiceEncryption", "OfficeNative", "MipAutoLabelSharePointItem",
    "MipAutoLabelSharePointPolicyLocation", "MicrosoftTeamsShifts", "SecureScore", "MipAutoLabelExchangeItem",
    "CortanaBriefing", "Search", "WDATPAlerts", "PowerPlatformAdminDlp", "PowerPlatformAdminEnvironment",
    "MDATPAudit", "SensitivityLabelPolicyMatch", "SensitivityLabelAction", "SensitivityLabeledFileAction",
    "AttackSim", "AirManualInvestigation", "SecurityComplianceRBAC", "UserTraining", "AirAdminActionInvestigation",
    "MSTIC", "PhysicalBadgingSignal", "TeamsEasyApprovals", "AipDiscover", "AipSensitivityLabelAction",
    "AipProtectionAction", "AipFileDeleted", "AipHeartBeat", "MCASAlerts", "OnPremisesFileShareScannerDlp",
    "OnPremisesSharePointScannerDlp", "ExchangeSearch", "SharePointSearch", "PrivacyDataMinimization",
    "LabelAnalyticsAggregate", "MyAnalyticsSettings", "SecurityComplianceUserChange",
    "ComplianceDLPExchangeClassification", "ComplianceDLPEndpoint", "MipExactDataMatch", "MSDEResponseActions",
    "MSDEGeneralSettings", "MSDEIndicatorsSettings", "MS365DCustomDetection", "MSDERolesSettings", "MAPGAlerts",
    "MAPGPolicy", "MAPGRemediation", "PrivacyRemediationAction", "PrivacyDigestEmail",
    "MipAutoLabelSimulationProgress", "MipAutoLabelSimulationCompletion", "MipAutoLabelProgressFeedback",
    "DlpSensitiveInformationType", "MipAutoLabelSimulationStatistics", "LargeContentMetadata", "Microsoft365Group",
    "CDPMlInferencingResult", "FilteringMailMetadata", "CDPClassificationMailItem", "CDPClassificationDocument",
    "OfficeScriptsRunAction", "FilteringPostMailDeliveryAction", "CDPUnifiedFeedback", "TenantAllowBlockList",
    "ConsumptionResource", "HealthcareSignal", "", "DlpImportResult", "CDPCompliancePolicyExecution",
    "MultiStageDisposition", "PrivacyDataMatch", "FilteringDocMetadata", "FilteringEmailFeatures", "PowerBIDlp",
    "FilteringUrlInfo", "FilteringAttachmentInfo", "CoreReportingSettings", "ComplianceConnector",
    "PowerPlatformLockboxResourceAccessRequest", "PowerPlatformLockboxResourceCommand", "CDPPredictiveCodingLabel",
    "CDPCompliancePolicyUserFeedback", "WebpageActivityEndpoint", "OMEPortal", "CMImprovementActionChange",
    "FilteringUrlClick", "MipLabelAnalyticsAuditRecord", "FilteringEntityEvent", "FilteringRuleHits",
    "FilteringMailSubmission", "LabelExplorer", "MicrosoftManagedServicePlatform", "PowerPlatformServiceActivity",
    "ScorePlatformGenericAuditRecord", "FilteringTimeTravelDocMetadata", "Alert", "AlertStatus", "AlertIncident",
    "IncidentStatus", "Case", "CaseInvestigation", "RecordsManagement", "PrivacyRemediation", "DataShareOperation",
    "CdpDlpSensitive", "EHRConnector", "FilteringMailGradingResult", "PublicFolder",
    "PrivacyTenantAuditHistoryRecord", "AipScannerDiscoverEvent", "EduDataLakeDownloadOperation",
    "M365ComplianceConnector", "MicrosoftGraphDataConnectOperation", "MicrosoftPurview",
    "FilteringEmailContentFeatures", "PowerPagesSite", "PowerAppsResource", "PlannerPlan", "PlannerCopyPlan",
    "PlannerTask", "PlannerRoster", "PlannerPlanList", "PlannerTaskList", "PlannerTenantSettings",
    "ProjectForThewebProject", "ProjectForThewebTask", "ProjectForThewebRoadmap", "ProjectForThewebRoadmapItem",
    "ProjectForThewebProjectSettings", "ProjectForThewebRoadmapSettings", "QuarantineMetadata", "MicrosoftTodoAudit",
    "TimeTravelFilteringDocMetadata", "TeamsQuarantineMetadata", "SharePointAppPermissionOperation",
    "MicrosoftTeamsSensitivityLabelAction", "FilteringTeamsMetadata", "FilteringTeamsUrlInfo",
    "FilteringTeamsPostDeliveryAction", "MDCAssessments", "MDCRegulatoryComplianceStandards",
    "MDCRegulatoryComplianceControls", "MDCRegulatoryComplianceAssessments", "MDCSecurityConnectors",
    "MDADataSecuritySignal", "VivaGoals", "FilteringRuntimeInfo", "AttackSimAdmin",
    "MicrosoftGraphDataConnectConsent", "FilteringAtpDetonationInfo", "PrivacyPortal", "ManagedTenants",
    "UnifiedSimulationMatchedItem", "UnifiedSimulationSummary", "UpdateQuarantineMetadata", "MS365DSuppressionRule",
    "PurviewDataMapOperation", "FilteringUrlPostClickAction", "IrmUserDefinedDetectionSignal", "TeamsUpdates",
    "PlannerRosterSensitivityLabel", "MS365DIncident", "FilteringDelistingMetadata",
    "ComplianceDLPSharePointClassificationExtended", "MicrosoftDefenderForIdentityAudit",
    "SupervisoryReviewDayXInsight", "DefenderExpertsforXDRAdmin", "CDPEdgeBlockedMessage", "HostedRpa",
    "CdpContentExplorerAggregateRecord", "CDPHygieneAttachmentInfo", "CDPHygieneSummary", "CDPPostMailDeliveryAction",
    "CDPEmailFeatures", "CDPHygieneUrlInfo", "CDPUrlClick", "CDPPackageManagerHygieneEvent", "FilteringDocScan",
    "TimeTravelFilteringDocScan", "MAPGOnboard", "VfamCreatePolicy", "VfamUpdatePolicy", "VfamDeletePolicy",
    "M365DAAD", "CdpColdCrawlStatus", "PowerPlatformAdministratorActivity", "Windows365CustomerLockbox",
    "CdpResourceScopeChangeEvent", "ComplianceCCExchangeExecutionResult", "CdpOcrCostEstimatorRecord",
    "CopilotInteraction", "CdpOcrBillingRecord", "ComplianceDLPApplications", "UAMOperation", "VivaLearning",
    "VivaLearningAdmin", "PurviewPolicyOperation", "PurviewMetadataPolicyOperation", "PeopleAdminSettings",
    "CdpComplianceDLPExchangeClassification", "CdpComplianceDLPSharePointClassification",
    "FilteringBulkSenderInsightData", "FilteringBulkThresholdInsightData", "PrivacyOpenAccess", "OWAAuth",
    "ComplianceDLPApplicationsClassification", "SharePointESignature", "Dynamics365BusinessCentral", "MeshWorlds",
    "VivaPulseResponse", "VivaPulseOrganizer", "VivaPulseAdmin", "VivaPulseReport", "AIAppInteraction",
    "ComplianceDLMExchange", "ComplianceDLMSharePoint", "ProjectForThewebAssignedToMeSettings", "CPSOperation",
    "ComplianceDLPExchangeDiscovery", "PurviewMCRecommendation", "ComplianceDLPEndpointDiscovery",
    "InsiderRiskScopedUserInsights", "MicrosoftTeamsRetentionLabelAction", "AadRiskDetection", "AuditSearch",
    "AuditRetentionPolicy", "AuditConfig", "Microsoft365BackupBackupPolicy", "Microsoft365BackupRestoreTask",
    "Microsoft365BackupRestoreItem", "Microsoft365BackupBackupItem", "URBACAssignment", "URBACRole",
    "URBACEnableState", "IRMSecurityAlert", "PurviewInsiderRiskCases", "PurviewInsiderRiskAlerts",
    "InsiderRiskScopedUsers", "CdpConsumptionResource", "CreateCopilotPlugin", "UpdateCopilotPlugin",
    "DeleteCopilotPlugin", "EnableCopilotPlugin", "DisableCopilotPlugin", "CreateCopilotWorkspace",
    "UpdateCopilotWorkspace", "DeleteCopilotWorkspace", "EnableCopilotWorkspace", "DisableCopilotWorkspace",
    "CreateCopilotPromptBook", "UpdateCopilotPromptBook", "DeleteCopilotPromptBook", "EnableCopilotPromptBook",
    "DisableCopilotPromptBook", "UpdateCopilotSettings", "P4AIAssessmentRecord", "P4AIAssessmentLocationResultRecord",
    "ConnectedAIAppInteraction", "PrivaPrivacyConsentOperation", "PrivaPrivacyAssessmentOperation",
    "DataCatalogAccessRequests", "ComplianceSettingsChange", "DataSecurityInvestigation", "TeamCopilotInteraction",
    "IRMActivityAuditTrail", "SharePointContentSecurityPolicy", "CloudUpdateProfileConfig", "CloudUpdateTenantConfig",
    "CloudUpdateDeviceConfig", "DefenderPreviewFeatures", "DeviceDiscoverySettingsExclusion",
    "DeviceDiscoverySettingsAuthenticatedScans", "CriticalAssetManagementClassification", "DeviceDiscoverySettings",
    "USXWorkspaceOnboarding", "VivaGlintAdvancedConfiguration", "VivaGlintPulseProgram",
    "VivaGlintPulseProgramRespondentRate", "VivaGlintQuestion", "VivaGlintRole", "VivaGlintRubicon",
    "VivaGlintSupportAccess", "VivaGlintSystem", "VivaGlintUser", "VivaGlintUserGroup", "VivaGlintFeedbackProgram",
    "FabricAudit", "TrainableClassifier", "WebContentFiltering", "NoisyAlertPolicy",
    "OnDemandSharePointClassification", "AIInteractionsExport", "Microsoft365CopilotScheduledPrompt",
    "PlacesDirectory", "MDAAudit", "OpticalCharacterRecognition", "SentinelKQLOnLake", "M365SearchSections",
    "OfficeClientRestrictedModeAction", "CrossTenantAccessPolicy", "OutlookCopilotAutomation",
    "VivaEngageNetworkAssociation", "AppAdminActivity", "AppSettingsAdminActivity", "UniversalPrintPrintJob",
    "SentinelNotebookOnLake", "SentinelJob", "SentinelGraph", "SentinelKQLOnLake", "SentinelPackage",
    "VivaAmplifyOutlookSensitivityLabel", "CopilotActions", "AIInteractionsSubscription",
    "AIInteractionsChangeNotification", "FilteringMailMetadataExtended", "SentinelLakeOnboarding",
    "SentinelLakeDataOnboarding", "OfficeRestrictedModeAction", "CopilotForSecurityTrigger", "CopilotAgentManagement",
    "P4AIAssessmentFabricScannerRecord", "PlannerGoal", "PlannerGoalList", "ThreatIntelligenceObject",
    "ThreatIntelligenceExport", "SubmissionAgenticGradingResult", "AgentAdminActivity", "DeployFeatureActivity",
    "AgentSettingsAdminActivity", "OrganizationalDataInM365", "PlannerChatMessage", "PlannerChatMessageList",
    "SentinelAITool", "M365ODSPAssetMetadata", "AIExecuteTool", "AIInvokeAgent", "AIInferenceCall",
    "CdpClassifierHealthRecord", "SensitiveInfoRemediationAgentData", "ComplianceDLPEnforcement", "A365AIExecuteTool",
    "A365AIInvokeAgent", "A365AIInferenceCall", "VivaEngageSegment", "RTIOperationsAgent", "ContentStoreMetadata",
    "CCRAIPolicyViolation", "PlannerPlanSensitivityLabel", "MosAgentInfoRecord", "A365AIRunSummary",
    "UnifiedCatalogConceptAction", "DefenderCaseManagement", "CopilotForSecurityLogging", "VivaEngageEvents",
    "CallActivityEvent", "SonarDetonationContentMetadata", "UniversalPrintManagement", "YammerUserHiding",
    "Microsoft365BackupGranularBrowseTask", "PurviewPostureAgent", "MSDECustomCollection", "SCPUsageEvent",
    "SCPConfigurationEvent", "MDCConfigurationEvent", "MDCUsageEvent", "A365SpanOutputs",
    "PowerPlatformTenantIsolation", "CDPDLMAIInteractionInsights", "P4AIAssessmentCategoryRecord",
    "SentinelLakeEncryption", "AZFWNetworkRule", "AZFWDnsQuery", "AZFWApplicationRuleAggregation",
    "TeamsEvalDataHubDataAccess", "TeamsEvalDataHubPermissionChange", "TeamsEvalDataHubAdminOperation",
    "VivaGlintOrganizationalData", "AlertSubmission", "AlertSubmissionResultDetail", "ComplianceSitGradingSharePoint",
    "CompliancePolicyGradingSharePoint", "AzureAISearchAudit", "P4AIRiskScoreRecord", "DragonCopilotAdmin",
    "AISpanOutputs", "EopSubmissionFeedEntity", "SonarFileDetonationEntity", "SonarSubmissionEntity",
    "SonarUrlDetonationEntity", "SubmissionEntity", "SonarDetonationEntity", "MicrosoftTeamsUserConcern",
    "VivaGlintAgenticCampaign", "MSPVectorSearchContentMetadata", "FabricPolicy",
    "SecurityCopilotAgentIdentityManagement", "CopilotSessionSharing", "DragonCopilotAccess",
    "DragonCopilotClinicalData", "DragonCopilotSession", "MosAgentInfoRecordV2", "SecurityDevelopmentLifecycleAILog",
    "MDASH", "DefenderSecurityForAIConfiguration", "SparkCoreCustomLivePool",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_names() {
        assert_eq!(name(6), Some("SharePointFileOperation"));
        assert_eq!(name(15), Some("AzureActiveDirectoryStsLogon"));
        for unknown in [-1, 0, 26, 27, 137, 9999, i64::MAX] {
            assert_eq!(name(unknown), None, "{unknown}");
        }
        assert_eq!(all().count(), 472);
    }
}
