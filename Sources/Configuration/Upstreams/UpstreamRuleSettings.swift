internal import ClaimMapping
internal import HTTPMessage
internal import Identities
internal import JSON
internal import Policy
internal import SettingDeclarations
internal import Text

/// One access rule of the file.
struct UpstreamRuleSettings: Sendable {
    let rule: UpstreamRule
}

extension UpstreamRuleSettings: Section {
    static let path = Setting(
        "path", .pathPattern, .required,
        "The path, percent-decoded and compared with case. A * at the end stands for the rest: /admin/* matches /admin, "
            + "/admin/ and everything below; /* matches everything.")
    static let methods = Setting(
        "methods", .list(of: .method, atLeast: 1), .optional,
        "The methods for which the rule is written; GET covers HEAD. Default: all.")
    static let allow = Setting(
        "allow", .allowance, .required,
        "\"anyone\": no sign-in, and no identity is passed on; otherwise a list of roles, and of conditions as in claim "
            + "mappings, any one of which suffices.")

    package static let settings = [DeclaredSetting(path), DeclaredSetting(methods), DeclaredSetting(allow)]

    package init?(_ members: SectionMembers) {
        typealias S = UpstreamRuleSettings
        guard let path = members[S.path], let allow = members[S.allow],
            !members.has(S.methods) || members[S.methods] != nil
        else { return nil }
        rule = UpstreamRule(path: path, methods: members[S.methods], allow: allow)
    }
}

extension SettingKind<UpstreamPathPattern> {
    fileprivate static var pathPattern: SettingKind {
        text(
            "a path such as /admin/*",
            good: ["\"/admin/*\"", "\"/*\"", "\"/\"", "\"/healthz\"", "\"/a b\"", "\"/.*\""],
            wrong: [
                "\"admin\"", "\"/a*b\"", "\"/*/a\"", "\"/a?b=c\"", "\"/a;b\"", "\"/a%20b\"", "\"/a//b\"", "\"/../a\"",
                #""/a\\b""#,
            ], pattern: "^/[^*?;]*[*]?$"
        ) { (text) throws(SettingError) -> UpstreamPathPattern in
            do throws(UpstreamPathPattern.SyntaxError) {
                return try UpstreamPathPattern(text)
            } catch {
                throw SettingError(error.message)
            }
        }
    }
}

extension SettingKind<String> {
    /// A method (RFC 9110, section 9.1), which is case-sensitive.
    fileprivate static var method: SettingKind {
        let noun = "a method such as GET or POST"
        let registered = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]
        return text(
            noun, good: ["\"POST\"", "\"PROPFIND\"", "\"m-search\""],
            wrong: ["\"GET,POST\"", "\"GET POST\"", "\"*\\u00e9\"", "\"get\"", "\"Post\""],
            pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"
        ) { (text) throws(SettingError) -> String in
            guard text.utf8.allSatisfy(Octet.isToken) else { throw SettingError("must be \(noun)") }
            let upper = text.asciiUppercased()
            if !text.isExactly(upper), registered.contains(exactly: upper) {
                throw SettingError("must be \(upper): methods are compared with case")
            }
            return text
        }
    }
}

extension SettingKind<UpstreamAllowance> {
    /// `"anyone"`, or a list of roles and conditions.
    fileprivate static var allowance: SettingKind {
        let noun = "\"anyone\", or a list of roles and conditions"
        let roles = Role.allCases.map(\.rawValue)
        let condition = SettingKind<ClaimConditionSettings>.section
        let role = SettingKind<Role>.choice("a role") as SettingKind<Role>
        var kind = SettingKind(
            noun,
            good: [
                "\"anyone\"", "[\"\(roles[0])\"]", "[\"\(roles[1])\", {\"claim_name\": \"a\", \"match\": \"exists\"}]",
            ],
            wrong: ["7", "null", "{}", "\"everyone\"", "[]", "[\"anyone\"]", "[7]", "[\"\(roles[0])\", \"owner\"]"]
                + condition.wrong.filter { $0.utf8.first == UInt8(ascii: "{") }.map { "[\($0)]" },
            schema: { writer in
                writeSchema(to: &writer, roles: role.schema, condition: condition.schema)
            }
        ) { value, path, reader in
            if let text = value.string, text.isExactly("anyone") { return .anyone }
            guard value.kind == .array else {
                let shown = value.string.map(quoted) ?? value.kindNoun
                reader.fault(at: value, path, "must be \(noun), not \(shown)")
                return nil
            }
            guard value.count > 0 else {
                reader.fault(at: value, path, "must not be empty: without a rule, requests are refused")
                return nil
            }
            var conditions: [UpstreamCondition] = []
            for (index, item) in value.elements.enumerated() where !reader.isFull {
                if item.kind == .object {
                    if let own = condition.read(item, path[index], reader) { conditions.append(.claim(own.condition)) }
                } else if let own = role.read(item, path[index], reader) {
                    conditions.append(.role(own))
                }
            }
            return .anyOf(conditions)
        }
        kind.section = (ClaimConditionSettings.settings, true)
        return kind
    }

    private static func writeSchema(
        to writer: inout JSONWriter, roles: (inout JSONWriter) -> Void, condition: (inout JSONWriter) -> Void
    ) {
        writer.name("oneOf")
        writer.beginArray()
        writer.beginObject()
        writer.name("enum")
        writer.beginArray()
        writer.string("anyone")
        writer.endArray()
        writer.endObject()
        writer.beginObject()
        writer.member("type", "array")
        writer.member("minItems", 1)
        writer.name("items")
        writer.beginObject()
        writer.name("oneOf")
        writer.beginArray()
        writer.beginObject()
        roles(&writer)
        writer.endObject()
        writer.beginObject()
        condition(&writer)
        writer.endObject()
        writer.endArray()
        writer.endObject()
        writer.endObject()
        writer.endArray()
    }
}
