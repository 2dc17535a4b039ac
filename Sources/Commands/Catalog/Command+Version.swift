internal import Endpoints

extension Command {
    static let version = Command(path: ["version"], summary: "Prints the version") { call in
        call.print("gatehouse \(GatewayVersion.current)")
        return .done
    }
}
