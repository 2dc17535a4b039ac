internal import DemoProvider
public import Server

extension DemoFiles {
    /// Starts the demo provider.
    ///
    /// - Returns: the function that stops it.
    public func startProvider(at addresses: DemoAddresses) throws(StartError) -> () -> Void {
        do {
            let server = try DemoProviderServer(makeProvider(), listen: addresses.provider)
            try server.start()
            return server.stop
        } catch {
            throw StartError("the demo provider cannot start: \(error)")
        }
    }
}
