// swift-tools-version: 6.2
import PackageDescription

// No other package is named, by decision: the toolchain's modules and the distribution's C libraries are enough.

/// Whether to build what libFuzzer runs; GatehouseFuzzers says how.
let isFuzzing = Context.environment["GATEHOUSE_FUZZING"] != nil

let settings: [SwiftSetting] =
    [.swiftLanguageMode(.v6), .strictMemorySafety()]
    + ["ExistentialAny", "InternalImportsByDefault", "MemberImportVisibility", "NonisolatedNonsendingByDefault"].map {
        .enableUpcomingFeature($0)
    }

/// The compiler's own `--sanitize=fuzzer` leaves library targets without the counters that guide the fuzzer.
let coverage: [SwiftSetting] =
    isFuzzing ? [.unsafeFlags(["-sanitize-coverage=edge,trace-cmp,inline-8bit-counters,pc-table"])] : []

/// The trait of a build that can keep its store in PostgreSQL. Only such a build needs libpq.
let postgreSQL = "PostgreSQL"

func dependencies(_ uses: [String], withPostgreSQL: [String]) -> [Target.Dependency] {
    uses.map { .byName(name: $0) } + withPostgreSQL.map { .byName(name: $0, condition: .when(traits: [postgreSQL])) }
}

/// A library target at `Sources/<folder>/<name>`; `uses` names only targets listed above it, `usesWithPostgreSQL` those
/// of a build with the trait, and `embeds` folders whose files are compiled into the target, as octets in
/// `PackageResources`.
func library(
    _ name: String, in folder: String, uses: [String] = [], usesWithPostgreSQL: [String] = [], embeds: [String] = []
) -> Target {
    .target(
        name: name,
        dependencies: dependencies(uses, withPostgreSQL: usesWithPostgreSQL),
        path: "Sources/\(folder)\(name)",
        resources: embeds.map { .embedInCode($0) }, swiftSettings: settings + coverage)
}

func program(_ name: String, in folder: String = "", uses: [String], flags: [String] = []) -> Target {
    .executableTarget(
        name: name, dependencies: uses.map { .byName(name: $0) }, path: "Sources/\(folder)\(name)",
        swiftSettings: settings + (flags.isEmpty ? [] : [.unsafeFlags(flags)]))
}

func tests(_ name: String, uses: [String] = [], usesWithPostgreSQL: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: dependencies([name] + uses, withPostgreSQL: usesWithPostgreSQL),
        path: "Tests/\(name)Tests", swiftSettings: settings)
}

/// libFuzzer brings the `main` of this program.
let fuzzer = program("GatehouseFuzzers", in: "Tools/", uses: ["FuzzTargets"], flags: ["-parse-as-library"])

