internal import HTTPServer
internal import Sockets

extension ServerLimits {
    /// One reactor's share of the process's descriptors and memory.
    ///
    /// - Parameter reactors: the number of reactors that share the budget.
    init(within budget: DescriptorBudget, reactors: Int) {
        self.init()
        connectionsPerReactor = min(connectionsPerReactor, max(1, budget.connections / max(1, reactors)))
        connectionsPerAddress = max(2, connectionsPerReactor / 4)
        // Each reactor has room for several bodies of full length.
        heldBytes = max(heldBytes / max(1, reactors), 8 << 20)
    }

    /// The limits of the admin listener, which serves a few programs; its connections come out of the reserve.
    init(adminWithin budget: DescriptorBudget) {
        self.init()
        connectionsPerReactor = min(32, max(2, budget.reserve / 8))
        connectionsPerAddress = connectionsPerReactor
        heldBytes = 1 << 20
    }
}
