internal import HTTPServer
internal import Sockets

extension ServerLimits {
    /// One reactor's share of the process's descriptors and memory.
    ///
    /// - Parameters:
    ///   - reactors: the number of reactors that share the budget.
    ///   - passesOn: true if requests are passed on to applications. Connections to these get the other half of the
    ///     descriptors.
    init(within budget: DescriptorBudget, reactors: Int, passesOn: Bool) {
        self.init()
        let connections = passesOn ? budget.connections / 2 : budget.connections
        connectionsPerReactor = min(connectionsPerReactor, max(1, connections / max(1, reactors)))
        connectionsPerAddress = max(2, connectionsPerReactor / 4)
        // Each reactor has room for several bodies of full length.
        heldBytes = max(heldBytes / max(1, reactors), 8 << 20)
    }

    /// One reactor's most connections to applications: as many as it has clients, since a request that is passed on has
    /// one connection of each kind. Applications that a reload adds have only a part of the reserve, until a restart.
    static func upstreamConnections(within budget: DescriptorBudget, reactors: Int, passesOn: Bool) -> Int {
        let connections = passesOn ? budget.connections / 2 : budget.reserve / 6
        return min(4096, max(1, connections / max(1, reactors)))
    }

    /// The limits of the admin listener, which serves a few programs; its connections come out of the reserve.
    init(adminWithin budget: DescriptorBudget) {
        self.init()
        connectionsPerReactor = min(32, max(2, budget.reserve / 8))
        connectionsPerAddress = connectionsPerReactor
        heldBytes = 1 << 20
    }
}
