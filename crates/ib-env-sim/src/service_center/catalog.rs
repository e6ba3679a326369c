//! The services as data: names, order and types of `service-center-soap.md` 2 to 5.

use crate::soap::KindOf::{Binary, Bool, DateTime, Int, ListOf, Text};
use crate::soap::{Field, Method, Service, Structure};

pub(super) const PLATFORM: &str = "OutSystemsPlatform";
pub(super) const SOLUTIONS: &str = "Solutions";
pub(super) const STUDIO: &str = "ServiceStudio";
pub(super) const PLATFORM_SERVICES: &str = "PlatformServices_v8_0_0";

/// Every service that the simulator has.
pub(super) static SERVICES: [&Service; 4] =
    [&OUTSYSTEMS_PLATFORM, &SOLUTIONS_SERVICE, &PLATFORM_SERVICES_V8, &SERVICE_STUDIO];

static PROPERTIES: Structure =
    Structure { name: "Properties", fields: &[Field("Name", Text), Field("Value", Text)] };

static OUTSYSTEMS_PLATFORM: Service = Service {
    name: PLATFORM,
    names_are_public: true,
    structures: &[],
    methods: &[
        Method {
            name: "GetPlatformInfo",
            inputs: &[],
            outputs: &[Field("Version", Text), Field("Serial", Text)],
        },
        Method {
            name: "SetLicense",
            inputs: &[Field("username", Text), Field("password", Text), Field("fileContent", Binary)],
            outputs: &[Field("success", Bool), Field("errorText", Text)],
        },
    ],
};

static SERVICE_STUDIO: Service = Service {
    name: STUDIO,
    names_are_public: true,
    structures: &[Structure { name: PROPERTIES.name, fields: PROPERTIES.fields }],
    methods: &[Method {
        name: "GetPropertiesForHandshake",
        inputs: &[],
        outputs: &[Field("properties", ListOf("Properties"))],
    }],
};

static SOLUTIONS_SERVICE: Service = Service {
    name: SOLUTIONS,
    names_are_public: true,
    structures: &[
        Structure { name: PROPERTIES.name, fields: PROPERTIES.fields },
        Structure {
            name: "DBCatalogMapping",
            fields: &[Field("EspaceName", Text), Field("CatalogName", Text)],
        },
        Structure {
            name: "SolutionPack_File",
            fields: &[
                Field("Filename", Text),
                Field("Directory", Bool),
                Field("DateTime", DateTime),
                Field("Size", Int),
                Field("CompressedSize", Int),
                Field("Content", Binary),
            ],
        },
    ],
    methods: &[
        Method {
            name: "TestLogin",
            inputs: &[Field("username", Text), Field("password", Text)],
            outputs: &[Field("status", Text)],
        },
        Method {
            name: "Handshake",
            inputs: &[
                Field("username", Text),
                Field("password", Text),
                Field("version", Text),
                Field("lastUpgradeVersion", Text),
            ],
            outputs: &[Field("ok", Bool), Field("error", Text)],
        },
        Method {
            name: "GetPropertiesForHandshake",
            inputs: &[],
            outputs: &[Field("properties", ListOf("Properties"))],
        },
        Method {
            name: "GetProperties",
            inputs: &[Field("username", Text), Field("password", Text)],
            outputs: &[Field("properties", ListOf("Properties"))],
        },
        Method {
            name: "Publish",
            inputs: &[
                Field("username", Text),
                Field("password", Text),
                Field("File", Binary),
                Field("Filename", Text),
                Field("JustUpload", Bool),
                Field("CleanPublish", Bool),
                Field("FromOSPTool", Bool),
                Field("CatalogMappings", ListOf("DBCatalogMapping")),
                Field("ReuseTablesOnMove", Text),
            ],
            outputs: &[
                Field("Messages", Text),
                Field("SolutionPubId", Int),
                Field("PackUID", Text),
                Field("PackSchemaVersion", Int),
                Field("NeedsConfiguration", Bool),
            ],
        },
        Method {
            name: "PublishWithoutConfiguration",
            inputs: &[
                Field("username", Text),
                Field("password", Text),
                Field("JustUpload", Bool),
                Field("CleanPublish", Bool),
                Field("SolutionPubId", Int),
                Field("PackUID", Text),
                Field("PackSchemaVersion", Int),
                Field("FromOSPTool", Bool),
                Field("ReuseTablesOnMove", Text),
            ],
            outputs: &[],
        },
        Method {
            name: "GetMessages",
            inputs: &[
                Field("username", Text),
                Field("password", Text),
                Field("SolutionPubId", Int),
                Field("LastSeenId", Int),
            ],
            outputs: &[Field("Messages", Text)],
        },
        Method {
            name: "Download",
            inputs: &[
                Field("SolutionName", Text),
                Field("SolutionVersionId", Int),
                Field("username", Text),
                Field("password", Text),
            ],
            outputs: &[Field("SolutionDownloadOpId", Int), Field("file", Binary)],
        },
        Method {
            name: "Pack",
            inputs: &[
                Field("ComponentList", ListOf("SolutionPack_File")),
                Field("SolutionName", Text),
                Field("SolutionDescription", Text),
                Field("username", Text),
                Field("password", Text),
            ],
            outputs: &[Field("file", Binary)],
        },
        Method {
            name: "Pack2",
            inputs: &[
                Field("ComponentList", ListOf("SolutionPack_File")),
                Field("SolutionName", Text),
                Field("SolutionKey", Text),
                Field("SolutionDescription", Text),
                Field("username", Text),
                Field("password", Text),
            ],
            outputs: &[Field("file", Binary)],
        },
        Method {
            name: "Delete",
            inputs: &[Field("SolutionID", Int), Field("username", Text), Field("password", Text)],
            outputs: &[Field("Messages", Text)],
        },
        Method {
            name: "CreateAllSolution",
            inputs: &[Field("AllSolutionName", Text), Field("username", Text), Field("password", Text)],
            outputs: &[Field("SolutionId", Int)],
        },
        Method {
            name: "GetSolutionIdByName",
            inputs: &[Field("username", Text), Field("password", Text), Field("solutionName", Text)],
            outputs: &[Field("SolutionId", Int)],
        },
        Method {
            name: "PublishRunning",
            inputs: &[
                Field("username", Text),
                Field("password", Text),
                Field("SolutionName", Text),
                Field("PublishSystemApplications", Bool),
                Field("CleanPublish", Bool),
            ],
            outputs: &[Field("SolutionId", Int), Field("SolutionPubId", Int)],
        },
        Method {
            name: "PublishRunningVersion",
            inputs: &[Field("username", Text), Field("password", Text), Field("SolutionName", Text)],
            outputs: &[Field("SolutionPubId", Int)],
        },
    ],
};

