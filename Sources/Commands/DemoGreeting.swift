internal import Configuration
internal import Cryptography
internal import Gateway
internal import JSON
internal import Organizations
internal import Sockets
internal import Time

/// What the demo tells once it serves: where, whom it knows, and tokens that work.
struct DemoGreeting {
    private let url: String
    private let adminURL: String?
    private let directory: String
    private let organizations: [OrganizationSettings]
    private let people: [(person: DemoTokens.Person, token: String)]

    init(
        _ process: GatewayProcess, _ settings: Settings, _ files: DemoFiles, at now: Timestamp
    ) throws(CommandFailure) {
        url = "http://\(process.address)"
        adminURL = process.adminAddress.map { "http://\($0)" }
        directory = files.directory
        organizations = settings.organizations
        do throws(CryptographyError) {
            people = try DemoTokens.people.map { (person) throws(CryptographyError) in
                (person, try DemoTokens.token(of: person, signedBy: files, at: now))
            }
        } catch {
            throw .failure("the demo's tokens cannot be signed: \(error)")
        }
    }

    /// The contract's one object.
    var json: [UInt8] {
        var writer = JSONWriter(reservingCapacity: 1 << 13)
        writer.beginObject()
        writer.member("url", url)
        writer.member("admin_url", adminURL)
        // People sign in at a provider that runs; tokens need only its keys.
        writer.member("provider_url", String?.none)
        writer.name("organizations")
        writer.beginArray()
        for organization in organizations {
            writer.beginObject()
            writer.member("id", organization.id.text)
            writer.member("name", organization.name)
            writer.endObject()
        }
        writer.endArray()
        writer.name("people")
        writer.beginArray()
        for (person, _) in people {
            writer.beginObject()
            writer.member("name", person.name)
            writer.member("email", person.email)
            writer.member("role", person.role)
            writer.endObject()
        }
        writer.endArray()
        writer.name("tokens")
        writer.beginObject()
        for (person, token) in people { writer.member(person.token, token) }
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    /// The same for people.
    var text: String {
        let width = people.map(\.person.name.count).max() ?? 0
        let rows = people.map { person, _ in
            let name = person.name + String(repeating: " ", count: width - person.name.count)
            return "  \(name)  \(person.role ?? "no role")  <\(person.email)>"
        }
        let names = organizations.map { "\($0.name) (\($0.id))" }.joined(separator: ", ")
        guard let manager = people.first, let organization = organizations.first else { return url }
        return """
            Gatehouse serves the demo on \(url)\(adminURL.map { " (health and metrics: \($0))" } ?? "")
            Organizations: \(names)
            Files: \(directory)

            People of \(organization.name), each with a token in the output of --json:
            \(rows.joined(separator: "\n"))

            The workspaces that \(manager.person.name) sees, the most workflows first:

            curl -H 'Authorization: Bearer \(manager.token)' \\
              '\(url)/api/v1/organizations/\(organization.id)/workspaces?sort=workflows&order=desc&limit=5'

            Ctrl-C ends it.
            """
    }
}
