import DemoProvider
import Glibc
import HTTPClient
import Time

// A mixed load on a gateway of its own, for as long as it is told; see GatehouseSoak.md.
do {
    let options = try SoakOptions(CommandLine.arguments.dropFirst())
    exit(try await Soak(options).run() ? 0 : 1)
} catch {
    print("GatehouseSoak: \(error)")
    exit(2)
}
