internal import Inventory
package import InventoryStore
internal import PageLayout
package import Web

/// The email to a manager about a metric that came near its license limit or exceeded it.
package struct LicenseMessage {
    private let organization: String
    private let notice: LicenseNotice
    /// The URL of the organization's page.
    private let link: String

    package init(_ notice: LicenseNotice, organization: String, link: String) {
        (self.notice, self.organization, self.link) = (notice, organization, link)
    }

    package var subject: String {
        switch notice.state {
        case .over: "\(organization): license exceeded for \(notice.metric.noun)"
        case .near, .ok: "\(organization): license nearly used up for \(notice.metric.noun)"
        }
    }

    private var figure: String {
        "\(organization) uses \(Number.grouped(notice.figure)) of \(Number.grouped(notice.licensed)) licensed "
            + "\(notice.metric.noun)\(share)."
    }

    private var share: String {
        guard notice.licensed > 0 else { return "" }
        return " (\(Number.grouped(notice.figure * 100 / notice.licensed))%)"
    }

    private var reason: String {
        "You get this email because you manage this organization. You get another one only if the license is crossed "
            + "again after at least a day below it."
    }

    /// The email as plain text.
    package var plainText: String { "\(figure)\n\nSee where the figures are heading:\n\n\(link)\n\n\(reason)\n" }

    /// The email as an HTML document.
    package var html: HTML {
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><title>\(subject)</title></head>
        <body style="font-family: system-ui, sans-serif; line-height: 1.5; color: #16202e;">
        <p>\(figure)</p>
        <p><a href="\(link)" style="display: inline-block; padding: .6em 1.2em; background: #1d4ed8; color: #fff; border-radius: 8px; text-decoration: none; font-weight: 600;">Open the organization</a></p>
        <p style="color: #5a6676;">\(reason)</p>
        <p style="color: #5a6676;">If the button doesn't work, open this link: \(link)</p>
        </body></html>

        """
    }
}

extension Metric {
    /// The name inside a sentence.
    fileprivate var noun: String {
        switch self {
        case .workflows: "workflows"
        case .nestedWorkflows: "nested workflows"
        case .workflowEditors: "workflow editors"
        case .caseOperators: "case operators"
        case .runners: "step runners"
        }
    }
}