let package = Package(
    name: "gatehouse",
    traits: [.trait(name: postgreSQL, description: "Stores in PostgreSQL, besides SQLite files. Needs libpq.")],
    targets: [
        // Platform
        .systemLibrary(
            name: "COpenSSL", path: "Sources/Platform/COpenSSL", pkgConfig: "openssl",
            providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CSQLite", path: "Sources/Platform/CSQLite", pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CPostgreSQL", path: "Sources/Platform/CPostgreSQL"),
        .target(name: "CLinux", path: "Sources/Platform/CLinux"),
        library("Time", in: "Platform/", uses: ["CLinux"]),
        library("Text", in: "Platform/"),
        library("JSON", in: "Platform/", uses: ["Text"]),
        library("Files", in: "Platform/", uses: ["CLinux", "Text"]),
        library("TimeZones", in: "Platform/", uses: ["Files", "Text", "Time"]),
        library("Processes", in: "Platform/", uses: ["Text", "Time"]),
        library("Addresses", in: "Platform/", uses: ["Text"]),
        library("Cryptography", in: "Platform/", uses: ["COpenSSL", "Text"]),
        library("Threads", in: "Platform/", uses: ["Time"]),
        library("Snapshots", in: "Platform/", uses: ["Threads"]),
        library("Caches", in: "Platform/"),
        library(
            "Sockets", in: "Platform/", uses: ["Addresses", "CLinux", "COpenSSL", "Files", "Text", "Threads", "Time"]),
        library(
            "Databases", in: "Platform/", uses: ["CLinux", "CSQLite", "Files", "Text", "Threads", "Time"],
            usesWithPostgreSQL: ["CPostgreSQL"]),
        library("Leases", in: "Platform/", uses: ["Databases", "Text"]),
        library("Statements", in: "Platform/", uses: ["Databases"]),
        library("Telemetry", in: "Platform/", uses: ["Files", "JSON", "Text", "Threads", "Time"]),
        // HTTP
        library("HTTPMessage", in: "HTTP/", uses: ["Addresses", "Text"]),
        library(
            "HTTPServer", in: "HTTP/",
            uses: ["Addresses", "Files", "HTTPMessage", "Sockets", "Text", "Threads", "Time"]),
        library(
            "HTTPClient", in: "HTTP/",
            uses: ["Addresses", "Cryptography", "Files", "HTTPMessage", "Sockets", "Text", "Threads", "Time"]),
        library("Web", in: "HTTP/", uses: ["HTTPMessage", "Text"]),

        library("Mail", in: "", uses: ["Addresses", "Cryptography", "Files", "Sockets", "Text", "Threads", "Time"]),
        // Tokens, and what they earn
        library("Identities", in: "", uses: ["Cryptography", "Text"]),
        library("Tokens", in: "", uses: ["Caches", "Cryptography", "Identities", "JSON", "Text", "Time"]),
        library(
            "Audit", in: "Access/",
            uses: ["Cryptography", "Databases", "Identities", "JSON", "Statements", "Text", "Time"]),
        library("ClaimMapping", in: "Access/", uses: ["Cryptography", "Identities", "JSON", "Text", "Tokens"]),
        library(
            "Policy", in: "Access/",
            uses: ["Caches", "ClaimMapping", "Cryptography", "Identities", "JSON", "Text", "Time", "Tokens"]),
        library("AccessTables", in: "Access/", uses: ["Databases"]),
        library(
            "Grants", in: "Access/",
            uses: [
                "AccessTables", "Audit", "ClaimMapping", "Cryptography", "Databases", "Identities", "JSON", "Policy",
                "Snapshots", "Statements", "Text", "Threads", "Time", "Tokens",
            ]),
        library(
            "People", in: "Access/",
            uses: ["ClaimMapping", "Databases", "Grants", "Identities", "Policy", "Snapshots", "Text", "Time"]),
        library(
            "Invitations", in: "Access/",
            uses: [
                "Audit", "Cryptography", "Databases", "Grants", "Identities", "People", "Policy", "Snapshots", "Text",
                "Time", "Tokens",
            ]),
        // How people sign in
        library(
            "OpenID", in: "SignIn/",
            uses: [
                "Addresses", "ClaimMapping", "Cryptography", "HTTPClient", "HTTPMessage", "Identities", "JSON",
                "Snapshots", "Text", "Threads", "Time", "Tokens",
            ]),
        library(
            "Sessions", in: "SignIn/",
            uses: [
                "Audit", "Caches", "ClaimMapping", "Cryptography", "Databases", "Identities", "JSON", "Leases",
                "Snapshots",
                "Text", "Threads", "Time", "TimeZones", "Tokens",
            ]),

        library(
            "SignInFlow", in: "SignIn/",
            uses: [
                "Audit", "ClaimMapping", "Cryptography", "Databases", "Grants", "HTTPMessage", "Identities",
                "Invitations", "OpenID", "Policy", "Sessions", "Snapshots", "Telemetry", "Text", "Threads", "Time",
                "Tokens", "Web",
            ]),
        library(
            "Management", in: "Access/",
            uses: [
                "Audit", "ClaimMapping", "Cryptography", "Databases", "Grants", "Identities", "Invitations", "JSON",
                "People", "Policy", "Sessions", "Snapshots", "Text", "Time", "Tokens",
            ]),
        // What stands behind the gateway
        library("Inventory", in: "Backends/", uses: ["Identities", "JSON", "Text", "Time"]),
        library(
            "InventoryStore", in: "Backends/",
            uses: [
                "Audit", "Cryptography", "Databases", "HTTPMessage", "Identities", "Inventory", "JSON", "Statements",
                "Text", "Time",
            ]),
        library(
            "MetricsSnapshots", in: "Backends/",
            uses: ["Identities", "Inventory", "InventoryStore", "JSON", "Text", "Time"]),
        library(
            "WorkspaceMetrics", in: "Backends/",
            uses: [
                "Audit", "Cryptography", "Databases", "Files", "HTTPMessage", "HTTPServer", "Identities", "Inventory",
                "InventoryStore", "JSON", "MetricsSnapshots", "Policy", "Snapshots", "Text", "Threads", "Time",
            ]),
        library(
            "Assertions", in: "Backends/",
            uses: [
                "Caches", "Cryptography", "Databases", "HTTPMessage", "Identities", "JSON", "Snapshots", "Text", "Time",
                "Tokens",
            ]),
        library(
            "Upstreams", in: "Backends/",
            uses: [
                "Addresses", "Files", "HTTPMessage", "HTTPServer", "Identities", "Policy", "Sockets", "Text", "Threads",
                "Time",
            ]),
        // The gateway
        library(
            "SettingDeclarations", in: "",
            uses: ["Cryptography", "Files", "JSON", "Text", "Threads", "Time", "TimeZones"]),
        library("ConnectionURLs", in: "", uses: ["Addresses", "HTTPMessage", "Text"]),
        library(
            "Configuration", in: "",
            uses: [
                "Addresses", "ClaimMapping", "ConnectionURLs", "Cryptography", "Files", "HTTPClient", "HTTPMessage",
                "Identities",
                "Invitations", "JSON", "Mail", "Policy", "SettingDeclarations", "Sockets", "Text", "Time", "Tokens",
                "Upstreams",
            ]),
        library(
            "Recipes", in: "",
            uses: [
                "Addresses", "Configuration", "ConnectionURLs", "HTTPMessage", "Identities", "Sockets", "Text",
                "Upstreams",
            ],
            embeds: ["Templates"]),
        library(
            "RuntimeConfiguration", in: "Gateway/",
            uses: [
                "Addresses", "Assertions", "Audit", "ClaimMapping", "Configuration", "HTTPMessage", "Identities",
                "InventoryStore", "Invitations", "Management", "OpenID", "Policy", "Sessions", "SignInFlow", "Text",
                "Time", "Tokens", "Upstreams", "Web", "WorkspaceMetrics",
            ]),
        library(
            "Endpoints", in: "Gateway/",
            uses: [
                "Cryptography", "Grants", "HTTPMessage", "HTTPServer", "Identities", "JSON", "Policy",
                "RuntimeConfiguration", "Sessions", "SignInFlow", "Telemetry", "Text", "Threads", "Time", "Tokens",
                "Web",
            ]),
        library(
            "Credentials", in: "Gateway/",
            uses: [
                "Addresses", "Caches", "Cryptography", "Endpoints", "HTTPMessage", "Identities", "OpenID",
                "RuntimeConfiguration", "Sessions", "SignInFlow", "Sockets", "Telemetry", "Text", "Time", "Tokens",
                "Web",
            ]),
        library(
            "APIDescription", in: "Gateway/", uses: ["Endpoints", "HTTPMessage", "Identities", "JSON", "Text", "Web"]),
        library(
            "PageLayout", in: "Gateway/",
            uses: [
                "Endpoints", "HTTPMessage", "Identities", "Policy", "RuntimeConfiguration", "Sessions", "SignInFlow",
                "Text", "Time", "TimeZones", "Tokens", "Web",
            ], embeds: ["Assets"]),
        library(
            "UpstreamGate", in: "Gateway/",
            uses: [
                "Addresses", "Assertions", "Credentials", "Cryptography", "Databases", "Endpoints", "HTTPMessage",
                "HTTPServer", "Identities", "PageLayout", "Policy", "RuntimeConfiguration", "Sessions", "SignInFlow",
                "Sockets", "Text", "Time", "Tokens", "Upstreams", "Web",
            ]),
        library(
            "AccessUseCases", in: "Gateway/",
            uses: [
                "Audit", "ClaimMapping", "Cryptography", "Databases", "Endpoints", "Grants", "HTTPMessage",
                "Identities", "Invitations", "JSON", "Management", "People", "Policy", "RuntimeConfiguration",
                "Sessions", "SignInFlow", "Snapshots", "Telemetry", "Text", "Time", "TimeZones", "Tokens", "Web",
            ]),
        library(
            "SignInPages", in: "Gateway/",
            uses: [
                "AccessUseCases", "ClaimMapping", "Cryptography", "Endpoints", "Grants", "HTTPMessage", "Identities",
                "Invitations", "JSON", "OpenID", "PageLayout", "Policy", "RuntimeConfiguration", "Sessions",
                "SignInFlow", "Text", "Time", "TimeZones", "Tokens", "Web",
            ]),
        library(
            "AccessAPI", in: "Gateway/",
            uses: [
                "AccessUseCases", "Audit", "ClaimMapping", "Cryptography", "Endpoints", "Grants", "HTTPMessage",
                "Identities", "Invitations", "JSON", "Management", "Policy", "RuntimeConfiguration", "Sessions", "Text",
                "Time", "Tokens", "Web",
            ]),
        library(
            "ClaimEvidence", in: "Gateway/",
            uses: ["AccessUseCases", "ClaimMapping", "JSON", "Management", "PageLayout", "Text", "Web"]),
        library(
            "AccessPages", in: "Gateway/",
            uses: [
                "AccessUseCases", "Audit", "ClaimEvidence", "ClaimMapping", "Endpoints", "Grants", "HTTPMessage",
                "Identities", "JSON", "Management", "PageLayout", "Policy", "RuntimeConfiguration", "Sessions", "Text",
                "Time", "Tokens", "Web",
            ]),
        library(
            "AuditLogPages", in: "Gateway/",
            uses: [
                "AccessUseCases", "Audit", "ClaimMapping", "Endpoints", "HTTPMessage", "Identities", "JSON",
                "PageLayout", "Policy", "RuntimeConfiguration", "Sessions", "Text", "Time", "TimeZones", "Web",
            ]),
        library(
            "UpstreamPages", in: "Gateway/",
            uses: [
                "AccessUseCases", "ClaimEvidence", "ClaimMapping", "Endpoints", "Grants", "HTTPMessage", "Identities",
                "JSON", "PageLayout", "People", "Policy", "RuntimeConfiguration", "Text", "Tokens", "Web",
            ]),
        library(
            "PeoplePages", in: "Gateway/",
            uses: [
                "AccessUseCases", "Audit", "ClaimMapping", "Endpoints", "Grants", "HTTPMessage", "Identities",
                "Invitations", "JSON", "Management", "PageLayout", "People", "Policy", "RuntimeConfiguration", "Text",
                "Time", "Web",
            ]),
        library(
            "MetricsUseCases", in: "Gateway/",
            uses: [
                "AccessUseCases", "Databases", "Endpoints", "Grants", "HTTPServer", "Identities", "Inventory",
                "InventoryStore", "MetricsSnapshots", "RuntimeConfiguration", "Telemetry", "WorkspaceMetrics",
            ]),
        library(
            "MetricsAPI", in: "Gateway/",
            uses: [
                "AccessUseCases", "Audit", "Caches", "Endpoints", "HTTPMessage", "HTTPServer", "Identities",
                "Inventory", "InventoryStore", "MetricsSnapshots", "MetricsUseCases", "Policy", "RuntimeConfiguration",
                "Text", "Threads", "Web", "WorkspaceMetrics",
            ]),
        library(
            "MetricsPages", in: "Gateway/",
            uses: [
                "ClaimMapping", "Endpoints", "HTTPMessage", "Identities", "Inventory", "InventoryStore",
                "MetricsSnapshots", "MetricsUseCases", "PageLayout", "Policy", "RuntimeConfiguration", "Text", "Time",
                "Tokens", "Web", "WorkspaceMetrics",
            ]),
        library(
            "GatewayStores", in: "",
            uses: [
                "Assertions", "Audit", "Configuration", "ConnectionURLs", "Cryptography", "Databases", "Files",
                "Grants", "Sessions", "Text", "Time", "WorkspaceMetrics",
            ]),
        library(
            "Server", in: "",
            uses: [
                "AccessAPI", "AccessPages", "AccessUseCases", "Addresses", "APIDescription", "Assertions", "Audit",
                "AuditLogPages", "ClaimMapping", "Configuration", "Credentials", "Cryptography", "Databases",
                "Endpoints", "Files", "GatewayStores", "Grants", "HTTPClient", "HTTPMessage", "HTTPServer",
                "Identities", "Inventory",
                "InventoryStore", "Invitations", "Leases", "Mail", "Management", "MetricsAPI", "MetricsPages",
                "MetricsUseCases",
                "OpenID", "PageLayout", "PeoplePages", "Policy", "Processes", "RuntimeConfiguration", "Sessions",
                "SignInFlow", "SignInPages", "Snapshots", "Sockets", "Telemetry", "Text", "Threads", "Time", "Tokens",
                "UpstreamGate", "UpstreamPages", "Upstreams", "Web", "WorkspaceMetrics",
            ]),
        library(
            "DemoSites", in: "Demo/",
            uses: ["Addresses", "Files", "HTTPMessage", "HTTPServer", "Sockets", "Threads", "Time", "Web"]),
        library(
            "DemoProvider", in: "Demo/",
            uses: ["Cryptography", "DemoSites", "HTTPMessage", "JSON", "Text", "Time", "Web"]),
        library(
            "DemoApplication", in: "Demo/",
            uses: [
                "Assertions", "DemoSites", "HTTPClient", "HTTPMessage", "Identities", "JSON", "Text", "Time", "Tokens",
                "Web",
            ]),
        library(
            "Demo", in: "Demo/",
            uses: [
                "Configuration", "Cryptography", "Databases", "DemoApplication", "DemoProvider", "DemoSites", "Files",
                "GatewayStores",
                "HTTPClient", "Identities", "JSON", "Server", "SignInFlow", "Sockets", "Text", "Time", "Web",
                "WorkspaceMetrics",
            ]),
        library(
            "Commands", in: "",
            uses: [
                "AccessUseCases", "Audit", "ClaimMapping", "Configuration", "Cryptography", "Databases", "Demo",
                "Files", "GatewayStores", "Grants", "Identities", "Inventory", "Invitations", "JSON", "Management",
                "Policy",
                "Processes", "Recipes", "Server", "SettingDeclarations", "SignInFlow", "Telemetry", "Text", "Threads",
                "Time", "Tokens", "WorkspaceMetrics",
            ]),
        program("gatehouse", uses: ["Commands", "Files", "Processes"]),
        // Tools
        program(
            "GatehouseBenchmarks", in: "Tools/",
            uses: [
                "Audit", "ClaimMapping", "Cryptography", "Databases", "Grants", "HTTPMessage", "Identities",
                "Inventory", "InventoryStore", "Invitations", "JSON", "Management", "MetricsSnapshots", "Policy",
                "Sessions", "Threads", "Time", "Tokens", "Web", "WorkspaceMetrics",
            ]),
        program(
            "GatehouseSoak", in: "Tools/",
            uses: [
                "ClaimMapping", "Configuration", "Cryptography", "Databases", "DemoProvider", "DemoSites",
                "GatewayStores", "Grants",
                "HTTPClient", "HTTPMessage", "Identities", "JSON", "Server", "Sockets", "Time", "Tokens",
                "WorkspaceMetrics",
            ]),
        library(
            "FuzzTargets", in: "Tools/",
            uses: [
                "ClaimMapping", "Configuration", "Cryptography", "Files", "HTTPMessage", "Identities", "Inventory",
                "JSON", "Mail", "Policy", "SettingDeclarations", "Time", "Tokens", "Upstreams", "Web",
            ]),
        // Tests
        .target(
            name: "GatehouseTesting",
            dependencies: [
                "Audit", "ClaimMapping", "Cryptography", "Databases", "DemoProvider", "Grants", "HTTPClient",
                "HTTPMessage", "Identities", "Invitations", "JSON", "Management", "Policy", "Sessions", "Snapshots",
                "Telemetry", "Threads", "Time", "Tokens",
            ], path: "Tests/Support/GatehouseTesting", swiftSettings: settings),
        .target(
            name: "TestCertificates", dependencies: ["COpenSSL", "Cryptography", "GatehouseTesting"],
            path: "Tests/Support/TestCertificates", swiftSettings: settings),
        tests(
            "HTTPClient",
            uses: [
                "Addresses", "GatehouseTesting", "HTTPMessage", "HTTPServer", "Sockets", "TestCertificates", "Threads",
            ]),
        tests("Threads", uses: ["Time"]),
        tests("TimeZones", uses: ["Time"]),
        tests("Time"),
        tests("Addresses"),
        tests("Processes"),
        tests("Text"),
        tests("JSON"),
        tests("Cryptography"),
        tests("Audit", uses: ["Cryptography", "Databases", "GatehouseTesting", "Identities", "JSON", "Time"]),
        tests("Snapshots"),
        tests("Caches"),
        tests("Files", uses: ["GatehouseTesting", "Threads"]),
        tests("Sockets", uses: ["COpenSSL", "Files", "TestCertificates", "Threads", "Time"]),
        tests("Databases", uses: ["GatehouseTesting", "Leases", "Threads", "Time"]),
        tests("Telemetry", uses: ["JSON", "Time"]),
        tests("HTTPMessage"),
        tests("HTTPServer", uses: ["Addresses", "Files", "HTTPMessage", "Sockets", "Threads", "Time"]),
        tests("ConnectionURLs", usesWithPostgreSQL: ["CPostgreSQL"]),
        tests("Mail", uses: ["Cryptography", "GatehouseTesting", "Sockets", "TestCertificates", "Threads", "Time"]),
        tests("Web", uses: ["HTTPMessage"]),
        .testTarget(
            name: "PagesTests",
            dependencies: [
                "AccessPages", "AccessUseCases", "Audit", "AuditLogPages", "ClaimMapping", "GatehouseTesting", "Grants",
                "Identities", "Inventory", "InventoryStore", "Invitations", "JSON", "MetricsPages",
                "MetricsSnapshots", "PageLayout", "People", "PeoplePages", "Policy", "Sessions", "SignInPages", "Text",
                "Time", "TimeZones", "Tokens", "UpstreamPages", "Web", "WorkspaceMetrics",
            ], path: "Tests/PagesTests", swiftSettings: settings),
        tests("Tokens", uses: ["Cryptography", "GatehouseTesting", "Identities", "JSON", "Time"]),
        tests("ClaimMapping", uses: ["GatehouseTesting", "Identities", "JSON", "Text", "Tokens"]),
        tests(
            "OpenID",
            uses: [
                "Addresses", "ClaimMapping", "Cryptography", "DemoProvider", "GatehouseTesting", "HTTPClient",
                "HTTPMessage", "Identities", "JSON", "Text", "Threads", "Time", "Tokens",
            ]),
        tests(
            "Sessions",
            uses: [
                "Audit", "ClaimMapping", "Cryptography", "Databases", "GatehouseTesting", "Identities", "Time",
                "TimeZones", "Tokens",
            ]),
        tests(
            "Policy",
            uses: ["ClaimMapping", "Cryptography", "GatehouseTesting", "Identities", "JSON", "Time", "Tokens"]),
        tests("Inventory", uses: ["Identities", "JSON"]),
        tests(
            "Grants",
            uses: [
                "Audit", "ClaimMapping", "Databases", "GatehouseTesting", "Identities", "People", "Policy", "Snapshots",
                "Time",
            ]),
        tests(
            "Invitations",
            uses: [
                "Audit", "Cryptography", "Databases", "GatehouseTesting", "Grants", "Identities", "JSON", "People",
                "Policy", "Snapshots", "Time", "Tokens",
            ]),
        tests(
            "SignInFlow",
            uses: [
                "Audit", "ClaimMapping", "Cryptography", "DemoProvider", "GatehouseTesting", "Grants", "HTTPClient",
                "HTTPMessage", "Identities", "Invitations", "JSON", "OpenID", "Policy", "Sessions", "Snapshots",
                "Telemetry", "Text", "Threads", "Time", "Tokens", "Web",
            ]),
        tests(
            "Management",
            uses: [
                "Audit", "ClaimMapping", "Cryptography", "Databases", "GatehouseTesting", "Grants", "Identities",
                "Invitations", "Policy", "Sessions", "Snapshots", "Time", "Tokens",
            ]),
        tests(
            "Upstreams",
            uses: [
                "GatehouseTesting", "HTTPMessage", "HTTPServer", "Identities", "Policy", "Sockets", "TestCertificates",
                "Threads", "Time",
            ]),
        tests("InventoryStore", uses: ["Audit", "Databases", "GatehouseTesting", "Identities", "Inventory", "Time"]),
        tests(
            "MetricsSnapshots", uses: ["GatehouseTesting", "Identities", "Inventory", "InventoryStore", "JSON", "Time"]),
        tests(
            "WorkspaceMetrics",
            uses: [
                "Audit", "ClaimMapping", "Databases", "GatehouseTesting", "HTTPMessage", "Identities", "Inventory",
                "InventoryStore", "JSON", "MetricsSnapshots", "Policy", "Snapshots", "Time",
            ]),
        tests("SettingDeclarations", uses: ["JSON"]),
        tests(
            "Configuration",
            uses: [
                "ClaimMapping", "ConnectionURLs", "Cryptography", "Files", "Identities", "JSON", "Policy",
                "SettingDeclarations",
                "Sockets", "TestCertificates", "Text", "Time", "Tokens",
            ]),
        tests("GatewayStores", uses: ["Audit", "Databases", "GatehouseTesting", "Identities", "Time"]),
        tests(
            "Server",
            uses: [
                "AccessUseCases", "Addresses", "APIDescription", "Audit", "ClaimMapping", "Configuration",
                "Cryptography", "Databases", "DemoProvider", "Endpoints", "GatehouseTesting", "GatewayStores", "Grants",
                "HTTPClient",
                "HTTPMessage", "HTTPServer", "Identities", "Inventory", "InventoryStore", "Invitations", "JSON", "Mail",
                "MetricsUseCases", "OpenID", "Policy", "RuntimeConfiguration", "Sessions", "SignInFlow", "Snapshots",
                "Sockets", "Telemetry", "Text", "Threads", "Time", "Tokens", "UpstreamGate", "Upstreams", "Web",
                "WorkspaceMetrics",
            ]),
        tests(
            "Commands",
            uses: [
                "Configuration", "Cryptography", "Databases", "Demo", "GatehouseTesting", "GatewayStores", "Identities",
                "JSON",
                "Server", "SettingDeclarations", "Time", "WorkspaceMetrics",
            ]),
        tests("DemoApplication", uses: ["GatehouseTesting", "HTTPClient", "HTTPMessage", "Time"]),
        tests(
            "Assertions",
            uses: [
                "Cryptography", "Databases", "GatehouseTesting", "HTTPMessage", "Identities", "JSON", "Time", "Tokens",
            ]),
        tests("Credentials", uses: ["Addresses", "Time"]),
        tests("Recipes", uses: ["Addresses", "ConnectionURLs", "HTTPMessage", "Sockets", "Text"]),
        tests("FuzzTargets"),
    ] + (isFuzzing ? [fuzzer] : [])
)
