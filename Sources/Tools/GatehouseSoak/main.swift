import Glibc
import HTTPClient
import Time

// Runs a mixed load on a separate gateway for a given time. See GatehouseSoak.md.
do {
    let options = try SoakOptions(CommandLine.arguments.dropFirst())
    exit(try await Soak(options).run() ? 0 : 1)
} catch {
    print("GatehouseSoak: \(error)")
    exit(2)
}
