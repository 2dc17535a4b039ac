import Identities
import Sessions

@testable import AccessPages
@testable import ClaimMapping
@testable import PageLayout

extension PageSample {
    static func accessRequests(_ state: AccessRequest.State, isEmpty: Bool = false) -> PageSample {
        let rule = Mapping(
            id: "r", rank: 2, claimName: text("claim"), match: .glob, claimValue: text("claim value"), role: .viewer)
        let arrived = NearMiss(text("arrived"), wanted: text("arrived"), isPattern: false)
        let obstacles: [AccessRequestRow.Obstacle] = [
            .none, .closest(AccessRequestRow.ClosestRule(rule, arrived: arrived)), .unverifiedAddress(ranks: [1]),
            .unverifiedAddress(ranks: [1, 2, 3, 4]), .missingClaims([text("missing"), "b", "c"], ranks: [1, 2]),
            .missingClaims(["groups"], ranks: [1, 2, 3]),
        ]
        let rows =
            isEmpty
            ? []
            : zip(EntitlementReason.allCases, obstacles).enumerated().map { number, cause in
                AccessRequestRow(
                    id: "a/b c\(number)", name: number == 0 ? nil : text("name"),
                    address: number == 1 ? nil : text("address"), isVerified: number % 2 == 0,
                    provider: text("provider"),
                    subject: text("subject"), isSuspended: number == 2, reason: cause.0, obstacle: cause.1,
                    namesakeProvider: number == 3 ? text("namesake") : nil, firstAt: moment, lastAt: moment,
                    attempts: number + 1, dismissedAt: state == .open ? nil : moment)
            }
        var view = AccessRequestsPage.View()
        (view.state, view.text, view.limit) = (state, isEmpty && state == .dismissed ? "" : text("search"), 25)
        var page = AccessRequestsPage(
            account: account, organization: organization(isReadOnly: false), rows: rows, view: view,
            matches: rows.count, counts: [.open: isEmpty ? 0 : 7, .dismissed: isEmpty ? 0 : 8], formToken: token)
        page.notice = .trouble(text("notice"))
        let fields = ["account", "organization", "notice"]
        let own = [
            "name", "address", "provider", "subject", "claim", "claim value", "arrived", "missing", "namesake",
            "search",
        ]
        return PageSample(
            "\(isEmpty ? "no " : "")access requests that are \(state.rawValue)", page.document,
            all: fields + (isEmpty ? [] : own))
    }
}