static PLATFORM_SERVICES_V8: Service = Service {
    name: PLATFORM_SERVICES,
    names_are_public: false,
    structures: &[
        Structure { name: PROPERTIES.name, fields: PROPERTIES.fields },
        Structure {
            name: "CS_Application",
            fields: &[
                Field("Key", Text),
                Field("Name", Text),
                Field("Description", Text),
                Field("Modules", ListOf("CS_Module")),
            ],
        },
        Structure {
            name: "CS_Module",
            fields: &[
                Field("Key", Text),
                Field("Name", Text),
                Field("Kind", Text),
                Field("Description", Text),
                Field("StatusMessages", ListOf("CS_StatusMessage")),
            ],
        },
        Structure { name: "CS_StatusMessage", fields: &[Field("Id", Int), Field("Message", Text)] },
        Structure {
            name: "CS_ModuleVersion",
            fields: &[Field("Key", Text), Field("Version", Int), Field("UploadedOn", DateTime)],
        },
        Structure {
            name: "PublicationMessage",
            fields: &[Field("Id", Int), Field("Message", Text), Field("Detail", Text), Field("Type", Text)],
        },
    ],
    methods: &[
        Method {
            name: "Applications_Get",
            inputs: &[
                Field("Username", Text),
                Field("Password", Text),
                Field("IncludeModules", Bool),
                Field("IncludeStatus", Bool),
            ],
            outputs: &[Field("Applications", ListOf("CS_Application"))],
        },
        Method {
            name: "Modules_Get",
            inputs: &[Field("Username", Text), Field("Password", Text)],
            outputs: &[Field("Modules", ListOf("CS_Module"))],
        },
        Method {
            name: "Module_GetVersions",
            inputs: &[Field("Username", Text), Field("Password", Text), Field("ModuleKey", Text)],
            outputs: &[
                Field("Versions", ListOf("CS_ModuleVersion")),
                Field("PublishedVersion", Int),
                Field("ErrorCode", Int),
                Field("ErrorMessage", Text),
            ],
        },
        Method {
            name: "SolutionPack_PublishWith2StepOption",
            inputs: &[
                Field("Username", Text),
                Field("Password", Text),
                Field("File", Binary),
                Field("TwoStepMode", Bool),
            ],
            outputs: &[Field("Messages", ListOf("PublicationMessage")), Field("PublishId", Int)],
        },
        Method {
            name: "SolutionPack_Publish",
            inputs: &[Field("Username", Text), Field("Password", Text), Field("File", Binary)],
            outputs: &[Field("Messages", ListOf("PublicationMessage")), Field("PublishId", Int)],
        },
        Method {
            name: "SolutionPack_GetPublishMessages",
            inputs: &[
                Field("Username", Text),
                Field("Password", Text),
                Field("PublishId", Int),
                Field("AfterMessageId", Int),
            ],
            outputs: &[
                Field("Messages", ListOf("PublicationMessage")),
                Field("LastMessageId", Int),
                Field("Finished", Bool),
            ],
        },
        Method {
            name: "SolutionPack_PublishContinue",
            inputs: &[Field("Username", Text), Field("Password", Text), Field("PublishId", Int)],
            outputs: &[],
        },
        Method {
            name: "SolutionPack_PublishAbort",
            inputs: &[Field("Username", Text), Field("Password", Text), Field("PublishId", Int)],
            outputs: &[],
        },
        Method {
            name: "Capabilities_Get",
            inputs: &[],
            outputs: &[Field("Capabilities", ListOf("Properties"))],
        },
        Method {
            name: "ExternalAuthentication_IsActive",
            inputs: &[],
            outputs: &[Field("IsActive", Bool), Field("AuthenticationProviderKey", Text)],
        },
    ],
};
