internal import Server

extension Command {
    static let version = Command(path: ["version"], summary: "Prints the version") { call in
        call.print("gatehouse \(GatewayProcess.version)")
        return .done
    }
}
