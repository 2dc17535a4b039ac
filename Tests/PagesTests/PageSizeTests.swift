import Identities
import Sessions
import Testing
import Web

@testable import AccessPages
@testable import ClaimMapping
@testable import PageLayout

@Suite("The length of pages")
struct PageSizeTests {
    @Test("a page has the drawing of each icon once, and refers to it wherever the icon is shown")
    func icons() throws {
        let page = try PageSample.accessRequests(.open).markup
        #expect(page.all("symbol").map { $0["id"] } == Icon.allCases.map { "icon-\($0.rawValue)" })
        #expect(Set(page.all("symbol").map { $0["viewBox"] }) == ["0 0 16 16"])
        #expect(page.all("use").count > 10)
        for icon in Icon.allCases { #expect(icon.markup.markup.utf8.count < 90, "\(icon)") }
        #expect(Icon.sprite.markup.utf8.count < 5000)
    }

    @Test("a hundred access requests, with the forms of a session, are below 200 KB")
    func requests() throws {
        let rule = Mapping(
            id: "r", rank: 12, claimName: "groups", match: .equals, claimValue: "soc-oncall", role: .viewer)
        let arrived = NearMiss("SOC-oncall", wanted: "soc-oncall", isPattern: false)
        let rows = (0..<100).map { number in
            AccessRequestRow(
                id: "AFcGOoFnvL9LQ\(100 + number)", name: "Alexandra Reyes \(number)",
                address: "alex.reyes.\(number)@acme.example", isVerified: true, provider: "Acme Okta",
                subject: "00d00004994k9k\(number)", isSuspended: false, reason: .noMatch,
                obstacle: .closest(AccessRequestRow.ClosestRule(rule, arrived: arrived)), namesakeProvider: nil,
                firstAt: PageSample.moment, lastAt: PageSample.moment, attempts: 1, dismissedAt: nil)
        }
        let token = String(repeating: "t", count: 43)
        let organization = OrganizationHeader(
            id: PageSample.organizationID, name: "Acme Corporation", role: "Organization Manager", isReadOnly: false)
        var view = AccessRequestsPage.View()
        view.limit = 100
        let page = AccessRequestsPage(
            account: Account(name: "Carla Ceo", formToken: token), organization: organization, rows: rows,
            view: view, matches: 500, counts: [.open: 500, .dismissed: 0],
            formToken: token)
        let document = page.document.markup
        #expect(document.matches(of: /form="dismiss"/).count == 100)
        #expect(document.utf8.count < 200 << 10, "\(document.utf8.count) bytes")
    }
}
