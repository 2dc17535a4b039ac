import JSON
import SettingDeclarations
import Testing

@testable import Configuration

/// An entry of the table of settings, in the context of a file.
struct TableRow: Sendable, CustomTestStringConvertible {
    let path: [DeclaredSetting]
    var setting: DeclaredSetting { path[path.count - 1] }
    var testDescription: String { path.map(\.name).joined(separator: ".") }

    /// The path in faults.
    var place: String {
        path.enumerated().map { index, setting in
            setting.name + (setting.section?.isList ?? false && index < path.count - 1 ? "[0]" : "")
        }.joined(separator: ".")
    }

    static let all: [TableRow] = rows(Settings.settings, [])

    private static func rows(_ settings: [DeclaredSetting], _ above: [DeclaredSetting]) -> [TableRow] {
        settings.flatMap { setting in
            [TableRow(path: above + [setting])] + rows(setting.section?.settings ?? [], above + [setting])
        }
    }

    /// Returns the faults without the one that a build without PostgreSQL adds to a valid value.
    func unexpected(_ faults: [SettingIssue]) -> [SettingIssue] {
        guard !StorageSettings.hasPostgreSQL, path.count > 1, path[0].name == "storage" else { return faults }
        #expect(faults.contains { $0.path == "storage" && $0.message == StorageSettings.buildAdvice })
        return faults.filter { $0.message != StorageSettings.buildAdvice }
    }

    /// Further members that the object needs so that the value is valid.
    private static let companions: [String: [String: String]] = [
        "admin_listen": ["listen": #""127.0.0.2:1""#],
        "providers": ["secret_key": #"{"file": "secret.key"}"#],
        "organizations": ["providers": #"[{"id": "acme-okta", "issuer": "https://acme.okta.com"}]"#],
        "providers.client_secret": ["client_id": #""c""#],
        "providers.client_key": [
            "client_id": #""c""#, "token_endpoint_auth": #""private_key_jwt""#,
        ],
        "providers.token_endpoint_auth": ["client_id": #""c""#],
        "organizations.claim_mappings.split": ["claim_value": #""v""#],
        "providers.trust_email": ["email_domains": #"["acme.com"]"#],
        "organizations.claim_mappings.claim_name": ["claim_value": #""v""#],
        "organizations.claim_mappings.role": ["claim_value": #""v""#],
        "organizations.claim_mappings.match": ["claim_value": #""v""#],
        "upstreams": [
            "organizations": #"[{"id": "acme"}]"#, "secret_key": #"{"file": "secret.key"}"#,
        ],
        "upstreams.access.allow.claim_name": ["claim_value": #""v""#],
        "upstreams.access.allow.match": ["claim_value": #""v""#],
        "upstreams.access.allow.split": ["claim_value": #""v""#],
        "forward_auth_listen": ["listen": #""127.0.0.2:1""#],
        "sessions.idle": ["absolute": #""365d""#],
        "sessions.absolute": ["idle": #""10s""#],
        "mail.username": ["password": #"{"env": "A_SECRET"}"#],
        "mail.password": ["username": #""u""#],
    ]

    /// Returns a whole file with this value of the setting. Everything else is valid.
    func file(_ value: String) -> String {
        var text = value
        var here = path.map(\.name)
        for (index, setting) in path.enumerated().reversed() {
            let siblings = index == 0 ? Settings.settings : path[index - 1].section?.settings ?? []
            var members = [setting.name: text]
            for sibling in siblings where sibling.isRequired && sibling.name != setting.name {
                members[sibling.name] = sibling.good[0]
            }
            let extra = TableRow.companions[here.joined(separator: ".")] ?? [:]
            members.merge(extra) { _, extra in extra }
            if here.last == "match", value == "\"exists\"" {
                members["claim_value"] = nil
            }
            if here.joined(separator: ".") == "providers.token_endpoint_auth" {
                switch value {
                case "\"private_key_jwt\"": members["client_key"] = #"{"file": "client.key.pem"}"#
                case "\"none\"": break
                default: members["client_secret"] = #"{"env": "A_SECRET"}"#
                }
            }
            text = "{" + members.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ") + "}"
            if index > 0, path[index - 1].section?.isList ?? false { text = "[\(text)]" }
            here.removeLast()
        }
        return text
    }
}

@Suite struct TableTests {
    @Test("every good value of every setting is accepted", arguments: TableRow.all)
    func good(_ row: TableRow) {
        if row.setting.section == nil { #expect(!row.setting.good.isEmpty) }
        for value in row.setting.good {
            let faults = row.unexpected(TestFiles.faults(row.file(value)))
            #expect(faults.isEmpty, "\(value): \(faults)")
        }
    }

    @Test("every wrong value of every setting is refused at its position", arguments: TableRow.all)
    func wrong(_ row: TableRow) {
        #expect(!row.setting.wrong.isEmpty)
        for value in row.setting.wrong {
            let faults = TestFiles.faults(row.file(value))
            #expect(faults.contains { $0.path.hasPrefix(row.place) }, "\(value): \(faults)")
        }
    }

    @Test("a missing required setting is reported", arguments: TableRow.all.filter { $0.setting.isRequired })
    func missing(_ row: TableRow) {
        let marker = "\"\(row.setting.name)\": "
        let text = row.file("\"x-marker\"").replacing(marker + "\"x-marker\"", with: "\"x-marker\": 0")
        let faults = TestFiles.faults(text)
        #expect(faults.contains { $0.path == row.place && $0.message.hasPrefix("is required") }, "\(faults)")
    }

    @Test(
        "every default is accepted by its setting", arguments: TableRow.all.filter { $0.setting.defaultText != nil })
    func defaults(_ row: TableRow) throws {
        let text = try #require(row.setting.defaultText)
        let faults = row.unexpected(TestFiles.faults(row.file(text)))
        #expect(faults.isEmpty, "\(faults)")
    }

    @Test("names of settings are snake case, and unique in their object")
    func names() {
        for row in TableRow.all {
            #expect(row.setting.name.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x5F })
            #expect(!row.setting.meaning.isEmpty && row.setting.meaning.hasSuffix("."))
            let names = (row.setting.section?.settings ?? []).map(\.name)
            #expect(Set(names).count == names.count)
        }
    }

    @Test("the reference names every setting")
    func reference() {
        let lines = Set(ReferenceText.text.split(separator: "\n").map { $0.prefix { $0 != " " } })
        for row in TableRow.all {
            let name = row.path.enumerated().map { index, setting in
                setting.name + (setting.section?.isList ?? false && index < row.path.count - 1 ? "[]" : "")
            }.joined(separator: ".")
            #expect(lines.contains(Substring(name)))
        }
        #expect(ReferenceText.text.split(separator: "\n").allSatisfy { $0.count <= 240 })
    }

    @Test("the schema accepts every good value, and refuses wrong types", arguments: TableRow.all)
    func schema(_ row: TableRow) throws {
        var writer = JSONWriter()
        SchemaText.write(to: &writer)
        let schema = try JSONDocument(parsing: writer.bytes).root
        for value in row.setting.good {
            let file = try JSONDocument(parsing: Array(row.file(value).utf8)).root
            let problem = SchemaCheck.problem(of: file, by: schema)
            #expect(problem == nil, "\(value): \(problem ?? "")")
        }
        let wrongType = row.setting.good.first?.first == "\"" ? "7" : "\"text\""
        let file = try JSONDocument(parsing: Array(row.file(wrongType).utf8)).root
        #expect(SchemaCheck.problem(of: file, by: schema) != nil)
    }
}
