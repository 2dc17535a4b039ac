internal import JSON
internal import Text

/// Inventories that resemble those of real companies, identical at every start.
public struct DemoInventory: Sendable {
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

    /// The inventory document (the contract's section 8).
    public func document() -> [UInt8] {
        var sequence = PseudoRandomSequence(seed: UInt64(workspaceNames.count))
        var writer = JSONWriter(reservingCapacity: 1 << 17)
        writer.beginObject()
        writer.name("roles")
        writeRoles(to: &writer)
        writer.name("workspaces")
        writer.beginArray()
        for (index, name) in workspaceNames.enumerated() {
            writeWorkspace(name, index: index, &sequence, to: &writer)
        }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }

    private func writeRoles(to writer: inout JSONWriter) {
        let roles: [(String, String, [String])] = [
            ("owner", "Owner", ["playbook.write", "cm.case.write", "user.write"]),
            ("editor", "Workflow editor", ["playbook.write"]), ("operator", "Case operator", ["cm.case.write"]),
            ("viewer", "Viewer", []),
        ]
        writer.beginArray()
        for (id, name, scopes) in roles {
            writer.beginObject()
            writer.member("id", id)
            writer.member("name", name)
            writer.name("scopes")
            writer.beginArray()
            for scope in scopes { writer.string(scope) }
            writer.endArray()
            writer.endObject()
        }
        writer.endArray()
    }

    private func writeWorkspace(
        _ name: String, index: Int, _ sequence: inout PseudoRandomSequence, to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.member("id", identifier(name))
        writer.member("name", name)
        writer.member("created_at", "202\(index % 5 + 1)-0\(index % 9 + 1)-1\(index % 10)T08:00:00Z")
        writer.name("workflows")
        writer.beginArray()
        let triggers = ["webhook", "schedule", "on_demand", "integration", "case", "system_event"]
        for number in 0..<(4 + sequence.next(below: 22)) {
            writer.beginObject()
            writer.member("id", "wf-\(number + 1)")
            let round = number / workflowNames.count
            writer.member("name", workflowNames[number % workflowNames.count] + (round > 0 ? " \(round + 1)" : ""))
            writer.member("published", sequence.next(below: 10) < 8)
            writer.member("nested_only", sequence.next(below: 10) < 3)
            writer.member("trigger", triggers[sequence.next(below: triggers.count)])
            writer.endObject()
        }
        writer.endArray()
        writer.name("members")
        writer.beginArray()
        let first = sequence.next(below: peopleNames.count)
        for number in 0..<(3 + sequence.next(below: peopleNames.count - 4)) {
            let person = peopleNames[(first + number) % peopleNames.count]
            let role =
                number == 0 || number == 1 && index % 3 == 0 ? "owner" : ["editor", "operator", "viewer"][number % 3]
            let status = number > 1 && sequence.next(below: 8) == 0 ? "deactivated" : "active"
            writer.beginObject()
            writer.member("email", "\(identifier(person).words(between: "-").joined(separator: "."))@\(domain)")
            writer.member("name", person)
            writer.name("roles")
            writer.beginArray()
            writer.string(role)
            writer.endArray()
            writer.member("status", number > 2 && sequence.next(below: 10) == 0 ? "invited" : status)
            writer.endObject()
        }
        writer.endArray()
        writer.name("runners")
        writer.beginArray()
        for number in 0..<sequence.next(below: 4) {
            writer.beginObject()
            writer.member("id", "runner-\(number + 1)")
            writer.member("name", ["eks", "on-premises", "dmz"][number % 3])
            writer.member("hosting", number == 0 ? "cloud" : "self_hosted")
            writer.member("shared_from", String?.none)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
    }

    private func identifier(_ name: String) -> String {
        name.asciiLowercased().words(between: " ").joined(separator: "-")
    }
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
