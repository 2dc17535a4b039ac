/// Inventories that resemble those of real companies and grew for 120 days, identical at every start.
public struct DemoInventory: Sendable {
    /// The number of days of history; the last day is today.
    static let days = 120

    let domain: String
    let workspaceNames: [String]
    let peopleNames: [String]
    let workflowNames: [String]

    /// A security team with 36 workspaces.
    public static let acme = DemoInventory(
        domain: "acme.example",
        workspaceNames: ["EMEA", "Americas", "APAC"].flatMap { region in
            [
                "SOC", "Threat Intelligence", "Phishing Response", "Cloud Security", "Identity",
                "Vulnerability Management",
                "Endpoint Response", "Insider Risk", "Compliance", "Network Operations", "Data Protection", "Red Team",
            ].map { "\($0) \(region)" }
        },
        peopleNames: [
            "Ada Brandt", "Bea Ortiz", "Chen Wei", "Dana Levi", "Emil Novak", "Farah Aziz", "Goran Ilic", "Hana Sato",
            "Ines Costa", "Jonas Berg", "Kira Petrov", "Liam Byrne", "Maya Singh", "Noah Okafor", "Olga Weiss",
            "Paul Martin", "Quinn Doyle", "Rosa Conti", "Sven Lund", "Tara Khan",
        ],
        workflowNames: [
            "Triage alert", "Enrich indicator", "Isolate endpoint", "Reset credentials", "Notify on-call",
            "Close duplicate", "Collect evidence", "Scan mailbox", "Block sender", "Rotate keys", "Review access",
            "Weekly report", "Escalate case", "Update watchlist",
        ])

    /// A logistics company with 24 workspaces.
    public static let globex = DemoInventory(
        domain: "globex.example",
        workspaceNames: ["North", "South"].flatMap { region in
            [
                "Warehouse", "Customs", "Fleet", "Invoicing", "Returns", "Customer Care", "Procurement", "Payroll",
                "Onboarding", "Forecasting", "Quality", "Legal",
            ].map { "\($0) \(region)" }
        },
        peopleNames: [
            "Alma Reyes", "Boris Klein", "Carla Rossi", "Dmitri Orlov", "Elif Kaya", "Felix Braun", "Greta Holm",
            "Hugo Blanc", "Irene Papas", "Jakub Zeman", "Karin Vogel", "Leo Marsh",
        ],
        workflowNames: [
            "Book shipment", "Check customs form", "Assign driver", "Send invoice", "Approve refund", "Answer ticket",
            "Compare offers", "Run payroll", "Create account", "Forecast demand", "Inspect sample", "File contract",
        ])
}

/// SplitMix64: numbers that look random but are identical at every start. No secret is derived from them.
struct PseudoRandomSequence {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next(below bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }
}
