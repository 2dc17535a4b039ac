import Audit
import Identities
import JSON
import Text
import Time
import Web

@testable import AccessPages
@testable import AuditLogPages
@testable import PageLayout

/// Events of the audit log as JSON.
enum AuditEvents {
    /// An event of Carla Reyes, with details of a target.
    static func entry(
        _ action: String, outcome: String = "success", reason: String? = nil, target: String? = "vic-id",
        actor: String? = "Carla Reyes", kind: String = "identity", isActorVerified: Bool = true,
        sequence: Int = 1_234, at: String = "2026-11-26T06:31:12.000Z", _ details: [String: String] = [:]
    ) -> AuditEntry {
        var all = details
        if let actor {
            all["actor_name"] = actor
            all["actor_id"] = "carla-id"
            all["actor_email_verified"] = isActorVerified ? "true" : "false"
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("action", action)
        writer.name("actor")
        writer.beginObject()
        writer.member("kind", kind)
        writer.member("issuer", actor == nil ? nil : "https://idp.example")
        writer.member("subject", actor == nil ? nil : "00u-carla")
        writer.member("email", actor == nil ? nil : "carla@acme.example")
        writer.endObject()
        writer.name("details")
        writer.beginObject()
        for (name, value) in all.sorted(by: { $0.key < $1.key }) { writer.member(name, value) }
        writer.endObject()
        writer.member("ip", "192.0.2.7")
        writer.member("outcome", outcome)
        writer.member("reason", reason)
        writer.member("request_id", "request-7")
        writer.member("sequence", sequence)
        writer.member("target", target)
        writer.member("timestamp", at)
        writer.endObject()
        return AuditEntry(writer.bytes)!
    }

    /// Details of Vic Moreno as the target.
    static let vic = [
        "name": "Vic Moreno", "email": "vic@acme.example", "subject": "00u-vic", "email_verified": "true",
        "issuer": "https://idp.example",
    ]

    static let names = names(in: "acme")

    private static func names(in organization: String) -> AuditNames {
        AuditNames(organization: organization, providers: ["okta": "Acme Okta"], ranks: ["rule-id": 3])
    }

    static func rule(
        _ rank: Int, _ value: String, match: String = "equals", role: String = "organization-viewer"
    ) -> String {
        "{\"rank\":\(rank),\"claim_name\":\"groups\",\"match\":\"\(match)\",\"claim_value\":\"\(value)\",\"role\":\"\(role)\"}"
    }

    static func page(
        _ entries: [AuditEntry], account: Account, organization: OrganizationHeader,
        filter: AuditFilter = AuditFilter(),
        number: Int = 1, total: Int = 1_284, isBounded: Bool = false, newer: Int? = nil, older: Int? = nil
    ) -> AuditPage {
        AuditPage(
            account: account, organization: organization, filter: filter,
            listing: AuditPage.Listing(
                entries: entries, number: number, total: total, isBounded: isBounded, newerThan: newer,
                olderThan: older), names: names(in: organization.id.text))
    }
}

extension AuditEntry {
    /// The sentence with its lines, as text without markup.
    var told: String {
        let markup = AuditSentence(self, AuditEvents.names).markup.markup
        var (text, isInTag) = ("", false)
        for character in markup {
            switch character {
            case "<": isInTag = true
            case ">": (isInTag, text) = (false, text + " ")
            default: if !isInTag { text.append(character) }
            }
        }
        return text.split(separator: " ").joined(separator: " ")
    }
}
