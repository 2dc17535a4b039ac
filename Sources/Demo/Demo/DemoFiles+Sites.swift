internal import DemoApplication
internal import DemoProvider
internal import DemoSites
internal import HTTPClient
public import Server

extension DemoFiles {
    /// Starts the demo provider, and the application behind the gateway.
    ///
    /// - Returns: the function that stops them.
    public func startSites(at addresses: DemoAddresses) throws(StartError) -> () -> Void {
        do {
            let provider = try DemoServer(makeProvider(), listen: addresses.provider)
            let http = try HTTPClient()
            let application = try DemoServer(
                DemoApplication(behind: publicURL, http: http), listen: addresses.application)
            try provider.start()
            try application.start()
            return {
                application.stop()
                provider.stop()
                http.close()
            }
        } catch {
            throw StartError("the demo's provider and application cannot start: \(error)")
        }
    }
}
