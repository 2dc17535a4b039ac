internal import Audit
package import Databases
package import Identities
package import Inventory
internal import Text
package import Time

/// Reports that an organization's figures crossed a threshold of its license, in the transaction of the change.
///
/// A crossing is reported once: an audit event, and an email if the license notifies. The next crossing of the same
/// threshold is reported only if the figure was below the threshold for a whole day in between.
package struct LicenseCrossing {
    private enum Threshold: String, CaseIterable {
        case near, over

        /// Returns true if a figure in this state has reached the threshold.
        func isReached(_ state: LicenseState?) -> Bool {
            switch self {
            case .near: state == .near || state == .over
            case .over: state == .over
            }
        }

        var action: AuditAction { self == .near ? .licenseNear : .licenseOver }
    }

    /// What is stored about a threshold that was crossed at least once.
    private enum Past {
        case reached
        case below(since: Timestamp)
    }

    /// The time below a threshold after which its next crossing is reported.
    private static let quiet = Duration.seconds(86400)

    private let organization: OrganizationID
    private let license: License
    private let moment: Timestamp
    private let transaction: Transaction

    package init(
        _ organization: OrganizationID, under license: License, at moment: Timestamp, _ transaction: Transaction
    ) {
        self.organization = organization
        self.license = license
        self.moment = moment
        self.transaction = transaction
    }

    /// Compares the organization's figures with the thresholds, and reports new crossings.
    package func check(_ figures: MetricCounts) throws(DatabaseError) {
        var stored: [Metric: [Threshold: Past]] = [:]
        try transaction.each(
            "SELECT metric, threshold, below_since FROM license_crossing WHERE organization = $1",
            .text(organization.text)
        ) { row throws(DatabaseError) in
            guard let metric = Metric(number: row.integer(0)), let threshold = Threshold(exactly: row.text(1)) else {
                return
            }
            let since = row.optionalInteger(2).map { Past.below(since: Timestamp(seconds: 0) + .nanoseconds($0)) }
            stored[metric, default: [:]][threshold] = since ?? .reached
        }
        for metric in Metric.allCases {
            let state = license.state(of: figures[metric], metric)
            // A figure that exceeds the license at once is reported as `over` alone.
            for threshold in Threshold.allCases {
                let isNew = try note(threshold.isReached(state), threshold, metric, stored[metric]?[threshold])
                let isLower = threshold == .near && state == .over
                if isNew, !isLower { try report(threshold, metric, figures[metric]) }
            }
        }
    }

    /// Stores whether a threshold is reached. Returns true if that is a crossing to report.
    private func note(
        _ isReached: Bool, _ threshold: Threshold, _ metric: Metric, _ past: Past?
    ) throws(DatabaseError) -> Bool {
        switch (isReached, past) {
        case (true, nil):
            try store(threshold, metric, belowSince: nil)
            return true
        case (true, .below(let since)):
            try store(threshold, metric, belowSince: nil)
            return moment.since(since) >= LicenseCrossing.quiet
        case (false, .reached):
            try store(threshold, metric, belowSince: moment)
            return false
        case (true, .reached), (false, nil), (false, .below):
            return false
        }
    }

    private func store(_ threshold: Threshold, _ metric: Metric, belowSince: Timestamp?) throws(DatabaseError) {
        try transaction.execute(
            """
            INSERT INTO license_crossing VALUES ($1, $2, $3, $4)
            ON CONFLICT (organization, metric, threshold) DO UPDATE SET below_since = excluded.below_since
            """, .text(organization.text), .integer(metric.number), .text(threshold.rawValue),
            belowSince.map { .integer(Int($0.nanoseconds)) } ?? .null)
    }

    private func report(_ threshold: Threshold, _ metric: Metric, _ figure: Int) throws(DatabaseError) {
        let licensed = license[metric] ?? 0
        try AuditLog.append(
            AuditRecord(
                threshold.action, by: .system, in: organization, target: metric.rawValue,
                details: [("figure", String(figure)), ("licensed", String(licensed))]), at: moment, transaction)
        guard license.notifies else { return }
        try transaction.execute(
            "INSERT INTO license_email VALUES ($1, $2, $3, $4, $5, $6, NULL, 0, $7)",
            .integer(Int.random(in: 1 ... .max)), .text(organization.text), .integer(metric.number),
            .text(threshold.rawValue), .integer(figure), .integer(licensed), .integer(moment.seconds))
    }
}
