internal import Configuration
internal import Cryptography
internal import Demo
internal import Identities
internal import JSON
internal import Server
internal import Time

/// The message that the demo prints once it serves: its URLs, its users, and valid tokens.
struct DemoGreeting {
    private let url: String
    private let adminURL: String?
    private let directory: String
    private let organizations: [OrganizationSettings]
    /// The applications behind the gateway.
    private let upstreams: [UpstreamSettings]
    private let providerURL: String
    /// The users who can sign in.
    private let people: [DemoTokens.Person]
    private let tokens: [(name: String, token: String)]

    init(
        _ process: GatewayProcess, _ settings: Settings, _ files: DemoFiles, at now: Timestamp
    ) throws(CommandError) {
        url = settings.publicURL.origin
        adminURL = process.adminAddress.map { "http://\($0)" }
        directory = files.directory
        organizations = settings.organizations
        upstreams = settings.upstreams
        providerURL = files.providerURL
        people = DemoTokens.people.filter { $0.account != nil }
        do throws(CryptographyError) {
            var tokens: [(name: String, token: String)] = []
            for person in DemoTokens.people {
                guard let name = person.token else { continue }
                tokens.append((name, try DemoTokens.token(of: person, signedBy: files, at: now)))
            }
            self.tokens = tokens
        } catch {
            throw .failure("the demo's tokens cannot be signed: \(error)")
        }
    }

    /// The object of `--json`.
    var json: [UInt8] {
        var writer = JSONWriter(reservingCapacity: 1 << 13)
        writer.beginObject()
        writer.member("url", url)
        writer.member("admin_url", adminURL)
        writer.member("provider_url", providerURL)
        writer.name("organizations")
        writer.beginArray()
        for organization in organizations {
            writer.beginObject()
            writer.member("id", organization.id.text)
            writer.member("name", organization.name)
            writer.endObject()
        }
        writer.endArray()
        writer.name("applications")
        writer.beginArray()
        for upstream in upstreams {
            writer.beginObject()
            writer.member("id", upstream.id.text)
            writer.member("name", upstream.name)
            writer.member("url", upstream.origin)
            writer.endObject()
        }
        writer.endArray()
        writer.name("people")
        writer.beginArray()
        for person in people {
            writer.beginObject()
            writer.member("name", person.name)
            writer.member("email", person.email)
            writer.member("role", person.role)
            writer.endObject()
        }
        writer.endArray()
        writer.name("tokens")
        writer.beginObject()
        for (name, token) in tokens { writer.member(name, token) }
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    /// The message as text.
    var lines: [String] {
        let width = people.map(\.name.count).max() ?? 0
        let names = organizations.map { "\($0.name) (\($0.id))" }.joined(separator: ", ")
        guard let manager = tokens.first, let organization = organizations.first else { return [url] }
        let rows = people.map { person in
            let name = person.name + String(repeating: " ", count: width - person.name.count)
            return "  \(name)  \(person.note ?? "")"
        }
        let places =
            ["", "Organizations: \(names)"]
            + upstreams.map { "Application behind the gateway: \($0.origin) (\($0.name))" }
            + ["Demo provider: \(providerURL)"]
        return ["Open \(url) in a browser and sign in as one of:"] + rows + places
            + (adminURL.map { ["Health and metrics: \($0)"] } ?? []) + [
                "Files: \(directory)", "",
                "Without a browser: the workspaces with the most workflows, as the manager sees them:", "",
                "curl -H 'Authorization: Bearer \(manager.token)' \\",
                "  '\(url)/api/v1/organizations/\(organization.id)/workspaces?sort=workflows&order=desc&limit=5'", "",
                "Press Ctrl-C to end the demo.",
            ]
    }
}
