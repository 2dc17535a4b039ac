import Grants
import Identities
import JSON
import Policy
import Testing
import Text
import Web

@testable import AccessPages
@testable import ClaimMapping
@testable import PageLayout

extension PageSample {
    static func rule(_ rank: Int, match: Match = .equals, value: String = text("claim value")) -> Mapping {
        Mapping(
            id: "row \(rank)&", rank: rank, claimName: text("claim"), match: match, claimValue: value, role: .manager)
    }

    static func person(_ name: String, isVerified: Bool) -> PersonCell {
        PersonCell(
            name: text(name), address: .init(text("address"), isVerified: isVerified), provider: text("provider"),
            subject: "short")
    }

    private static func list(isReadOnly: Bool) -> MappingsPage {
        MappingsPage(
            account: account, organization: organization(isReadOnly: isReadOnly), rules: (1...4).map { rule($0) },
            fileCount: 1, people: ["row 1&": 1, "row 2&": 21], query: RuleQuery(), strategy: .firstMatch,
            tag: text("tag"), formToken: isReadOnly ? nil : token)
    }

    static func rules(isReadOnly: Bool) -> PageSample {
        var page = list(isReadOnly: isReadOnly)
        page.notice = .done(text("notice"))
        return PageSample(
            "claim rules\(isReadOnly ? " for viewers" : "")", page.document,
            all: ["account", "organization", "claim", "claim value", "notice"] + (isReadOnly ? [] : ["tag"]),
            isReadOnly: isReadOnly)
    }

    private static var draft: RuleDraft {
        var draft = RuleDraft()
        (draft.id, draft.claimName, draft.claimValue) = (text("draft id"), text("draft claim"), text("draft value"))
        (draft.split, draft.rank) = (text("split"), "3")
        return draft
    }

    static func effects(wouldLockOut: Bool) -> RuleEffects {
        let people: [RuleEffects.Person] = [
            .init(person("verified", isVerified: true), before: nil, after: .viewer, reason: text("reason")),
            .init(person("unverified", isVerified: false), before: nil, after: .viewer, reason: text("reason")),
            .init(person("loser", isVerified: true), before: .manager, after: nil, reason: text("reason")),
            .init(person("changed", isVerified: false), before: .viewer, after: .manager, reason: text("reason")),
        ]
        return RuleEffects(
            people: people, unreadable: [person("unreadable", isVerified: false)], unchanged: 3, recent: 6,
            own: (.manager, nil), shadowed: [rule(3)], wouldLockOut: wouldLockOut, unverifiedTag: text("people tag"))
    }

    /// The forms of one rule, the previews and the question before a removal.
    static var ruleForms: [PageSample] {
        var form = list(isReadOnly: false)
        form.panel = RulePanel(
            draft: draft, faults: ["claim_value": text("fault"), "rank": "R", "split": "S"],
            person: person("requester", isVerified: false), seen: seenClaims)
        let people = ["verified", "unverified", "loser", "changed", "unreadable", "address", "provider", "reason"]
        let previews = [false, true].map { isLocked in
            let content = MappingDraft(rule(2))
            var page = MappingPreviewPage(
                account: account, organization: organization(isReadOnly: false), change: "add rule 3",
                rule: .init(rank: 3, content: content, before: content, place: text("place")), draft: draft,
                effects: effects(wouldLockOut: isLocked), fields: [(text("field"), text("field value"))],
                tag: text("tag"), formToken: token)
            (page.notice, page.fault) = (.trouble(text("notice")), text("fault"))
            let own = ["field", "field value", "tag", "people tag", "fault"]
            return PageSample(
                "preview of a rule\(isLocked ? " that locks out" : "")", page.document,
                all: people + ["claim", "claim value", "place", "notice"] + (isLocked ? [] : own), isReadOnly: false)
        }
        let removals = [false, true].map { isLocked in
            var page = MappingRemovalPage(
                account: account, organization: organization(isReadOnly: false), rule: rule(4),
                effects: effects(wouldLockOut: isLocked), tag: text("tag"), formToken: token)
            (page.notice, page.fault) = (.trouble(text("notice")), text("fault"))
            return PageSample(
                "removal of a rule\(isLocked ? " that locks out" : "")", page.document,
                all: people + ["claim", "claim value"] + (isLocked ? [] : ["tag", "people tag", "notice", "fault"]),
                isReadOnly: false)
        }
        return previews + removals + [
            PageSample(
                "form of a rule", form.document,
                all: [
                    "draft id", "draft claim", "draft value", "split", "fault", "requester", "address", "seen",
                    "seen value",
                ],
                isReadOnly: false)
        ]
    }

    // MARK: Explanations

    private static func claims() -> JSONValue? {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member(text("claim"), text("arrived"))
        writer.member(text("other"), text("other value"))
        writer.member("nonce", text("technical"))
        writer.member("near", "Acme-SOC ")
        writer.endObject()
        return (try? JSONDocument(parsing: writer.bytes))?.root
    }

    private static func outcome(_ reason: EntitlementReason) -> ExplainPage.Outcome {
        var outcome = ExplainPage.Outcome(
            person: person("person", isVerified: reason != .emailUnverified), provider: text("provider name"),
            origin: .signIn(moment), role: nil, reason: reason)
        (outcome.name, outcome.claims, outcome.offersRemedies) = (text("person"), claims(), true)
        outcome.verifiedEmail = reason == .emailUnverified ? nil : text("address")
        outcome.request = reason == .noMatch ? "a/b c" : nil
        outcome.grants = [
            Grant(
                id: "g", organization: organizationID, identity: Identity(issuer: "https://i", subject: "s"),
                email: nil, role: .viewer, source: .invitation, createdAt: moment)
        ]
        let near = Mapping(id: "n", rank: 2, claimName: "near", match: .glob, claimValue: "acme-*", role: .viewer)
        outcome.rows =
            Verdict.allCases.map {
                Explanation.Row(mapping: rule(1, value: "x"), verdict: $0, isNearMiss: false, detail: text("detail"))
            } + [Explanation.Row(mapping: near, verdict: .noMatch, isNearMiss: true, detail: nil)]
        return outcome
    }

    static func explanations(isReadOnly: Bool) -> [PageSample] {
        func page(_ change: (inout ExplainPage) -> Void) -> HTML {
            var page = ExplainPage(
                account: account, organization: organization(isReadOnly: isReadOnly),
                providers: [("p", text("choice"))], formToken: isReadOnly ? nil : token)
            page.notice = .trouble(text("notice"))
            change(&page)
            return page.document
        }
        let name = isReadOnly ? " for viewers" : ""
        let shown = [
            "account", "organization", "person", "provider", "provider name", "claim", "arrived", "other",
            "other value", "technical", "detail", "notice",
        ]
        let reasons = EntitlementReason.allCases.map { reason in
            PageSample(
                "explanation: \(reason.rawValue)\(name)", page { $0.outcome = outcome(reason) },
                all: shown.filter { $0 != "provider name" || reason != .mapped }, isReadOnly: isReadOnly)
        }
        let form = page {
            ($0.claims, $0.faults) = (text("claims"), ["text": text("fault")])
        }
        return reasons + [
            PageSample(
                "form of an explanation\(name)", form,
                all: ["notice"] + (isReadOnly ? [] : ["choice", "claims", "fault"]),
                isReadOnly: isReadOnly)
        ]
    }
}
