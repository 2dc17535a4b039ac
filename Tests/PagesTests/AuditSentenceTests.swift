import Audit
import Testing
import Text
import Web

@testable import AccessPages
@testable import AuditLogPages
@testable import PageLayout

@Suite("Sentences of the audit log")
struct AuditSentenceTests {
    private typealias Events = AuditEvents

    private static func with(_ details: [String: String], _ more: [String: String]) -> [String: String] {
        details.merging(more) { $1 }
    }

    /// An example of every action, and what the page says.
    private static let examples: [(entry: AuditEntry, told: String)] = [
        (
            Events.entry(
                "sign_in", target: "okta", ["provider": "okta", "role": "organization-manager", "mapping": "rule-id"]),
            "Carla Reyes signed in with Acme Okta as Organization Manager Rule 3"
        ),
        (Events.entry("sign_out", target: "session"), "Carla Reyes signed out"),
        (
            Events.entry("session_end", with(Events.vic, ["sessions": "2"])),
            "Carla Reyes ended 2 sessions of Vic Moreno"
        ),
        (
            Events.entry(
                "grant_create", actor: nil, kind: "operator", with(Events.vic, ["role": "organization-viewer"])),
            "An operator gave Vic Moreno a role Organization Viewer"
        ),
        (
            Events.entry("grant_revoke", with(Events.vic, ["role": "organization-viewer"])),
            "Carla Reyes revoked a role of Vic Moreno Organization Viewer"
        ),
        (
            Events.entry("suspension_create", reason: "Left the company", Events.vic),
            "Carla Reyes suspended Vic Moreno Reason: Left the company"
        ),
        (
            Events.entry("suspension_extend", actor: nil, kind: "system", Events.vic),
            "Gatehouse extended the suspension of Vic Moreno to another address vic@acme.example"
        ),
        (Events.entry("suspension_delete", Events.vic), "Carla Reyes reinstated Vic Moreno"),
        (Events.entry("access_request_dismiss", Events.vic), "Carla Reyes dismissed the access request of Vic Moreno"),
        (Events.entry("access_request_reopen", Events.vic), "Carla Reyes reopened the access request of Vic Moreno"),
        (
            Events.entry("invitation_create", ["email": "kim@acme.example", "role": "organization-viewer"]),
            "Carla Reyes invited kim@acme.example as Organization Viewer"
        ),
        (
            Events.entry("invitation_send", actor: nil, kind: "system", ["email": "kim@acme.example"]),
            "Gatehouse sent the invitation email to kim@acme.example"
        ),
        (
            Events.entry("invitation_resend", ["email": "kim@acme.example"]),
            "Carla Reyes made a new link for the invitation of kim@acme.example"
        ),
        (
            Events.entry("invitation_revoke", reason: "manager_suspended", ["email": "kim@acme.example"]),
            "Carla Reyes revoked the invitation of kim@acme.example The manager who sent it was suspended"
        ),
        (
            Events.entry(
                "invitation_accept",
                ["email": "kim@acme.example", "role": "organization-manager", "inviter_email": "mina@acme.example"]),
            "Carla Reyes accepted the invitation from mina@acme.example No role → is now Organization Manager"
        ),
        (
            Events.entry("invitation_expire", actor: nil, kind: "system", ["email": "kim@acme.example"]),
            "The invitation of kim@acme.example expired"
        ),
        (
            Events.entry("claim_mapping_create", ["after": Events.rule(5, "soc"), "file_rules": "2"]),
            "Carla Reyes added rule 5 groups is soc gives Organization Viewer"
        ),
        (
            Events.entry(
                "claim_mapping_update",
                ["before": Events.rule(5, "soc"), "after": Events.rule(5, "soc-*", match: "glob"), "file_rules": "2"]),
            "Carla Reyes changed rule 5 groups is soc → is now groups matches pattern soc-*"
        ),
        (
            Events.entry("claim_mapping_delete", ["before": Events.rule(5, "soc"), "file_rules": "2"]),
            "Carla Reyes removed rule 5 groups is soc gives Organization Viewer"
        ),
        (
            Events.entry("inventory_import", target: nil, ["workspaces": "36", "workflows": "1462"]),
            "Carla Reyes published the inventory: 36 workspaces Figures Workspaces 36 Workflows 1,462"
        ),
        (
            Events.entry("audit_export", target: nil, ["format": "text/csv", "q": "vic"]),
            "Carla Reyes exported the audit log as CSV Filters q vic"
        ),
        (
            Events.entry(
                "member_export", target: nil, ["list": "members", "format": "text/csv", "role": "organization-viewer"]),
            "Carla Reyes exported the members as CSV Filters role organization-viewer"
        ),
        (
            Events.entry("member_export", target: nil, ["list": "suspended", "format": "application/json"]),
            "Carla Reyes exported the suspended people as JSON"
        ),
        (
            Events.entry("time_zone_change", ["after": "Europe/Berlin"]),
            "Carla Reyes changed their time zone UTC → is now Europe/Berlin"
        ),
        (
            Events.entry(
                "license_near", target: "nested_workflows", actor: nil, kind: "system",
                ["figure": "1450", "licensed": "1500"]),
            "Nested workflows came near the license: 1,450 of 1,500"
        ),
        (
            Events.entry(
                "license_over", target: "runners", actor: nil, kind: "system", ["figure": "26", "licensed": "25"]),
            "Runners exceeded the license: 26 of 25"
        ),
    ]

    @Test(
        "every action has a sentence of its own, which names actor and target", arguments: AuditSentenceTests.examples)
    func sentences(_ entry: AuditEntry, _ expected: String) {
        #expect(entry.told.hasPrefix(expected), "\(entry.told)")
    }

