internal import Sockets
internal import Text

/// The values of the files that run the gateway.
extension RecipeValues {
    /// The values of the systemd unit.
    var unit: TemplateValues {
        // Requests in flight have 30 s after the delay, then the process may write its last lines.
        let seconds = drainDelay.components.seconds + 40
        return [
            "config": .text(configurationFile),
            "stop_seconds": .number(seconds),
            "writable": .list(storageFolder.map { [["path": .text($0)]] } ?? []),
            "binds_low_port": .flag(listeners.contains { $0.port < 1024 && $0.port != 0 }),
        ]
    }

    /// The values of the image.
    var image: TemplateValues {
        get throws(RecipeFault) {
            let admin = try adminAddress
            var ports: [UInt16] = []
            for listener in listen where !ports.contains(listener.port) { ports.append(listener.port) }
            guard !ports.contains(0) else { throw RecipeFault("\"listen\" needs a port other than 0") }
            return [
                "ports": .list(ports.map { ["port": .number($0)] }),
                "admin": .text(admin.description),
                "admin_host": .text(admin.host),
                "admin_port": .number(admin.port),
            ]
        }
    }

    private var listeners: [SocketAddress] { listen + [forwardAuthListen, adminListen].compactMap { $0 } }
}
