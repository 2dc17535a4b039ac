internal import Text

/// A workspace of the demo with everything that it ever had.
struct DemoWorkspace: Sendable {
    let id: String
    let name: String
    let createdAt: String
    /// The first day; see ``Item/since``.
    let since: Int
    var items: [Item] = []

    /// A workflow, a member or a runner.
    struct Item: Sendable {
        enum Content: Sendable {
            case workflow(id: String, name: String, isPublished: Bool, isNestedOnly: Bool, trigger: String)
            case member(email: String, name: String, role: String, status: String)
            case runner(id: String, name: String, isHostedByCustomer: Bool)
        }

        let content: Content
        /// The first day, from 0 to ``DemoInventory/days``.
        let since: Int
        /// The day on which the item was deleted; nil if it still exists.
        var until: Int?

        func exists(on day: Int) -> Bool { since <= day && until.map { day < $0 } ?? true }
    }
}

extension DemoInventory {
    /// All workspaces, in the order of the document.
    func workspaces() -> [DemoWorkspace] {
        // Two sequences, so that the length of the history does not change today's inventory.
        var sequence = PseudoRandomSequence(seed: UInt64(workspaceNames.count))
        var growth = PseudoRandomSequence(seed: UInt64(workspaceNames.count) + 1)
        return workspaceNames.enumerated().map { index, name in
            // Every twelfth workspace was created in the course of the history.
            let since = index % 12 == 11 ? 20 + index : 0
            var workspace = DemoWorkspace(
                id: identifier(name), name: name,
                createdAt: "202\(index % 5 + 1)-0\(index % 9 + 1)-1\(index % 10)T08:00:00Z", since: since)
            let content = content(of: index, &sequence)
            workspace.items = content.map { content in
                DemoWorkspace.Item(content: content, since: max(since, DemoInventory.firstDay(of: content, &growth)))
            }
            workspace.items += trials(index, &growth, since: since)
            return workspace
        }
    }

    /// A third of today's content was added in the course of the history.
    private static func firstDay(
        of content: DemoWorkspace.Item.Content, _ growth: inout PseudoRandomSequence
    ) -> Int {
        let (isNew, day) = (growth.next(below: 3) == 0, 1 + growth.next(below: days))
        // Owners have been there from the beginning.
        if case .member(_, _, "owner", _) = content { return 0 }
        return isNew ? day : 0
    }

    /// Workflows that were tried for a few weeks and deleted.
    private func trials(
        _ index: Int, _ growth: inout PseudoRandomSequence, since: Int
    ) -> [DemoWorkspace.Item] {
        (0..<growth.next(below: 2)).map { number in
            let first = max(since, growth.next(below: 85))
            let content = DemoWorkspace.Item.Content.workflow(
                id: "trial-\(number + 1)", name: "Trial \(number + 1)", isPublished: true, isNestedOnly: false,
                trigger: "on_demand")
            return DemoWorkspace.Item(content: content, since: first, until: first + 7 + growth.next(below: 21))
        }
    }

    private func content(of index: Int, _ sequence: inout PseudoRandomSequence) -> [DemoWorkspace.Item.Content] {
        var content: [DemoWorkspace.Item.Content] = []
        let triggers = ["webhook", "schedule", "on_demand", "integration", "case", "system_event"]
        for number in 0..<(4 + sequence.next(below: 22)) {
            let round = number / workflowNames.count
            let name = workflowNames[number % workflowNames.count] + (round > 0 ? " \(round + 1)" : "")
            content.append(
                .workflow(
                    id: "wf-\(number + 1)", name: name, isPublished: sequence.next(below: 10) < 8,
                    isNestedOnly: sequence.next(below: 10) < 3,
                    trigger: triggers[sequence.next(below: triggers.count)]))
        }
        let first = sequence.next(below: peopleNames.count)
        for number in 0..<(3 + sequence.next(below: peopleNames.count - 4)) {
            let person = peopleNames[(first + number) % peopleNames.count]
            let role =
                number == 0 || number == 1 && index % 3 == 0 ? "owner" : ["editor", "operator", "viewer"][number % 3]
            let status = number > 1 && sequence.next(below: 8) == 0 ? "deactivated" : "active"
            content.append(
                .member(
                    email: "\(identifier(person).words(between: "-").joined(separator: "."))@\(domain)", name: person,
                    role: role, status: number > 2 && sequence.next(below: 10) == 0 ? "invited" : status))
        }
        for number in 0..<sequence.next(below: 4) {
            content.append(
                .runner(
                    id: "runner-\(number + 1)", name: ["eks", "on-premises", "dmz"][number % 3],
                    isHostedByCustomer: number > 0))
        }
        return content
    }

    private func identifier(_ name: String) -> String {
        name.asciiLowercased().words(between: " ").joined(separator: "-")
    }
}