    @Test("no action is without an example, and every action has a title")
    func complete() {
        let shown = Set(AuditSentenceTests.examples.compactMap(\.entry.action))
        #expect(shown == Set(AuditAction.allCases))
        #expect(Set(AuditAction.allCases.map(\.title)).count == AuditAction.allCases.count)
        let actions = Set(
            AuditAction.allCases.map { action in
                AuditEvents.entry(action.rawValue, AuditEvents.vic).told
            })
        #expect(actions.count == AuditAction.allCases.count)
    }

    @Test("no event of any action and outcome shows raw JSON or a code, even without its details")
    func noCodes() {
        for action in AuditAction.allCases {
            for outcome in AuditOutcome.allCases {
                for details in [[:], AuditEvents.vic, ["figure": "x", "sessions": "-", "rank": "{"]] {
                    let told = AuditEvents.entry(action.rawValue, outcome: outcome.rawValue, details).told
                    #expect(!told.contains("_") && !told.contains("{"), "\(told)")
                    #expect(!told.isEmpty)
                }
            }
        }
    }

    @Test("an address that was not verified is marked at actor and target")
    func unverified() {
        let entry = AuditEvents.entry(
            "suspension_create", isActorVerified: false,
            AuditSentenceTests.with(AuditEvents.vic, ["email_verified": "false"]))
        #expect(entry.told.hasPrefix("Carla Reyes Email not verified suspended Vic Moreno Email not verified"))
        // A user without a name is the address, underlined.
        var details = AuditEvents.vic
        (details["name"], details["email_verified"]) = (nil, "false")
        let markup = AuditSentence(AuditEvents.entry("suspension_delete", details), AuditEvents.names).markup.markup
        #expect(markup.contains("<span class=\"doubtful\">vic@acme.example</span>"))
        // Events of earlier versions do not say whether it was verified.
        details["email_verified"] = nil
        let old = AuditEvents.entry("suspension_delete", details)
        #expect(old.told == "Carla Reyes reinstated vic@acme.example Email verification unknown")
        // Without an address there is nothing to verify.
        details["email"] = nil
        #expect(!AuditEvents.entry("suspension_delete", details).told.contains("verif"))
    }

    @Test("a rule that cannot be read is left out", arguments: ["{", "[]", "{}", "null", "{\"claim_name\":1}"])
    func unreadable(_ rule: String) {
        let entry = AuditEvents.entry("claim_mapping_update", ["before": rule, "after": rule, "file_rules": "1"])
        #expect(entry.told == "Carla Reyes changed a rule")
    }

    @Test("refused and failed actions say so")
    func outcomes() {
        let denied = AuditEvents.entry(
            "sign_in", outcome: "denied", reason: "no_match", target: "okta", ["provider": "okta"])
        #expect(denied.told.hasPrefix("Carla Reyes signed in with Acme Okta and has no role Denied No rule matches"))
        let failed = AuditEvents.entry(
            "sign_in", outcome: "failure", reason: "token_refused", target: "okta", actor: nil, kind: "system")
        #expect(failed.told.hasPrefix("A sign-in with Acme Okta failed Failed Token refused"))
        let other = AuditEvents.entry(
            "invitation_accept", outcome: "denied", reason: "email_mismatch", ["email": "kim@acme.example"])
        #expect(
            other.told
                == "Carla Reyes tried to accept the invitation of kim@acme.example Denied The invitation is for another address"
        )
        let lost = AuditEvents.entry(
            "invitation_send", outcome: "failure", reason: "undeliverable", actor: nil, kind: "system",
            ["email": "kim@acme.example", "failure": "no such mailbox"])
        #expect(lost.told.hasSuffix("Not delivered no such mailbox"))
    }

    @Test("a moved rule shows its positions; ranks of earlier versions, which left out the file's rules, are not shown")
    func rules() {
        let moved = ["before": AuditEvents.rule(8, "soc"), "after": AuditEvents.rule(6, "soc")]
        let entry = AuditEvents.entry(
            "claim_mapping_update", target: "rule-id", moved.merging(["file_rules": "2"]) { $1 })
        #expect(entry.told == "Carla Reyes moved rule 6 groups is soc Position 8 → is now Position 6")
        #expect(AuditEvents.entry("claim_mapping_update", moved).told == "Carla Reyes changed a rule groups is soc")
        let role = AuditEvents.entry(
            "claim_mapping_update",
            [
                "before": AuditEvents.rule(8, "soc"), "after": AuditEvents.rule(8, "soc", role: "organization-manager"),
                "file_rules": "2",
            ])
        #expect(role.told.hasSuffix("groups is soc Organization Viewer → is now Organization Manager"))
    }

    @Test("actor and target link to what the one did and to what was done to the other")
    func links() {
        let markup = AuditSentence(AuditEvents.entry("suspension_create", AuditEvents.vic), AuditEvents.names).markup
            .markup
        #expect(markup.contains("href=\"/organizations/acme/audit?actor=carla-id\""))
        #expect(markup.contains("href=\"/organizations/acme/audit?target=vic-id\""))
    }

    @Test("a long list of claims is folded and bounded")
    func claims() {
        let names = (1...70).map { "claim-\($0)" }.joined(separator: " ")
        let entry = AuditEvents.entry("sign_in", target: "okta", ["provider": "okta", "claims": names])
        let markup = AuditSentence(entry, AuditEvents.names).markup.markup
        #expect(
            markup.contains("<details>") && markup.contains("<code>claim-60</code>") && markup.contains("and 10 more"))
        #expect(!markup.contains("claim-61"))
    }
}
